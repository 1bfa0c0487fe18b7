"""Every recording, played with the wiring of the README and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.recordings.played import NAMES, RECORDINGS, slow_if_large
from tests.utils.wired import standing
from utils.tracking import LeanTracker, track
from workbench.engine import Faults, RecordedAlgorithm, RecordedEngine, read_tape


class Plain(RecordedAlgorithm):
    """An algorithm with the usual lines of a set-up, and the tracker's."""

    tracker: LeanTracker

    def initialize(self) -> None:
        """Wire the tracker without a setting."""
        self.tracker = track(self, clock=standing)  # type: ignore[arg-type]

    def on_order_event(self, order_event: Any) -> None:
        """Pass it on."""
        self.tracker.on_order_event(order_event)

    def on_data(self, slice: Any) -> None:
        """Pass it on."""
        self.tracker.on_data(slice)

    def on_end_of_algorithm(self) -> None:
        """Save and tell."""
        self.tracker.finish()


LIVE = ("live-paper", "live-redeploy-1", "live-redeploy-2", "live-redeploy-3")


@pytest.mark.parametrize("every", [3, 11, 17, 29])
@pytest.mark.parametrize("name", LIVE)
def test_the_law_holds_while_the_market_moves(name: str, every: int) -> None:
    """Prices move at every so many reads, and a mark is of one instant or is left out."""
    marks = []
    for faults in (Faults(), Faults(moving_market=every)):
        engine = RecordedEngine(read_tape(RECORDINGS[name].path), Plain, faults=faults)
        engine.run()
        made: Any = engine.algorithm
        ledger = made.tracker.ledger
        assert ledger.max_abs_unexplained < 1e-6
        assert not ledger.books.anomalies
        assert not ledger.flows
        marks.append(ledger.marks)
    still, moving = marks
    assert (moving == still) if every > 13 else (moving <= still)


@pytest.mark.parametrize("name", slow_if_large(*NAMES))
def test_the_law_holds_with_plain_wiring(name: str) -> None:
    """Also at the midnights that the tracker marks by itself."""
    engine = RecordedEngine(read_tape(RECORDINGS[name].path), Plain)
    engine.run()
    made: Any = engine.algorithm
    balance, books = made.tracker.balance(), made.tracker.ledger.books
    assert balance["max_abs_unexplained"] < 1e-6
    assert not books.anomalies
    assert not made.tracker.errors
