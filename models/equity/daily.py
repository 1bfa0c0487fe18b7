"""The NAV of each day, without gaps: what daily returns and their ratios are taken of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

SATURDAY = 5  # of `date.weekday()`

# A series with more days a year than this goes on at weekends.
MANY_DAYS = 300
DAYS_OF_YEAR = 365.25


def weekdays(first: date, last: date) -> int:
    """How many weekdays there are from one date to another, both included."""
    weeks, rest = divmod((last - first).days + 1, 7)
    return 5 * weeks + sum((first.weekday() + day) % 7 < SATURDAY for day in range(rest))


def days_a_year(days: int, first: date, last: date, usual: float) -> float:
    """The days a year that ratios are annualized with.

    Args:
        days: How many days the series has.
        first: The first of them.
        last: The last of them.
        usual: Trading days a year.

    Returns:
        The usual; 365 where the series itself has more than 300 days a year.
    """
    if days < MANY_DAYS or days / ((last - first).days + 1) * DAYS_OF_YEAR <= MANY_DAYS:
        return usual
    return 365.0


def daily_series_of(
    days: Sequence[float], navs: Sequence[float], first: date, last: date
) -> tuple[list[date], npt.NDArray[np.float64]]:
    """The NAV at the end of each weekday, and of each day of a weekend that has a close.

    A day without a close has the NAV of the day before.

    Args:
        days: `date.toordinal()` of the days with a close, rising strictly.
        navs: The NAV at the close of each.
        first: The day of the opening, when the NAV is 1.
        last: The last day.
    """
    closes = {int(day): nav for day, nav in zip(days, navs, strict=True)}
    dates: list[date] = []
    values: list[float] = []
    nav = 1.0
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        nav = closes.get(ordinal, nav)
        if ordinal in closes or day.weekday() < SATURDAY:
            dates.append(day)
            values.append(nav)
    return dates, np.array(values, dtype=np.float64)


def returns_of(navs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The return of each day on the NAV of the day before, 1 before the first; 0 where it is 0."""
    before = np.concatenate(([1.0], navs[:-1])) if navs.size else navs
    return np.divide(navs - before, before, out=np.zeros_like(before), where=before > 0.0)
