"""Snapshots: the tracker's whole state as one JSON document, in two slots in turn.

A save cut short costs the slot it was written to, never the other one: the newest whole document
wins. Closed trades that left memory stand in segments, each written once, under a name of its own;
a document names those that belong to it, so that what was written after it does no harm. A document
of an older version is migrated step by step; one of a newer version is refused and left alone. The
document's JSON Schema is `workbench/snapshot.schema.json`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from models.events import OrderType, TrackerError
from models.recorder import STATE_VERSION
from models.records import Deployment, TradeRecord
from models.sessions import SampleLog, closes_of
from utils.object_store import ObjectStoreManager, Reason
from utils.store_catalog import Status, check_name

SCHEMA = "lean-performance-tracker/snapshot"
STATE, TRADES = "state", "trades"  # categories of the object store
SLOTS = ("a", "b")
PREFIX = "tracker"


class SnapshotError(TrackerError):
    """A saved state cannot be used, or a state not be saved; the text says why."""


class Segment(NamedTuple):
    """Closed trades that left memory together.

    Attributes:
        name: Under what they are kept.
        book: Of which book they are.
        trades: How many.
    """

    name: str
    book: str
    trades: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state and where it comes from.

    Attributes:
        sequence: Counts the saves of a project; the highest is the newest.
        project: LEAN's project id.
        deployment: LEAN's id of the run that saved it.
        time: UTC of the last event it knows; None before the first.
        archive: The segments that belong to it, the oldest first.
        state: What `PerformanceTracker.state` gave.
    """

    sequence: int
    project: str
    deployment: str
    time: datetime | None
    archive: tuple[Segment, ...]
    state: Mapping[str, Any]

    def text(self) -> str:
        """The document, with the checksum of the state's JSON."""
        state = _json(self.state)
        head = {
            "schema": SCHEMA,
            "version": self.state["version"],
            "sequence": self.sequence,
            "checksum": _checksum(state),
            "project": self.project,
            "deployment": self.deployment,
            "time": self.time.isoformat() if self.time else None,
            "archive": self.archive,
        }
        return f'{_json(head)[:-1]},"state":{state}}}'

    @classmethod
    def parse(cls, text: str) -> Snapshot:
        """The snapshot that `text` gave; of an older version, as today's.

        Raises:
            SnapshotError: It is damaged, or no snapshot.
            TrackerError: No way leads from its version to today's.
            NewerError: A newer version of the tracker wrote it.
        """
        try:
            document = json.loads(text)
            version, state = document["version"], document["state"]
            if document["schema"] != SCHEMA:
                raise SnapshotError(f"its schema is {document['schema']!r}, not {SCHEMA!r}")
            if version > STATE_VERSION:
                raise NewerError(version)
            if _checksum(_json(state)) != document["checksum"] or state["version"] != version:
                raise SnapshotError("its checksum does not fit")
            time = document["time"]
            return cls(
                int(document["sequence"]),
                document["project"],
                document["deployment"],
                datetime.fromisoformat(time) if time else None,
                tuple(Segment(*values) for values in document["archive"]),
                migrate(state),
            )
        except _NO_SNAPSHOT as problem:
            raise SnapshotError(f"it is no snapshot: {problem!r}") from None


# What reading a document of another shape raises.
_NO_SNAPSHOT = (AttributeError, LookupError, RecursionError, TypeError, ValueError)


class NewerError(SnapshotError):
    """A newer version of the tracker wrote it."""

    def __init__(self, version: int) -> None:
        super().__init__(
            f"the saved state is of version {version} and this tracker reads {STATE_VERSION}: "
            "update the tracker, or set tracker_resume=off and tracker_persist=off"
        )


def _json(value: Any) -> str:
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


def _checksum(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _from_2(state: dict[str, Any]) -> dict[str, Any]:
    """Trades became rows and say their stake, a scope's tally its track's; all closes are kept,
    lots know their order's type, and deployments are counted."""
    trades = {
        book: {
            **log,
            "forgotten": 0,
            "trades": [TradeRecord.from_dict(_staked(each)).to_row() for each in log["trades"]],
        }
        for book, log in state["trades"].items()
    }
    scopes = [{**scope} for scope in state["scopes"]["scopes"]]
    for scope in scopes:
        book = scope["track"]["book"]
        book = {**book, "closes": closes_of(book["days"][:-1])}
        scope["track"] = {**scope["track"], "book": book, "tally": scope.pop("tally")}
    for account in state["ledger"]["books"]["accounts"]:
        for position in account["positions"]:
            for held in (*position["lots"], position["round"] or {}):
                held |= {"order_type": int(OrderType.MARKET), "risk": 0.0}
    state["ledger"]["adoptions"]["shown"] = {}  # a doubt of one mark: the next has it anew
    # the curve begins with the account, whose currency was the first to have a rate
    began, base = scopes[0]["track"]["curve"]["columns"][0][:1], state["scopes"]["base"]
    nav = 1.0 if base > 0.0 else None
    first = [Deployment(1, "", datetime.fromtimestamp(at, UTC), base, nav, 0.0, 0) for at in began]
    del state["lean_book"]  # a replay's
    return {
        **state,
        "version": 3,
        "account_currency": next(iter(state["ledger"]["books"]["rates"])),
        "scopes": {**state["scopes"], "scopes": scopes},
        "trades": trades,
        "deployments": [deployment.to_dict() for deployment in first],
        "zone": "UTC",
        "live": False,
        "days_per_year": 252.0,
        "headline": {},
        "samples": SampleLog().state(),
        "follower": None,
        "statistics": None,
        "execution": None,
    }


def _staked(trade: dict[str, Any]) -> dict[str, Any]:
    percent = trade["pnl_pct"]
    stake = 100.0 * trade["pnl"] / percent if percent else 0.0
    return {**trade, "stake": stake, "order_type": OrderType.MARKET.name, "risk": None}


# Version -> what makes the state of the next version of it.
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {2: _from_2}


def migrate(state: dict[str, Any]) -> dict[str, Any]:
    """A state of any older version as one of today's; `TrackerError` where there is no way."""
    if state["version"] < STATE_VERSION:
        state = deepcopy(state)  # a step may change what it is given
    while state["version"] < STATE_VERSION:
        step = MIGRATIONS.get(state["version"])
        if step is None:
            raise TrackerError(f"no step leads from version {state['version']}")
        state = step(state)
    return state


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
            rows = _json([trade.to_row() for trade in trades])
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
