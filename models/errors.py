"""The errors that this project raises, and the guard around calls of code that is not its own.

A call that asks for something impossible raises `CallError`. An event that cannot be booked raises
`EventError` when it is built, and the feed makes a recorded anomaly of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, NamedTuple, TypeVar

Answer = TypeVar("Answer")


class TrackerError(Exception):
    """The root of every error this project raises."""


class EventError(TrackerError, ValueError):
    """An event holds a value that cannot be booked; the text says which value and why."""


class CallError(TrackerError, ValueError):
    """A call asks for something impossible; the text says what is wrong and what is allowed."""


class UnknownStrategyError(TrackerError, KeyError):
    """There is no strategy of that name; the text names the strategies there are."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"there is no strategy {name!r}; there are {sorted(known)}")

    def __str__(self) -> str:
        return str(self.args[0])


class StateError(TrackerError, ValueError):
    """A saved state lacks a field, or holds a value of another type; the text names the field.

    Args:
        problem: What is wrong with the field.
        path: The keys and the places in lists that lead to it, from the outermost.
    """

    def __init__(self, problem: str, *path: str | int) -> None:
        super().__init__(problem, *path)
        self.problem = problem
        self.path = path

    def within(self, *steps: str | int) -> StateError:
        """The same error as seen from further out, where these steps lead to what was read."""
        return StateError(self.problem, *steps, *self.path)

    def __str__(self) -> str:
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return f"{''.join(steps).removeprefix('.') or 'it'} {self.problem}"


class Failure(NamedTuple):
    """What a guarded call raised.

    Attributes:
        error: The exception.
    """

    error: Exception

    @property
    def kind(self) -> str:
        """The name of the exception's class; .NET's exceptions have their own names."""
        return type(self.error).__name__

    def __str__(self) -> str:
        return f"{self.kind}: {self.error}"


def guarded(call: Callable[..., Answer], *arguments: Any) -> Answer | Failure:
    """Call a function that may fail for reasons outside the tracker, and return what it raised.

    This is the only place that catches everything: LEAN stops the algorithm on any error that
    leaves a hook, and what LEAN and listeners raise has no common class below `Exception`.
    """
    try:
        return call(*arguments)
    except Exception as error:  # noqa: BLE001 - the boundary
        return Failure(error)


def require(condition: bool, problem: str) -> None:
    """Raise `EventError(problem)` unless the condition holds."""
    if not condition:
        raise EventError(problem)


def require_utc(time: datetime, what: str) -> None:
    """Raise `EventError` unless the time is aware and in UTC; `what` names it in the text."""
    if time.tzinfo is None or time.utcoffset() != timedelta(0):
        raise EventError(f"{what}: the time {time!r} is not aware UTC")


def require_finite(value: float, what: str) -> None:
    """Raise `EventError` where the number is NaN or infinite; `what` names it in the text."""
    if not isfinite(value):
        raise EventError(f"{what} is {value}")
