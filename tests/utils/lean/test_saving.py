"""When the tracker saves, what it does where the store fails, and how it says so."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from models.performance_tracker import PerformanceTracker
from models.trades.record import TradeRecord
from tests.utils.runs import Project, bought, stock
from tests.utils.store.fake_store import FakeStore
from tests.workbench.engine import tapes
from utils.log.events import Category
from utils.store.categories import STORE_POLICY
from utils.store.object_store import ObjectStoreManager
from utils.store.results import SaveReason
from utils.store.snapshots import SnapshotStore
from utils.tracking import LeanTracker
from workbench.engine.engine import Played
from workbench.engine.faults import Faults
from workbench.engine.store import ObjectStore
from workbench.replay.replay import TrackedAlgorithm
from workbench.replay.saved_state import load


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project that never ran."""
    return Project(tmp_path)


def marks(count: int, **changes: Any) -> list[tapes.Line]:
    """A mark each minute from 14:33 on."""
    clocks = [f"{14 + minute // 60}:{minute % 60:02}" for minute in range(33, 33 + count)]
    return [tapes.mark(clock, tpv=1001.5, **changes) for clock in clocks]


def saved(tracker: LeanTracker) -> int:
    """How often the tracker saved its state."""
    return tracker.store.statistics().saves[SaveReason.SAVED]


class Saves:
    """How many saves there were after each line of a run."""

    def __init__(self, project: Project, seconds: float) -> None:
        self.counts: list[int] = []
        self._wait = project.later(seconds)
        self.tracker: LeanTracker | None = None

    def take(self, tracker: LeanTracker) -> None:
        """Watch this one."""
        self.tracker = tracker

    def __call__(self, played: Played) -> None:
        """Count, then let time pass."""
        assert self.tracker is not None
        if played.type == "mark":
            self.counts.append(saved(self.tracker))
        self._wait(played)

    @property
    def new(self) -> list[int]:
        """How many came with each mark."""
        return [
            after - before for before, after in zip([0, *self.counts], self.counts, strict=False)
        ]


def saves(project: Project, seconds: float, *lines: tapes.Line, **run: Any) -> list[int]:
    """How many saves came with each mark of a run, so many seconds passing with each line."""
    watch = Saves(project, seconds)
    project.run(*lines, each=watch, started=watch.take, **run)
    assert watch.tracker is not None
    assert not watch.tracker.errors
    return [*watch.new, saved(watch.tracker) - watch.counts[-1]]


# --- when


def test_live_saves_come_once_a_minute_at_most(project: Project) -> None:
    """20 seconds a mark: every third one saves, and the end."""
    counts = saves(project, 20.0, *marks(7))
    assert counts == [0, 0, 1, 0, 0, 1, 0, 1]


def test_the_setting_says_how_often(project: Project) -> None:
    """10 seconds mean 10, though the object store would let states wait for 30."""
    assert saves(project, 10.0, *marks(4), save_every=10) == [1, 1, 1, 1, 1]


def test_a_backtest_saves_each_half_minute_it_runs(project: Project) -> None:
    """By the wall clock, whatever the settings say of live trading; and at the end."""
    counts = saves(project, 11.0, *marks(7), live=False, save_every=5)
    assert counts == [0, 0, 1, 0, 0, 1, 0, 1]


def test_a_quick_backtest_saves_at_its_end_only(project: Project) -> None:
    """No time passes, so the one save is the last."""
    assert saves(project, 0.0, *marks(50), live=False) == [0] * 50 + [1]


def test_nothing_is_saved_where_nothing_changed(project: Project) -> None:
    """The timer comes every 10 seconds while no slice does; one save holds all there is."""
    run = project.run(*marks(2), each=project.later(100.0))
    tracker = run.tracker
    before = saved(tracker)
    for _ in range(10):
        project.now += 100.0
        tracker.on_timer()
    assert saved(tracker) == before
    tracker.record_flow(5.0)
    tracker.on_timer()
    assert saved(tracker) == before, "an announcement alone is not worth one"


def test_a_clock_that_is_set_back_stops_no_save(project: Project) -> None:
    """An hour back is no hour without a save."""

    assert saves(project, -3_600.0, *marks(3)) == [1, 1, 1, 1]


