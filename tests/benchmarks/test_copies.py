"""Plain copies of LEAN's objects: they show what LEAN shows, and cost no time of the hook's."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks import copies
from benchmarks.passes import SAVE, Learnt, Pass, billed
from benchmarks.scene import Scene, tracked
from workbench.engine.enums import OrderStatus
from workbench.recordings import recordings

NAMES = ("option-combos", "splits-and-shorts", "crypto-future-funding", "renamed-ticker")


class Captured:
    """Wires a tracker, and keeps it."""

    def __init__(self) -> None:
        self.trackers: list[Any] = []

    def wire(self, algorithm: Any, **settings: Any) -> Any:
        """Make it."""
        self.trackers.append(tracked(algorithm, **settings))
        return self.trackers[-1]


@pytest.mark.parametrize("name", NAMES)
def test_a_tracker_sees_the_same_on_copies(name: str) -> None:
    """Its whole state is the same on copies, at their first and second playing, and without."""
    captured = Captured()
    scene = Scene(recordings()[name].path, wire=captured.wire)
    bill, learnt = billed(scene), Learnt(dict)
    first, second = (Pass(scene, learnt).play() for _ in range(2))
    states = [tracker.state() for tracker in captured.trackers]
    assert states[0] == states[1] == states[2]
    assert not any(tracker.errors for tracker in captured.trackers)
    kinds = [call.kind for call in first if call.kind != SAVE]
    assert kinds == [charge.kind for charge in bill.charges]
    assert [(call.kind, call.held, call.filled) for call in first] == [
        (call.kind, call.held, call.filled) for call in second
    ]


def test_what_was_read_once_is_laid_out_ever_after() -> None:
    """A second playing fetches no member while a hook runs: it learns nothing."""
    scene, learnt = Scene(recordings()["option-combos"].path), Learnt(dict)
    Pass(scene, learnt).play()
    known = {name: list(members) for name, members in learnt.items()}
    assert "fill_price" in known["OrderEvent"]
    fetched: list[str] = []
    again = Pass(scene, learnt)
    learn = again._copies.learn

    def note(copy: Any, name: str) -> Any:
        value = learn(copy, name)
        if not callable(value):
            fetched.append(name)
        return value

    again._copies.learn = note  # type: ignore[method-assign]
    again.play()
    assert [name for name in fetched if name != "keys"] == []


def test_a_constant_is_copied_as_its_number() -> None:
    """It prints its name and costs nothing to hash; two reads of it are the same object."""
    made = Pass(Scene(recordings()["option-combos"].path), Learnt(dict))._copies
    filled = made.of(OrderStatus.FILLED)
    assert (int(filled), str(filled), hash(filled)) == (3, "FILLED", 3)
    assert filled is made.of(OrderStatus.FILLED)
    assert made._source(filled) is OrderStatus.FILLED


def test_a_stopped_clock_counts_what_stopping_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done meanwhile is taken out of a hook, and so is what it takes to stop."""
    ticks = iter((100, 107, 200, 203))
    monkeypatch.setattr(copies, "thread_time_ns", lambda: next(ticks))
    clock = copies.StopClock(5)
    for _ in range(2):
        with clock.stopped():
            pass
    assert clock.lost == (7 + 5) + (3 + 5)
