"""Marks that are drawn or made by hand, and what brute force finds of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from models.equity.nav_series import Change, NavSeries

ZONE = ZoneInfo("America/New_York")
START = datetime(2024, 5, 6, 14, 30, tzinfo=UTC)
CAPITAL = 1_000.0
MINUTE = timedelta(minutes=1)


class Marked(NamedTuple):
    """A mark: equity, the flow in it, and capital that joined just before it."""

    equity: float
    flow: float = 0.0
    joined: float = 0.0


# Few values, so that peaks and troughs are met again.
AMOUNTS = st.sampled_from([0.0, 0.0, 0.0, 0.0, 250.0, -250.0, 3_000.0])
MARKS = st.lists(st.builds(Marked, st.integers(4, 16).map(lambda n: 100.0 * n), AMOUNTS, AMOUNTS))


def fresh() -> NavSeries:
    """A track of the usual capital."""
    return NavSeries(CAPITAL, ZONE)


def play(track: NavSeries, marks: Sequence[Marked], since: int = 0) -> list[Change]:
    """Send marks an hour apart, so that sessions close between them; what each one brought.

    A mark's equity is what the capital of its flows comes on top of.
    """
    changes = []
    for number, (equity, flow, joined) in enumerate(marks, since):
        time = START + 60 * MINUTE * number
        if joined:
            track.rebase(time, joined)
        changes.append(track.mark(time, equity + max(flow, 0.0) + max(joined, 0.0), flow))
    return changes


def chained(marks: Sequence[Marked]) -> npt.NDArray[np.float64]:
    """The NAV at the start and at every mark, as the product of the returns between flows."""
    equity, factors = CAPITAL, [1.0]
    for marked in marks:
        before = equity + marked.joined
        equity = marked.equity + max(marked.flow, 0.0) + max(marked.joined, 0.0)
        factors.append((equity - marked.flow) / before)
    return np.cumprod(factors)


class Fall(NamedTuple):
    """A period as numpy finds it; positions count the marks from 1, the start is 0."""

    peak: int
    trough: int
    end: int | None
    depth: float


def falls(navs: npt.NDArray[np.float64]) -> list[Fall]:
    """The stretches below the running peak, an open one last."""
    peaks = np.maximum.accumulate(navs)
    below = np.r_[navs < peaks - 1e-9, False]
    begins = np.flatnonzero(below[1:] & ~below[:-1]) + 1
    ends = np.flatnonzero(below[:-1] & ~below[1:]) + 1
    found = []
    for begin, end in zip(begins, ends, strict=True):
        inside = np.round(navs[begin:end], 9)
        trough = int(begin + inside.argmin())
        depth = float(1.0 - navs[trough] / peaks[trough])
        found.append(Fall(int(begin) - 1, trough, int(end) if end < len(navs) else None, depth))
    return found


def seen(track: NavSeries) -> list[Fall]:
    """The track's periods in the same form."""

    def position(time: datetime) -> int:
        return max((time - START) // (60 * MINUTE) + 1, 0)

    periods = [*track.periods, *([track.open_period] if track.open_period else [])]
    return [
        Fall(
            position(period.start),
            position(period.trough_time),
            position(period.end) if period.end else None,
            period.depth,
        )
        for period in periods
    ]


# The first mark is on the first peak: where a period starts can be told from the marks then.
PATHS = MARKS.map(lambda marks: [Marked(CAPITAL), *marks])
