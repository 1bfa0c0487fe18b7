"""Trades by hand: what is booked, and which calls are refused."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from models import CallError, create_performance_tracker
from models.events.account import Mark, Opening
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill
from models.performance_tracker import PerformanceTracker
from tests.models.tracker.feeds import (
    MINUTE,
    NOON,
)


def test_a_trade_by_hand_is_booked_net_of_its_fees() -> None:
    """Bought at 100, sold at 110 with a fee of 1 each: 98 net, and the account has it."""
    tracker = PerformanceTracker(10_000.0)
    opened = tracker.open_trade("AAPL", 10, 100.0, time=NOON, strategy="trend", commission=1.0)
    assert (opened.is_closed, opened.pnl, opened.direction) == (False, -1.0, "long")
    (closed,) = tracker.close_trade("AAPL", price=110.0, time=NOON + MINUTE, strategy="trend")
    assert (closed.pnl, closed.commission, closed.gross_pnl) == (99.0, 1.0, 100.0)
    assert closed.pnl_pct == pytest.approx(9.9)
    assert tracker.summary().equity == 10_099.0
    assert tracker.summary().net_pnl == 99.0


def test_a_short_by_hand_gains_when_the_price_falls() -> None:
    """Sold at 100 and bought back at 90: 10 a share."""
    tracker = PerformanceTracker()
    tracker.open_trade("A", 5, 100.0, time=NOON, direction="short")
    (closed,) = tracker.close_trade("A", price=90.0)
    assert (closed.direction, closed.quantity, closed.pnl) == ("short", 5.0, 50.0)


def test_a_contract_counts_its_multiplier() -> None:
    """One contract of 100 that gains 0.5 makes 50."""
    tracker = PerformanceTracker()
    tracker.open_trade("CALL", 1, 2.0, time=NOON, multiplier=100.0)
    assert tracker.close_trade("CALL", price=2.5)[0].pnl == 50.0


def test_a_part_can_be_closed_lot_by_lot() -> None:
    """LEAN issue 3386: 100 and 100 bought, 150 and 50 sold, make lots of 100, 50 and 50."""
    tracker = PerformanceTracker()
    for quantity in (100, 100):
        tracker.open_trade("A", quantity, 10.0, time=NOON)
    pieces = [*tracker.close_trade("A", 150, price=11.0), *tracker.close_trade("A", price=12.0)]
    assert [piece.quantity for piece in pieces] == [100, 50, 50]
    assert tracker.open_trades() == []


@pytest.mark.parametrize(("matching", "entry"), [("fifo", 10.0), ("lifo", 20.0)])
def test_the_matching_chooses_the_lot(matching: str, entry: float) -> None:
    """The oldest lot leaves first, or the newest."""
    tracker = create_performance_tracker(matching=matching)
    for price in (10.0, 20.0):
        tracker.open_trade("A", 1, price, time=NOON)
    assert tracker.close_trade("A", 1, price=30.0)[0].entry_price == entry


def test_unrealized_profit_follows_the_prices_given() -> None:
    """What is held is marked at the prices by ticker; what is not named keeps its own."""
    tracker = PerformanceTracker()
    tracker.open_trade("A", 10, 100.0, time=NOON)
    tracker.open_trade("B", 10, 50.0)
    assert tracker.update_unrealized_pnl({"A": 103.0, "B": 49.0}) == 20.0
    assert tracker.update_unrealized_pnl({"B": 50.0}, NOON + MINUTE) == 30.0
    assert tracker.balance()["unrealized"] == 30.0


def test_naive_times_are_in_the_trackers_zone() -> None:
    """9:30 said in a tracker of New York is 14:30 UTC in January."""
    tracker = PerformanceTracker(zone=ZoneInfo("America/New_York"))
    trade = tracker.open_trade("A", 1, 10.0, time=datetime(2024, 1, 2, 9, 30))
    assert trade.entry_time == datetime(2024, 1, 2, 14, 30, tzinfo=UTC)


def test_the_other_side_is_not_opened_by_mistake() -> None:
    """Who is long must close before going short; another strategy may go short at once."""
    tracker = PerformanceTracker()
    tracker.open_trade("A", 5, 10.0, time=NOON)
    with pytest.raises(CallError, match="main holds 5 A; close_trade it"):
        tracker.open_trade("A", 5, 10.0, direction="short")
    tracker.open_trade("A", 5, 10.0, direction="short", strategy="other")
    with pytest.raises(CallError, match="other holds 5 A; 6 cannot be closed"):
        tracker.close_trade("A", 6, price=10.0, strategy="other")


def test_a_refused_call_leaves_no_strategy_behind() -> None:
    """A mistyped name holds nothing, and is not among the strategies from then on."""
    tracker = PerformanceTracker()
    tracker.open_trade("A", 5, 10.0, time=NOON, strategy="trend")
    with pytest.raises(CallError, match="trnd holds 0 A; 5 cannot be closed"):
        tracker.close_trade("A", 5, price=10.0, strategy="trnd")
    assert list(tracker.strategies()) == ["trend"]


def test_a_deposit_is_no_profit() -> None:
    """Neither NAV nor drawdown see it; equity does, and the books name it."""
    tracker = PerformanceTracker(1_000.0)
    tracker.open_trade("A", 10, 100.0, time=NOON)
    tracker.update_unrealized_pnl({"A": 90.0}, NOON + MINUTE)
    before = tracker.summary()
    tracker.record_flow(5_000.0, note="savings")
    after = tracker.summary()
    assert after.equity == before.equity + 5_000.0
    assert (after.nav, after.drawdown) == (before.nav, before.drawdown)
    assert tracker.balance()["flows"] == 5_000.0
    assert tracker.ledger.flows[0].cause == "announced: savings"


def test_events_and_hand_share_the_same_books() -> None:
    """The same trade as events and by hand makes the same record and the same balance."""
    by_hand, fed = PerformanceTracker(1_000.0), PerformanceTracker()
    by_hand.open_trade("A", 2, 10.0, time=NOON, commission=1.0)
    by_hand.close_trade("A", price=12.0, time=NOON + MINUTE)
    fed.apply(Instrument("A", "A", SecurityType.EQUITY, "USD"))
    fed.apply(Opening(NOON, {"USD": 1_000.0}, {"USD": 1.0}))
    fed.apply(Fill(NOON, 1, 1, "A", 2.0, 10.0, 1.0, "USD", tag=""))
    fed.apply(Fill(NOON + MINUTE, 2, 1, "A", -2.0, 12.0, tag=""))
    fed.apply(Mark(NOON + MINUTE, 1_003.0, {}, cash={"USD": 1_003.0}))
    by_hand.update_unrealized_pnl({})
    ours, theirs = by_hand.trades()[0], fed.trades()[0]
    assert ours._replace(order_ids=(1, 2), trade_id="1") == theirs
    same = ("realized", "fees", "equity", "starting_equity")
    assert [by_hand.balance()[term] for term in same] == [fed.balance()[term] for term in same]