@pytest.mark.parametrize("live", [True, False])
def test_the_last_save_has_the_last_sample(project: Project, live: bool) -> None:
    """What is read off a saved state is of the whole run, its end included."""
    run = project.run(*bought(), live=live)
    kept = load(project.folder / "store").tracker
    assert len(kept.samples.time) == len(run.tracker.samples.time) == 1


@pytest.mark.parametrize("live", [True, False])
def test_off_means_never(project: Project, live: bool) -> None:
    """Not even at the end; the store is not touched."""
    run = project.run(*bought(), *marks(3), each=project.later(500.0), live=live, persist="off")
    assert saved(run.tracker) == 0
    assert not list((project.folder / "store").rglob("*"))
    assert not run.tracker.errors


class Optimization(TrackedAlgorithm):
    """One of an optimization's runs."""

    @property
    def algorithm_mode(self) -> Any:
        """What LEAN says there."""
        return "OPTIMIZATION"


@pytest.mark.parametrize(
    ("settings", "counts"), [({}, [0, 0, 0, 0]), ({"persist": "on"}, [1, 1, 1, 1])]
)
def test_optimizations_save_only_where_asked_to(
    project: Project, settings: dict[str, str], counts: list[int]
) -> None:
    """A thousand runs would fill the store with what nobody reads."""
    found = saves(project, 100.0, *marks(3), live=False, kind=Optimization, **settings)
    assert found == counts


def test_live_a_sessions_close_is_saved_at_once(project: Project) -> None:
    """Midnight ends the day, and no time needs to pass for the save; a backtest waits."""
    midnight = tapes.day("05:00", "2020-01-03")
    later = tapes.mark("15:00", tpv=1001.5) | {"utc": "2020-01-03T15:00:00+00:00"}
    lines = (tapes.mark(tpv=1001.5), midnight, later)
    assert saves(project, 0.0, *lines, day="2020-01-02") == [0, 1, 1]
    assert saves(project, 0.0, *lines, day="2020-01-02", live=False) == [0, 0, 1]


def test_a_save_by_hand_needs_no_permission(project: Project) -> None:
    """Whoever asks for one gets it, also where the settings save nothing."""
    run = project.run(*bought(), persist="off")
    assert run.tracker.save_to_object_store("mine")
    assert saved(run.tracker) == 1
    assert run.tracker.errors == {}


def test_the_end_saves_before_it_tells(project: Project) -> None:
    """What goes wrong with the last save is among the errors that the end's log lists."""
    run = project.run(*bought(), live=False, faults=Faults(storage_full=True))
    (failed,) = run.logged("failed")
    assert 'what="save: SnapshotError" times=1' in failed


def test_what_the_end_sends_is_not_sent_by_the_next_run(project: Project) -> None:
    """The last save lets alerts go that waited for it; that they went is saved too."""

    def wait(tracker: LeanTracker) -> None:
        tracker.reporting.notifier.waits = True

    given: dict[str, Any] = {"alerts": "drawdown=0.001", "notify": "web=https://example.org/x"}
    fallen = tapes.mark("14:33", h=stock(10.0, 40.0), tpv=899.0, cash={"USD": [499.0, 1.0]})
    first = project.run(*bought(), fallen, started=wait, each=project.later(0.1), **given)
    assert len(first.engine.notifications) == 1
    held = tapes.mark("14:33", h=stock(10.0, 40.0), tpv=899.0, cash={"USD": [499.0, 1.0]})
    second = project.run(tapes.security(), held, started=wait, cash=499.0, **given)
    assert second.tracker.alerts.state()["firing"]
    assert second.engine.notifications == []


def test_of_two_threads_the_later_state_is_saved_last() -> None:
    """A save that is held up with its state keeps the later state waiting behind it."""
    fake = FakeStore(50_000_000)
    states = Waiting(ObjectStoreManager(fake, STORE_POLICY, project="1", live=True))
    tracker = PerformanceTracker(object_store=states)
    tracker.open_trade("A", 1, 10.0, time=datetime(2020, 1, 2, tzinfo=UTC))
    first = threading.Thread(target=tracker.save_to_object_store)
    first.start()
    assert states.held.wait(5.0)
    tracker.close_trade("A", price=11.0)
    second = threading.Thread(target=tracker.save_to_object_store)
    second.start()
    second.join(0.1)
    states.go.set()
    for thread in (first, second):
        thread.join(60.0)
    fresh = PerformanceTracker(object_store=SnapshotStore(states.manager))
    assert fresh.load_from_object_store()
    assert len(fresh.trades()) == 1


