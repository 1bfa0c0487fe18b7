"""The summary of an account."""

from __future__ import annotations

import json

from models import PerformanceTracker, create_performance_tracker
from models.events.account import Mark
from tests.models.tracker.feeds import MINUTE, NOON, bought_and_sold, fill, tracker


def test_the_summary_scores_the_execution() -> None:
    """The score is that of the account's orders; there is none without an order or when off."""
    tracker = create_performance_tracker(execution="on")
    assert tracker.summary().quality_score is None
    bought_and_sold(tracker)
    assert tracker.summary().quality_score == tracker.execution_quality()[0].score is not None
    off = create_performance_tracker(execution="off")
    bought_and_sold(off)
    assert off.summary().quality_score is None


def test_a_reading_between_marks_is_of_the_last_event() -> None:
    """It has every fill at the last prices; what LEAN showed is of the mark before it."""
    made = tracker()
    made.apply(fill(1, 10.0, 10.0, fee=1.0, fee_currency="USD"))
    made.apply(Mark(NOON + 2 * MINUTE, 1019.0, {"S": 12.0}, cash={"USD": 899.0}))
    made.apply(fill(3, -10.0, 15.0, fee=1.0, fee_currency="USD"))
    balance, summary, positions = made.balance(), made.summary(), made.positions()
    times = {"as_of": NOON + 3 * MINUTE, "marked_at": NOON + 2 * MINUTE}
    assert {name: balance[name] for name in times} == {k: t.isoformat() for k, t in times.items()}
    assert json.loads(json.dumps(balance)) == balance
    assert (summary.as_of, summary.marked_at) == tuple(times.values())
    assert (positions.as_of, positions.marked_at) == tuple(times.values())
    assert (balance["realized"], balance["unrealized"], balance["fees"]) == (50.0, 0.0, 2.0)
    assert balance["equity"] == summary.equity == made.current_equity == 1048.0
    assert (balance["lean_equity"], balance["unexplained"]) == (1019.0, 0.0)
    assert not positions.strategies
    terms = balance["realized"] - balance["fees"] + balance["unrealized"]
    assert balance["starting_equity"] + terms == balance["equity"]


def test_times_of_a_reading_are_none_before_the_first_event() -> None:
    """Nothing was seen, and nothing marked."""
    made = PerformanceTracker()
    assert (made.balance()["as_of"], made.balance()["marked_at"]) == (None, None)
    assert (made.summary().as_of, made.positions().marked_at) == (None, None)


def test_an_account_by_hand_has_its_capital_before_the_first_call() -> None:
    """Equity, starting equity and the balance are what it opens with, and stay so at that call."""
    made = create_performance_tracker(5_000.0)
    for _ in range(2):
        summary, balance = made.summary(), made.balance()
        assert summary.equity == summary.starting_equity == 5_000.0
        assert balance["equity"] == balance["starting_equity"] == 5_000.0
        assert summary.balance["equity"] == made.current_equity == made.peak_equity == 5_000.0
        assert summary.net_pnl == 0.0
        made.open_trade("A", quantity=1, price=10.0, time=NOON)
    fed = PerformanceTracker(starting_equity=None)
    assert fed.summary().equity == fed.current_equity == 0.0
