"""Snapshots: two slots in turn, the newest whole one is loaded, and what a load replaces."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from models.creation import create_performance_tracker
from models.errors import CallError
from models.performance_tracker import PerformanceTracker
from models.tracker.state import STATE_VERSION
from tests.utils.store.fake_store import FakeStore
from tests.utils.store.saved import (
    NOON,
    at,
    cut,
    ids,
    loaded_from,
    saved_thrice,
    slots,
    tracker_on,
    trade,
)
from utils.store.categories import (
    STORE_POLICY,
)
from utils.store.object_store import ObjectStoreManager
from utils.store.snapshots import SnapshotStore


def test_the_slots_are_written_in_turn() -> None:
    """A save replaces the older of the two, whoever saves."""
    store = FakeStore()
    first = tracker_on(store)
    written: list[set[str]] = []
    for tracker in (first, first, first, tracker_on(store), tracker_on(store)):
        trade(tracker)
        before = dict(store.objects)
        assert tracker.save_to_object_store()
        changed = {key for key, text in store.objects.items() if before.get(key) != text}
        written.append({key[-1] for key in changed & set(slots(store).values())})
    assert written == [{"b"}, {"a"}, {"b"}, {"a"}, {"b"}]


def test_the_newest_is_loaded() -> None:
    """The newest state is loaded whichever slot it is in."""
    store = FakeStore()
    tracker = tracker_on(store)
    for count in range(1, 5):
        trade(tracker)
        assert tracker.save_to_object_store()
        fresh = tracker_on(store)
        assert fresh.load_from_object_store()
        assert ids(fresh) == list(range(1, count + 1))
        assert fresh.state() == tracker.state()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(cut, "slot b is damaged"), (lambda _: "", "slot b is damaged"), (None, "slot b is missing")],
)
def test_a_damaged_slot_falls_back_to_the_other(
    spoil: Callable[[str], str] | None, said: str
) -> None:
    """A damaged slot is told of once, and the next save replaces it."""
    store = saved_thrice()
    key = slots(store)["b"]
    text = store.objects.pop(key)
    if spoil is not None:
        store.objects[key] = spoil(text)
    tracker, told, found = loaded_from(store)
    assert found
    assert ids(tracker) == [1, 2]
    assert tracker.summary().errors == {"load: damaged": 1}
    assert len(told) == 1
    assert said in told[0]
    trade(tracker)
    assert tracker.save_to_object_store()
    again, told, found = loaded_from(store)
    assert (found, ids(again), told) == (True, [1, 2, 3], [])


def test_a_foreign_slot_falls_back_too() -> None:
    """A slot that is whole to the object store but no snapshot is passed over."""
    store = saved_thrice()
    at(store)._store.save_text("state", "tracker-b", '{"schema": "x", "version": 1}')
    tracker, told, found = loaded_from(store)
    assert (found, ids(tracker), len(told)) == (True, [1, 2], 1)


def test_two_damaged_slots_are_no_state() -> None:
    """The tracker stays as it was, says what was wrong, and saves where the slots were."""
    store = saved_thrice()
    for key in slots(store).values():
        store.objects[key] = cut(store.objects[key])
    tracker, told, found = loaded_from(store)
    assert not found
    assert tracker.state()["trades"] == create_performance_tracker().state()["trades"]
    assert tracker.errors == {"load: damaged": 2}
    assert len(told) == 1
    trade(tracker)
    assert tracker.save_to_object_store()
    assert ids(loaded_from(store)[0]) == [1]


def test_a_newer_version_is_left_alone() -> None:
    """A state of a newer version is neither loaded nor written over, however often one tries."""
    store = saved_thrice()
    newer = json.loads(at(store)._store.load_text("state", "tracker-a").value or "")
    newer["version"] = STATE_VERSION + 1
    at(store)._store.save_text("state", "tracker-a", json.dumps(newer))
    before = dict(store.objects)
    tracker, told, found = loaded_from(store)
    assert not found
    trade(tracker, 3)
    assert not tracker.save_to_object_store()
    assert not tracker.save_to_object_store()
    assert store.objects == before
    assert tracker.errors == {"load: NewerError": 1, "save: NewerError": 2}
    assert len(told) == 2
    assert "update the tracker" in told[0]


def test_what_cannot_be_read_is_not_written_over() -> None:
    """While the store does not let itself be read, nothing is known to be older; later it is."""
    store = saved_thrice()
    store.raising = {"read"}
    tracker, told, found = loaded_from(store)
    assert not found
    trade(tracker, 4)
    assert not tracker.save_to_object_store()
    assert tracker.errors == {"load: SnapshotError": 1, "save: SnapshotError": 1}
    assert len(told) == 2
    store.heal()
    assert ids(loaded_from(store)[0]) == [1, 2, 3]
    assert tracker.save_to_object_store()
    assert ids(loaded_from(store)[0]) == [1, 2, 3, 4]


def test_a_save_that_fails_costs_no_slot() -> None:
    """The next one tries the same slot again, and the other stays whole all the while."""
    store = saved_thrice()
    tracker, told, _ = loaded_from(store)
    trade(tracker)
    store.raises_at = lambda key: "/state/" in key
    for _ in range(3):
        assert not tracker.save_to_object_store()
    assert ids(loaded_from(store)[0]) == [1, 2, 3]
    store.heal()
    store.full = lambda key: "/state/" in key
    assert not tracker.save_to_object_store()
    store.heal()
    assert tracker.save_to_object_store()
    assert ids(loaded_from(store)[0]) == [1, 2, 3, 4]
    assert tracker.errors == {"save: SnapshotError": 4}
    assert len(told) == 1


def test_prefixes_are_kept_apart() -> None:
    """Each prefix has slots and a count of its own."""
    store = FakeStore()
    tracker = tracker_on(store)
    for prefix in ("one", "two", "one"):
        trade(tracker)
        assert tracker.save_to_object_store(prefix)
    found = {}
    for prefix in ("one", "two", ""):
        fresh = tracker_on(store)
        found[prefix] = ids(fresh) if fresh.load_from_object_store(prefix) else None
    assert found == {"one": [1, 2, 3], "two": [1, 2], "": None}


@pytest.mark.parametrize("prefix", ["a:b", "a/b", "x" * 39, "ä", "..", "a b"])
def test_a_prefix_that_makes_no_name_is_a_wrong_call(prefix: str) -> None:
    """It raises at once, for it would never work, and nothing is counted or stored."""
    store = FakeStore()
    tracker = tracker_on(store)
    for call in (tracker.save_to_object_store, tracker.load_from_object_store):
        with pytest.raises(CallError, match="makes no key"):
            call(prefix)
    assert (tracker.errors, store.objects) == ({}, {})


def test_a_save_may_be_too_soon() -> None:
    """Without force half a minute has to pass between two states."""
    store, now = FakeStore(), [1e9]
    manager = ObjectStoreManager(
        store, STORE_POLICY, project="7", deployment="x", clock=lambda: now[0]
    )
    tracker = PerformanceTracker(object_store=SnapshotStore(manager))
    trade(tracker)
    assert tracker.save_to_object_store(force=False)
    assert not tracker.save_to_object_store(force=False)
    assert tracker.save_to_object_store()
    now[0] += 31.0
    assert tracker.save_to_object_store(force=False)
    assert tracker.errors == {}


def test_a_state_that_json_cannot_say_is_not_saved() -> None:
    """The failure is counted, and what was saved before stays."""
    store = saved_thrice()
    tracker = loaded_from(store)[0]
    tracker.ledger.flow_total = float("nan")
    assert not tracker.save_to_object_store()
    assert tracker.errors == {"save: ValueError": 1}
    assert ids(loaded_from(store)[0]) == [1, 2, 3]


def test_a_tracker_that_never_opened_saves_and_loads() -> None:
    """A state that knows nothing comes back exactly, and the tracker can be used then."""
    store = FakeStore()
    assert tracker_on(store).save_to_object_store()
    fresh = tracker_on(store)
    assert fresh.load_from_object_store()
    assert fresh.state() == tracker_on(FakeStore()).state()
    trade(fresh)
    assert ids(fresh) == [1]


def test_a_load_replaces_all_that_was_known() -> None:
    """Accounts, instruments, holdings and trades are replaced, and listeners stay."""
    store, heard = FakeStore(), list[Any]()
    tracker = tracker_on(store)
    trade(tracker, 2)
    assert tracker.save_to_object_store()
    before = tracker.state()
    tracker.add_listener(heard.append, "trade closed")
    tracker.open_trade("B", 5, 20.0, strategy="other")
    assert tracker.load_from_object_store()
    assert tracker.state() == before
    trade(tracker)
    assert len(heard) == 1


def test_a_state_in_another_currency_is_refused() -> None:
    """A state whose amounts are in another currency leaves the tracker as it was."""
    store = FakeStore()
    tracker = tracker_on(store)
    trade(tracker)
    assert tracker.save_to_object_store()
    other = PerformanceTracker(object_store=at(store), account_currency="EUR")
    trade(other, 2)
    before = other.state()
    assert not other.load_from_object_store()
    assert other.errors == {"restore: TrackerError": 1}
    assert {**other.state(), "errors": {}} == before


def test_a_restore_that_fails_halfway_changes_nothing() -> None:
    """A state with a hole in it is refused after the books were taken from it, and undone."""
    store = FakeStore()
    tracker = tracker_on(store)
    trade(tracker)
    state = tracker.state()
    del state["scopes"]
    assert at(store).save_state(state, NOON)
    trade(tracker, 2)
    before = tracker.state()
    assert not tracker.load_from_object_store()
    assert tracker.errors == {"restore: StateError": 1}
    assert {**tracker.state(), "errors": {}} == before


def test_other_settings_hold_from_the_restore_on() -> None:
    """What was matched stays, and the next sale takes its lots as the new settings say."""
    store = FakeStore()
    first = tracker_on(store)
    for price in (10.0, 20.0, 30.0):
        first.open_trade("A", 1, price, time=NOON)
    first.close_trade("A", 1, price=40.0)
    assert first.save_to_object_store()
    fresh = create_performance_tracker(object_store=at(store), matching="lifo", keep_trades=0)
    assert fresh.load_from_object_store()
    fresh.close_trade("A", 1, price=40.0)
    assert [trade.entry_price for trade in fresh.trades()] == [10.0, 30.0]
