"""Processors: functions that change, drop or route entries before they are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

from models.errors import CallError
from utils.log.entries import Entry
from utils.log.events import Category, Sink, pick

# --- processors

# Gives the entry to go on with, or None to drop it.
Processor = Callable[[Entry], Entry | None]


def redact(*names: str) -> Processor:
    """Hide the fields of these names, in nested values as well."""

    def hide(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: "***" if name in names else hide(each) for name, each in value.items()}
        return [hide(each) for each in value] if isinstance(value, list) else value

    return lambda entry: replace(entry, fields=hide(entry.fields))


def sample(event: str, *, every: int) -> Processor:
    """Keep the first of each so many entries of an event; `CallError` where that is below 1."""
    if every < 1:
        raise CallError(f"one of {every} is no sample; it must be of 1 or more")
    seen = count()
    return lambda entry: entry if entry.event != event or next(seen) % every == 0 else None


def only(*categories: Category | str) -> Processor:
    """Drop what is of no such category."""
    wanted = {pick(Category, category) for category in categories}
    return lambda entry: entry if entry.category in wanted else None


def route(sink: Sink | str, *events: str) -> Processor:
    """Show these events there."""
    there = pick(Sink, sink)
    return lambda entry: replace(entry, sink=there) if entry.event in events else entry
