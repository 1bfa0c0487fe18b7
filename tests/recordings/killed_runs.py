"""Runs of recordings that are killed at a line, and what the next deployment finds then.

A store keeps what is saved in memory, and writes it to its folder every five seconds of the
recording's time, as LEAN's does: what a kill leaves is the folder.

`python -m tests.recordings.killed_runs [RECORDING ...]` kills backtests of all recordings, or of
those, in stores of both sizes, alone and beside another writer; the tests do so with the quickest.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from models.ledger.statement import Sheet
from tests.recordings.played import RECORDINGS
from utils.tracking import LeanTracker
from workbench.engine.reads import ReadMeter
from workbench.engine.store import ObjectStore, StoreRules, flush
from workbench.engine.tape import read_tape
from workbench.replay.replay import Replay, TrackedAlgorithm

CENT = 0.01
# Wall-clock seconds of a line of a backtest, and the lines between two writes of its store.
LINE, WRITTEN_EVERY = 3.0, 12
FLUSHED_EVERY = 5.0  # seconds, LEAN's
LATER = 10_000.0  # seconds until the next deployment
LAZY = StoreRules(synchronous=False)
SMALL = StoreRules(synchronous=False, max_size=5 * 1024**2, max_files=100)


@dataclass(frozen=True)
class Shown:
    """What a tracker knows of all that was filled."""

    fills: int
    trades: int
    total: Sheet
    held: dict[tuple[str, str], float]
    flows: int


def shown(tracker: Any) -> Shown:
    """What a tracker shows at this moment."""
    ledger = tracker.ledger
    held = {
        (name, sid): position.quantity
        for name, each in ledger.books.accounts.items()
        for sid, position in each.open.items()
    }
    trades = tracker.scopes.account.tally.trades
    return Shown(ledger.books.fills, trades, ledger.total(), held, len(ledger.flows))


class LazyStore(ObjectStore):
    """LEAN's object store, which remembers what the tracker knew at its last save of a state.

    Attributes:
        tracker: Whose saves are watched.
        flushed: What the tracker knew when it saved what the folder has; None before.
    """

    __slots__ = ("_saved", "flushed", "tracker")

    def __init__(self, folder: Path, rules: StoreRules) -> None:
        super().__init__(ReadMeter(), folder, lambda _: None, rules)
        self.tracker: Any = None
        self.flushed: Shown | None = None
        self._saved: Shown | None = None

    def _save(self, path: str, contents: bytes) -> bool:
        saved = super()._save(path, contents)
        if saved and "/state/" in path:
            self._saved = shown(self.tracker)
        return saved

    def write(self) -> None:
        """Write what is in memory, as LEAN's timer does."""
        flush(self)
        self.flushed = self._saved

    def lose(self) -> None:
        """Forget what was not written, as a kill does."""
        self._memory.clear()
        self._dirty.clear()
        self._saved = self.flushed


class KilledRun:
    """A run over a store that is written every five seconds.

    Args:
        name: The recording.
        folder: The store's.
        rules: What the store allows.
        ahead: Seconds by which its clock is ahead of the recording's.
        settings: The tracker's.

    Attributes:
        store: The store.
        replay: The run.
        now: The time by its clock, Unix.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        rules: StoreRules = LAZY,
        *,
        ahead: float = 0.0,
        **settings: Any,
    ) -> None:
        self._name, self._folder, self._rules = name, folder, rules
        store = self.store = LazyStore(folder, rules)

        class Algorithm(TrackedAlgorithm):
            @property
            def object_store(self) -> ObjectStore:
                """The one that is watched."""
                return store

        tape = read_tape(RECORDINGS[name].path)
        self.now = datetime.fromisoformat(tape.start["utc"]).timestamp() + ahead
        self._ahead = ahead
        self.settings: dict[str, Any] = {"persist": "on", **settings}
        self.replay = Replay(
            tape,
            algorithm=Algorithm,
            store=folder,
            deployment=f"L-{ahead}",
            lean_book=False,
            clock=lambda: self.now,
            **self.settings,
        )
        store.tracker = self.replay.tracker

    def lines(self) -> Iterator[str]:
        """Play line by line by the recording's clock, and yield the type of each after it."""
        written = self.now
        for played in self.replay.engine.play():
            self.now = max(self.now, played.utc.timestamp() + self._ahead)
            if self.now - written >= FLUSHED_EVERY:
                self.store.write()
                written = self.now
            yield played.type

    def next_one(self, folder: Path) -> LeanTracker:
        """Make the tracker of a deployment that finds the store's folder as it is now."""
        shutil.copytree(self._folder, folder)
        later = KilledRun(self._name, folder, self._rules, ahead=LATER, **self.settings)
        return later.replay.tracker

    def restart(self) -> LeanTracker:
        """Lose what was not written, and go on with a fresh tracker from what was."""
        self.store.lose()
        tracker = self.store.tracker = self.replay.wire(**self.settings)
        return tracker


def kill_a_backtest(name: str, folder: Path, rules: StoreRules, *, beside: bool = False) -> int:
    """Kill a backtest at every 50th line; each time it goes on from what was written.

    LEAN's account says the rest, and nothing is unexplained.

    Args:
        name: The recording.
        folder: Its store's.
        rules: What the store allows.
        beside: Whether another run of the same id saves in the same store all along.

    Returns:
        How often it was killed.
    """
    run = KilledRun(name, folder, rules, resume="on")
    other = KilledRun(name, folder, rules) if beside else None
    more = other.replay.play() if other else iter(())
    kills = 0
    for number, row in enumerate(run.replay.play(), 1):
        run.now += LINE
        next(more, None)
        if other and number % 30 == 0:
            other.now = run.now
            other.replay.tracker.save_to_object_store()
            other.store.write()
        if number % WRITTEN_EVERY == 0:
            run.store.write()
        if number % 50 == 0:
            found, written = shown(run.restart()), run.store.flushed
            assert found == written if written else found.fills == 0, f"{name}, line {number}"
            kills += 1
        elif row is not None:
            assert abs(row["unexplained"]) <= CENT, f"{name}, line {number}: {row}"
            assert abs(row["equity"] - row["lean_equity"]) <= CENT, f"{name}, line {number}"
    # the small store has no room for each single trade
    assert set(run.replay.tracker.errors) <= {"save: trades left out"}, run.replay.tracker.errors
    return kills


def main(names: list[str]) -> None:
    """Kill backtests of these recordings in every way, and print how often."""
    for name in names:
        for beside in (False, True):
            for size, rules in (("usual", LAZY), ("small", SMALL)):
                with TemporaryDirectory() as folder:
                    kills = kill_a_backtest(name, Path(folder), rules, beside=beside)
                told = "beside another" if beside else "alone"
                print(f"{name}, {size} store, {told}: {kills} kills", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:] or sorted(RECORDINGS, key=lambda name: RECORDINGS[name].size))
