"""The limits of a tape: how much of a file is read, how long a line is, how far time goes.

They are far beyond any recording of a run, and keep a damaged or a made-up file from taking the
machine's memory or its time. `Limits` judges a tape's lines; the tape reader alone calls it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from workbench.engine.tape_fields import utc_of

LONGEST_LINE: Final = 1 << 26
"""Bytes of a line; the end line of 23 years of trades has 46 million."""
LONGEST_PLAIN_LINE: Final = 1 << 22
"""Bytes of a line that does not begin as an end line does."""
MOST_OBJECTS: Final = 1_000_000
"""Objects and lists in a line; the end line of 23 years of trades has 150,000."""
MOST_VALUES: Final = 8_000_000
"""Values in a line; that end line has two million."""
LEAST_UNPACKED: Final = 1 << 26
MOST_UNPACKED: Final = 64
"""A tape may unpack to so many times its size, or to `LEAST_UNPACKED` bytes; real ones to 23."""
MOST_PROBLEMS: Final = 100
"""Problems that are listed one by one when a tape is read leniently."""
MOST_BAD_LINES: Final = 200_000
"""Lines with a problem, after which a file is no tape."""
AFTER_END: Final = timedelta(days=366)
"""How long after the run's end a line may be: LEAN ends a run at the next midnight or later."""
LONGEST_PAUSE: Final = timedelta(days=366)
LONGEST_LIVE_PAUSE: Final = timedelta(days=31)
"""From a line to the next: a backtest has a line a day, and a live tracker's timers go on."""
LONGEST_WARM_UP: Final = timedelta(days=3660)
LONGEST_LIVE_WARM_UP: Final = timedelta(days=14)
"""How long before the run's start a line may be."""

_END_LINE: Final = re.compile(rb'\{ ?"type": ?"end"')


def most_unpacked(size: int) -> int:
    """The most bytes that a tape of a size may unpack to."""
    return max(LEAST_UNPACKED, MOST_UNPACKED * size)


def size_fault(raw: bytes) -> str | None:
    """Say why a line is too large to be read, or return None where it is not."""
    if len(raw) < MOST_OBJECTS:
        return None
    if len(raw) > LONGEST_PLAIN_LINE and not _END_LINE.match(raw):
        return f"the line has {len(raw):,} bytes; none but the last has {LONGEST_PLAIN_LINE:,}"
    if raw.count(b"{") + raw.count(b"[") > MOST_OBJECTS or raw.count(b",") > MOST_VALUES:
        return f"the line has more than {MOST_OBJECTS:,} objects or {MOST_VALUES:,} values"
    return None


class Clock:
    """Judges the times of a tape's lines, one after the other.

    Args:
        start: The fields of the start line, which are sound.
    """

    def __init__(self, start: Mapping[str, Any]) -> None:
        end = datetime.fromisoformat(start["end"]).replace(tzinfo=ZoneInfo(start["time_zone"]))
        self._last = end.astimezone(UTC) + AFTER_END
        live, utc = start["live"], utc_of(start["utc"])
        self._pause = LONGEST_LIVE_PAUSE if live else LONGEST_PAUSE
        self._first = utc - (LONGEST_LIVE_WARM_UP if live else LONGEST_WARM_UP)
        self._now = utc

    def fault(self, utc: datetime) -> str | None:
        """Say why a line cannot be of this time, or take it for the present and return None."""
        if utc > self._last:
            return f"its time {utc} is beyond the run's end"
        if utc < self._first:
            return f"its time {utc} is too long before the run's start"
        if utc - self._now > self._pause:
            return f"its time {utc} is {(utc - self._now).days:,} days after what is before it"
        self._now = max(self._now, utc)
        return None
