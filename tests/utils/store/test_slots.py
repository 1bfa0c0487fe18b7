"""Slots of several runs: none writes over another's, and the one saved last is gone on with."""

from __future__ import annotations

from typing import Any

import pytest

from models.performance_tracker import PerformanceTracker
from models.settings import Settings
from models.trades.log import BATCH
from tests.utils.store.fake_store import FakeStore
from tests.utils.store.saved import NOON, Heard, ids, trade
from utils.store.categories import STORE_POLICY
from utils.store.object_store import ObjectStoreManager
from utils.store.slots import SURELY_OVER, began_at, is_over, run_mark, slot_name
from utils.store.snapshots import SnapshotStore


class Deployments:
    """Deployments of one project over one store, each with a mark of its own.

    Attributes:
        store: The store.
        now: The wall clock, Unix time.
        told: What the last one's tracker warned of.
    """

    def __init__(self, max_size: int = 50_000_000) -> None:
        self.store = FakeStore(max_size)
        self.now = 1e9
        self.told: list[str] = []

    def start(self, name: str, **states: Any) -> PerformanceTracker:
        """A tracker that goes on from what was saved last, if anything was."""
        self.now += 10.0
        manager = ObjectStoreManager(
            self.store, STORE_POLICY, project="7", deployment=name, live=True,
            clock=lambda: self.now,
        )  # fmt: skip
        named = {"project": "7", "deployment": name, "run": run_mark(self.now), **states}
        heard = Heard()
        tracker = PerformanceTracker(
            1_000.0,
            heard,
            SnapshotStore(manager, **named),
            settings=Settings(keep_trades=10),
        )
        tracker.load_from_object_store()
        self.told = heard.told
        return tracker

    def save(self, tracker: PerformanceTracker, trades: int = 1) -> bool:
        """Trade and save, some time later."""
        trade(tracker, trades)
        self.now += 1.0
        return tracker.save_to_object_store()


def test_a_mark_says_when_a_run_began() -> None:
    """In milliseconds, so that later ones come after earlier ones by name."""
    assert began_at(run_mark(1_600_000_000.25)) == 1_600_000_000.25
    assert began_at("") is None
    assert run_mark(1e9) < run_mark(1e9 + 0.001) < run_mark(9e9)
    assert began_at(run_mark(1_600_000_000.25, "0a1b2")) == 1_600_000_000.25
    assert is_over(run_mark(1e9, "fffff"), run_mark(1e9 + SURELY_OVER + 1.0))
    assert not is_over(run_mark(1e9), run_mark(1e9 + SURELY_OVER))
    assert is_over("", run_mark(1e9)), "of a form of the tracker that marked no run"
    assert slot_name("live", "", 3) == "live-b"
    assert slot_name("live", "0174876e800", 4) == "0174876e800/live-a"


def test_a_run_goes_on_from_the_last_one_and_leaves_its_slots() -> None:
    """What the first run saved stays as it was, whatever the second one saves."""
    runs = Deployments()
    first = runs.start("one")
    assert runs.save(first)
    assert runs.save(first)
    before = dict(runs.store.objects)
    second = runs.start("two")
    assert ids(second) == [1, 2]
    assert runs.save(second)
    kept = {key: text for key, text in before.items() if "/state/" in key}
    assert kept.items() <= runs.store.objects.items()
    assert ids(runs.start("three")) == [1, 2, 3]
    assert runs.told == []


def test_two_deployments_at_once_are_noticed() -> None:
    """Both save whole states and segments; the one saved last is taken, the other named."""
    runs = Deployments()
    first = runs.start("one")
    assert runs.save(first)
    second = runs.start("two")
    assert runs.save(second, BATCH + 50)
    assert runs.save(first, BATCH + 70)
    assert runs.save(second, 5)
    third = runs.start("three")
    assert ids(third) == list(range(1, 1 + BATCH + 50 + 5 + 1))
    assert third.errors == {"load: damaged": 1}
    (told,) = runs.told
    assert "two deployments saved here at once: one until" in told
    assert runs.save(first)
    fourth = runs.start("four")
    assert ids(fourth) == list(range(1, 1 + BATCH + 70 + 1 + 1))
    assert "two deployments saved here at once: two until" in runs.told[0]


