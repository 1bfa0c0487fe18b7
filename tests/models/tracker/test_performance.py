"""Figures, sessions, drawdowns and curves of the account and of strategies."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from models import create_performance_tracker
from models.equity.curve import CURVE_POINTS
from models.performance_tracker import PerformanceTracker
from tests.models.tracker.feeds import (
    DAY,
    MINUTE,
    NOON,
    bought_and_sold,
)


def test_a_strategy_is_shown_in_figures() -> None:
    """Three trades, one of them without a profit, which is neither won nor lost."""
    tracker = PerformanceTracker(1_000.0)
    for price in (110.0, 96.0, 100.0):
        tracker.open_trade("A", 1, 100.0, time=NOON, strategy="trend")
        tracker.close_trade("A", price=price, strategy="trend")
    found = tracker.strategies()["trend"]
    assert (found.trades, found.winning_trades, found.losing_trades) == (3, 1, 1)
    assert (found.net_pnl, found.avg_pnl, found.win_rate) == (6.0, 2.0, 0.5)
    assert found.profit_factor == pytest.approx(2.5)
    assert found.sharpe_ratio is None


def test_what_is_undefined_is_none() -> None:
    """Without a trade, a loss or a second day there is no rate, factor or ratio."""
    tracker = PerformanceTracker()
    assert tracker.summary().account.win_rate is None
    bought_and_sold(tracker)
    metrics = tracker.summary().account
    assert (metrics.win_rate, metrics.profit_factor, metrics.sharpe_ratio) == (1.0, None, None)


def test_a_strategys_capital_is_its_share() -> None:
    """A loss of 10 is 2 % of half of 1,000, and 1 % of all of it."""
    tracker = create_performance_tracker(1_000.0, capital="half=0.5")
    for strategy in ("half", "whole"):
        tracker.open_trade("A", 1, 100.0, time=NOON, strategy=strategy)
    tracker.update_unrealized_pnl({"A": 90.0})
    assert tracker.drawdown("half").depth == pytest.approx(0.02)
    assert tracker.drawdown("whole").depth == pytest.approx(0.01)
    assert tracker.strategies()["half"].capital == 500.0


def test_drawdown_has_spells_that_open_deepen_and_recover() -> None:
    """From the peak to the trough and back, in percent, in money and in time."""
    tracker = PerformanceTracker(1_000.0)
    tracker.open_trade("A", 10, 100.0, time=NOON)
    for minute, price in enumerate((110.0, 99.0, 104.5, 110.0, 108.9), 1):
        tracker.update_unrealized_pnl({"A": price}, NOON + minute * MINUTE)
    found = tracker.drawdown()
    (spell,) = found.periods
    assert (spell.start, spell.trough_time) == (NOON + MINUTE, NOON + 2 * MINUTE)
    assert spell.end == NOON + 4 * MINUTE
    assert spell.depth == pytest.approx(0.1)
    assert spell.amount == pytest.approx(110.0)
    assert found.open is not None
    assert [found.depth, found.max_depth] == pytest.approx([0.01, 0.1])


def test_sessions_take_a_trade_at_its_exit() -> None:
    """Opened on Tuesday, closed on Wednesday: a trade of Wednesday; both days have their P&L."""
    tracker = PerformanceTracker(1_000.0)
    tracker.open_trade("A", 10, 100.0, time=NOON)
    tracker.update_unrealized_pnl({"A": 101.0}, NOON + MINUTE)
    tracker.close_trade("A", price=103.0, time=NOON + DAY)
    tracker.update_unrealized_pnl({"A": 103.0}, NOON + DAY)
    first, second = tracker.sessions()
    assert [day.session_date for day in (first, second)] == [date(2024, 1, 2), date(2024, 1, 3)]
    assert (first.trades, first.net_pnl) == (0, 10.0)
    assert (second.trades, second.winning_trades, second.net_pnl) == (1, 1, 20.0)


def test_sessions_of_each_kind_add_up() -> None:
    """Days, weeks, months, years and all since the start make the same P&L."""
    tracker = PerformanceTracker(zone=ZoneInfo("America/New_York"))
    tracker.open_trade("A", 10, 100.0, time=NOON)
    for day in range(1, 400, 3):
        tracker.update_unrealized_pnl({"A": 100.0 + day % 7}, NOON + day * DAY)
    kinds = ("daily", "weekly", "monthly", "yearly", "since start")
    totals = [sum(each.net_pnl for each in tracker.sessions(kind)) for kind in kinds]
    assert totals == pytest.approx([tracker.summary().net_pnl] * 5)
    assert tracker.sessions("weekly")[1].session_date.weekday() == 0


def test_the_curve_keeps_its_extremes_in_4000_points() -> None:
    """However many marks there were: the first, the last, the highest and the lowest."""
    tracker = PerformanceTracker(10_000.0)
    tracker.open_trade("A", 1, 1_000.0, time=NOON)
    prices = {1: 1_000.0, 7_777: 2_000.0, 8_888: 10.0, 10_000: 1_234.0}
    for minute in range(1, 10_001):
        price = prices.get(minute, 1_000.0 + minute % 9)
        tracker.update_unrealized_pnl({"A": price}, NOON + minute * MINUTE)
    curve = tracker.equity_curve()
    equities = [point.equity for point in curve]
    assert len(curve) <= CURVE_POINTS
    assert (max(equities), min(equities)) == (11_000.0, 9_010.0)
    assert (equities[0], equities[-1]) == (10_000.0, 10_234.0)
    assert all(one.time < other.time for one, other in pairwise(curve))
