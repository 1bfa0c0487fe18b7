"""The structured log as an algorithm imports it: the logger, its levels and its processors."""

from __future__ import annotations

from utils.log.entries import Entry
from utils.log.events import Category, Level, Sink
from utils.log.logger import StructuredLogger
from utils.log.processors import Processor, only, redact, route, sample

__all__ = [
    "Category",
    "Entry",
    "Level",
    "Processor",
    "Sink",
    "StructuredLogger",
    "only",
    "redact",
    "route",
    "sample",
]
