"""Snapshots in the object store: two slots written in turn, and closed trades in segments.

A save cut short costs the slot it was written to, never the other one: the newest whole document
wins. Closed trades that left memory stand in segments, each written once, under a name of its own;
a document names those that belong to it, so that what was written after it does no harm. A document
of an older version is migrated step by step; one of a newer version is refused and left alone.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from models.errors import TrackerError
from models.trades.record import TradeRecord
from utils.store.categories import check_name
from utils.store.object_store import ObjectStoreManager
from utils.store.results import Reason
from utils.store.sealing import Status
from utils.store.snapshot import NewerError, Segment, Snapshot, SnapshotError, document_text

STATE, TRADES = "state", "trades"  # categories of the object store
SLOTS = ("a", "b")
PREFIX = "tracker"


class SnapshotStore:
    """Saves one tracker's state, and takes its closed trades.

    Args:
        store: Where.
        project: LEAN's project id.
        deployment: LEAN's id of the run.
        prefix: The name its objects begin with.

    Attributes:
        loaded: The id of the run that saved what was loaded last; None before.
    """

    def __init__(
        self,
        store: ObjectStoreManager,
        *,
        project: str = "",
        deployment: str = "",
        prefix: str = PREFIX,
    ) -> None:
        self._store = store
        self._ids = (project, deployment)
        self.loaded: str | None = None
        self._prefix = prefix
        self._lock = threading.Lock()
        self._sequences: dict[str, int] = {}  # by prefix, once its slots were looked at
        self._segments: tuple[Segment, ...] = ()
        self._newer: dict[str, NewerError] = {}

    def check_prefix(self, prefix: str) -> None:
        """Raise `CallError` unless a state may be kept under the name; empty is the usual one."""
        check_name(self._slot(prefix or self._prefix, 0))

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
            state: What the tracker's `state` gave.
            time: UTC of its last event.
            prefix: The name to save it under, where it is not the usual one.
            force: Whether to save even though the last save was a moment ago.

        Returns:
            False when it was too soon.

        Raises:
            SnapshotError: The store refused it, or a newer version of the tracker saved there.
        """
        name = prefix or self._prefix
        with self._lock:
            problems = [] if name in self._sequences else self._look(name)[1]
            if name in self._newer:
                raise self._newer[name]
            if name not in self._sequences:
                raise SnapshotError(f"what is there cannot be read: {'; '.join(problems)}")
            sequence = self._sequences[name] + 1
            snapshot = Snapshot(sequence, *self._ids, time, self._archive_of(state), state)
            slot = self._slot(name, sequence)
            result = self._store.save_text(STATE, slot, snapshot.text(), force=force)
            if result.saved:
                self._sequences[name] = sequence
            elif result.reason is not Reason.TOO_SOON:
                raise SnapshotError(f"{result.reason.value}: {result.detail}")
            return result.saved

    def _archive_of(self, state: Mapping[str, Any]) -> tuple[Segment, ...]:
        """The segments whose trades the state counts as gone; those on their way it has itself."""
        gone = {book: log["forgotten"] + log["archived"] for book, log in state["trades"].items()}
        archive: list[Segment] = []
        for segment in self._segments:
            gone[segment.book] -= segment.trades
            if gone[segment.book] >= 0:
                archive.append(segment)
        return tuple(archive)

    def load_state(self, prefix: str = "") -> tuple[Mapping[str, Any] | None, list[str]]:
        """The newest whole state, and what was wrong with the slots.

        Raises:
            SnapshotError: A newer version of the tracker wrote the newest one, or the store does
                not let itself be read.
        """
        name = prefix or self._prefix
        with self._lock:
            found, problems = self._look(name)
            if name in self._newer:
                raise self._newer[name]
            if name not in self._sequences:
                raise SnapshotError("; ".join(problems))
            if found is None:
                return None, problems
            self._segments, self.loaded = found.archive, found.deployment
            return found.state, problems

    @staticmethod
    def _slot(name: str, sequence: int) -> str:
        return f"{name}-{SLOTS[sequence % 2]}"

    def _look(self, name: str) -> tuple[Snapshot | None, list[str]]:
        """Read both slots; the next save goes on counting from the newest.

        Where there is none, but a slot that the store does not give, nothing may be written.
        """
        found: list[Snapshot] = []
        problems: list[str] = []
        states: set[Status] = set()
        self._newer.pop(name, None)
        self._sequences.pop(name, None)
        for sequence, slot in enumerate(SLOTS):
            loaded = self._store.load_text(STATE, self._slot(name, sequence))
            states.add(loaded.status)
            try:
                if loaded.value is not None:
                    found.append(Snapshot.parse(loaded.value))
                elif loaded.status is not Status.MISSING:
                    problems.append(f"slot {slot} is {loaded.status.value}: {loaded.detail}")
            except NewerError as problem:
                self._newer[name] = problem
            except TrackerError as problem:
                problems.append(f"slot {slot}: {problem}")
        newest = max(found, key=lambda snapshot: snapshot.sequence, default=None)
        if newest is not None and newest.sequence > 1 and Status.MISSING in states:
            problems.append(f"slot {SLOTS[(newest.sequence + 1) % 2]} is missing")
        if newest is not None or Status.UNREADABLE not in states:
            self._sequences[name] = newest.sequence if newest else 0
        return newest, problems

    # --- closed trades

    def store(self, trades: Sequence[TradeRecord]) -> None:
        """Write a segment; `SnapshotError` where the store does not take it.

        Args:
            trades: Of one book.
        """
        with self._lock:
            name = self._next_segment()
            rows = document_text([trade.to_row() for trade in trades])
            result = self._store.save_text(TRADES, name, rows, force=True)
            if not result.saved:
                raise SnapshotError(f"a segment is not saved: {result.reason.value}")
            self._segments += (Segment(name, trades[0].book, len(trades)),)

    def stored(self) -> Iterator[TradeRecord]:
        """All trades of the segments, the oldest first.

        Raises:
            SnapshotError: A segment is lost; after all that are there.
        """
        lost: list[Segment] = []
        for segment in self._segments:
            rows = self._store.load_json(TRADES, segment.name).value
            if rows is None:
                lost.append(segment)
            yield from map(TradeRecord.from_row, rows or ())
        if lost:
            trades = sum(segment.trades for segment in lost)
            raise SnapshotError(f"{trades} trades are lost with {lost[0].name}")

    def _next_segment(self) -> str:
        """A name that no segment ever had, so that each is written once."""
        names = [*self._store.names(TRADES), *(segment.name for segment in self._segments)]
        splits = (name.rpartition("-") for name in names)
        numbers = (int(number) for prefix, _, number in splits if prefix == self._prefix)
        return f"{self._prefix}-{1 + max(numbers, default=0):06d}"
