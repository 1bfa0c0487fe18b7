"""The NAV of each day, without gaps."""

from __future__ import annotations

from datetime import date

import numpy as np

from models.equity.daily import daily_series_of, returns_of

MONDAY = date(2024, 1, 1)


def test_a_weekday_without_a_close_stands_still() -> None:
    """Weekdays are days whether they have a close or not; those of a weekend need one."""
    start = MONDAY.toordinal()
    days, navs = daily_series_of([start + 1, start + 6], [1.1, 1.1], MONDAY, date(2024, 1, 9))
    assert [day.day for day in days] == [1, 2, 3, 4, 5, 7, 8, 9]
    assert navs.tolist() == [1.0, *[1.1] * 7]
    assert np.allclose(returns_of(navs), [0.0, 0.1, *[0.0] * 6])
