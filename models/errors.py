"""The errors that this project raises, and the guard around calls of code that is not its own.

A call that asks for something impossible raises `CallError`. An event that cannot be booked raises
`EventError` when it is built, and the feed makes a recorded anomaly of that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote, unquote

Answer = TypeVar("Answer")
Given = TypeVar("Given")

# The largest number in size that is booked: LEAN's account has no larger ones, and whatever is
# computed of a few of them is still a number. Cents are lost long before.
LARGEST_FIGURE = 1e18
# The smallest that is not 0: LEAN's numbers have 28 digits.
SMALLEST_FIGURE = 1e-28


class TrackerError(Exception):
    """The root of every error this project raises."""


class EventError(TrackerError, ValueError):
    """An event holds a value that cannot be booked; the text says which value and why."""


class CallError(TrackerError, ValueError):
    """A call asks for something impossible; the text says what is wrong and what is allowed."""


class UnreadError(TrackerError):
    """An archive does not give some of its trades now, and may give them later."""


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


# What is said of a number that is not booked.
TOO_LARGE = f"larger in size than {LARGEST_FIGURE:g}"

# What stands in a text where a secret was.
HIDDEN = "***"
# Parts of addresses that are no secret.
PLAIN_PARTS = frozenset({"https", "hooks", "services", "webhook", "webhooks"})
# A part of an address that is shorter is a word of any text, and no secret.
SHORTEST_SECRET = 5


def secret_parts(addresses: Iterable[str]) -> tuple[str, ...]:
    """What must not be shown of addresses: they, and what is secret in them; the longest first.

    An exception of LEAN's may name the path of a URL alone, or the token of a chat.
    """
    parts: set[str] = set()
    for address in addresses:
        after_scheme = address.partition("://")[2]
        whole = after_scheme.partition("/")[2]
        path, _, query = whole.partition("?")
        parts |= {address, after_scheme, whole, path, query}
        parts |= {*address.split(":", 1), *path.split("/"), *re.split("[=&]", query)}
    parts |= {quote(part, safe="") for part in parts} | {unquote(part) for part in parts}
    long = (part for part in parts if len(part) >= SHORTEST_SECRET and part not in PLAIN_PARTS)
    return tuple(sorted(long, key=len, reverse=True))


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """A text with `HIDDEN` where one of some secrets was, in any case."""
    for secret in secrets:
        text = re.sub(re.escape(secret), HIDDEN, text, flags=re.IGNORECASE)
    return text


class Failure(NamedTuple):
    """What a guarded call raised.

    Attributes:
        error: The exception.
    """

    error: BaseException

    @property
    def kind(self) -> str:
        """The name of the exception's class; .NET's exceptions have their own names."""
        return type(self.error).__name__

    def again(self) -> None:
        """Raise it again."""
        raise self.error

    def __str__(self) -> str:
        text = guarded(str, self.error)  # an exception may fail to say what it is
        return (
            f"{self.kind}, which has no text"
            if isinstance(text, Failure)
            else f"{self.kind}: {text}"
        )


def guarded_hook(hook: Callable[[Given], Answer], given: Given) -> Answer | Failure:
    """`guarded` of one argument, in two thirds of the time: for what LEAN calls often.

    This is the only place that catches everything: LEAN stops the algorithm on any error that
    leaves a hook, and what LEAN and listeners raise has no common class below `Exception`. A
    listener that ends the program would end the run too.
    """
    try:
        return hook(given)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the boundary
        return Failure(error)


def guarded(call: Callable[..., Answer], *arguments: Any) -> Answer | Failure:
    """Call a function that may fail for reasons outside the tracker, and return what it raised."""
    return guarded_hook(lambda given: call(*given), arguments)


def require(condition: bool, problem: str) -> None:
    """Raise `EventError(problem)` unless the condition holds."""
    if not condition:
        raise EventError(problem)


def require_utc(time: datetime, what: str) -> None:
    """Raise `EventError` unless the time is aware and in UTC; `what` names it in the text."""
    if time.tzinfo is None or time.utcoffset() != timedelta(0):
        raise EventError(f"{what}: the time {time!r} is not aware UTC")


def require_finite(value: float, what: str) -> None:
    """Raise `EventError` where the number is NaN or too large; `what` names it in the text."""
    if not -LARGEST_FIGURE <= value <= LARGEST_FIGURE:
        told = f"{value}" if isinstance(value, float) and not isfinite(value) else TOO_LARGE
        raise EventError(f"{what} is {told}")


def require_all_finite(values: Iterable[float], what: str) -> None:
    """Raise `EventError` where one of the numbers is NaN or too large."""
    for value in values:
        require_finite(value, what)
