"""The days of the account and of strategies, as `daily_nav` and `daily_returns` have them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from math import sqrt
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from models.events.account import DayEnd, Mark
from models.performance_tracker import PerformanceTracker
from tests.models.tracker.feeds import DAY, fill, tracker

MONDAY = datetime(2024, 1, 8, tzinfo=UTC)  # its midnight
HOUR = timedelta(hours=1)


def nav_by_day(made: PerformanceTracker, strategy: str | None = None) -> dict[str, float]:
    """The series, by the name of the weekday and the day of the month."""
    days, navs = made.daily_nav(strategy)
    return {f"{day:%a %-d}": round(float(nav), 9) for day, nav in zip(days, navs, strict=True)}


def by_hand(**given: object) -> PerformanceTracker:
    """An account of 1,000 that bought ten shares at 10 on a Friday's noon."""
    made = PerformanceTracker(1_000.0, **given)  # type: ignore[arg-type]
    made.open_trade("A", 10, 10.0, time=MONDAY - 3 * DAY + 12 * HOUR, strategy="trend")
    return made


def test_a_weekday_without_a_mark_returns_nothing() -> None:
    """Marked on a Friday and on the Wednesday after it: Monday and Tuesday are days too."""
    made = by_hand()
    made.close_trade("A", price=11.0, time=MONDAY + 2 * DAY + HOUR)
    assert nav_by_day(made) == {"Fri 5": 1.0, "Mon 8": 1.0, "Tue 9": 1.0, "Wed 10": 1.01}
    assert nav_by_day(made, "trend") == nav_by_day(made)
    days, returns = made.daily_returns()
    assert isinstance(returns, np.ndarray)
    assert (len(days), days[-1]) == (4, date(2024, 1, 10))
    assert returns.tolist() == pytest.approx([0.0, 0.0, 0.0, 0.01])


def test_a_day_of_a_weekend_counts_where_something_is_held_at_a_mark() -> None:
    """Also where nothing moved on it; a Sunday without a mark is no day."""
    made = by_hand()
    made.update_unrealized_pnl({"A": 10.0}, MONDAY - 2 * DAY + HOUR)
    made.close_trade("A", price=11.0, time=MONDAY + HOUR)
    assert list(nav_by_day(made)) == ["Fri 5", "Sat 6", "Mon 8"]
    made.update_unrealized_pnl({"A": 11.0}, MONDAY + 5 * DAY)
    assert list(nav_by_day(made))[-1] == "Fri 12"


def test_a_strategy_counts_the_weekends_on_which_it_held_something() -> None:
    """What another one holds makes no day of its own."""
    made = by_hand()
    made.open_trade("B", 1, 10.0, time=MONDAY - 2 * DAY + HOUR, strategy="late")
    made.close_trade("A", price=10.0, time=MONDAY - 1 * DAY + HOUR, strategy="trend")
    assert list(nav_by_day(made, "trend")) == ["Fri 5", "Sat 6"]
    assert list(nav_by_day(made, "late")) == ["Fri 5", "Sat 6", "Sun 7"]


def test_a_trade_within_a_weekend_is_of_its_day() -> None:
    """A position that no mark saw moved the NAV all the same."""
    made = tracker()
    saturday = datetime(2024, 1, 6, 12, tzinfo=UTC)
    made.apply(Mark(saturday - DAY, 1000.0, cash={"USD": 1000.0}))
    for event_id, (quantity, price) in enumerate(((10.0, 10.0), (-10.0, 11.0)), 1):
        made.apply(fill(event_id, quantity, price, event_id=event_id))
    made.apply(Mark(saturday, 1010.0, cash={"USD": 1010.0}))
    assert nav_by_day(made)["Sat 6"] == 1.01


def test_a_time_by_hand_at_midnight_is_of_its_own_date() -> None:
    """Whoever gives dates means these dates."""
    made = PerformanceTracker(1_000.0)
    made.open_trade("A", 10, 10.0, time=MONDAY)
    made.close_trade("A", price=11.0, time=MONDAY + DAY)
    assert nav_by_day(made) == {"Mon 8": 1.0, "Tue 9": 1.01}


