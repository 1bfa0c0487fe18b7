"""Logs over a LEAN that keeps what it was told, for the tests of the log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from models.tracker.guard import Guard
from models.tracker.logged import warnings_to
from utils.log.entries import Entry
from utils.log.events import Category, Level
from utils.log.logger import (
    StructuredLogger,
)
from utils.log.processors import Processor

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)


class ConsoleClock:
    """A clock in seconds that is set by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Return the seconds that it was set to."""
        return self.seconds


CLOCK = ConsoleClock()


class Lean:
    """What LEAN was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def debug(self, message: str) -> None:
        """Take a message for the console."""
        self.told.append(("debug", message))

    def log(self, message: str) -> None:
        """Take a message for the log file."""
        self.told.append(("log", message))

    def error(self, message: str) -> None:
        """Take a message for the console, in red."""
        self.told.append(("error", message))

    @property
    def size(self) -> int:
        """The bytes of a log file with all of it: a stamp before and a newline after each."""
        return sum(len(f"2024-01-02 12:00:00 {text}\n".encode()) for _, text in self.told)


def logger(*processors: Processor, **given: Any) -> tuple[StructuredLogger, Lean]:
    """Return a log with some processors, and the LEAN that it tells."""
    lean = Lean()
    log = StructuredLogger(lean, lambda: NOON, **given)
    log.processors += processors
    return log, lean


def guard() -> Guard:
    """A tracker, whose guard counts failures and warns of them."""
    return Guard(warnings_to(None))


def entry(event: str = "signal", /, **fields: Any) -> Entry:
    """An entry of a strategy's."""
    return Entry(NOON, Level.INFO, Category.STRATEGY, event, fields)


def full(**given: Any) -> tuple[StructuredLogger, Lean]:
    """A log whose budget other entries than errors have used up."""
    log, lean = logger(**given)
    for number in range(1_000):
        log.emit("tick", number=number)
    log.flush()
    return log, lean


def fail(*_: object) -> Any:
    """Raise an error, whatever is given."""
    raise OSError("broken")
