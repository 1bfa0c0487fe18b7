"""A snapshot: the tracker's whole state as one JSON document with its checksum."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from models.codec import TEXT, TIME, UNREADABLE, WHOLE, Codec, dict_of, maybe, tuple_of
from models.errors import TrackerError
from models.fields import Field, Table, saved_value
from models.later import Steps, finished_steps, joined, json_text, texts_of
from models.records import Saved, row_codec
from models.tracker.state import STATE_VERSION
from utils.store.categories import check_name
from utils.store.migrations import migrate

SNAPSHOT_SCHEMA = "lean-performance-tracker/snapshot"

# What reading a document of another shape raises.
_SHAPE_ERRORS = (AttributeError, RecursionError, *UNREADABLE)


class SnapshotError(TrackerError):
    """A saved state cannot be used, or a state cannot be saved; the text says why."""


class NewerError(SnapshotError):
    """A saved state is of a version that a newer tracker wrote."""

    def __init__(self, version: int) -> None:
        super().__init__(
            f"the saved state is of version {version} and this tracker reads {STATE_VERSION}: "
            "update the tracker, or set tracker_resume=off and tracker_persist=off"
        )


class ForeignError(SnapshotError):
    """A saved state is of another project or another algorithm."""


class Segment(NamedTuple):
    """Closed trades of one book that are kept under a name of their own."""

    name: str  # the name of the object that has them
    book: str  # the book of trades that they are of
    trades: int  # how many they are
    net: float | None = None  # what they made net of fees; None where an older state is silent


def _segment_name(saved: str) -> str:
    """The name of a segment, which leads to no object but one of its own category."""
    check_name(saved)
    return saved


SEGMENT_ROW: Codec[Segment] = row_codec(
    Segment,
    Saved(codecs={"name": Codec((str,), read=_segment_name)}, absent={"net": None}),
)


# Where a snapshot comes from, as its document says it; the last ones came later.
_ORIGIN_FIELDS = Table(
    Field("project", TEXT),
    Field("deployment", TEXT),
    Field("time", maybe(TIME)),
    Field("archive", tuple_of(SEGMENT_ROW)),
    Field("run", TEXT, absent=""),
    Field("algorithm", TEXT, absent=""),
    Field("parent", TEXT, absent=""),
    Field("first", WHOLE, absent=1),
    Field("missing", dict_of(WHOLE), absent={}),
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state and where it comes from.

    Attributes:
        sequence: Counts the saves of a project; the highest is the newest.
        project: LEAN's project id.
        deployment: LEAN's id of the run that saved it.
        time: UTC of the last event that the state knows; None before the first.
        archive: The segments of trades that belong to the state, the oldest first.
        state: What `PerformanceTracker.state` returned.
        run: The mark of the run that saved it; empty where its slots carry none.
        algorithm: The name of the algorithm's class; empty where it does not matter.
        parent: The mark of the run that it went on from; empty for none.
        first: The number of the run's first save.
        missing: Trades by book that are gone, older than all segments.
    """

    sequence: int
    project: str
    deployment: str
    time: datetime | None
    archive: tuple[Segment, ...]
    state: Mapping[str, Any]
    run: str = ""
    algorithm: str = ""
    parent: str = ""
    first: int = 1
    missing: Mapping[str, int] = field(default_factory=dict)

    def check(self, project: str, algorithm: str) -> None:
        """Raise `ForeignError` where it is of another project or algorithm; empty is any."""
        whose = (("project", project, self.project), ("algorithm", algorithm, self.algorithm))
        for what, own, its in whose:
            if own and its and own != its:
                raise ForeignError(
                    f"the saved state is of the {what} {its}, and this is {own}: it is left alone; "
                    "tracker_resume=off starts beside it"
                )

    def text(self) -> str:
        """Return the document, with the checksum of the state's JSON."""
        return b"".join(finished_steps(self.pieces(texts_of(self.state)))).decode()

    def pieces(self, texts: Iterable[str]) -> Steps[list[bytes]]:
        """Make the document in pieces.

        Args:
            texts: The state's JSON text, in pieces; a step encodes one.
        """
        checksum, state = sha256(), list[bytes]()
        for text in joined(texts):
            if text:
                state.append(text.encode())
                checksum.update(state[-1])
            yield
        head = {
            "schema": SNAPSHOT_SCHEMA,
            "version": self.state["version"],
            "sequence": self.sequence,
            "checksum": checksum.hexdigest(),
            **_ORIGIN_FIELDS.to_object(self),
        }
        return [f'{json_text(head)[:-1]},"state":'.encode(), *state, b"}"]

    @classmethod
    def parse(cls, text: str) -> Snapshot:
        """Return the snapshot of a document; one of an older version is migrated to today's.

        Raises:
            SnapshotError: The document is damaged, or no snapshot.
            TrackerError: No way leads from its version to today's.
            NewerError: A newer version of the tracker wrote it.
        """
        try:
            document = json.loads(text)
            _check_document(document)
            return cls(
                sequence=saved_value(document, "sequence", WHOLE),
                **_ORIGIN_FIELDS.named(_ORIGIN_FIELDS.from_object(document)),
                state=migrate(document["state"]),
            )
        except _SHAPE_ERRORS as problem:
            raise SnapshotError(f"it is no snapshot: {problem!r}") from None


def _check_document(document: Any) -> None:
    """Raise `SnapshotError` unless a document is whole and of a version that can be read.

    What it raises for a document of another shape is in `_SHAPE_ERRORS`.
    """
    version, state = document["version"], document["state"]
    if document["schema"] != SNAPSHOT_SCHEMA:
        raise SnapshotError(f"its schema is {document['schema']!r}, not {SNAPSHOT_SCHEMA!r}")
    if version > STATE_VERSION:
        raise NewerError(version)
    whole = _state_checksum(json_text(state)) == document["checksum"]
    if not whole or state["version"] != version:
        raise SnapshotError("its checksum does not fit")


def _state_checksum(text: str) -> str:
    """Return the SHA-256 of a state's JSON, hexadecimal."""
    return sha256(text.encode()).hexdigest()
