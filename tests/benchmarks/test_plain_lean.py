"""LEAN as plain objects: it has all that a tracker asks for."""

from __future__ import annotations

from benchmarks.plain_lean import PlainLean
from utils.tracking import track


def test_a_tracker_runs_on_it_without_an_error() -> None:
    """A trade, some bars and the end of the run with everything on raise nothing."""
    lean = PlainLean()
    tracker = track(
        lean.algorithm, clock=lambda: 0.0, persist="on", execution="on", log_level="debug"
    )
    tracker.on_data(lean.bar(100.0))
    for quantity in (1.0, -1.0):
        for event in lean.order(quantity, 100.0):
            tracker.on_order_event(event)
        tracker.on_data(lean.bar(101.0))
    tracker.on_midnight()
    tracker.finish()
    assert not tracker.errors
    assert tracker.summary().account.trades == 1
    assert tracker.ledger.max_abs_unexplained == 0.0
