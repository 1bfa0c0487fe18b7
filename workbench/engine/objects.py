"""What the recorded LEAN objects are made of: LEAN's dictionaries, pairs, times and time zones.

A dictionary looks at a plain one that the engine keeps, so a caller who holds it sees it grow. Its
`items()` are tuples, and plain iteration gives KeyValuePairs, as in LEAN.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Final, Generic, TypeVar

from workbench.engine.reads import KeyNotFoundException, LeanObject, ReadMeter, lean_call, lean_read

K = TypeVar("K")
V = TypeVar("V")
R = TypeVar("R")


class GMT(tzinfo):
    """The time zone of the UTC times LEAN hands out; it is not `datetime.timezone.utc`."""

    def utcoffset(self, dt: datetime | None) -> timedelta:
        """Return zero."""
        return timedelta(0)

    def dst(self, dt: datetime | None) -> timedelta:
        """Return zero."""
        return timedelta(0)

    def tzname(self, dt: datetime | None) -> str:
        """Return the name."""
        return "GMT"


_GMT: Final = GMT()


class ClrDatetime(datetime):
    """The subclass of datetime that LEAN's times are."""


def utc_clr(utc: datetime) -> ClrDatetime:
    """Make an aware UTC time one of LEAN's: aware, its zone GMT."""
    return _as_clr(utc, _GMT)


def local_clr(utc: datetime, zone: tzinfo) -> ClrDatetime:
    """Make an aware UTC time the naive local time LEAN shows to an algorithm in `zone`."""
    return _as_clr(utc.astimezone(zone), None)


def naive_clr(text: str) -> ClrDatetime:
    """Read a local ISO time as one of LEAN's, without a zone."""
    return _as_clr(datetime.fromisoformat(text), None)


def _as_clr(time: datetime, zone: tzinfo | None) -> ClrDatetime:
    return ClrDatetime(
        time.year,
        time.month,
        time.day,
        time.hour,
        time.minute,
        time.second,
        time.microsecond,
        zone,
    )


class DateTimeZone(LeanObject):
    """A time zone, which prints as its name."""

    __slots__ = ("_id",)

    def __init__(self, meter: ReadMeter, name: str) -> None:
        super().__init__(meter)
        self._id = name

    @lean_read
    def id(self) -> str:
        """The zone's name in the time zone database, e.g. America/New_York."""
        return self._id

    def __str__(self) -> str:
        return self._id


class KeyValuePair(LeanObject, Generic[K, V]):
    """One entry of a dictionary, as plain iteration gives it; it does not unpack."""

    __slots__ = ("_key", "_value")

    def __init__(self, meter: ReadMeter, key: K, value: V) -> None:
        super().__init__(meter)
        self._key = key
        self._value = value

    @lean_read
    def key(self) -> K:
        """The entry's key."""
        return self._key

    @lean_read
    def value(self) -> V:
        """The entry's value."""
        return self._value


class LeanDictionary(LeanObject, Generic[K, V]):
    """A dictionary of LEAN's, read-only, over entries the engine keeps."""

    __slots__ = ("_entries",)

    def __init__(self, meter: ReadMeter, entries: Mapping[K, V]) -> None:
        super().__init__(meter)
        self._entries = entries

    @lean_read
    def count(self) -> int:
        """How many entries there are."""
        return len(self._entries)

    @lean_call
    def contains_key(self, key: K) -> bool:
        """Whether there is an entry of that key."""
        return key in self._entries

    @lean_call
    def keys(self) -> list[K]:
        """Return the keys as a list."""
        return list(self._each(list(self._entries)))

    @lean_call
    def values(self) -> list[V]:
        """Return the values as a list."""
        return list(self._each(list(self._entries.values())))

    @lean_call
    def items(self) -> list[tuple[K, V]]:
        """Return the entries as a list of tuples."""
        return list(self._each(list(self._entries.items())))

    @lean_call
    def __len__(self) -> int:
        return len(self._entries)

    @lean_call
    def __contains__(self, key: object) -> bool:
        return key in self._entries

    @lean_call
    def __getitem__(self, key: K) -> V:
        try:
            return self._entries[key]
        except KeyError:
            raise KeyNotFoundException(self._missing(key)) from None

    @lean_call
    def __iter__(self) -> Iterator[KeyValuePair[K, V]]:
        # a copy: another thread may add an instrument meanwhile
        for key, value in self._each(list(self._entries.items())):
            yield KeyValuePair(self._meter, key, value)

    def _each(self, entries: list[R]) -> Iterator[R]:
        for entry in entries:
            self._meter.read(self, "__next__")
            yield entry

    def _missing(self, key: K) -> str:
        return f"'{key}' was not found in {self._lean_name}"