class Waiting(SnapshotStore):
    """Holds the first state up before it is saved."""

    def __init__(self, manager: ObjectStoreManager) -> None:
        super().__init__(manager)
        self.manager = manager
        self.held, self.go = threading.Event(), threading.Event()

    def save_state(self, *arguments: Any, **options: Any) -> bool:
        """Save it, the first one when it is let go."""
        if not self.held.is_set():
            self.held.set()
            self.go.wait(5.0)
        return super().save_state(*arguments, **options)


# --- what goes wrong


@pytest.mark.parametrize(
    ("faults", "errors"),
    [
        (Faults(storage_full=True), {"save: SnapshotError": 6}),
        (Faults(storage_forbidden=True), {"load: SnapshotError": 1}),
        (Faults(raises=frozenset({"ObjectStore.save"})), {"save: SnapshotError": 6}),
    ],
)
def test_a_store_that_takes_nothing_stops_nothing(
    project: Project, faults: Faults, errors: dict[str, int]
) -> None:
    """Full, forbidden or read-only: the books are whole, the errors counted, one warning each."""
    run = project.run(*bought(), *marks(3), each=project.later(61.0), faults=faults)
    tracker = run.tracker
    assert tracker.balance()["unexplained"] == 0.0
    assert tracker.ledger.marks == 4
    assert tracker.summary().errors == errors
    assert len([text for text in run.warnings if "Error" in text]) == 1


def test_a_store_that_fills_up_keeps_the_last_state(project: Project) -> None:
    """What was saved before is what the next deployment finds."""
    run = project.run(*bought())
    project.run(*bought(), *marks(3), each=project.later(61.0), faults=Faults(storage_full=True))
    third = project.run(tapes.security(), *marks(1, h=stock(10.0, 50.25)), cash=499.0)
    assert len(third.tracker.deployments) == 2
    assert third.tracker.ledger.books.fills == run.tracker.ledger.books.fills == 1


def on_store(fake: FakeStore) -> type[TrackedAlgorithm]:
    """An algorithm whose object store is this one."""

    class Algorithm(TrackedAlgorithm):
        @property
        def object_store(self) -> Any:
            """The test's own."""
            return fake

    return Algorithm


def newest(fake: FakeStore) -> str:
    """The key of the slot that was written last."""
    keys = [key for key in fake.objects if "/state/" in key]
    manager = ObjectStoreManager(fake, STORE_POLICY, project=keys[0].split("/")[1], live=True)
    texts = {key: manager.load_text("state", key.split("/state/")[1]).value or "" for key in keys}
    return max(keys, key=lambda key: int(texts[key].partition('"sequence":')[2].partition(",")[0]))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda text: text[: len(text) // 2], "is damaged: cut short"),
        (lambda text: text.replace("a", "b", 1), "is damaged"),
        (None, "is missing"),
    ],
)
def test_a_lost_or_half_state_falls_back_and_the_summary_says_so(
    project: Project, spoil: Callable[[str], str] | None, said: str
) -> None:
    """The next deployment goes on from the state before it, warns once and saves on."""
    fake = FakeStore(50_000_000)
    kind = on_store(fake)
    project.run(*bought(), *marks(3), each=project.later(61.0), kind=kind)
    key = newest(fake)
    text = fake.objects.pop(key)
    if spoil is not None:
        fake.objects[key] = spoil(text)
    held = (tapes.security(), *marks(2, h=stock(10.0, 50.25)))
    run = project.run(*held, cash=499.0, kind=kind)
    assert run.tracker.summary().errors == {"load: damaged": 1}
    assert run.tracker.balance()["unexplained"] == 0.0
    (warning,) = run.warnings
    assert said in warning
    third = project.run(*held, cash=499.0, kind=kind)
    assert third.warnings == [], "errors are remembered, and told once"
    assert third.tracker.errors == {"load: damaged": 1}
    assert len(third.tracker.deployments) == 3


def test_a_slow_store_is_told_of(project: Project) -> None:
    """Two seconds a save: the run goes on, and the summary says how often it waited."""
    fake = FakeStore(50_000_000)
    save = fake.save

    def slow(path: str, text: str) -> bool:
        project.now += 2.0
        return save(path, text)

    fake.save = slow  # type: ignore[method-assign]
    given: dict[str, Any] = {"each": project.later(61.0), "live": False, "kind": on_store(fake)}
    run = project.run(*bought(), *marks(3), **given)
    errors = run.tracker.summary().errors
    assert errors == {"save: SlowSaveError": 3}
    assert run.tracker.ledger.marks == 4
    (warning,) = run.warnings
    assert "it took" in warning


