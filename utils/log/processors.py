"""Processors: functions that change, drop or route entries before they are written.

A processor takes an entry and returns the entry to go on with, or False to drop it; True and None
keep the one it was given. Those of the log are called in the order of
`StructuredLogger.processors`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np

from models.errors import CallError
from utils.log.entries import Entry
from utils.log.events import Category, Level, Sink, pick

Processor = Callable[[Entry], Entry | bool | None]


def processed(
    entry: Entry, processors: Iterable[Processor], attempt: Callable[..., bool]
) -> Entry | None:
    """Return what processors make of an entry; None where one of them drops it.

    One that fails, or returns what is no answer, is skipped: the entry goes on as it was.

    Args:
        entry: The entry.
        processors: Called in their order.
        attempt: The guard around each of them.
    """
    answers: list[Entry | None] = [entry]

    def process(processor: Processor, given: Entry) -> None:
        answers.append(_answer(processor(given), given))

    for processor in list(processors):
        last = answers[-1]
        if last is not None:
            attempt("log processor", process, processor, last.copy())
    return answers[-1]


def _answer(returned: Any, given: Entry) -> Entry | None:
    """Return what a processor's answer means for the entry that it was given.

    Raises:
        CallError: It is neither an entry, True, False nor None.
        ValueError, TypeError, AttributeError: It is an entry that is none.
    """
    if isinstance(returned, bool | np.bool_):
        return given.copy() if returned else None
    entry = given if returned is None else returned
    if not isinstance(entry, Entry):
        kind = type(returned).__name__
        raise CallError(f"a processor returned {kind}, not an entry, True, False or None")
    level, sink = pick(Level, entry.level), pick(Sink, entry.sink)
    event, correlation = str(entry.event), str(entry.correlation)
    category = pick(Category, entry.category)
    return Entry(entry.time, level, category, event, entry.fields, correlation, sink)


def redact(*names: str) -> Processor:
    """Return a processor that replaces the values of fields by `***`, in nested values too.

    Args:
        names: The names of the fields, in any case.
    """
    hidden = {name.casefold() for name in names}

    def hide(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name: "***" if name.casefold() in hidden else hide(each)
                for name, each in value.items()
            }
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
    return lambda entry: entry.event != event or next(seen) % every == 0


def only(*categories: Category | str) -> Processor:
    """Return a processor that drops every entry of another category.

    Raises:
        CallError: There is no such category.
    """
    wanted = {pick(Category, category) for category in categories}
    return lambda entry: entry.category in wanted


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
