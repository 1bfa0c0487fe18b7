"""Live saves: a thread of the tracker's own makes them, no hook waits and no fill for long."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest

from models.errors import CallError
from models.performance_tracker import PerformanceTracker
from models.tracker.ports import StepwiseStore
from models.trades.record import TradeRecord
from tests.models.tracker.feeds import bought_and_sold
from tests.utils.lean.test_saving import on_store
from tests.utils.runs import bought
from tests.utils.store.fake_store import FakeStore
from tests.workbench.engine import tapes
from utils.lean.background import SavingThread, spare_what_stays
from utils.lean.saving import FILLS_SAVED_EVERY, MOST_HANDED
from utils.store.categories import STORE_POLICY
from utils.store.object_store import ObjectStoreManager
from utils.store.snapshots import SnapshotStore
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


def live(
    folder: Path, fake: FakeStore, *lines: tapes.Line, **given: Any
) -> tuple[RecordedEngine, LeanTracker]:
    """A live run by the machine's own clock, unless another is given."""
    start = tapes.start(live=True, utc=tapes.utc("14:00"), cash={"USD": [1000.0, 1.0]}, tpv=1000.0)
    engine = RecordedEngine(tapes.tape(folder, start, *lines, tapes.end("14:40")), on_store(fake))
    engine.initialize()
    algorithm: Any = engine.algorithm
    algorithm.tracker = track(algorithm, mark_every=0, day_marks=False, **given)
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


def play_to_the_fill(engine: RecordedEngine, tracker: LeanTracker) -> Iterator[Any]:
    """Play up to the first fill; what is left to play."""
    steps = engine.play()
    while not tracker.ledger.books.fills:
        next(steps)
    return steps


def loaded(fake: FakeStore, name: str = "") -> PerformanceTracker:
    """What a tracker by hand finds of live states."""
    (project,) = {key.split("/")[1] for key in fake.objects}
    manager = ObjectStoreManager(fake, STORE_POLICY, project=project, live=True)
    found = PerformanceTracker(object_store=SnapshotStore(manager, prefix="live"), live=True)
    assert found.load_from_object_store(name)
    return found


@pytest.mark.parametrize("persist", ["on", "off"])
def test_a_save_by_hand_waits_in_no_hook(persist: str, tmp_path: Path) -> None:
    """It is handed over as it is at the call, and the end waits for it."""
    fake = Held()
    engine, tracker = live(tmp_path, fake, *bought(), persist=persist)
    steps = play_to_the_fill(engine, tracker)
    assert tracker.save_to_object_store("mine")
    assert fake.began.wait(PATIENCE)
    assert not fake.objects, "the save is under way"
    tracker.record_flow(100.0, cause="interest")
    assert tracker.save_to_object_store("later")
    with pytest.raises(CallError):
        tracker.save_to_object_store("no name:")
    fake.go.set()
    list(steps)
    mine = loaded(fake, "mine")
    assert (mine.ledger.books.fills, mine.ledger.marks) == (1, 0)
    assert loaded(fake, "later").ledger.books.fills == 1
    assert any("/live-a" in key or "/live-b" in key for key in fake.objects) == (persist == "on")
    assert not tracker.errors
    assert tracker.save_to_object_store("after-the-end")
    assert loaded(fake, "after-the-end").ledger.marks == tracker.ledger.marks


def test_a_save_that_no_store_can_take_is_refused_at_the_call(tmp_path: Path) -> None:
    """Not later, in the thread."""
    engine, tracker = live(tmp_path, FakeStore(50_000_000), *bought())
    tracker.persistence._states = None
    for name in ("", "mine"):
        with pytest.raises(CallError, match="no store"):
            tracker.save_to_object_store(name)
    list(engine.play())


def test_the_snapshot_command_waits_in_no_hook(tmp_path: Path) -> None:
    """Its answer says that the thread has it."""
    fake = Held()
    engine, tracker = live(tmp_path, fake, *bought())
    steps = play_to_the_fill(engine, tracker)
    assert tracker.on_command(SimpleNamespace(tracker="snapshot")) is True
    assert fake.began.wait(PATIENCE)
    assert not fake.objects
    fake.go.set()
    list(steps)
    assert loaded(fake).ledger.books.fills == 1


