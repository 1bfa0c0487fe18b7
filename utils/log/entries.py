"""An entry of the log: an event's name and its fields, and the line that shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from models.codec import TEXT, TIME, Codec, value_of
from models.errors import CallError
from models.fields import Field, Table
from utils.log.events import LEVEL, Category, Level, Sink
from utils.log.values import compact_json, plain_value, value_text


def aware_time(time: datetime | None, zone: tzinfo) -> datetime | None:
    """A time with its zone: a naive one is of a clock in the zone; None stays None."""
    return time if time is None or time.tzinfo is not None else time.replace(tzinfo=zone)


def _in_utc(time: datetime) -> datetime:
    """An aware time in UTC; `CallError` where it is no time there."""
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise CallError(f"an entry needs a time of the calendar, not {time!r}") from None


@dataclass(frozen=True, slots=True)
class Entry:
    """An event that was logged.

    Attributes:
        time: The algorithm's time, UTC; any aware time is converted.
        level: How much it matters.
        category: What it is about.
        event: The event's name.
        fields: What is known of the event; values become plain JSON values of bounded size.
        correlation: The order or trade that it belongs to, such as `o12`; empty where there is
            none.
        sink: Where LEAN shows it. Two entries that differ in it alone are equal.

    Raises:
        CallError: The time has no time zone, or the event no name.
    """

    time: datetime
    level: Level
    category: Category
    event: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    correlation: str = ""
    sink: Sink = field(default=Sink.LOG, compare=False)

    def __post_init__(self) -> None:
        if self.time.tzinfo is None or not self.event:
            problem = f"not {self.event!r} at {self.time!r}"
            raise CallError(f"an entry needs an event's name and an aware time, {problem}")
        if self.time.tzinfo is not UTC:
            object.__setattr__(self, "time", _in_utc(self.time))
        object.__setattr__(self, "fields", plain_value(dict(self.fields)))

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as JSON values; the sink is left out."""
        return _ENTRY_FIELDS.to_object(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Entry:
        """Return the entry that `to_dict` gave.

        Raises:
            StateError: A value is missing or of another type.
        """
        return cls(**_ENTRY_FIELDS.named(_ENTRY_FIELDS.from_object(values)))

    def copy(self) -> Entry:
        """Return an equal entry that shares no field with this one, so that changing it is free."""
        return Entry(
            self.time, self.level, self.category, self.event, self.fields, self.correlation,
            self.sink,
        )  # fmt: skip

    def json(self, number: int | None = None) -> str:
        """Return the entry as one line of JSON, with its number in the log if that is given."""
        values = self.to_dict()
        return compact_json(values if number is None else {**values, "number": number})

    def text(self) -> str:
        """Return the event and its fields as one line of text: `event id=o12 key=value`."""
        words = [self.event if self.event.isprintable() else compact_json(self.event)]
        if self.correlation:
            words.append(f"id={value_text(self.correlation)}")
        words += [f"{value_text(key)}={value_text(value)}" for key, value in self.fields.items()]
        return " ".join(words)


_ENTRY_FIELDS = Table(
    Field("time", TIME),
    Field("level", LEVEL),
    Field("category", value_of(Category)),
    Field("event", TEXT),
    Field("correlation", TEXT),
    Field("fields", Codec((dict,), dict)),
)
