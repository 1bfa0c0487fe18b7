"""Every recording, played with the wiring of the README and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.recordings.played import NAMES, RECORDINGS, slow_if_large
from utils.tracking import LeanTracker, track
from workbench.engine import RecordedAlgorithm, RecordedEngine, read_tape

# LEAN's own equity is of the step before at its last mark: a market that moved (lean live stop).
STALE = {"live-redeploy-3": 58.79}


class Plain(RecordedAlgorithm):
    """An algorithm with the usual lines of a set-up, and the tracker's."""

    tracker: LeanTracker

    def initialize(self) -> None:
        """Wire the tracker without a setting."""
        self.tracker = track(self)  # type: ignore[arg-type]

    def on_order_event(self, order_event: Any) -> None:
        """Pass it on."""
        self.tracker.on_order_event(order_event)

    def on_data(self, slice: Any) -> None:
        """Pass it on."""
        self.tracker.on_data(slice)

    def on_end_of_algorithm(self) -> None:
        """Save and tell."""
        self.tracker.finish()


@pytest.mark.parametrize("name", slow_if_large(*NAMES))
def test_the_law_holds_with_plain_wiring(name: str) -> None:
    """Also at the midnights that the tracker marks by itself."""
    engine = RecordedEngine(read_tape(RECORDINGS[name].path), Plain)
    engine.run()
    made: Any = engine.algorithm
    balance, books = made.tracker.balance(), made.tracker.ledger.books
    if name in STALE:
        assert abs(balance["max_abs_unexplained"]) == pytest.approx(STALE[name], abs=0.01)
        return
    assert balance["max_abs_unexplained"] < 1e-6
    assert not books.anomalies
    assert not made.tracker.errors
