"""Rows for the desk: what they tell, and ids that know them again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from models.events.anomalies import Anomaly
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from models.performance_tracker import PerformanceTracker
from models.tracker.desk_rows import MOST_TEXT, event_row, fill_row, trade_row

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)


def with_order(tag: str = "strategy=trend", bid: float = 99.0) -> PerformanceTracker:
    """A tracker that saw an order for ten of A at a mid price of 100."""
    tracker = PerformanceTracker(10_000.0)
    tracker.open_trade("B", 1, 10.0, time=NOON)
    tracker.apply(Instrument("A", "A", SecurityType.EQUITY, "USD", multiplier=2.0))
    about = NOON, 7, 1, "A", OrderStatus.SUBMITTED, tag, OrderType.MARKET, 10.0
    tracker.apply(OrderUpdate(*about, bid=bid, ask=101.0))
    return tracker


def a_fill(price: float = 100.5, event: int = 2) -> Fill:
    """The order's fill, a minute later."""
    return Fill(NOON + timedelta(minutes=1), 7, event, "A", 10.0, price, 1.0, "USD")


def test_a_fill_is_told_with_its_order_and_slippage() -> None:
    """Half a dollar on ten contracts of two is ten dollars, and 50 basis points of what it was."""
    tracker = with_order()
    fill = a_fill()
    assert tracker.apply(fill)
    row = fill_row(tracker.core, fill)
    assert row["id"] == f"{int(NOON.timestamp())}:7:2"
    assert (row["order"], row["event"], row["strategy"], row["symbol"]) == (7, 2, "trend", "A")
    assert (row["quantity"], row["price"], row["fee"]) == (10.0, 100.5, 1.0)
    assert (row["slippage"], row["slippage_bps"]) == (-10.0, -50.0)
    assert row["time"] == "2024-01-02T12:01:00+00:00"


def test_without_an_arrival_price_there_is_no_slippage() -> None:
    """It is null and not 0."""
    tracker = with_order(bid=0.0)
    row = fill_row(tracker.core, a_fill())
    assert row["slippage"] is row["slippage_bps"] is None


def test_fills_of_other_deployments_have_other_ids() -> None:
    """LEAN counts its orders anew in each."""
    tracker = with_order()
    first = fill_row(tracker.core, a_fill())
    tracker.core.deploy(NOON + timedelta(days=1), "L-2")
    tracker.apply(
        OrderUpdate(NOON, 7, 1, "A", OrderStatus.SUBMITTED, "strategy=trend", OrderType.MARKET, 1.0)
    )
    second = fill_row(tracker.core, a_fill())
    assert second["order"] == 2_000_000_007
    assert first["id"] != second["id"]
    assert fill_row(tracker.core, a_fill(event=3))["id"] != second["id"]


def test_rows_are_the_same_of_a_tracker_that_was_restored() -> None:
    """The watcher of a saved state and the sender tell a trade by one id."""
    tracker = with_order()
    tracker.apply(a_fill())
    tracker.close_trade("B", price=9.0, time=NOON + timedelta(hours=1))
    other = PerformanceTracker()
    other.restore(json.loads(json.dumps(tracker.state())))
    (trade,), (again,) = tracker.trades(), other.trades()
    row = trade_row(tracker.core, trade)
    assert row == trade_row(other.core, again)
    assert (row["pnl"], row["entry_price"], row["exit_price"]) == (-1.0, 10.0, 9.0)
    begun = tracker.deployments[0]
    told = event_row(tracker.core, begun.time, "", begun)
    assert told == event_row(other.core, begun.time, "", other.deployments[0])
    assert told["text"] == "deployment 1 began"


def test_events_have_an_id_by_what_they_are() -> None:
    """Another time, text or strategy is another event; books begun anew have none in common."""
    core = with_order().core
    seen = Anomaly(NOON, "late fill", "x" * 2 * MOST_TEXT)
    row = event_row(core, NOON, "", seen)
    assert (row["kind"], len(row["text"])) == ("anomaly", MOST_TEXT)
    assert len(row["data"]["detail"]) == MOST_TEXT
    ids = {
        row["id"],
        event_row(core, NOON, "trend", seen)["id"],
        event_row(core, NOON + timedelta(seconds=1), "", seen)["id"],
        event_row(core, NOON, "", Anomaly(NOON, "late fill", "y"))["id"],
        event_row(PerformanceTracker().core, NOON, "", seen)["id"],
    }
    assert len(ids) == 5
    assert event_row(core, NOON, "", seen) == row


def test_an_order_of_several_names_them_all() -> None:
    """LEAN's own order is shared by who holds the instrument."""
    tracker = with_order()
    order = tracker.ledger.books.orders.known[7]
    order.strategy, order.shares = None, {"trend": 0.5, "other": 0.5}
    assert fill_row(tracker.core, a_fill())["strategy"] == "other, trend"
