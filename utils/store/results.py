"""What came of a save or a load, and what the store holds."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from models.errors import TrackerError

LoadedT = TypeVar("LoadedT")


class SaveReason(enum.Enum):
    """What came of a save."""

    SAVED = "saved"
    TOO_SOON = "too soon"  # its category was saved a moment ago
    TOO_LARGE = "too large"  # for what its category has left
    TOO_MANY = "too many"  # files for what its category has left
    FULL = "full"  # the store takes no more
    FAILED = "failed"  # the store raised


@dataclass(frozen=True, slots=True)
class SaveResult:
    """What came of a save.

    Attributes:
        reason: Whether the object was saved, and why not.
        size: The bytes it takes in the store; 0 where it was refused before they were known.
        room: The most bytes that the object could take; None where that was not computed.
        detail: In words; empty when it was saved.
    """

    reason: SaveReason
    size: int = 0
    room: int | None = None
    detail: str = ""

    @property
    def saved(self) -> bool:
        """Whether the object can be read from now on; if not, the previous one still can."""
        return self.reason is SaveReason.SAVED


class Damage(enum.Enum):
    """What is wrong with a stored object."""

    CUT = "cut short"
    CHANGED = "changed"
    FOREIGN = "not what it should be"


class DamagedError(TrackerError, ValueError):
    """A stored object is not what was saved; `damage` and the text say in which way."""

    def __init__(self, damage: Damage, detail: str) -> None:
        super().__init__(f"{damage.value}: {detail}")
        self.damage = damage


class LoadStatus(enum.Enum):
    """What came of a load."""

    FOUND = "found"
    MISSING = "missing"  # never saved, deleted, lost or expired
    DAMAGED = "damaged"
    UNREADABLE = "unreadable"  # the store raised


@dataclass(frozen=True, slots=True)
class LoadResult(Generic[LoadedT]):
    """What came of a load.

    Attributes:
        status: Whether the object was found, and why not.
        value: What was saved; None unless it was found.
        saved: When it was saved, UTC; None unless it was found.
        damage: What is wrong with a damaged object; None for any other.
        detail: In words; empty when it was found.
    """

    status: LoadStatus
    value: LoadedT | None = None
    saved: datetime | None = None
    damage: Damage | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StoreStatistics:
    """What the project keeps, and what the present run did.

    Attributes:
        objects: The objects by category, those of every run.
        bytes: Their bytes by category.
        saves: The saves of this run by what came of them.
        writes: The calls of LEAN's save, each of which walks the whole store.
        removed: The objects removed because they were old or their room was needed.
        spared: The bytes not stored thanks to gzip.
    """

    objects: Mapping[str, int]
    bytes: Mapping[str, int]
    saves: Mapping[SaveReason, int]
    writes: int
    removed: int
    spared: int
