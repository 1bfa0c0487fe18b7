"""Snapshots in the object store: two slots written in turn, and closed trades in segments.

A save cut short costs the slot it was written to, never the other one: of a run the newest whole
document counts, and of several runs the one that was saved last. Each run has slots and segments of
its own (`slots`, `segments`); a document names the segments that belong to it, so that what was
written after it does no harm. A document of an older version is migrated step by step; one of a
newer version, or of another project or algorithm, is refused and left alone.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from models.later import Steps, finished_steps, texts_of
from models.trades.record import TradeRecord
from utils.store.categories import STATE_CATEGORY, TRADES_CATEGORY, check_name
from utils.store.left_out import LEFT_OUT, STAYS, without
from utils.store.results import SaveReason, SaveResult
from utils.store.segments import NO_ROOM, Segments
from utils.store.slots import (
    RUNS_KEPT,
    FoundState,
    FoundStates,
    is_over,
    look_at_slots,
    slot_name,
)
from utils.store.snapshot import Snapshot, SnapshotError
from utils.store.trade_rows import EncodedTrades, with_written

if TYPE_CHECKING:
    from utils.store.object_store import ObjectStoreManager

DEFAULT_PREFIX = "tracker"


class SnapshotStore:
    """Saves one tracker's state, and takes its closed trades.

    Args:
        store: Where they are kept.
        project: LEAN's project id.
        deployment: LEAN's id of the run.
        prefix: The name that its objects begin with, and that a state is usually kept under.
        run: A mark of the run that its slots and segments carry (`slots.run_mark`); without one all
            share the same slots.
        algorithm: The name of the algorithm's class; empty where it does not matter.
        older: Where an older form of the tracker kept what this one goes on from.

    Attributes:
        loaded: The id of the run that saved what was loaded last; None before the first load.
        notes: What is to be told of what had to give way since they were taken last.
    """

    def __init__(
        self,
        store: ObjectStoreManager,
        *,
        project: str = "",
        deployment: str = "",
        prefix: str = DEFAULT_PREFIX,
        run: str = "",
        algorithm: str = "",
        older: ObjectStoreManager | None = None,
    ) -> None:
        self.loaded: str | None = None
        self._store = store
        self._older = older
        self._project, self._deployment = project, deployment
        self._run, self._algorithm = run, algorithm
        self._prefix = prefix
        self._lock = threading.Lock()
        self._found: dict[str, FoundStates] = {}  # by prefix, once its slots were looked at
        self._saves: dict[str, tuple[int, int, str]] = {}  # by prefix: last, first and parent
        self._segments = Segments(store, prefix, run, older)
        self._kept = EncodedTrades()
        self._own: Counter[str] = Counter()  # saves of this run by prefix
        self._left_out = 0  # the place in `LEFT_OUT` of what states leave out
        self.notes: list[str] = []

    def check_prefix(self, prefix: str) -> None:
        """Raise `CallError` unless a state may be kept under a name; empty is the usual one."""
        check_name(slot_name(prefix or self._prefix, self._run, 0))

    # --- states

    def save_state(
        self,
        state: Mapping[str, Any],
        time: datetime | None,
        prefix: str = "",
        *,
        force: bool = True,
    ) -> bool:
        """Save a state in the slot that holds the older one.

        Args:
            state: What the tracker's `state` returned.
            time: UTC of its last event.
            prefix: The name to save it under, where that is not the usual one.
            force: Whether to save even though the last save was a moment ago.

        Returns:
            False when it was too soon.

        Raises:
            SnapshotError: The store refused it, or a newer version of the tracker saved there.
        """
        return finished_steps(self.saving(state, time, prefix, force=force))

    def saving(
        self,
        state: Mapping[str, Any],
        time: datetime | None,
        prefix: str = "",
        *,
        force: bool = True,
    ) -> Steps[bool]:
        """Save a state in steps of a few milliseconds each; as of `save_state`.

        Args:
            state: What the tracker's `capture` returned.
            time: UTC of its last event.
            prefix: The name to save it under, where that is not the usual one.
            force: Whether to save even though the last save was a moment ago.
        """
        name = prefix or self._prefix
        with self._lock:
            last, first, parent = self._last_save(name)
            archive = self._segments.written(state["trades"])
            missing = dict(self._segments.missing)
        trades = self._kept.rest(state["trades"], archive, missing)
        snapshot = Snapshot(
            sequence=last + 1,
            project=self._project,
            deployment=self._deployment,
            time=time,
            archive=archive,
            state={**state, "trades": trades},
            run=self._run,
            algorithm=self._algorithm,
            parent=parent,
            first=first,
            missing=missing,
        )
        result = yield from self._put(name, snapshot, force=force)
        if result.saved:
            self._saves[name] = snapshot.sequence, first, parent
            self._own[name] += 1
            if self._own[name] == 1:
                self._clear(name, RUNS_KEPT)
        elif result.reason is not SaveReason.TOO_SOON:
            raise SnapshotError(f"{result.reason.value}: {result.detail}")
        return result.saved

    def _put(self, name: str, snapshot: Snapshot, *, force: bool) -> Steps[SaveResult]:
        """Write a snapshot; where there is no room older runs' slots go, then its own trades."""
        slot, before = slot_name(name, self._run, snapshot.sequence), self._left_out
        while True:
            smaller = replace(snapshot, state=without(snapshot.state, LEFT_OUT[self._left_out]))
            pieces = yield from smaller.pieces(texts_of(smaller.state))
            result = yield from self._store.saving(STATE_CATEGORY, slot, pieces, force=force)
            if result.reason not in NO_ROOM:
                if self._left_out != before:
                    self.notes.append(LEFT_OUT[self._left_out].told)
                return result
            # before its first save a run leaves the state that it goes on from
            if self._clear(name, 1 if self._own[name] else 2):
                continue
            if self._left_out == len(LEFT_OUT) - 1:
                self._left_out = 0  # not even that helps: there may be room for all another time
                return result
            self._left_out += 1

    def _last_save(self, name: str) -> tuple[int, int, str]:
        """Return the number of the last save, of this run's first, and whom it goes on from.

        Raises:
            SnapshotError: What is there may not be written over.
        """
        if name not in self._saves:
            found = self._look(name)
            if not self._run:
                _check_readable(found)
            newest = found.newest
            sequence = newest.snapshot.sequence if newest else 0
            self._saves[name] = sequence, sequence + 1 if self._run else 1, ""
        return self._saves[name]

    def _look(self, name: str) -> FoundStates:
        """Read all slots of a name."""
        found = self._found[name] = look_at_slots(self._store, name)
        if not found.slots and self._older is not None:
            older = look_at_slots(self._older, name)
            if older.slots or older.problems:
                return older
        return found

    def load_state(self, prefix: str = "") -> tuple[Mapping[str, Any] | None, list[str]]:
        """Return the newest whole state.

        Args:
            prefix: The name it was saved under, where that is not the usual one.

        Returns:
            The state, None without one; and what was wrong with the slots, in words.

        Raises:
            SnapshotError: A newer version of the tracker wrote the newest one, or the store does
                not let itself be read.
            ForeignError: It is of another project or another algorithm.
        """
        name = prefix or self._prefix
        with self._lock:
            self._saves.pop(name, None)
            found = self._look(name)
            _check_readable(found)
            newest = found.newest
            if newest is None:
                return None, found.problems
            snapshot = newest.snapshot
            snapshot.check(self._project, self._algorithm)
            first = snapshot.sequence + 1 if self._run else 1
            self._saves[name] = snapshot.sequence, first, snapshot.run
            self._segments.kept = snapshot.archive
            self._segments.missing = Counter(snapshot.missing)
            self.loaded = snapshot.deployment
            trades = with_written(
                snapshot.state.get("trades"), snapshot.archive, self._segments.rows
            )
            problems = [*found.problems, *map(_other_writer, found.others(newest))]
            return {**snapshot.state, "trades": trades}, problems

    def _clear(self, name: str, runs: int) -> bool:
        """Delete the slots of older runs, and the segments that no state names any more.

        Args:
            name: The name of the states.
            runs: How many runs keep theirs, the present one among them.

        Returns:
            Whether any slot was deleted.
        """
        found = self._found.get(name)
        run = self._run
        if not run or found is None:
            return False
        ranked = sorted(found.last.values(), key=lambda state: state.saved, reverse=True)
        stay = {run, *[state.run for state in ranked if state.run != run][: runs - 1]}
        gone = [each for each in found.slots if each not in stay]
        for each in gone:
            for slot in found.slots.pop(each):
                self._store.delete(STATE_CATEGORY, slot)
            found.last.pop(each, None)
        if not found.unreadable and not found.newer:
            self._remove_orphans(name, found)
        return bool(gone)

    def _remove_orphans(self, name: str, found: FoundStates) -> None:
        """Delete the segments of runs without slots that no state names."""
        named = {segment.name for segment in self._segments.kept}
        for state in found.last.values():
            named |= {segment.name for segment in state.snapshot.archive}
        runs = {self._run, *found.slots}
        for segment in self._store.names(TRADES_CATEGORY):
            run, _, last = segment.rpartition("/")
            own = name == self._prefix == last.rpartition("-")[0]
            if own and run not in runs and segment not in named and is_over(run, self._run):
                self._store.delete(TRADES_CATEGORY, segment)

    # --- closed trades

    def store(self, trades: Sequence[TradeRecord]) -> None:
        """Write closed trades of one book as a segment.

        Raises:
            SegmentError: The store does not take it.
        """
        with self._lock:
            before = self._segments.missing.total()
            self._segments.write(trades)
            gone = self._segments.missing.total() - before
            if gone:
                self.notes.append(f"the store is full: {gone:,} old trades gave way; {STAYS}")

    def stored(self) -> Iterator[TradeRecord]:
        """Yield all trades of the segments, the oldest first.

        Raises:
            SegmentError: A segment is lost; it is raised after all trades that are there.
        """
        return self._segments.trades()

    def holds(self, book: str) -> int:
        """Return how many trades of a book have been written, those that gave way included."""
        return self._segments.holds(book)

    def part(self, book: str, first: int, count: int) -> Iterator[TradeRecord]:
        """Yield trades of a book by their places (`Segments.part`)."""
        return self._segments.part(book, first, count)


def _check_readable(found: FoundStates) -> None:
    """Raise `SnapshotError` where nothing may be taken or written over.

    A state of a newer version counts, unless a whole one was saved after it; where the store does
    not give a slot and there is no other, nothing is known.
    """
    newest = found.newest
    for saved, newer in found.newer:
        if newest is None or newest.saved <= saved:
            raise newer
    if newest is None and found.unreadable:
        raise SnapshotError("; ".join(found.problems))


def _other_writer(state: FoundState) -> str:
    """Return what is to be told of a run that saved at the same time."""
    name = state.snapshot.deployment or state.run or "without a name"
    until = datetime.fromtimestamp(state.saved, UTC)
    return f"two deployments saved here at once: {name} until {until}, whose trades are not in this"