def test_a_load_finds_what_was_handed_over_just_now(tmp_path: Path) -> None:
    """Whether the thread came to it or not."""
    fake = FakeStore(50_000_000)
    engine, tracker = live(tmp_path, fake, *bought(), saver=Never)
    steps = play_to_the_fill(engine, tracker)
    assert tracker.save_to_object_store("mine")
    assert not fake.objects
    tracker.reset()
    assert tracker.load_from_object_store("mine")
    assert tracker.ledger.books.fills == 1
    list(steps)


def test_only_so_many_saves_by_hand_wait(tmp_path: Path) -> None:
    """Each holds a whole state; a name that waits already gets the later one."""
    fake = FakeStore(50_000_000)
    engine, tracker = live(tmp_path, fake, *bought(), saver=Never)
    steps = play_to_the_fill(engine, tracker)
    assert all(tracker.save_to_object_store(f"state-{number}") for number in range(MOST_HANDED))
    assert not tracker.save_to_object_store("one-more")
    assert tracker.save_to_object_store("state-0")
    list(steps)
    assert loaded(fake, "state-0").ledger.books.fills == 1


class Never:
    """A thread that comes to nothing before the end."""

    def __init__(self, _: object) -> None:
        self.asked: list[float] = []

    def ask(self, wait: float) -> None:
        """Note it."""
        self.asked.append(wait)

    def end(self) -> None:
        """Nothing is under way."""


def test_a_foreign_clock_saves_in_no_hook_either(tmp_path: Path) -> None:
    """What trades live has the thread, whatever it is timed by."""
    fake = Held()
    engine, tracker = live(tmp_path, fake, *bought(), clock=lambda: 1.6e9)
    assert isinstance(tracker.saving.thread, SavingThread)
    tracker.run.save_at_once = True
    steps = engine.play()
    while tracker.ledger.marks < 1:
        next(steps)
    assert fake.began.wait(PATIENCE)
    assert not fake.objects
    fake.go.set()
    list(steps)
    assert any("/state/" in key for key in fake.objects)


class SlowArchive:
    """An archive of the user's own, which takes trades when it may."""

    def __init__(self) -> None:
        self.began, self.go = threading.Event(), threading.Event()
        self.trades: list[TradeRecord] = []

    def store(self, trades: Sequence[TradeRecord]) -> None:
        """Wait, then take them."""
        self.began.set()
        assert self.go.wait(PATIENCE)
        self.trades += trades

    def stored(self) -> list[TradeRecord]:
        """All of them."""
        return self.trades


def test_no_hook_waits_for_an_archive_or_the_log_where_no_state_is_saved(tmp_path: Path) -> None:
    """The thread takes both though it saves nothing else."""
    archive, fake = SlowArchive(), FakeStore(50_000_000)
    given = {"persist": "off", "keep_trades": 0, "log_store": "on", "log_level": "debug"}
    engine, tracker = live(tmp_path, fake, *bought(), archive=archive, **given)
    steps = play_to_the_fill(engine, tracker)
    bought_and_sold(tracker, 1_100)
    tracker.on_timer()
    assert archive.began.wait(PATIENCE)
    assert not archive.trades
    archive.go.set()
    list(steps)
    assert len(archive.trades) > 1_000
    assert any("/logs/" in key for key in fake.objects)
    assert not any("/state/" in key for key in fake.objects)


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


def test_what_was_loaded_before_a_live_run_is_looked_at_once(tmp_path: Path) -> None:
    """Python's collector passes over it from then on, and a second run changes nothing."""
    live(tmp_path, FakeStore(50_000_000), *bought())
    frozen = gc.get_freeze_count()
    assert frozen > 1_000
    spare_what_stays()
    assert gc.get_freeze_count() == frozen
