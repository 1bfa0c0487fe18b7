"""What is held, by strategy and in total, and the open lots."""

from __future__ import annotations

import pytest

from models.performance_tracker import PerformanceTracker
from tests.models.tracker.feeds import (
    MINUTE,
    NOON,
)


def test_positions_show_value_exposure_and_leverage() -> None:
    """Two strategies on both sides of one stock: each its own; LEAN has closed 4 of its 10."""
    tracker = PerformanceTracker(1_000.0)
    tracker.open_trade("A", 10, 100.0, time=NOON, strategy="up")
    tracker.open_trade("A", 4, 110.0, strategy="down", direction="short")
    tracker.update_unrealized_pnl({"A": 120.0}, NOON + MINUTE)
    positions = tracker.positions()
    (up,), (down,), (net,) = (*positions.strategies.values(), positions.account)
    assert (up.quantity, up.average_price, up.market_value) == (10.0, 100.0, 1200.0)
    assert (up.unrealized_pnl, up.since) == (200.0, NOON)
    assert (down.market_value, down.unrealized_pnl) == (-480.0, -40.0)
    assert (net.quantity, net.market_value, net.unrealized_pnl) == (6.0, 720.0, 120.0)
    assert positions.exposure[:2] == (720.0, 720.0)
    assert positions.exposure.leverage == pytest.approx(720 / 1160)
    assert positions.exposures["down"].net == -480.0


def test_open_trades_show_how_far_they_went() -> None:
    """A lot keeps the worst and the best it saw, apart from lots that came later."""
    tracker = PerformanceTracker()
    tracker.open_trade("A", 1, 100.0, time=NOON)
    tracker.update_unrealized_pnl({"A": 90.0})
    tracker.open_trade("A", 1, 95.0)
    tracker.update_unrealized_pnl({"A": 105.0})
    first, second = tracker.open_trades()
    assert (first.mae, first.mfe, first.pnl) == (-10.0, 5.0, 5.0)
    assert (second.mae, second.mfe) == (0.0, 10.0)
