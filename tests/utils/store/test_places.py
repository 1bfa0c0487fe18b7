"""What may be an `object_store`, and that a later run finds what an earlier one saved there."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import CallError, PerformanceTracker, create_performance_tracker
from models.tracker.ports import storage_in
from tests.models.tracker.feeds import NOON, bought_and_sold
from utils.store.folder import FolderStore
from utils.store.object_store import ObjectStoreManager
from utils.store.places import storage_at
from utils.store.snapshots import SnapshotStore


def saved_and_found(first: object, second: object) -> PerformanceTracker:
    """A tracker that loaded what another one saved at a place, under a name and under none."""
    made = create_performance_tracker(1_000.0, object_store=first)
    bought_and_sold(made)
    assert made.save_to_object_store()
    assert made.save_to_object_store("mine")
    found = create_performance_tracker(object_store=second)
    assert found.load_from_object_store("mine")
    assert found.summary() == made.summary()
    again = create_performance_tracker(object_store=second)
    assert again.load_from_object_store()
    assert not again.load_from_object_store("nothing")
    return found


def test_a_folder_keeps_states(tmp_path: Path) -> None:
    """Given by its path, as text or not; it is made when something is saved."""
    folder = tmp_path / "states"
    saved_and_found(str(folder), folder)
    assert any(folder.rglob("*"))


def test_a_manager_keeps_them_for_every_run(tmp_path: Path) -> None:
    """Also one of a backtest, whose own objects no other run sees."""
    store = FolderStore(tmp_path)
    managers = [
        ObjectStoreManager(store, project="7", deployment=name) for name in ("first", "second")
    ]
    saved_and_found(*managers)
    live = ObjectStoreManager(store, project="7", deployment="third", live=True)
    assert create_performance_tracker(object_store=live).load_from_object_store("mine")


def test_leans_own_store_keeps_them(tmp_path: Path) -> None:
    """Whatever has its members."""
    saved_and_found(FolderStore(tmp_path), FolderStore(tmp_path))


def test_closed_trades_beyond_memory_are_there_too(tmp_path: Path) -> None:
    """Trades leave memory for the same place."""
    made = create_performance_tracker(1_000.0, object_store=tmp_path, keep_trades=2)
    bought_and_sold(made, 5)
    assert made.save_to_object_store()
    found = create_performance_tracker(object_store=tmp_path, keep_trades=2)
    assert found.load_from_object_store()
    assert len(found.trades()) == len(made.trades()) == 5


def test_anything_else_is_refused(tmp_path: Path) -> None:
    """The error says what is allowed; a storage and an archive are as they were."""
    for place in (7, object(), {"a": 1}):
        with pytest.raises(CallError, match="it must be an ObjectStoreManager, LEAN's own"):
            create_performance_tracker(object_store=place)
        assert storage_at(place) is None
    states = SnapshotStore(ObjectStoreManager(FolderStore(tmp_path), project="p"))
    assert storage_in(states) == (states, states, states)
    assert storage_in(storage_in(states)) == (states, states, states)
    assert storage_in(None) == (None, None, None)


def test_a_tracker_without_a_place_says_so() -> None:
    """Nothing is saved in silence."""
    made = create_performance_tracker()
    made.open_trade("A", 1, 1.0, time=NOON)
    with pytest.raises(CallError):
        made.save_to_object_store()


def test_a_folder_is_a_store_of_leans_kind(tmp_path: Path) -> None:
    """Keys are paths within it; none leads out of it, and no half-written file is an object."""
    store = FolderStore(tmp_path / "a")
    assert list(store.keys) == []
    assert store.save("b/c.txt", "text")
    (tmp_path / "a" / "b" / "d.txt.unfinished").write_text("half")
    assert list(store.keys) == ["b/c.txt"]
    assert store.contains_key("b/c.txt")
    assert store.read("b/c.txt") == "text"
    assert store.delete("b/c.txt")
    assert not store.delete("b/c.txt")
    assert not store.contains_key("b/c.txt")
    with pytest.raises(ValueError, match="leads out"):
        store.save("../c.txt", "text")
