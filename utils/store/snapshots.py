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
from typing import TYPE_CHECKING, Any

from models.codec import list_of
from models.errors import TrackerError
from models.later import Steps, finished_steps, json_text, texts_of
from models.trades.record import TRADE_ROW, TradeRecord
from utils.store.categories import check_name
from utils.store.results import LoadStatus, SaveReason
from utils.store.snapshot import NewerError, Segment, Snapshot, SnapshotError
from utils.store.trade_rows import EncodedTrades, with_written

if TYPE_CHECKING:
    from utils.store.object_store import ObjectStoreManager

# The categories of the object store that states and segments of trades are kept in.
STATE_CATEGORY, TRADES_CATEGORY = "state", "trades"
SLOT_NAMES = ("a", "b")
DEFAULT_PREFIX = "tracker"
_TRADE_ROWS = list_of(TRADE_ROW)


class SnapshotStore:
    """Saves one tracker's state, and takes its closed trades.

    Args:
        store: Where they are kept.
        project: LEAN's project id.
        deployment: LEAN's id of the run.
        prefix: The name that its objects begin with, and that a state is usually kept under.

    Attributes:
        loaded: The id of the run that saved what was loaded last; None before the first load.
    """

    def __init__(
        self,
        store: ObjectStoreManager,
        *,
        project: str = "",
        deployment: str = "",
        prefix: str = DEFAULT_PREFIX,
    ) -> None:
        self.loaded: str | None = None
        self._store = store
        self._project = project
        self._deployment = deployment
        self._prefix = prefix
        self._lock = threading.Lock()
        self._sequences: dict[str, int] = {}  # by prefix, once its slots were looked at
        self._segments: tuple[Segment, ...] = ()
        self._kept = EncodedTrades()
        self._newer: dict[str, NewerError] = {}  # by prefix, where a newer tracker saved

    def check_prefix(self, prefix: str) -> None:
        """Raise `CallError` unless a state may be kept under a name; empty is the usual one."""
        check_name(_slot_name(prefix or self._prefix, 0))

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
            sequence = self._next_sequence(name)
            archive = self._archive_of(state)
        whole_state = {**state, "trades": self._kept.rest(state["trades"], archive)}
        snapshot = Snapshot(
            sequence=sequence,
            project=self._project,
            deployment=self._deployment,
            time=time,
            archive=archive,
            state=whole_state,
        )
        pieces = yield from snapshot.pieces(texts_of(whole_state))
        slot = _slot_name(name, sequence)
        result = yield from self._store.saving(STATE_CATEGORY, slot, pieces, force=force)
        if result.saved:
            self._sequences[name] = sequence
        elif result.reason is not SaveReason.TOO_SOON:
            raise SnapshotError(f"{result.reason.value}: {result.detail}")
        return result.saved

    def _next_sequence(self, name: str) -> int:
        """Return the number of the next save; `SnapshotError` where none may be made."""
        problems = [] if name in self._sequences else self._look(name)[1]
        if name in self._newer:
            raise self._newer[name]
        if name not in self._sequences:
            raise SnapshotError(f"what is there cannot be read: {'; '.join(problems)}")
        return self._sequences[name] + 1

    def _archive_of(self, state: Mapping[str, Any]) -> tuple[Segment, ...]:
        """Return the segments whose trades a state counts as written.

        A segment that is being written while the state is saved is none of them: the state still
        has its trades.
        """
        gone = {
            book: log["forgotten"] + log["archived"] + log.get("written", 0)
            for book, log in state["trades"].items()
        }
        archive: list[Segment] = []
        for segment in self._segments:
            gone[segment.book] -= segment.trades
            if gone[segment.book] >= 0:
                archive.append(segment)
        return tuple(archive)

    def load_state(self, prefix: str = "") -> tuple[Mapping[str, Any] | None, list[str]]:
        """Return the newest whole state.

        Args:
            prefix: The name it was saved under, where that is not the usual one.

        Returns:
            The state, None without one; and what was wrong with the slots, in words.

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
            trades = with_written(found.state["trades"], found.archive, self._rows)
            return {**found.state, "trades": trades}, problems

    def _look(self, name: str) -> tuple[Snapshot | None, list[str]]:
        """Read both slots, and return the newest snapshot and what was wrong.

        The next save goes on counting from the newest. Where there is none, but a slot that the
        store does not give, no number is known and nothing may be written.
        """
        self._newer.pop(name, None)
        self._sequences.pop(name, None)
        found: list[Snapshot] = []
        problems: list[str] = []
        statuses: set[LoadStatus] = set()
        for number in range(len(SLOT_NAMES)):
            status, snapshot, problem = self._read_slot(name, number)
            statuses.add(status)
            found += [snapshot] if snapshot else []
            problems += [problem] if problem else []
        newest = max(found, key=lambda snapshot: snapshot.sequence, default=None)
        if newest is not None and newest.sequence > 1 and LoadStatus.MISSING in statuses:
            problems.append(f"slot {SLOT_NAMES[(newest.sequence + 1) % 2]} is missing")
        if newest is not None or LoadStatus.UNREADABLE not in statuses:
            self._sequences[name] = newest.sequence if newest else 0
        return newest, problems

    def _read_slot(self, name: str, number: int) -> tuple[LoadStatus, Snapshot | None, str]:
        """Return what the store said of a slot, its snapshot if it has one, and what is wrong."""
        slot = SLOT_NAMES[number]
        loaded = self._store.load_text(STATE_CATEGORY, _slot_name(name, number))
        try:
            if loaded.value is not None:
                return loaded.status, Snapshot.parse(loaded.value), ""
        except NewerError as newer:
            self._newer[name] = newer
            return loaded.status, None, ""
        except TrackerError as error:
            return loaded.status, None, f"slot {slot}: {error}"
        if loaded.status is LoadStatus.MISSING:
            return loaded.status, None, ""
        return loaded.status, None, f"slot {slot} is {loaded.status.value}: {loaded.detail}"

    # --- closed trades

    def store(self, trades: Sequence[TradeRecord]) -> None:
        """Write closed trades of one book as a segment.

        Raises:
            SnapshotError: The store does not take it.
        """
        with self._lock:
            name = self._next_segment()
            rows = json_text(_TRADE_ROWS.encode([*trades]))
            result = self._store.save_text(TRADES_CATEGORY, name, rows, force=True)
            if not result.saved:
                raise SnapshotError(f"a segment is not saved: {result.reason.value}")
            self._segments += (Segment(name, trades[0].book, len(trades)),)

    def stored(self) -> Iterator[TradeRecord]:
        """Yield all trades of the segments, the oldest first.

        Raises:
            SnapshotError: A segment is lost; it is raised after all trades that are there.
        """
        lost: list[Segment] = []
        for segment in self._segments:
            rows = self._rows(segment)
            if rows is None:
                lost.append(segment)
            else:
                yield from _TRADE_ROWS.decode(rows)
        if lost:
            trades = sum(segment.trades for segment in lost)
            raise SnapshotError(f"{trades} trades are lost with {lost[0].name}")

    def _rows(self, segment: Segment) -> list[Any] | None:
        """Return the rows of a segment; None where it cannot be read."""
        rows: list[Any] | None = self._store.load_json(TRADES_CATEGORY, segment.name).value
        return rows

    def holds(self, book: str) -> int:
        """Return how many trades of a book are in segments."""
        return sum(segment.trades for segment in self._segments if segment.book == book)

    def _next_segment(self) -> str:
        """Return a name that no segment ever had, so that each is written once."""
        names = [*self._store.names(TRADES_CATEGORY), *(each.name for each in self._segments)]
        splits = (name.rpartition("-") for name in names)
        numbers = (int(number) for prefix, _, number in splits if prefix == self._prefix)
        return f"{self._prefix}-{1 + max(numbers, default=0):06d}"


def _slot_name(prefix: str, sequence: int) -> str:
    """Return the name of the slot that a save is written to, by its number."""
    return f"{prefix}-{SLOT_NAMES[sequence % 2]}"
