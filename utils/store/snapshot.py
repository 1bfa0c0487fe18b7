"""A snapshot: the tracker's whole state as one JSON document with its checksum."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from models.errors import TrackerError
from models.tracker.state import STATE_VERSION
from utils.store.migrations import migrate

SCHEMA = "lean-performance-tracker/snapshot"


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
        state = document_text(self.state)
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
        return f'{document_text(head)[:-1]},"state":{state}}}'

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
            if (
                _checksum(document_text(state)) != document["checksum"]
                or state["version"] != version
            ):
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


def document_text(value: Any) -> str:
    """The value as compact JSON; ValueError for a number that JSON does not have."""
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


def _checksum(text: str) -> str:
    return sha256(text.encode()).hexdigest()
