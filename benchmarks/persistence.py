"""What saving, restoring and logging cost, and how much memory a long run takes."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import thread_time
from typing import Any, NamedTuple

from benchmarks.measures import median
from benchmarks.plain_lean import PlainLean, PlainStore
from benchmarks.workload import Workload, fresh
from models.performance_tracker import PerformanceTracker
from models.tracker.ports import Storage
from utils.store.object_store import ObjectStoreManager
from utils.store.snapshot import Snapshot
from utils.store.snapshots import SnapshotStore
from utils.structured_logger import StructuredLogger
from utils.tracking import track

LINES = 20_000
TRADES = 145_000
MEGABYTE = 1_024.0  # kilobytes


class Saved(NamedTuple):
    """A snapshot after so many trades: kilobytes as text and packed, milliseconds."""

    trades: int
    size: float
    packed: float
    save: float
    restore: float


def snapshots(load: Workload, thresholds: Sequence[int]) -> list[Saved]:
    """Save and restore a tracker whenever it has closed so many trades, and at the end."""
    tracker, left, found = fresh(lean_book=False), list(thresholds), list[Saved]()
    for event in load.events:
        tracker.apply(event)
        if left and tracker.scopes.account.tally.trades >= left[0]:
            left.pop(0)
            found.append(_saved(tracker))
    return [*found, _saved(tracker)] if left else found


def _saved(tracker: PerformanceTracker) -> Saved:
    text = _text(tracker)
    state = json.loads(text)["state"]
    return Saved(
        tracker.scopes.account.tally.trades,
        len(text) / 1e3,
        len(gzip.compress(text.encode())) / 1e3,
        median(lambda: _seconds(lambda: _text(tracker))) * 1e3,
        median(lambda: _seconds(lambda: fresh(lean_book=False).restore(state))) * 1e3,
    )


def longest_piece(load: Workload) -> float:
    """Milliseconds of the longest piece of a save of the whole run, which a hook takes at once."""
    states = SnapshotStore(ObjectStoreManager(PlainStore(), project="0"))
    tracker = fresh(lean_book=False, storage=Storage(states))
    for event in load.events:
        tracker.apply(event)
    return min(_longest_step(tracker) for _ in range(3))


def _longest_step(tracker: PerformanceTracker) -> float:
    """Milliseconds of the longest step of one save."""
    longest, ended = 0.0, None
    tracker.persistence.begin("", force=True)
    while ended is None:
        started = thread_time()
        ended = tracker.persistence.step()
        longest = max(longest, thread_time() - started)
    return longest * 1e3


def _text(tracker: PerformanceTracker) -> str:
    return Snapshot(1, "0", "", tracker.ledger.books.time, (), tracker.state()).text()


def _seconds(call: Any) -> float:
    started = thread_time()
    call()
    return thread_time() - started


class Nowhere:
    """Shows nothing."""

    def debug(self, message: str) -> None:
        """Drop it."""

    log = error = debug


def log_lines() -> float:
    """Lines a second that the structured log renders, LEAN's own time left out."""
    now = datetime(2024, 1, 2, tzinfo=UTC)
    log = StructuredLogger(Nowhere(), lambda: now, budget=None)
    started = thread_time()
    for line in range(LINES):
        log.event("trade closed", time=now, correlation="o1", symbol="SPY", pnl=line / 7)
        log.flush()
    return LINES / (thread_time() - started)


def long_run_memory() -> float:
    """Megabytes that a process gains by 145,000 trades, with saved state and log switched on."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.persistence"], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def _long_run() -> None:
    """Trade in a process of its own, and print what it gained."""
    lean = PlainLean()
    tracker = track(lean.algorithm, persist="on", log_level="info", log_bytes=8_192)
    lean.algorithm.object_store.forgets = True  # what is stored is on a disk, not in the process
    empty = _peak()
    for trade in range(TRADES):
        for quantity in (1.0, -1.0):
            for event in lean.order(quantity, 100.0 + trade % 7):
                tracker.on_order_event(event)
        tracker.on_data(lean.bar(100.0 + trade % 11))
    tracker.finish()
    print((_peak() - empty) / MEGABYTE)


def _peak() -> float:
    """The most memory the process has had, kilobytes; getrusage tells its parent's too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return float(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    _long_run()
