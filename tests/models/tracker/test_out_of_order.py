"""What comes out of order, says what cannot be, or changes its name on the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.errors import EventError
from models.events.account import Mark, Opening
from models.events.corporate_actions import SymbolChange
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill, OrderStatus, OrderUpdate
from models.ledger.books import ANOMALIES_KEPT
from models.ledger.tags import risk_in_tag
from models.performance_tracker import PerformanceTracker

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
STOCK = Instrument("A", "OLD", SecurityType.EQUITY, "USD")


def opened(*, live: bool = False) -> PerformanceTracker:
    """A tracker of 1,000 dollars that knows a stock."""
    tracker = PerformanceTracker(live=live)
    tracker.apply(STOCK)
    tracker.apply(Opening(START, {"USD": 1000.0}, {"USD": 1.0}))
    return tracker


def at(minutes: float) -> datetime:
    """A time after the start."""
    return START + timedelta(minutes=minutes)


def fill(order: int, minutes: float, quantity: float, price: float = 10.0, **given: Any) -> Fill:
    """A fill of a strategy's own order."""
    given.setdefault("tag", "strategy=trend")
    return Fill(at(minutes), order, given.pop("event", 1), "A", quantity, price, **given)


@pytest.mark.parametrize(
    ("live", "late", "told"),
    [(False, 1, ["mark out of time"]), (True, 2, ["mark out of time"]), (True, 1, [])],
)
def test_a_mark_before_the_last_one_is_dropped(live: bool, late: int, told: list[str]) -> None:
    """It is recorded; live, where threads overtake each other, from more than a second on."""
    tracker = opened(live=live)
    tracker.apply(Mark(at(5), 1000.0, cash={"USD": 1000.0}))
    tracker.apply(Mark(at(5) - timedelta(seconds=late), 900.0, cash={"USD": 1000.0}))
    assert [each.kind for each in tracker.ledger.books.anomalies] == told
    assert tracker.ledger.marks == 1
    times = [point.time for point in tracker.equity_curve()]
    assert times == sorted(times)


def test_a_fill_before_its_entry_is_recorded() -> None:
    """It is booked all the same."""
    tracker = opened()
    tracker.apply(fill(1, 5, 10.0))
    tracker.apply(fill(2, 4.5, -10.0))
    assert [each.kind for each in tracker.ledger.books.anomalies] == ["fill before its entry"]
    assert len(tracker.trades()) == 1


NAN, INF = float("nan"), float("inf")


def update(**given: Any) -> OrderUpdate:
    """An order's event that fills nothing."""
    return OrderUpdate(START, 1, 1, "A", OrderStatus.SUBMITTED, **given)


@pytest.mark.parametrize("wrong", [NAN, INF, -INF])
def test_no_event_carries_what_is_no_number(wrong: float) -> None:
    """Rates, prices and holdings are refused wherever an event carries them."""
    for make in (
        lambda: fill(1, 1, 1.0, rates={"EUR": wrong}),
        lambda: fill(1, 1, 1.0, market=wrong),
        lambda: fill(1, 1, 1.0, ordered=wrong),
        lambda: update(rates={"EUR": wrong}),
        lambda: update(fee=wrong),
        lambda: update(quantity=wrong),
        lambda: update(bid=wrong),
        lambda: update(ask=wrong),
        lambda: update(price=wrong),
        lambda: update(limit_price=wrong),
        lambda: update(stop_price=wrong),
        lambda: Opening(START, {"USD": 1.0}, {"USD": wrong}),
        lambda: Opening(START, {"USD": 1.0}, {"USD": 1.0}, {"A": (wrong, 1.0)}),
        lambda: Opening(START, {"USD": 1.0}, {"USD": 1.0}, {"A": (1.0, wrong)}),
        lambda: Mark(START, 1.0, holdings={"A": (wrong, 1.0)}),
        lambda: Mark(START, 1.0, holdings={"A": (1.0, wrong)}),
    ):
        with pytest.raises(EventError):
            make()


def test_a_new_kind_of_anomaly_is_told_beyond_a_thousand() -> None:
    """Of a kind that came often the later ones are only counted."""
    books = opened().ledger.books
    for _ in range(ANOMALIES_KEPT + 5):
        books.anomaly(START, "often", "")
    books.anomaly(START, "new", "what it is")
    assert len(books.anomalies) == ANOMALIES_KEPT + 1
    assert books.anomalies[-1].kind == "new"


def test_the_risk_of_an_order_counts_by_its_whole_quantity() -> None:
    """100 over 4 and 6 is 40 and 60, though the first event fills a part."""
    tracker = opened()
    first = fill(1, 1, 4.0, tag="strategy=trend risk=100", ordered=10.0, final=False)
    tracker.apply(first)
    tracker.apply(fill(1, 2, 6.0, tag=None, event=2))
    tracker.apply(fill(2, 3, -10.0))
    assert [trade.risk for trade in tracker.trades()] == [40.0, 60.0]


def test_a_risk_is_finite() -> None:
    """A number beyond what a float holds is no risk."""
    assert risk_in_tag("risk=" + "9" * 400) is None


def test_trades_are_found_under_the_old_and_the_new_ticker() -> None:
    """Their group is the ticker of the last trade, before a restore as after it."""
    tracker = opened()
    for order, (minutes, quantity) in enumerate([(1, 1.0), (2, -1.0)], 1):
        tracker.apply(fill(order, minutes, quantity))
    tracker.apply(SymbolChange(at(3), "A", "OLD", "NEW"))
    for order, (minutes, quantity) in enumerate([(4, 1.0), (5, -1.0)], 3):
        tracker.apply(fill(order, minutes, quantity))
    assert len(tracker.trades(symbol="OLD")) == len(tracker.trades(symbol="NEW")) == 2
    assert tracker.trades(symbol="ELSE") == []
    restored = PerformanceTracker()
    restored.restore(tracker.state())
    for each in (tracker, restored):
        each.apply(fill(5, 6, 1.0))
        each.apply(fill(6, 7, -1.0))
        assert list(each.trade_groups("underlying")) == ["NEW"]
        assert list(each.trade_groups("symbol")) == ["NEW"]
