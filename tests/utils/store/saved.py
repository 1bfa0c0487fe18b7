"""Saved states over a plain store, for the tests of snapshots."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from models.creation import create_performance_tracker
from models.performance_tracker import PerformanceTracker
from models.settings import Settings
from tests.structure.source_tree import ROOT
from tests.utils.store.fake_store import FakeStore
from utils.store.categories import (
    STORE_POLICY,
)
from utils.store.object_store import ObjectStoreManager
from utils.store.snapshot import Segment, Snapshot
from utils.store.snapshots import SnapshotStore

SCHEMA = json.loads((ROOT / "workbench" / "snapshot.schema.json").read_text(encoding="utf-8"))

VALIDATOR = Draft202012Validator(SCHEMA)

# What the tracker of commit eab912a said in the middle of `option-combos`.
STATE_2 = Path(__file__).with_name("state-2-option-combos.json.gz")

STATE_2_LINE = 178

# What the tracker of commit 6e4e90f said in the course of `euro-futures`.
STATE_3 = Path(__file__).with_name("state-3-euro-futures.json.gz")

STATE_3_LINE = 125

NOON = datetime(2026, 1, 2, 17, tzinfo=UTC)


def at(store: FakeStore, deployment: str = "L-1", prefix: str = "tracker") -> SnapshotStore:
    """What a run of that id has of the store."""
    manager = ObjectStoreManager(store, STORE_POLICY, project="7", deployment=deployment, live=True)
    return SnapshotStore(manager, project="7", deployment=deployment, prefix=prefix)


def tracker_on(store: FakeStore, keep: int = 1_000, **names: str) -> PerformanceTracker:
    """A tracker without LEAN that saves there."""
    settings = Settings(keep_trades=keep)
    return PerformanceTracker(1_000.0, object_store=at(store, **names), settings=settings)


def trade(tracker: PerformanceTracker, times: int = 1) -> None:
    """Buy and sell so often."""
    time = tracker.ledger.books.time or NOON
    for minute in range(times):
        tracker.open_trade("A", 1, 10.0, time=time + timedelta(minutes=minute + 1))
        tracker.close_trade("A", price=11.0)


def slots(store: FakeStore) -> dict[str, str]:
    """The keys of the slots there are, by letter."""
    return {key[-1]: key for key in store.objects if key[:-1].endswith("/state/tracker-")}


def ids(tracker: PerformanceTracker) -> list[int]:
    """The numbers of all the trades that the tracker answers, which were each made by two calls.

    A trade by hand is named after the order that opened it, and each call is an order.
    """
    return [(int(trade.trade_id.removeprefix("h")) + 1) // 2 for trade in tracker.trades()]


def document(**changes: Any) -> dict[str, Any]:
    """A small snapshot's document, changed."""
    tracker = create_performance_tracker()
    trade(tracker)
    archive = (Segment("tracker-000001", "lots", 5),)
    made = Snapshot(3, "7", "L-1", NOON, archive, tracker.state())
    return {**json.loads(made.text()), **changes}


def state_2() -> dict[str, Any]:
    """A state as version 2 wrote it."""
    return _state_of(2, STATE_2)


def state_3() -> dict[str, Any]:
    """A state as version 3 wrote it."""
    return _state_of(3, STATE_3)


def _state_of(version: int, path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    assert loaded["version"] == version
    return loaded


def saved_thrice() -> FakeStore:
    """A store with a state of two trades in slot a and one of three, the newest, in slot b."""
    store = FakeStore()
    tracker = tracker_on(store)
    for _ in range(3):
        trade(tracker)
        assert tracker.save_to_object_store()
    assert sorted(slots(store)) == ["a", "b"]
    return store


class Heard:
    """A logger that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def warning(self, message: str) -> None:
        """Keep it."""
        self.told.append(message)


def loaded_from(store: FakeStore) -> tuple[PerformanceTracker, list[str], bool]:
    """A fresh tracker, what it warned of, and whether it found a state."""
    heard = Heard()
    tracker = PerformanceTracker(logger=heard, object_store=at(store, "L-2"))
    return tracker, heard.told, tracker.load_from_object_store()


def cut(text: str) -> str:
    """The first half of a text."""
    return text[: len(text) // 2]
