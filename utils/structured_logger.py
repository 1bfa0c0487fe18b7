"""The structured log as an algorithm imports it: the logger, its levels and its processors."""

from __future__ import annotations

from utils.log.entries import Entry
from utils.log.events import Category, Level, Sink
from utils.log.logger import StructuredLogger
from utils.log.processors import Processor, only, redact, route, sample
from utils.log.sinks import LogSink

__all__ = [
    "Category",
    "Entry",
    "Level",
    "LogSink",
    "Processor",
    "Sink",
    "StructuredLogger",
    "only",
    "redact",
    "route",
    "sample",
]
