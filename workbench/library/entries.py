"""What the library says of a run without reading its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from workbench.library.figures import KeptFigure
from workbench.runs.exactness import Exactness
from workbench.runs.record import JSON, RunRecord, SourceFile


class Outcome(StrEnum):
    """What became of a record that was put into the library."""

    ADDED = "added"
    REPLACED = "replaced"  # it is better than what was there
    UNCHANGED = "unchanged"  # it is what was there
    WORSE = "worse"  # what was there is better, and stays
    KEPT = "kept"  # it is better than what was there, which stays: nothing was to be replaced
    TRASHED = "in the trash"  # the user has deleted the run, and nothing changes


CHANGES = frozenset({Outcome.ADDED, Outcome.REPLACED})  # what changes the library


@dataclass(frozen=True, slots=True)
class Put:
    """What became of a record.

    Attributes:
        id: The run's.
        outcome: What was done.
    """

    id: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Entry:
    """A run in a list.

    Attributes:
        id: What tells it from other runs.
        algorithm: The class's name.
        project: LEAN's id of the project; empty where none is known.
        live: Whether it traded live.
        currency: The account's.
        code: The version or hash of the code, where known.
        begun: Its first moment; None where nothing has a time.
        ended: Its last.
        exactness: The worst of its figures.
        imported: When it was put into the library first.
        changed: When anything of it changed last.
        revision: Counts its changes.
        name: What the user calls it; empty where it has no name.
        notes: The user's.
        star: Whether the user has starred it.
        baseline: Whether it is what others of the algorithm and project are held against.
        deleted: Since when it is in the trash; None where it is not.
        tags: The user's, sorted.
        strategies: Those that traded, sorted.
        parameters: What the algorithm was run with.
        figures: The figures that were asked for, by `NAME` or `STRATEGY.NAME`.
    """

    id: str
    algorithm: str
    project: str
    live: bool
    currency: str
    code: str
    begun: datetime | None
    ended: datetime | None
    exactness: Exactness
    imported: datetime
    changed: datetime
    revision: int
    name: str
    notes: str
    star: bool
    baseline: bool
    deleted: datetime | None
    tags: tuple[str, ...]
    strategies: tuple[str, ...]
    parameters: Mapping[str, str]
    figures: Mapping[str, KeptFigure]

    def to_dict(self) -> JSON:
        """JSON values by name; times in ISO 8601."""
        values: JSON = {each.name: getattr(self, each.name) for each in fields(self)}
        times = {
            name: value.isoformat() for name, value in values.items() if isinstance(value, datetime)
        }
        return {
            **values,
            **times,
            "exactness": self.exactness.value,
            "tags": list(self.tags),
            "strategies": list(self.strategies),
            "parameters": dict(self.parameters),
            "figures": {name: figure.to_dict() for name, figure in self.figures.items()},
        }


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list.

    Attributes:
        entries: Its runs.
        total: How many runs the whole list has.
        cursor: Where the next part begins; None behind the last.
    """

    entries: tuple[Entry, ...]
    total: int
    cursor: str | None

    def to_dict(self) -> JSON:
        """JSON values by name."""
        runs = [entry.to_dict() for entry in self.entries]
        return {"total": self.total, "cursor": self.cursor, "runs": runs}


@dataclass(frozen=True, slots=True)
class Trial:
    """A run as far as it was a trial of its algorithm.

    Attributes:
        id: The run's.
        traded: What tells it from runs that traded something else; empty where it traded nothing.
        sharpe: The annual Sharpe ratio of its account; None where it has none.
    """

    id: str
    traded: str
    sharpe: float | None


@dataclass(frozen=True, slots=True)
class Version:
    """How a run was at one moment: another one of its versions has another of these.

    Attributes:
        id: The run's.
        revision: Counts its changes.
        changed: When anything of it changed last, microseconds since 1970.
    """

    id: str
    revision: int
    changed: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What is kept of a run in pieces, as it is kept.

    Attributes:
        version: Which version of the run they are of.
        pieces: The document and the blocks that were asked for, by name.
    """

    version: Version
    pieces: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Said:
    """What a user says of a run; None leaves what was said before.

    Attributes:
        name: What to call it; empty for no name.
        notes: The notes.
        star: Whether it has a star.
        tags: All its tags.
    """

    name: str | None = None
    notes: str | None = None
    star: bool | None = None
    tags: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A run with everything that the library has of it.

    Attributes:
        entry: What a list says of it, with all figures.
        sources: The files it was read from.
        record: The record that was put.
    """

    entry: Entry
    sources: tuple[SourceFile, ...]
    record: RunRecord
