"""An entry of the log: an event's name, its fields, and how it is rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from models.errors import CallError
from utils.log.events import Category, Level, Sink, pick
from utils.log.values import compact_json, plain, shown


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was logged; `CallError` where the time is naive or the event has no name.

    Attributes:
        time: UTC, of the algorithm.
        level: How much it matters.
        category: What it is about.
        event: What happened.
        fields: What is known of it, in plain JSON values.
        correlation: What it belongs to, such as the order `o12`; empty where nothing.
        sink: Where LEAN shows it; no part of what it says.
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
        object.__setattr__(self, "time", self.time.astimezone(UTC))
        object.__setattr__(self, "fields", plain(dict(self.fields)))

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "time": self.time.isoformat(),
            "level": self.level.name.lower(),
            "category": self.category.value,
            "event": self.event,
            "correlation": self.correlation,
            "fields": dict(self.fields),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Entry:
        """The entry that `to_dict` described."""
        time, level = datetime.fromisoformat(values["time"]), pick(Level, values["level"])
        category = pick(Category, values["category"])
        return cls(**{**values, "time": time, "level": level, "category": category})

    def json(self) -> str:
        """`to_dict` on one line."""
        return compact_json(self.to_dict())

    def text(self) -> str:
        """The event and what is known of it on one line: `event id=o12 key=value`."""
        words = [self.event if self.event.isprintable() else compact_json(self.event)]
        if self.correlation:
            words.append(f"id={shown(self.correlation)}")
        words += [f"{shown(key)}={shown(value)}" for key, value in self.fields.items()]
        return " ".join(words)
