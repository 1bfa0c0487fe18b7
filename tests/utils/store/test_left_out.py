"""A full store never ends persistence: what leaves a state is told, and all sums stay exact."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.performance_tracker import PerformanceTracker
from models.settings import Settings
from models.tracker.ports import Storage
from models.trades.log import BATCH
from tests.utils.store.fake_store import FakeStore
from tests.utils.store.saved import Heard, at, ids, trade
from utils.store.categories import CATEGORIES, StorePolicy
from utils.store.left_out import LEFT_OUT
from utils.store.object_store import ObjectStoreManager
from utils.store.snapshots import SnapshotStore

# Of two megabytes states may have 600 KB and segments 60.
FEW_TRADES = StorePolicy(
    {
        name: replace(category, share={"state": 0.6, "trades": 0.06}.get(name, 0.1))
        for name, category in CATEGORIES.items()
    }
)


def sums(tracker: PerformanceTracker) -> dict[str, object]:
    """All that is summed up."""
    summary = tracker.summary()
    return {"balance": tracker.balance(), "trades": summary.account.trades, "net": summary.net_pnl}


def small(store: FakeStore) -> SnapshotStore:
    """Where few segments have room."""
    return SnapshotStore(ObjectStoreManager(store, FEW_TRADES, project="7", live=True))


@pytest.mark.slow
def test_the_oldest_segments_give_way() -> None:
    """The trades that are left are answered, the next deployment's too; it is told once."""
    store, heard = FakeStore(2_000_000), Heard()
    settings = Settings(keep_trades=10)
    tracker = PerformanceTracker(1_000.0, heard, small(store), settings=settings)
    trade(tracker, 9 * BATCH)
    assert tracker.save_to_object_store()
    left = ids(tracker)
    assert left == list(range(left[0], 9 * BATCH + 1))
    assert 1 < left[0] < 9 * BATCH
    assert [*tracker.errors] == ["save: trades left out"]
    (told,) = heard.told
    assert "old trades gave way" in told
    fresh = PerformanceTracker(1_000.0, None, small(store), settings=settings)
    assert fresh.load_from_object_store()
    assert ids(fresh) == left
    assert sums(fresh) == sums(tracker)
    trade(fresh, 2 * BATCH)
    assert fresh.save_to_object_store()
    assert ids(fresh) == list(range(ids(fresh)[0], 11 * BATCH + 1))


@pytest.mark.slow
def test_a_state_that_does_not_fit_leaves_trades_out() -> None:
    """Without an archive all kept trades are in it; the last ones stay, and the next save fits."""
    store, heard = FakeStore(1_000_000), Heard()
    settings = Settings(keep_trades=20_000)
    tracker = PerformanceTracker(1_000.0, heard, Storage(at(store)), settings=settings)
    trade(tracker, 6_000)
    assert tracker.save_to_object_store()
    (told,) = heard.told
    assert any(each.told in told for each in LEFT_OUT[1:])
    saves = store.calls["save"]
    for _ in range(3):
        trade(tracker)
        assert tracker.save_to_object_store()
    assert store.calls["save"] <= saves + 6, "what did not fit is not tried again"
    fresh = PerformanceTracker(1_000.0, None, Storage(at(store)))
    assert fresh.load_from_object_store()
    assert sums(fresh) == sums(tracker)
    assert 0 <= len(fresh.trades()) < 6_003
    assert fresh.trades() == tracker.trades()[6_003 - len(fresh.trades()) :]


@pytest.mark.parametrize("books", [1, 3])
def test_a_store_that_takes_nothing_leaves_nothing_out_for_good(books: int) -> None:
    """When it takes states again, the next one is whole."""
    store = FakeStore()
    tracker = PerformanceTracker(1_000.0, None, at(store))
    trade(tracker, books)
    store.full = lambda key: True
    assert not tracker.save_to_object_store()
    store.heal()
    assert tracker.save_to_object_store()
    fresh = PerformanceTracker(1_000.0, None, at(store))
    assert fresh.load_from_object_store()
    assert ids(fresh) == [*range(1, books + 1)]
