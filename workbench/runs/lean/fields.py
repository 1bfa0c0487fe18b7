"""LEAN's JSON objects, read with care: names in any case, values of the kind that is needed.

LEAN writes `camelCase` names; it wrote `PascalCase` before, and order events with dashes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from math import isfinite
from typing import Any

from models.errors import TrackerError

# The years that a run may be of, as Unix times.
_EARLIEST, _LATEST = -11_676_096_000.0, 19_880_899_199.0


class ResultError(TrackerError, LookupError):
    """A file is no result of LEAN's, or cannot be used; the text says why."""


@lru_cache(4_096)
def plain(name: str) -> str:
    """A name without what LEAN's versions write differently."""
    return name.replace("-", "").replace("_", "").lower()


class Fields:
    """An object of LEAN's by its names, in whatever case they are.

    Args:
        values: The object as it was read.
        what: What it is, for the texts of errors.

    Raises:
        ResultError: It is no object.
    """

    __slots__ = ("_values", "what")

    def __init__(self, values: Any, what: str) -> None:
        if not isinstance(values, Mapping):
            raise ResultError(f"{what} is no object")
        self.what = what
        self._values = {plain(str(name)): value for name, value in values.items()}

    def __contains__(self, name: str) -> bool:
        return self._values.get(plain(name)) is not None

    def any(self, name: str) -> Any:
        """The value of any kind; None where there is none."""
        return self._values.get(plain(name))

    def text(self, name: str) -> str:
        """A text; empty where there is none."""
        value = self.any(name)
        return value if isinstance(value, str) else "" if value is None else str(value)

    def number(self, name: str, absent: float | None = None) -> float:
        """A finite number, which may be written as a text.

        Args:
            name: Its name.
            absent: What is returned where there is none; None raises.

        Raises:
            ResultError: It is no finite number, or missing.
        """
        value = self.any(name)
        if value is None and absent is not None:
            return absent
        return number_of(value, f"{self.what}: {name}")

    def whole(self, name: str, absent: int | None = None) -> int:
        """A whole number; errors as of `number`."""
        value = self.number(name, absent)
        if value != int(value):
            raise ResultError(f"{self.what}: {name} is {value!r}, no whole number")
        return int(value)

    def maybe(self, name: str) -> float | None:
        """A finite number; None where there is none. Errors as of `number`."""
        return None if self.any(name) is None else self.number(name)

    def flag(self, name: str) -> bool:
        """Whether it is true."""
        return self.any(name) is True

    def time(self, name: str) -> datetime:
        """A time in UTC; errors as of `time_of`."""
        return time_of(self.any(name), f"{self.what}: {name}")

    def object(self, name: str) -> Fields:
        """An object; an empty one where there is none. ResultError where it is something else."""
        value = self.any(name)
        return Fields({} if value is None else value, f"{self.what}: {name}")

    def mapping(self, name: str) -> Mapping[str, Any]:
        """An object whose names are the user's own; errors as of `object`."""
        value = self.any(name)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise ResultError(f"{self.what}: {name} is no object")
        return value

    def listed(self, name: str) -> list[Any]:
        """A list; an empty one where there is none. ResultError where it is something else."""
        value = self.any(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise ResultError(f"{self.what}: {name} is no list")
        return value

    def objects(self, name: str) -> Iterator[Fields]:
        """The objects of a list; errors as of `listed`."""
        for at, value in enumerate(self.listed(name)):
            yield Fields(value, f"{self.what}: {name}[{at}]")


def number_of(value: Any, what: str) -> float:
    """A finite number, which may be written as a text.

    Raises:
        ResultError: It is none.
    """
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise ResultError(f"{what} is {value[:40]!r}, no number") from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ResultError(f"{what} is no number")
    try:
        number = float(value)
    except OverflowError:
        raise ResultError(f"{what} is no finite number") from None
    if not isfinite(number):
        raise ResultError(f"{what} is no finite number")
    return number


def time_of(value: Any, what: str) -> datetime:
    """A time in UTC: seconds since 1970, or a text of ISO 8601 without a zone or with one.

    Raises:
        ResultError: It is none.
    """
    if isinstance(value, str):
        text = value.strip().removesuffix("Z")
        try:
            found = datetime.fromisoformat(_micro(text))
        except ValueError:
            raise ResultError(f"{what} is {value[:40]!r}, no time") from None
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    seconds = number_of(value, what)
    if not _EARLIEST <= seconds <= _LATEST:
        raise ResultError(f"{what} is {seconds!r}, a time of no run")
    return datetime.fromtimestamp(seconds, UTC)


def _micro(text: str) -> str:
    """A time's text with no more than the six digits of a second that can be kept."""
    head, dot, rest = text.partition(".")
    digits = len(rest) - len(rest.lstrip("0123456789"))
    return f"{head}.{rest[:digits][:6]:0<6}{rest[digits:]}" if dot else text
