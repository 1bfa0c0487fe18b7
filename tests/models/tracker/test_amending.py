"""Amendments: holdings that the tracker found, handed to a strategy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.errors import CallError
from models.events.account import Mark, Opening
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill
from models.performance_tracker import PerformanceTracker
from models.settings import Settings

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
STOCK = Instrument("A 1", "A", SecurityType.EQUITY, "USD")


def tracker_with(price: float, seed_strategy: str = "") -> PerformanceTracker:
    """A tracker that found 100 shares bought at 50, marked once at a price."""
    tracker = PerformanceTracker(settings=Settings(seed_strategy=seed_strategy))
    tracker.apply(STOCK)
    tracker.apply(Opening(START, {"USD": 5000.0}, {"USD": 1.0}, {"A 1": (100.0, 50.0)}))
    mark(tracker, 1, price)
    return tracker


def mark(tracker: PerformanceTracker, minutes: int, price: float, held: float = 100.0) -> None:
    """A mark at which LEAN holds so many shares at a price."""
    equity = 5000.0 + held * price if held else None
    time = START + timedelta(minutes=minutes)
    tracker.apply(Mark(time, equity, {"A 1": price}, {}, {}, holdings=None))


def test_lots_change_hands_at_the_last_price() -> None:
    """What they made until then stays with `unassigned`, and nobody's equity moves."""
    tracker = tracker_with(60.0)
    before = tracker.ledger.equity_now()
    tracker.assign("A", "trend", 40.0)
    assert tracker.ledger.equity_now() == before
    sheets = tracker.sheets()
    assert (sheets["trend"].realized, sheets["trend"].unrealized) == (0.0, 0.0)
    assert (sheets["unassigned"].realized, sheets["unassigned"].unrealized) == (400.0, 600.0)
    mark(tracker, 2, 70.0)
    assert tracker.sheets()["trend"].unrealized == 400.0
    assert tracker.strategies()["trend"].max_drawdown == 0.0
    (trade,) = tracker.trades()
    assert (trade.strategy, trade.exit_reason, trade.seeded) == ("unassigned", "assigned", True)
    (lot,) = tracker.open_trades("trend")
    assert (lot.quantity, lot.entry_price, lot.seeded) == (40.0, 60.0, True)


def test_without_a_quantity_all_of_it_changes_hands() -> None:
    """The ID of the Symbol names it as well as the ticker."""
    tracker = tracker_with(60.0)
    tracker.assign("A 1", "trend")
    assert tracker.open_trades("unassigned") == []
    assert sum(lot.quantity for lot in tracker.open_trades("trend")) == 100.0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("B", "trend"), "holds no 'B'; it holds A, A 1"),
        (("A", "unassigned"), "must be a name"),
        (("A", ""), "must be a name"),
        (("A", "trend", 101.0), "at most 100"),
        (("A", "trend", 0.0), "above 0"),
        (("A", "trend", float("nan")), "above 0"),
    ],
)
def test_what_cannot_be_assigned_says_what_is_allowed(
    arguments: tuple[str, str], said: str
) -> None:
    """A wrong call changes nothing and names what may be assigned."""
    tracker = tracker_with(60.0)
    with pytest.raises(CallError, match=said):
        tracker.assign(*arguments)
    assert tracker.open_trades("unassigned")


def test_a_setting_names_who_has_what_was_found() -> None:
    """The strategy has the lots from the start; what they had gained before is no return of it."""
    tracker = tracker_with(60.0, seed_strategy="trend")
    assert tracker.summary().total_return == 0.0
    assert tracker.drawdown("trend").max_depth == 0.0
    sold = Fill(START + timedelta(minutes=2), 1, 1, "A 1", -100.0, 60.0, tag="strategy=trend")
    tracker.apply(sold)
    (trade,) = tracker.trades()
    assert (trade.strategy, trade.pnl, trade.exit_reason) == ("trend", 1000.0, "order")
    assert tracker.open_trades() == []


def test_flows_and_anomalies_are_public_records() -> None:
    """A deposit that nobody announced is among the flows, what is odd among the anomalies."""
    tracker = tracker_with(60.0)
    time = START + timedelta(minutes=2)
    tracker.apply(Mark(time, 11_100.0, {"A 1": 60.0}, {}, {"USD": 5100.0}, holdings=None))
    tracker.apply(Fill(time, 1, 1, "nothing known", 1.0, 1.0))
    (flow,) = tracker.flows()
    assert (flow.amount, flow.cause) == (100.0, "unannounced")
    (anomaly,) = tracker.anomalies()
    assert anomaly.kind == "unknown instrument"
