"""Live saves: a thread of the tracker's own makes them, no hook waits and no fill for long."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from models.tracker.ports import StepwiseStore
from tests.utils.lean.test_saving import on_store
from tests.utils.runs import bought
from tests.utils.store.fake_store import FakeStore
from tests.workbench.engine import tapes
from utils.lean.background import SavingThread
from utils.lean.saving import FILLS_SAVED_EVERY
from utils.tracking import LeanTracker, track
from workbench.engine.engine import RecordedEngine

PATIENCE = 600.0  # seconds after which a test gives a thread up that will never come

Value = TypeVar("Value")


class Watched(FakeStore):
    """A store that says when it has a state."""

    def __init__(self) -> None:
        super().__init__(50_000_000)
        self.saved = threading.Event()

    def save(self, path: str, text: str) -> bool:
        """Save, then say so."""
        took = super().save(path, text)
        if "/state/" in path:
            self.saved.set()
        return took


class Held(FakeStore):
    """A store whose saves of states and segments wait until they may go on."""

    def __init__(self) -> None:
        super().__init__(50_000_000)
        self.began, self.go = threading.Event(), threading.Event()

    def save(self, path: str, text: str) -> bool:
        """Wait, then save."""
        self.began.set()
        assert self.go.wait(PATIENCE)
        return super().save(path, text)


def live(folder: Path, fake: FakeStore, *lines: tapes.Line) -> tuple[RecordedEngine, LeanTracker]:
    """A live run by the machine's own clock."""
    start = tapes.start(live=True, utc=tapes.utc("14:00"), cash={"USD": [1000.0, 1.0]}, tpv=1000.0)
    engine = RecordedEngine(tapes.tape(folder, start, *lines, tapes.end()), on_store(fake))
    engine.initialize()
    algorithm: Any = engine.algorithm
    algorithm.tracker = track(algorithm, mark_every=0, day_marks=False)
    return engine, algorithm.tracker


def test_states_are_saved_in_steps(tmp_path: Path) -> None:
    """What keeps a run's states takes them piece by piece."""
    _, tracker = live(tmp_path, FakeStore(50_000_000), *bought())
    states = tracker.persistence._states
    assert isinstance(states, StepwiseStore)
    states.notes = ["told"]
    assert states.notes == ["told"]


def test_no_hook_waits_for_a_save(tmp_path: Path) -> None:
    """While the store takes its time all further events are booked; the end waits for it."""
    fake = Held()
    engine, tracker = live(tmp_path, fake, *bought())
    assert tracker.saving.thread is not None
    tracker.run.save_at_once = True
    steps = engine.play()
    while tracker.ledger.marks < 1:
        next(steps)
    assert fake.began.wait(PATIENCE)
    assert not fake.objects, "the save is under way"
    fake.go.set()
    list(steps)
    assert any("/state/" in key for key in fake.objects)
    assert not tracker.errors


def test_a_fill_is_saved_without_another_hook(tmp_path: Path) -> None:
    """The thread wakes by itself: nothing else needs to happen after the fill."""
    fake = Watched()
    engine, tracker = live(tmp_path, fake, *bought())
    tracker.saving._last_save -= FILLS_SAVED_EVERY - 0.2
    steps = engine.play()
    while not tracker.ledger.books.fills:
        next(steps)
    assert fake.saved.wait(PATIENCE)
    list(steps)


def test_the_thread_calls_at_the_earliest_time_that_was_asked_for() -> None:
    """A later wish changes nothing, and after the end none is granted: the thread is over."""
    called = threading.Event()
    thread = SavingThread(called.set)
    thread.ask(600_000.0)
    thread.ask(0.0)
    assert called.wait(PATIENCE)
    called.clear()
    thread.end()
    own = thread._thread
    assert own is not None
    own.join(PATIENCE)
    thread.ask(0.0)
    assert thread._thread is own
    assert not own.is_alive()
    assert not called.is_set()


class Told(threading.Condition):
    """A condition that says when somebody begins to wait for the end of a call."""

    def __init__(self) -> None:
        super().__init__()
        self.waited_for = threading.Event()

    def wait_for(self, predicate: Callable[[], Value], timeout: float | None = None) -> Value:
        """Say so, then wait."""
        self.waited_for.set()
        return super().wait_for(predicate, PATIENCE)


def test_the_end_waits_for_the_call_that_is_under_way() -> None:
    """It is over after the call, which ends only when the end was seen to wait for it."""
    began, go, order = threading.Event(), threading.Event(), list[str]()

    def work() -> None:
        began.set()
        assert go.wait(PATIENCE)
        order.append("call")

    def end() -> None:
        thread.end()
        order.append("end")

    thread = SavingThread(work)
    thread._condition = told = Told()
    thread.ask(0.0)
    assert began.wait(PATIENCE)
    ending = threading.Thread(target=end, daemon=True)
    ending.start()
    assert told.waited_for.wait(PATIENCE)
    go.set()
    ending.join(PATIENCE)
    assert order == ["call", "end"]
