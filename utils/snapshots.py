"""Snapshots: the tracker's whole state as one JSON document, in two slots in turn.

A save cut short costs the slot it was written to, never the other one: the newest whole document
wins. Closed trades that left memory stand in segments, each written once, and a document names how
many of them belong to it. A document of an older version is migrated step by step; one of a newer
version is refused and left alone. The document's JSON Schema is `workbench/snapshot.schema.json`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from models.events import TrackerError
from models.recorder import STATE_VERSION
from models.records import TradeRecord
from utils.object_store import ObjectStoreManager, Reason
from utils.store_catalog import Status

SCHEMA = "lean-performance-tracker/snapshot"
STATE, TRADES = "state", "trades"  # categories of the object store
SLOTS = ("a", "b")
PREFIX = "tracker"


class SnapshotError(TrackerError):
    """A saved state cannot be used, or a state not be saved; the text says why."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state and where it comes from.

    Attributes:
        sequence: Counts the saves of a project; the highest is the newest.
        project: LEAN's project id.
        deployment: LEAN's id of the run that saved it.
        time: UTC of the last event it knows; None before the first.
        prefix: Under which name its segments are.
        segments: How many of them belong to it.
        state: What `PerformanceTracker.state` gave.
    """

    sequence: int
    project: str
    deployment: str
    time: datetime | None
    prefix: str
    segments: int
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
            "archive": {"prefix": self.prefix, "segments": self.segments},
        }
        return f'{_json(head)[:-1]},"state":{state}}}'

    @classmethod
    def parse(cls, text: str) -> Snapshot:
        """The snapshot that `text` gave; of an older version, as today's.

        Raises:
            SnapshotError: It is damaged, or no snapshot.
            NewerError: A newer version of the tracker wrote it.
        """
        try:
            document = json.loads(text)
            version, state = document["version"], document["state"]
            if document["schema"] != SCHEMA:
                raise SnapshotError(f"its schema is {document['schema']!r}, not {SCHEMA!r}")
            if version > STATE_VERSION:
                raise NewerError(version)
            if _checksum(_json(state)) != document["checksum"]:
                raise SnapshotError("its checksum does not fit")
            time, archive = document["time"], document["archive"]
            return cls(
                document["sequence"],
                document["project"],
                document["deployment"],
                datetime.fromisoformat(time) if time else None,
                archive["prefix"],
                archive["segments"],
                migrate(state),
            )
        except (ValueError, KeyError, TypeError) as problem:
            raise SnapshotError(f"it is no snapshot: {problem!r}") from None


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
    """Trades became rows; what deployments there were was not known."""
    trades = {
        book: {
            **log,
            "trades": [TradeRecord.from_dict(values).to_row() for values in log["trades"]],
        }
        for book, log in state["trades"].items()
    }
    return {**state, "version": 3, "trades": trades, "deployments": []}


# Version -> what makes the state of the next version of it.
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {2: _from_2}


def migrate(state: dict[str, Any]) -> dict[str, Any]:
    """A state of any older version as one of today's; `SnapshotError` where there is no way."""
    while state["version"] < STATE_VERSION:
        step = MIGRATIONS.get(state["version"])
        if step is None:
            raise SnapshotError(f"no step leads from version {state['version']}")
        state = step(state)
    return state


class SnapshotStore:
    """Saves one tracker's state, and takes its closed trades.

    Args:
        store: Where.
        project: LEAN's project id.
        deployment: LEAN's id of the run.
        prefix: The name its objects begin with.
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
        self._prefix = prefix
        self._lock = threading.Lock()
        self._sequences: dict[str, int] = {}  # by prefix, once its slots were looked at
        self._archive = (prefix, 0)  # the prefix and number of the segments there are
        self._newer: dict[str, NewerError] = {}

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
            if name not in self._sequences:
                self._look(name)
            if name in self._newer:
                raise self._newer[name]
            sequence = self._sequences[name] + 1
            snapshot = Snapshot(sequence, *self._ids, time, *self._archive, state)
            slot = f"{name}-{SLOTS[sequence % 2]}"
            result = self._store.save_text(STATE, slot, snapshot.text(), force=force)
            if result.saved:
                self._sequences[name] = sequence
            elif result.reason is not Reason.TOO_SOON:
                raise SnapshotError(f"{result.reason.value}: {result.detail}")
            return result.saved

    def load_state(self, prefix: str = "") -> tuple[Mapping[str, Any] | None, list[str]]:
        """The newest whole state, and what was wrong with the slots.

        Raises:
            SnapshotError: A newer version of the tracker wrote the newest one.
        """
        name = prefix or self._prefix
        with self._lock:
            found, problems = self._look(name)
            if name in self._newer:
                raise self._newer[name]
            if found is None:
                return None, problems
            self._archive = (found.prefix, found.segments)
            return found.state, problems

    def _look(self, name: str) -> tuple[Snapshot | None, list[str]]:
        """Read both slots; the next save goes on counting from the newest."""
        newest: Snapshot | None = None
        problems: list[str] = []
        self._newer.pop(name, None)
        for slot in SLOTS:
            loaded = self._store.load_text(STATE, f"{name}-{slot}")
            if loaded.value is None:
                if loaded.status is not Status.MISSING:
                    problems.append(f"slot {slot} is {loaded.status.value}: {loaded.detail}")
                continue
            try:
                snapshot = Snapshot.parse(loaded.value)
            except NewerError as problem:
                self._newer[name] = problem
            except SnapshotError as problem:
                problems.append(f"slot {slot}: {problem}")
            else:
                if newest is None or snapshot.sequence > newest.sequence:
                    newest = snapshot
        self._sequences[name] = newest.sequence if newest else 0
        return newest, problems

    # --- closed trades

    def store(self, trades: Sequence[TradeRecord]) -> None:
        """Write a segment; `SnapshotError` where the store does not take it."""
        with self._lock:
            prefix, segments = self._archive
            rows = [trade.to_row() for trade in trades]
            result = self._store.save_json(TRADES, _segment(prefix, segments + 1), rows, force=True)
            if not result.saved:
                raise SnapshotError(f"a segment is not saved: {result.reason.value}")
            self._archive = (prefix, segments + 1)

    def stored(self) -> Iterator[TradeRecord]:
        """All trades of the segments, the oldest first; a segment that is lost has none."""
        prefix, segments = self._archive
        for number in range(1, segments + 1):
            rows = self._store.load_json(TRADES, _segment(prefix, number)).value
            yield from map(TradeRecord.from_row, rows or ())


def _segment(prefix: str, number: int) -> str:
    return f"{prefix}-{number:06d}"
