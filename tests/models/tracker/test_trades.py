"""The closed trades that are asked for, and what they say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.events.account import Opening
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from models.performance_tracker import PerformanceTracker
from tests.models.tracker.feeds import (
    MINUTE,
    NOON,
    bought_and_sold,
)


def test_trades_are_found_by_strategy_symbol_time_and_number() -> None:
    """Each condition narrows the answer, and the last ones are those asked for."""
    tracker = PerformanceTracker()
    bought_and_sold(tracker, 3, strategy="trend")
    tracker.open_trade("B", 1, 10.0, strategy="other")
    tracker.close_trade("B", price=10.0, strategy="other")
    assert len(tracker.trades()) == 4
    assert [trade.symbol for trade in tracker.trades(symbol="B")] == ["B"]
    assert len(tracker.trades(strategy="trend", since=NOON + MINUTE)) == 2
    assert [trade.trade_id for trade in tracker.trades(limit=2)] == ["h5", "h7"]
    assert tracker.trades(limit=0) == []


def test_the_positions_book_goes_from_flat_to_flat() -> None:
    """Two buys and two sells are one position, with the P&L and the fees of all its lots."""
    tracker = PerformanceTracker()
    for price in (10.0, 20.0):
        tracker.open_trade("A", 10, price, time=NOON, commission=1.0, tag="why")
    tracker.close_trade("A", 5, price=30.0)
    tracker.close_trade("A", price=40.0, commission=2.0)
    (position,) = tracker.trades(book="positions")
    lots = tracker.trades()
    assert (position.quantity, position.entry_price, position.exit_price) == (20.0, 15.0, 37.5)
    assert position.pnl == pytest.approx(sum(lot.pnl for lot in lots))
    assert position.commission == pytest.approx(4.0)
    assert (position.book, position.tag) == ("positions", "why")


def test_a_trade_knows_what_was_at_stake_and_at_risk() -> None:
    """The value at entry, and the amount that the opening order's tag puts at risk, by quantity."""
    tracker = PerformanceTracker()
    tracker.open_trade("A", 10, 100.0, time=NOON, tag="breakout risk=50")
    (part,) = tracker.close_trade("A", 4, price=110.0)
    (rest,) = tracker.close_trade("A", price=95.0)
    assert [(trade.entry_notional, trade.risk) for trade in (part, rest)] == [
        (400.0, 20.0),
        (600.0, 30.0),
    ]
    assert tracker.trades(book="positions")[0].risk == 50.0


def test_the_risk_of_a_combo_is_no_legs() -> None:
    """Every leg has the combo's tag, so that the amount would count once a leg."""
    tracker = PerformanceTracker()
    tracker.apply(Instrument("A", "A", SecurityType.EQUITY, "USD"))
    tracker.apply(Opening(NOON, {"USD": 1_000.0}, {"USD": 1.0}))
    tag = "strategy=condor risk=500"
    tracker.apply(Fill(NOON, 1, 1, "A", 5.0, 10.0, tag=tag, order_type=OrderType.COMBO_MARKET))
    assert [trade.risk for trade in tracker.open_trades()] == [None]


def test_a_stop_against_a_position_says_what_it_risks() -> None:
    """Without a tag the distance to the first stop of the strategy's own counts, and no other's."""
    tracker = PerformanceTracker()
    tracker.apply(Instrument("A", "A", SecurityType.EQUITY, "USD"))
    tracker.apply(Opening(NOON, {"USD": 1_000.0}, {"USD": 1.0}))
    tracker.apply(Fill(NOON, 1, 1, "A", 5.0, 10.0, tag="strategy=trend"))
    stop = OrderUpdate(
        NOON, 2, 1, "A", OrderStatus.SUBMITTED, "strategy=other", OrderType.STOP_MARKET, -5.0
    )
    tracker.apply(replace(stop, stop_price=9.5))
    tracker.apply(replace(stop, order_id=3, tag="strategy=trend", stop_price=9.0))
    tracker.apply(replace(stop, order_id=4, tag="strategy=trend", stop_price=8.0))
    tracker.apply(Fill(NOON, 3, 2, "A", -5.0, 9.0))
    (trade,) = tracker.trades()
    assert (trade.risk, trade.pnl, trade.order_type) == (5.0, -5.0, "MARKET")