def test_the_slots_of_old_runs_go_and_so_do_orphans() -> None:
    """Three runs keep theirs; segments that no state names go with the runs that wrote them."""
    runs = Deployments()
    killed = runs.start("killed")
    assert runs.save(killed)
    trade(killed, BATCH + 50)  # written to segments, and lost: no state names them
    orphans = {key for key in runs.store.objects if "/trades/" in key}
    assert len(orphans) == 2
    for name in ("two", "three", "four", "five"):
        assert orphans <= runs.store.objects.keys()
        tracker = runs.start(name)
        runs.now += SURELY_OVER / 3.0 + 1.0
        for _ in range(2):
            assert runs.save(tracker)
    slots = {key.rpartition("/")[0] for key in runs.store.objects if "/state/" in key}
    assert len(slots) == 3
    assert not orphans & runs.store.objects.keys()
    assert ids(runs.start("six")) == list(range(1, 10))


@pytest.mark.parametrize(
    ("named", "said"),
    [({"project": "8"}, "of the project 7"), ({"algorithm": "Other"}, "of the algorithm Mine")],
)
def test_a_state_of_another_is_refused_and_left_alone(named: dict[str, str], said: str) -> None:
    """It is named, and what its run saved stays as it was."""
    runs = Deployments()
    assert runs.save(runs.start("one", algorithm="Mine"))
    before = dict(runs.store.objects)
    states: dict[str, Any] = {"algorithm": "Mine", **named}
    other = runs.start("two", **states)
    assert other.trades() == []
    assert other.errors == {"load: ForeignError": 1}
    assert said in runs.told[0]
    assert "tracker_resume=off" in runs.told[0]
    assert runs.store.objects == before


def test_a_segment_of_another_size_or_sum_is_another_s() -> None:
    """A whole segment under the right name, with other trades in it, is not taken for ours."""
    runs = Deployments()
    first, second = runs.start("one"), runs.start("two")
    for tracker, price in ((first, 11.0), (second, 12.0)):
        for _ in range(BATCH + 50):
            tracker.open_trade("A", 1, 10.0, time=NOON)
            tracker.close_trade("A", price=price)
        runs.now += 1.0
        assert tracker.save_to_object_store()
    keys = sorted(key for key in runs.store.objects if key.endswith("-000001"))
    assert len(keys) == 2
    runs.store.objects[keys[1]] = runs.store.objects[keys[0]]
    third = runs.start("three")
    assert len(third.trades()) == 49
    assert third.errors["read of the archive: SnapshotError"] >= 1


def test_a_read_that_fails_once_is_read_again() -> None:
    """A store that raises at every other read costs nothing."""
    runs = Deployments()
    assert runs.save(runs.start("one"), BATCH + 50)
    real, failed = runs.store.read, [0]

    def read(path: str) -> str:
        failed[0] += 1
        if failed[0] % 2:
            raise OSError("a moment")
        return real(path)

    runs.store.read = read  # type: ignore[method-assign]
    again = runs.start("two")
    assert len(again.trades()) == BATCH + 50
    assert again.errors == {}


def test_a_state_that_is_lost_while_its_index_stands_is_said() -> None:
    """Both slots gone is not the same as nothing saved."""
    runs = Deployments()
    tracker = runs.start("one")
    assert runs.save(tracker)
    assert runs.save(tracker)
    for key in [key for key in runs.store.objects if "/state/" in key]:
        del runs.store.objects[key]
    fresh = runs.start("two")
    assert fresh.trades() == []
    assert fresh.errors == {"load: damaged": 2}
    assert "is lost: the store's index names it" in runs.told[0]
