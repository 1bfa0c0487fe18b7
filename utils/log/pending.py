"""Entries of the tracker's own that are made when somebody wants them: most lines are left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from utils.log.entries import Entry
from utils.log.events import EVENTS, Level, Sink
from utils.log.messages import STAMP_LENGTH


class ToldEvent:
    """One of `EVENTS` with the function that makes its fields.

    Args:
        name: The event's name.
        describe: Makes the fields.
        always: The fields that are never None and never empty, with the least characters of each.

    Attributes:
        spec: The event's row of `EVENTS`.
        in_file: Whether LEAN shows it in its log file.
        least: A number of bytes that its message in LEAN's log file surely reaches.
    """

    __slots__ = ("describe", "in_file", "least", "name", "spec")

    def __init__(
        self, name: str, describe: Callable[..., dict[str, Any]], always: Mapping[str, int]
    ) -> None:
        self.name = name
        self.describe = describe
        self.spec = EVENTS[name]
        self.in_file = self.spec.sink is Sink.LOG
        # with its time, its fields and its number
        fields = sum(len(field) + 2 + least for field, least in always.items())
        self.least = STAMP_LENGTH + len(name) + 1 + fields + len(" #1")


class PendingEntry(NamedTuple):
    """What an entry is made of.

    Attributes:
        told: The event.
        time: UTC.
        correlation: The order or trade that it belongs to.
        about: What its fields are made of: values that never change.
    """

    told: ToldEvent
    time: datetime
    correlation: str
    about: tuple[Any, ...]

    @property
    def event(self) -> str:
        """The event's name."""
        return self.told.name

    @property
    def level(self) -> Level:
        """How much it matters."""
        return self.told.spec.level

    def entry(self) -> Entry:
        """The entry; it is the same whenever it is made."""
        told, spec = self.told, self.told.spec
        fields = told.describe(*self.about)
        return Entry(
            self.time, spec.level, spec.category, told.name, fields, self.correlation, spec.sink
        )


def made(entry: Entry | PendingEntry) -> Entry:
    """The entry itself, or the one that is pending."""
    return entry.entry() if isinstance(entry, PendingEntry) else entry
