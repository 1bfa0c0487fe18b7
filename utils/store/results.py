"""What became of a save, and what the store holds."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass


class Reason(enum.Enum):
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
        reason: Whether it was saved, and why not.
        size: Bytes it takes in the store; 0 where it did not come to that.
        room: The most bytes the object could take; None where that was not looked at.
        detail: In words; empty when it was saved.
    """

    reason: Reason
    size: int = 0
    room: int | None = None
    detail: str = ""

    @property
    def saved(self) -> bool:
        """Whether it can be read from now on; else its predecessor can."""
        return self.reason is Reason.SAVED


@dataclass(frozen=True, slots=True)
class StoreStatistics:
    """What the project keeps, and what the present run did.

    Attributes:
        objects: Objects by category, those of every run.
        bytes: Bytes by category.
        saves: Saves by what came of them.
        writes: Calls of LEAN's save, each of which walks the whole store.
        removed: Objects removed because they were old.
        spared: Bytes not stored thanks to gzip.
    """

    objects: Mapping[str, int]
    bytes: Mapping[str, int]
    saves: Mapping[Reason, int]
    writes: int
    removed: int
    spared: int
