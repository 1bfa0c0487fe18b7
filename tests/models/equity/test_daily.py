"""The NAV of each day, without gaps."""

from __future__ import annotations

from datetime import date

import numpy as np

from models.equity.daily import daily_series_of, returns_of

MONDAY = date(2024, 1, 1)


def test_a_weekday_without_a_mark_stands_still() -> None:
    """Weekdays are days whether marked or not; a weekend on which nothing moved has none."""
    start = MONDAY.toordinal()
    days, navs = daily_series_of([start + 1, start + 5], [1.1, 1.1], MONDAY, date(2024, 1, 9))
    assert [day.day for day in days] == [1, 2, 3, 4, 5, 8, 9]
    assert navs.tolist() == [1.0, *[1.1] * 6]
    assert np.allclose(returns_of(navs), [0.0, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0])


def test_a_move_at_saturdays_midnight_is_fridays() -> None:
    """A day's bar is marked at the midnight after it; a weekend that trades keeps its days."""
    start = MONDAY.toordinal()
    days, navs = daily_series_of([start + 5], [1.2], MONDAY, date(2024, 1, 7))
    assert (days[-1].day, navs[-1]) == (5, 1.2)
    days, navs = daily_series_of([start + 5, start + 6], [1.2, 1.3], MONDAY, date(2024, 1, 7))
    assert [day.day for day in days] == [1, 2, 3, 4, 5, 6, 7]
    assert navs[-3:].tolist() == [1.0, 1.2, 1.3]
