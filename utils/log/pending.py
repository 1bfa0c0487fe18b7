"""Entries of the tracker's own that are made when somebody wants them: most lines are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from utils.log.entries import Entry
from utils.log.events import EventSpec
from utils.log.messages import STAMP_LENGTH


class PendingEntry(NamedTuple):
    """What an entry is made of.

    Attributes:
        event: The event's name.
        spec: Its row of `EVENTS`.
        time: UTC.
        correlation: The order or trade that it belongs to.
        describe: Makes the fields of the entry.
        about: What it makes them of: values that never change.
        least: A number of bytes that the message in LEAN's log file surely reaches.
    """

    event: str
    spec: EventSpec
    time: datetime
    correlation: str
    describe: Callable[..., dict[str, Any]]
    about: tuple[Any, ...]
    least: int

    def entry(self) -> Entry:
        """The entry; it is the same whenever it is made."""
        category, level, sink = self.spec.category, self.spec.level, self.spec.sink
        fields = self.describe(*self.about)
        return Entry(self.time, level, category, self.event, fields, self.correlation, sink)


def least_size(event: str, names: Iterable[str]) -> int:
    """A number of bytes that a message in LEAN's log file surely reaches, with its time.

    Args:
        event: The event's name.
        names: The fields that the event always has, each of at least one character.
    """
    return STAMP_LENGTH + len(event) + 1 + sum(len(name) + 2 + 1 for name in names)


def made(entry: Entry | PendingEntry) -> Entry:
    """The entry itself, or the one that is pending."""
    return entry.entry() if isinstance(entry, PendingEntry) else entry
