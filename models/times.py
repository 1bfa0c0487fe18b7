"""Many times at once: as the texts that are saved, and read from them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from operator import attrgetter

from models.errors import StateError

# The last year that Python knows: a time in it cannot be waited from.
END_OF_CALENDAR = 9999

_TIMEZONE, _YEAR = attrgetter("tzinfo"), attrgetter("year")


def read_times(texts: Iterable[str]) -> list[datetime]:
    """Aware times of their ISO 8601 texts."""
    times = [*map(datetime.fromisoformat, texts)]
    if None in map(_TIMEZONE, times):
        raise StateError("is a time without a zone")
    if times and max(map(_YEAR, times)) >= END_OF_CALENDAR:
        raise StateError(f"is a time of the year {END_OF_CALENDAR}, after which there is none")
    return times


def write_times(times: Iterable[datetime]) -> list[str]:
    """ISO 8601 texts of times, each made once: many trades begin or end at the same time."""
    found = [*times]
    if {*map(_TIMEZONE, found)} != {UTC}:  # in another zone the same time has another text
        return [*map(datetime.isoformat, found)]
    texts = {time: datetime.isoformat(time) for time in {*found}}
    return [*map(texts.__getitem__, found)]