def test_a_lost_log_is_counted(project: Project) -> None:
    """The log that is to be kept and cannot be is an error like any other."""
    faults = Faults(storage_full=True)
    run = project.run(*bought(), live=False, log_store="on", log_level="info", faults=faults)
    assert run.tracker.errors["log store: SnapshotError"] == 1


def test_the_log_is_kept_where_asked_for(project: Project) -> None:
    """All of it, in the run's own place, beside what LEAN was told within its budget."""
    run = project.run(*bought(), live=False, log_store="on", log_level="debug", log_bytes=600)
    manager = run.tracker.store
    (name,) = manager.names("logs")
    kept = manager.load_text("logs", name).value or ""
    assert "order filled" in kept
    assert '"balance"' in kept
    assert sum(len(message.line) + 1 for message in run.engine.messages) <= 600


def test_a_killed_runs_log_is_kept_up_to_its_last_save(project: Project) -> None:
    """What came before the save is in the store, under the name that has all of it at the end."""
    run = project.run(*bought(), live=False, log_store="on", log_level="debug")
    tracker, manager = run.tracker, run.tracker.store
    (closed,) = manager.names("logs")
    tracker.log.emit("note", category=Category.STRATEGY, text="before")
    tracker.log.flush()
    tracker.log.stored.keep_so_far()
    tracker.log.emit("note", category=Category.STRATEGY, text="after")
    tracker.log.flush()
    before, open_part = manager.names("logs")
    assert (before, open_part) == (closed, closed.replace("-00001", "-00002"))
    kept = manager.load_text("logs", open_part).value or ""
    assert ("before" in kept, "after" in kept) == (True, False)
    tracker.log.stored.keep_so_far()
    assert "after" in (manager.load_text("logs", open_part).value or "")
    assert manager.names("logs") == [closed, open_part]


def test_the_newest_part_of_the_log_is_kept_where_space_ends(project: Project) -> None:
    """Older parts give way, and of a part that is too large its oldest lines."""
    fake = FakeStore(1_000_000)
    keeping = project.run(tapes.mark(tpv=1000.0), kind=on_store(fake)).tracker.keeping
    parts = [f"{number} {'x' * 20_000} {random.Random(number).random()}\n" for number in range(9)]
    noise = random.Random(7)
    for part in parts:
        keeping.keep_log(part + "".join(f"{noise.random()}\n" for _ in range(1_500)))
    names = keeping.objects.names("logs")
    assert names[-1].endswith("/log-00009")
    assert not any(name.endswith("/log-00001") for name in names)
    keeping.keep_log("".join(f"{noise.random()}\n" for _ in range(10_000)) + "the end\n")
    last = keeping.objects.load_text("logs", names[-1][:-2] + "10").value or ""
    assert last.endswith("the end\n")


# --- archives


class Kept:
    """An archive of the user's that is empty, and so false to Python."""

    def __init__(self) -> None:
        self.trades: list[TradeRecord] = []

    def __len__(self) -> int:
        return len(self.trades)

    def store(self, trades: list[TradeRecord]) -> None:
        """Take them."""
        self.trades += trades

    def stored(self) -> list[TradeRecord]:
        """All of them."""
        return self.trades


def test_an_empty_archive_of_the_users_is_one(project: Project) -> None:
    """It is used from the first trade on, whatever Python makes of it."""
    kept = Kept()
    tracker = project.run(tapes.mark(tpv=1000.0), archive=kept, keep_trades=0).tracker
    for _ in range(1_002):
        tracker.open_trade("A", 1, 10.0)
        tracker.close_trade("A", price=11.0)
    assert len(kept.trades) > 1_000
    assert len(tracker.trades()) == 1_002


def test_objects_of_the_store_are_read_as_lean_gives_them(project: Project) -> None:
    """The folder holds the two slots and the index, and nothing else."""
    run = project.run(*bought(), *marks(3), each=project.later(61.0))
    store: Any = run.engine.algorithm.object_store
    assert isinstance(store, ObjectStore)
    names = sorted(key.rsplit("/", 1)[-1] for key in store.keys)
    assert names == ["index", "live-a", "live-b"]
