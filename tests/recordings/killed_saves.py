"""Processes that save without pause and are killed while they do.

`python -m tests.recordings.killed_saves STORE KILLS SEED` forks one after another from a parent
that has loaded everything, kills each at a moment of chance, and looks what the store has then. A
save that was reported must be there, at least; it prints what was seen as JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from models.performance_tracker import PerformanceTracker
from utils.store.categories import CATEGORIES, StorePolicy
from utils.store.object_store import ObjectStoreManager
from utils.store.snapshots import SnapshotStore
from workbench.engine.reads import ReadMeter
from workbench.engine.store import ObjectStore, StoreRules

PIECE = 1_024  # bytes the disk takes at once
PAUSE = 2e-5  # seconds between two pieces
LIVES_AT_MOST = 0.05  # seconds after its first save
TRADES = 100  # that the first state has
# Some 200 KB of text are a good while on their way to the disk.
PLAIN = StorePolicy(
    {name: replace(category, compress=False) for name, category in CATEGORIES.items()}
)


class SlowDisk(ObjectStore):
    """LEAN's object store, whose files are written in place and piece by piece."""

    __slots__ = ()

    def _flush(self) -> None:
        for key in list(self._dirty):
            place = self._folder / key
            place.parent.mkdir(parents=True, exist_ok=True)
            data = self._memory[key] or b""
            with place.open("wb", buffering=0) as file:
                for at in range(0, len(data), PIECE):
                    file.write(data[at : at + PIECE])
                    time.sleep(PAUSE)
            del self._dirty[key]


class Told:
    """A logger that counts what it is told."""

    def __init__(self) -> None:
        self.times = 0

    def warning(self, _: str) -> None:
        """Count it."""
        self.times += 1


def tracker_on(folder: Path, logger: Told | None = None) -> PerformanceTracker:
    """A fresh tracker over the folder."""
    store = SlowDisk(ReadMeter(), folder, print, StoreRules())
    manager = ObjectStoreManager(store, PLAIN, project="7", live=True)
    return PerformanceTracker(logger=logger, object_store=SnapshotStore(manager, project="7"))


def trade(tracker: PerformanceTracker) -> None:
    """Buy and sell once, at a time that makes the state larger."""
    tracker.open_trade(
        "A", 1, 10.0, time=tracker.ledger.books.time or datetime(2020, 1, 2, tzinfo=UTC)
    )
    tracker.close_trade("A", price=11.0)


def save_for_ever(tracker: PerformanceTracker, pipe: int) -> None:
    """Trade, save, and report how many trades were saved, until killed."""
    while True:
        trade(tracker)
        if tracker.save_to_object_store():
            os.write(pipe, tracker.scopes.account.tally.trades.to_bytes(8, "big"))


def kill_one(tracker: PerformanceTracker, after: float) -> int:
    """Let a process save once, and on for so long; then kill it. Returns what it reported last."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        save_for_ever(tracker, writing)
    os.close(writing)
    with os.fdopen(reading, "rb", buffering=0) as file:
        data = file.read(8)
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        data += file.read()
    whole = len(data) // 8 * 8
    return int.from_bytes(data[whole - 8 : whole], "big")


def main(folder: Path, kills: int, seed: int) -> dict[str, int]:
    """Kill so many; returns how often what was found."""
    chance = random.Random(seed)
    tracker = tracker_on(folder)
    for _ in range(TRADES):
        trade(tracker)
    if not tracker.save_to_object_store():
        raise SystemExit("the first state is not saved")
    known = tracker.scopes.account.tally.trades
    seen: Counter[str] = Counter()
    for _ in range(kills):
        known = max(known, kill_one(tracker, chance.uniform(0.0, LIVES_AT_MOST)))
        told = Told()
        tracker = tracker_on(folder, told)
        found = tracker.load_from_object_store()
        trades = tracker.scopes.account.tally.trades
        seen["lost"] += not found
        seen["behind"] += found and trades < known
        seen["ahead"] += found and trades > known
        seen["damaged"] += told.times
        seen["broken"] += len(tracker.trades()) != trades
        known = max(known, trades)
    return {**seen, "trades": known}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))  # noqa: T201
