"""Returns over periods that end with the last close, and drawdown periods of daily closes."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.statistics.closes import Closes
from models.statistics.periods import DailyDrawdownPeriod, drawdown_periods, period_ladder
from models.statistics.portfolio import own_statistics
from tests.models.statistics.nav_closes import STEPS, SUNDAY, closes, curve


def test_the_ladder_starts_each_rung_from_the_close_before_it() -> None:
    """Month and year from their last closes before, the others from that date so long ago."""
    start = date(2016, 12, 31)
    days = (date(2020, 5, 15) - start).days + 1
    navs = [1.0 + number for number in range(days)]

    def since(day: date) -> float:
        return navs[-1] / navs[(day - start).days] - 1.0

    assert period_ladder(closes(navs, start=start), date(2020, 3, 10)) == {
        "day": since(date(2020, 5, 14)),
        "mtd": since(date(2020, 4, 30)),
        "3m": since(date(2020, 2, 15)),
        "6m": since(date(2019, 11, 15)),
        "ytd": since(date(2019, 12, 31)),
        "1y": since(date(2019, 5, 15)),
        "3y": since(date(2017, 5, 15)),
        "since_start": navs[-1] - 1.0,
        "since_deploy": since(date(2020, 3, 9)),
    }


def test_a_short_history_has_no_long_rungs() -> None:
    """What began inside a month, a year or a deployment counts from there; 3 months need 3."""
    found = period_ladder(closes([1.0, 1.1, 1.2]), SUNDAY - timedelta(days=30))
    assert [found[name] for name in ("3m", "6m", "1y", "3y")] == [None] * 4
    assert [found[name] for name in ("mtd", "ytd", "since_start", "since_deploy")] == [
        pytest.approx(0.2)
    ] * 4
    assert found["day"] == pytest.approx(1.2 / 1.1 - 1.0)


def test_the_ladder_takes_the_last_close_where_a_day_has_none() -> None:
    """Over a weekend or a holiday the close before it counts."""
    days = [date(2020, 1, 2), date(2020, 1, 31), date(2020, 4, 29), date(2020, 5, 4)]
    found = period_ladder(Closes([day.toordinal() for day in days], [1.0, 2.0, 4.0, 5.0]))
    assert found["3m"] == 1.5
    assert found["mtd"] == 0.25


@pytest.mark.parametrize("navs", [[], [1.0], [0.0, 1.0]])
def test_without_a_return_the_ladder_is_empty(navs: list[float]) -> None:
    """No close, the start alone, or a start without value: every rung is None."""
    assert set(period_ladder(closes(navs), SUNDAY).values()) == {None}


def test_without_a_deployment_there_is_no_rung_of_it() -> None:
    """A backtest has none."""
    assert period_ladder(closes([1.0, 2.0]))["since_deploy"] is None


def test_drawdown_periods_have_their_peak_trough_and_end() -> None:
    """One that recovered and one that is open; the first peak is the start."""
    navs = [1.0, 0.9, 0.8, 0.95, 1.0, 1.2, 1.2, 1.1, 1.15]

    def day(number: int) -> date:
        return SUNDAY + timedelta(days=number)

    first, last = drawdown_periods(closes(navs))
    assert first == DailyDrawdownPeriod(day(0), day(2), day(4), 1.0 - 0.8, 4, 2)
    assert last == DailyDrawdownPeriod(day(6), day(7), None, 1.0 - 1.1 / 1.2, 2, None)


def test_a_loss_on_the_first_day_is_a_drawdown_period() -> None:
    """The capital at the start is a peak, so the first day's loss counts."""
    (period,) = drawdown_periods(closes([1.0, 0.5]))
    assert (period.depth, period.start, period.end) == (0.5, SUNDAY, None)


@pytest.mark.parametrize("navs", [[], [1.0], [1.0, 1.0, 1.1], [1.0, 1.0 - 1e-14], [0.0, -1.0]])
def test_no_fall_is_no_drawdown_period(navs: list[float]) -> None:
    """Nothing, a rise, what rounding leaves, or no peak above 0: none of it is a drawdown."""
    assert drawdown_periods(closes(navs)) == []


@given(STEPS)
def test_drawdown_periods_are_the_drawdown(steps: list[float]) -> None:
    """They follow each other, only the last is open, the deepest is the maximum drawdown."""
    given_ = closes(curve(steps))
    periods = drawdown_periods(given_)
    deepest = own_statistics(given_, days_a_year=252)["max_drawdown"].value
    assert max((period.depth for period in periods), default=0.0) == pytest.approx(
        deepest, abs=1e-12
    )
    for period, following in pairwise(periods):
        assert period.end is not None
        assert period.start < period.trough < period.end <= following.start
    for period in periods:
        last = period.end or date.fromordinal(int(given_.day[-1]))
        assert period.days == (last - period.start).days


@given(STEPS, st.integers(1, 59))
def test_the_rungs_compound(steps: list[float], cut: int) -> None:
    """What was made before a deployment and since then is what was made since the start."""
    assume(cut < len(steps))
    navs = curve(steps)
    before = period_ladder(closes(navs[: cut + 1]))["since_start"]
    deployed = SUNDAY + timedelta(days=cut + 1)
    found = period_ladder(closes(navs), deployed)
    assert before is not None
    since = found["since_deploy"]
    assert since is not None
    assert (1.0 + before) * (1.0 + since) - 1.0 == pytest.approx(found["since_start"], abs=1e-9)