def daily_bars(late: timedelta, *, saved: bool = False) -> PerformanceTracker:
    """Held from Monday on, marked at each midnight after a day as LEAN's schedules do.

    A point of 10 a day; Saturday and Sunday move nothing, and are marked at their midnights too.
    """
    made = tracker()
    made.apply(fill(1, 10.0, 10.0))
    for day, worth in enumerate((10, 11, 12, 13, 14, 14, 14, 15), 1):
        time = MONDAY + day * DAY + late
        equity = 900.0 + 10.0 * worth
        made.apply(Mark(time, equity, {"S": float(worth)}, cash={"USD": 900.0}))
        made.apply(DayEnd(time, equity))
        if saved:
            made.restore(json.loads(json.dumps(made.state())))
        made.apply(Mark(time, equity, {"S": float(worth)}, cash={"USD": 900.0}))
    return made


@pytest.mark.parametrize("late", [timedelta(0), timedelta(milliseconds=3)])
@pytest.mark.parametrize("saved", [False, True])
def test_a_daily_bar_is_of_the_day_that_its_midnight_ends(late: timedelta, saved: bool) -> None:
    """Each day has the return of its own bar, and a closed market's midnights make no day.

    Live the schedule comes a moment after midnight, when the new day has begun.
    """
    made = daily_bars(late, saved=saved)
    found = nav_by_day(made)
    start = {"Tue 2": 1.0, "Wed 3": 1.0, "Thu 4": 1.0, "Fri 5": 1.0}
    week = {"Mon 8": 1.0, "Tue 9": 1.01, "Wed 10": 1.02, "Thu 11": 1.03, "Fri 12": 1.04}
    begun = {"Tue 16": 1.05} if late else {}
    assert found == {**start, **week, "Mon 15": 1.05, **begun}
    assert nav_by_day(made, "trend") == found


def test_what_is_paid_at_midnight_is_of_the_new_day() -> None:
    """LEAN samples a midnight before it pays the dividends of the new day."""
    made = tracker()
    made.apply(fill(1, 10.0, 10.0))
    night = MONDAY + DAY
    made.apply(Mark(night - HOUR, 1000.0, {"S": 10.0}, cash={"USD": 900.0}))
    made.apply(DayEnd(night, 1000.0))
    made.apply(Mark(night, 1010.0, {"S": 11.0}, cash={"USD": 900.0}))
    assert nav_by_day(made)["Mon 8"] == 1.0
    assert nav_by_day(made)["Tue 9"] == 1.01


def test_the_ratios_are_of_the_days_of_the_series() -> None:
    """A strategy's n and Sharpe ratio are those of its daily returns, quiet days included."""
    made = PerformanceTracker(1_000.0, zone=ZoneInfo("America/New_York"))
    made.open_trade("A", 10, 10.0, time=MONDAY + 20 * HOUR, strategy="trend")
    for day, price in ((2, 11.0), (4, 10.5), (9, 12.0)):
        made.update_unrealized_pnl({"A": price}, MONDAY + day * DAY + 20 * HOUR)
    figures = made.strategies()["trend"]
    _, returns = made.daily_returns("trend")
    assert figures.trading_days == len(returns) == 8
    expected = returns.mean() / returns.std(ddof=1) * sqrt(252)
    assert figures.sharpe_ratio == pytest.approx(expected)
    down = sqrt((np.minimum(returns, 0.0) ** 2).mean())
    assert figures.sortino_ratio == pytest.approx(returns.mean() / down * sqrt(252))


@pytest.mark.parametrize(("apart", "year"), [(1, 365.0), (7, 252.0)])
def test_a_series_that_goes_on_at_weekends_has_365_days_a_year(apart: int, year: float) -> None:
    """300 days of it tell: the ratios of what trades every day are annualized with 365."""
    made = by_hand()
    for day in range(3, 450, apart):
        price = 10.0 + day % 3
        made.update_unrealized_pnl({"A": price}, MONDAY - 3 * DAY + day * DAY + 12 * HOUR)
    _, returns = made.daily_returns()
    assert len(returns) > 300
    expected = returns.mean() / returns.std(ddof=1) * sqrt(year)
    assert made.summary().account.sharpe_ratio == pytest.approx(expected)
