"""Segments: closed trades beyond memory, kept beside the snapshots."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from models.performance_tracker import PerformanceTracker
from models.settings import Settings
from models.trades.log import BATCH
from models.trades.record import TradeRecord
from tests.utils.store.fake_store import FakeStore, StoreError
from tests.utils.store.saved import (
    NOON,
    Heard,
    at,
    ids,
    tracker_on,
    trade,
)
from utils.store.categories import (
    STORE_POLICY,
)
from utils.store.object_store import ObjectStoreManager
from utils.store.snapshots import SnapshotStore


def segments(store: FakeStore) -> list[str]:
    """The names of the segments there are."""
    keys = (key.split("/") for key in store.objects)
    return sorted(key[-1] for key in keys if key[-2] == "trades")


def test_trades_beyond_memory_come_back_from_segments() -> None:
    """After a restore every trade is answered once, in order, and the next segment is a new one."""
    store = FakeStore(max_size=50_000_000)
    tracker = tracker_on(store, keep=10)
    trade(tracker, 2 * BATCH + 100)
    assert tracker.save_to_object_store()
    made = 2 * BATCH + 100
    for deployment in ("L-2", "L-3"):
        tracker = tracker_on(store, keep=10, deployment=deployment)
        assert tracker.load_from_object_store()
        assert ids(tracker) == list(range(1, made + 1))
        before = {key: text for key, text in store.objects.items() if "/trades/" in key}
        trade(tracker, BATCH)
        made += BATCH
        assert ids(tracker) == list(range(1, made + 1))
        assert len(tracker.trades(book="positions")) == made
        assert before.items() <= store.objects.items()
        assert tracker.save_to_object_store()
    assert tracker.errors == {}


def test_segments_ahead_of_the_snapshot_do_no_harm() -> None:
    """What a run archived after its last save, and lost, is neither answered nor written over."""
    store = FakeStore(max_size=50_000_000)
    tracker = tracker_on(store, keep=10)
    trade(tracker, BATCH + 50)
    assert tracker.save_to_object_store()
    trade(tracker, BATCH)
    ahead = {key: text for key, text in store.objects.items() if "/trades/" in key}
    assert len(ahead) == 4
    tracker = tracker_on(store, keep=10, deployment="L-2")
    assert tracker.load_from_object_store()
    assert ids(tracker) == list(range(1, BATCH + 51))
    trade(tracker, 2 * BATCH)
    assert ids(tracker) == list(range(1, 3 * BATCH + 51))
    assert ahead.items() <= store.objects.items()


class Reading(SnapshotStore):
    """Saves the tracker's state while a segment is written and the tracker does not know yet."""

    tracker: PerformanceTracker

    def store(self, trades: Sequence[TradeRecord]) -> None:
        """Write it, then save as another thread would."""
        super().store(trades)
        assert self.tracker.save_to_object_store()


def test_a_state_saved_while_a_batch_leaves_has_the_batch_once() -> None:
    """The batch is in the state's memory still, so its segment is none of that snapshot's."""
    store = FakeStore()
    states = Reading(
        ObjectStoreManager(store, STORE_POLICY, project="7", live=True),
        prefix="tracker",
        project="7",
    )
    tracker = PerformanceTracker(object_store=states, settings=Settings(keep_trades=10))
    states.tracker = tracker
    trade(tracker, BATCH + 20)
    fresh = tracker_on(store, keep=10)
    assert fresh.load_from_object_store()
    assert ids(fresh) == list(range(1, len(ids(fresh)) + 1))
    trade(fresh, BATCH)
    assert ids(fresh) == list(range(1, len(ids(fresh)) + 1))
    assert len(ids(fresh)) > 2 * BATCH


def test_a_fresh_start_leaves_the_segments_of_others() -> None:
    """A run that does not resume numbers its own after those there are."""
    store = FakeStore()
    old = tracker_on(store, keep=10)
    trade(old, BATCH + 50)
    assert old.save_to_object_store("kept")
    new = tracker_on(store, keep=10, deployment="L-2")
    trade(new, BATCH + 70)
    assert segments(store) == [f"tracker-{number:06d}" for number in (1, 2, 3, 4)]
    assert ids(new) == list(range(1, BATCH + 71))
    again = tracker_on(store)
    assert again.load_from_object_store("kept")
    assert ids(again) == list(range(1, BATCH + 51))


