"""States that are saved under a name: the next run finds them, whatever its id."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.recordings.played import RECORDINGS
from tests.utils.wired import standing
from utils.tracking import LeanTracker, track
from workbench.engine import RecordedAlgorithm, RecordedEngine, read_tape


class Named(RecordedAlgorithm):
    """Loads a state by its name where there is one, and saves it at the end."""

    tracker: LeanTracker
    found: bool
    saved: dict[str, float | None]

    def initialize(self) -> None:
        """Wire the tracker, and load."""
        self.tracker = track(self, clock=standing)  # type: ignore[arg-type]
        self.found = self.tracker.load_from_object_store("before-the-change")

    def on_order_event(self, order_event: Any) -> None:
        """Pass it on."""
        self.tracker.on_order_event(order_event)

    def on_data(self, slice: Any) -> None:
        """Pass it on."""
        self.tracker.on_data(slice)

    def on_end_of_algorithm(self) -> None:
        """Save under the name."""
        assert self.tracker.save_to_object_store("before-the-change")
        self.saved = self.tracker.balance()
        self.tracker.finish()


@pytest.mark.parametrize("name", ["order-types", "live-paper"])
def test_the_next_run_finds_it(name: str, tmp_path: Path) -> None:
    """A backtest's own states are found by no other run, those with a name by every one."""
    tape = RECORDINGS[name].path
    first = RecordedEngine(read_tape(tape), Named, store=tmp_path, deployment="one")
    first.run()
    saved: Any = first.algorithm
    assert not saved.found
    second = RecordedEngine(read_tape(tape), Named, store=tmp_path, deployment="two")
    second.initialize()
    loaded: Any = second.algorithm
    assert loaded.found
    assert loaded.tracker.balance() == saved.saved
    assert loaded.tracker.keeping.states.loaded == "one"
    assert loaded.tracker.run.restored  # another run's: its account is compared first


def test_one_of_the_same_run_is_its_own(tmp_path: Path) -> None:
    """LEAN counts its orders on: no deployment begins."""
    made: Any = None
    engine = RecordedEngine(
        read_tape(RECORDINGS["order-types"].path), Named, store=tmp_path, deployment="one"
    )
    made = engine.algorithm
    for number, _ in enumerate(engine.play()):
        if number == 30:
            assert made.tracker.save_to_object_store("here")
            before = made.tracker.balance()
            made.tracker.reset()
            assert made.tracker.load_from_object_store("here")
            assert made.tracker.balance() == before
            assert not made.tracker.run.restored
    assert len(made.tracker.deployments) == 1
