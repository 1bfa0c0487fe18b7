"""The NAV of each day, without gaps: what daily returns and their ratios are taken of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

SATURDAY = 5  # of `date.weekday()`


def daily_series_of(
    days: Sequence[float], navs: Sequence[float], first: date, last: date
) -> tuple[list[date], npt.NDArray[np.float64]]:
    """The NAV at the end of each weekday, and of each day of a weekend on which it moved.

    A day without a mark has the NAV of the day before. A mark of Saturday's midnight is Friday's
    close: where the NAV moved on a Saturday and not on the Sunday after it, the move is Friday's.

    Args:
        days: `date.toordinal()` of the days with a mark, rising strictly.
        navs: The NAV at the last mark of each.
        first: The day of the opening, when the NAV is 1.
        last: The day of the last event.
    """
    closes = {int(day): nav for day, nav in zip(days, navs, strict=True)}
    dates: list[date] = []
    values: list[float] = []
    nav = 1.0
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day, before = date.fromordinal(ordinal), nav
        nav = closes.get(ordinal, nav)
        if day.weekday() < SATURDAY:
            dates.append(day)
            values.append(nav)
        elif nav != before:
            sunday = closes.get(ordinal + 1, nav)
            if day.weekday() == SATURDAY and sunday == nav and values:
                values[-1] = nav
            else:
                dates.append(day)
                values.append(nav)
    return dates, np.array(values, dtype=np.float64)


def returns_of(navs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The return of each day on the NAV of the day before, 1 before the first; 0 where it is 0."""
    before = np.concatenate(([1.0], navs[:-1])) if navs.size else navs
    return np.divide(navs - before, before, out=np.zeros_like(before), where=before > 0.0)
