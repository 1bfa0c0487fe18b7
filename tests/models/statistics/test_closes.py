"""The calendar of the statistics."""

from __future__ import annotations

from datetime import date

import pytest

from models.statistics.closes import months_before


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2020, 3, 31), 1, date(2020, 2, 29)),
        (date(2021, 3, 31), 1, date(2021, 2, 28)),
        (date(2020, 1, 31), 12, date(2019, 1, 31)),
        (date(2020, 2, 29), 12, date(2019, 2, 28)),
        (date(2020, 1, 1), 1, date(2019, 12, 1)),
        (date(2020, 5, 15), 0, date(2020, 5, 15)),
    ],
)
def test_months_go_back_to_the_last_day_there_is(day: date, months: int, before: date) -> None:
    """A month that is shorter ends the count on its last day."""
    epoch = date(1970, 1, 1).toordinal()
    assert months_before(day.toordinal() - epoch, months) == before.toordinal() - epoch
