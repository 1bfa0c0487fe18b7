"""Daily closes of the NAV, and the calendar that the statistics count in."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import NamedTuple

from models.equity.samples import Column

# Days of a year of growth, as in LEAN.
DAYS_OF_GROWTH = 365.0

# `date.toordinal()` of the day from which days are counted here, as in Unix time.
EPOCH = date(1970, 1, 1).toordinal()


def months_before(day: int, months: int) -> int:
    """The same day of the month so many months earlier, or the month's last where it is shorter.

    Args:
        day: Days since 1970.
        months: Number of months.

    Returns:
        Days since 1970.
    """
    here = date.fromordinal(day + EPOCH)
    year, month = divmod(here.year * 12 + here.month - 1 - months, 12)
    return date(year, month + 1, min(here.day, monthrange(year, month + 1)[1])).toordinal() - EPOCH


class Closes(NamedTuple):
    """The NAV of a unit at the close of each trading day, after its start.

    Attributes:
        day: `date.toordinal()` of the local dates, rising strictly; the first is the date before
            the first trading day, so that a year of trading is a year.
        nav: NAV of a unit; the first is the NAV at the start, which is the first peak.
        benchmark: The benchmark's value on these days, not above 0 where it has none; None without
            a benchmark.
    """

    day: Column
    nav: Column
    benchmark: Column | None = None