def test_a_reset_answers_only_what_came_after_it() -> None:
    """What is archived stays where it is, but belongs to nobody's trades any more."""
    store = FakeStore(max_size=50_000_000)
    tracker = tracker_on(store, keep=10)
    trade(tracker, BATCH + 50)
    tracker.reset()
    assert tracker.trades() == []
    trade(tracker, BATCH + 60)
    assert ids(tracker) == list(range(1, BATCH + 61))
    assert tracker.save_to_object_store()
    fresh = tracker_on(store)
    assert fresh.load_from_object_store()
    assert fresh.trades() == tracker.trades()


def test_a_lost_segment_is_counted_and_the_rest_answered() -> None:
    """Asking for trades never raises; what is lost is missing, and said once."""
    store, heard = FakeStore(), Heard()
    tracker = PerformanceTracker(
        logger=heard, object_store=at(store), settings=Settings(keep_trades=10)
    )
    trade(tracker, 2 * BATCH + 100)
    lost = next(key for key in store.objects if key.endswith("tracker-000001"))
    del store.objects[lost]
    for asked in (1, 2):
        found = ids(tracker)
        assert found == list(range(BATCH + 2, 2 * BATCH + 101))
        assert tracker.summary().errors == {"read of the archive: SnapshotError": asked}
    assert len(heard.told) == 1
    assert "trades are lost with tracker-000001" in heard.told[0]


class Deaf(FakeStore):
    """A store that does not let some objects be read for a while."""

    deaf = False

    def read(self, path: str) -> str:
        """The object's text."""
        if self.deaf and path.endswith("tracker-000001"):
            raise StoreError("not now")
        return super().read(path)


def test_trades_that_could_not_be_read_at_the_start_are_counted_later() -> None:
    """The trades and their figures are whole as soon as the store gives them, once each."""
    store, heard = Deaf(max_size=50_000_000), Heard()
    tracker = tracker_on(store, keep=10)
    trade(tracker, 2 * BATCH + 100)
    assert tracker.save_to_object_store()
    store.deaf = True
    fresh = PerformanceTracker(
        logger=heard, object_store=at(store, "L-2"), settings=Settings(keep_trades=10)
    )
    assert fresh.load_from_object_store()
    trade(fresh, 5)
    assert fresh.trade_statistics().trades < 2 * BATCH
    (told,) = heard.told
    assert "cannot be read now: tracker-000001" in told
    store.deaf = False
    trade(fresh, 5)
    trade(tracker, 10)
    assert fresh.trade_statistics() == tracker.trade_statistics()
    assert fresh.trade_groups("symbol") == tracker.trade_groups("symbol")
    assert fresh.trades() == tracker.trades()
    before = fresh.errors.total()
    assert fresh.statistics.metrics() == tracker.statistics.metrics()
    assert fresh.errors.total() == before, "what is whole is not read again"


def test_a_segment_that_is_not_taken_stays_in_memory() -> None:
    """No trade is lost to a full store, and the state has them all."""
    store = FakeStore(max_size=50_000_000)
    tracker = tracker_on(store, keep=10)
    store.full = lambda key: "/trades/" in key
    trade(tracker, BATCH + 50)
    assert ids(tracker) == list(range(1, BATCH + 51))
    assert tracker.errors == {"archive: SnapshotError": 2}
    assert tracker.save_to_object_store()
    fresh = tracker_on(store)
    assert fresh.load_from_object_store()
    assert ids(fresh) == list(range(1, BATCH + 51))


def test_a_tag_that_is_no_text_is_archived_all_the_same() -> None:
    """Half a surrogate pair, as .NET lets it be, goes through the segment and the state."""
    store = FakeStore()
    tracker = tracker_on(store, keep=0)
    tracker.open_trade("A", BATCH + 5, 10.0, time=NOON, tag="\ud83d")
    for _ in range(BATCH + 2):
        tracker.close_trade("A", 1, price=11.0)
    assert segments(store) != []
    assert {trade.tag for trade in tracker.trades()} == {"\ud83d"}
    assert tracker.save_to_object_store()
    assert tracker.errors == {}


@pytest.mark.parametrize("lost", [True, False])
def test_an_older_segment_that_is_not_there_moves_no_trade_to_another_place(lost: bool) -> None:
    """After a reset the trades of before stay out, and those of after are whole."""
    store = Deaf(max_size=50_000_000)
    tracker = tracker_on(store, keep=10)
    trade(tracker, BATCH + 50)
    tracker.reset()
    trade(tracker, 2 * BATCH + 100)
    whole = tracker.trades()
    assert len(whole) == 2 * BATCH + 100
    if lost:
        del store.objects[next(key for key in store.objects if key.endswith("tracker-000001"))]
    store.deaf = True
    assert tracker.trades() == whole
    assert tracker.trades(book="positions")[-1].exit_time == whole[-1].exit_time
    assert tracker.errors == {}
