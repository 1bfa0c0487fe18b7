"""Processors: functions that change, drop or route entries before they are written.

A processor takes an entry and returns the entry to go on with, or None to drop it. Those of the log
are called in the order of `StructuredLogger.processors`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from models.errors import CallError
from utils.log.entries import Entry
from utils.log.events import Category, Sink, pick

Processor = Callable[[Entry], Entry | None]


def processed(
    entry: Entry, processors: Sequence[Processor], attempt: Callable[..., bool]
) -> Entry | None:
    """Return what the processors make of an entry; one that fails is skipped.

    Args:
        entry: The entry.
        processors: They are called in their order.
        attempt: The guard around each of them, as of `StructuredLogger`.
    """
    if not processors:
        return entry
    made: list[Entry | None] = [entry]

    def process(processor: Processor, given: Entry) -> None:
        made.append(processor(given))

    for processor in list(processors):
        if made[-1] is not None:
            attempt("log processor", process, processor, made[-1])
    return made[-1]


def redact(*names: str) -> Processor:
    """Return a processor that replaces the values of fields by `***`, in nested values too.

    Args:
        names: The names of the fields.
    """

    def hide(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: "***" if name in names else hide(each) for name, each in value.items()}
        return [hide(each) for each in value] if isinstance(value, list) else value

    return lambda entry: replace(entry, fields=hide(entry.fields))


def sample(event: str, *, every: int) -> Processor:
    """Return a processor that keeps the first of every so many entries of an event.

    Args:
        event: The event's name; entries of other events are all kept.
        every: How many entries one is kept of.

    Raises:
        CallError: `every` is below 1.
    """
    if every < 1:
        raise CallError(f"one of {every} is no sample; it must be of 1 or more")
    seen = count()
    return lambda entry: entry if entry.event != event or next(seen) % every == 0 else None


def only(*categories: Category | str) -> Processor:
    """Return a processor that drops every entry of another category.

    Raises:
        CallError: There is no such category.
    """
    wanted = {pick(Category, category) for category in categories}
    return lambda entry: entry if entry.category in wanted else None


def route(sink: Sink | str, *events: str) -> Processor:
    """Return a processor that has LEAN show the entries of some events elsewhere.

    Args:
        sink: Where to show them.
        events: The names of the events.

    Raises:
        CallError: There is no such sink.
    """
    there = pick(Sink, sink)
    return lambda entry: replace(entry, sink=there) if entry.event in events else entry
