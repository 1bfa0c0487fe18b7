"""Where structures would be: it stands in for `models/structures/book.py`.

The free tier of LEAN's cloud has too little room for the book of structures. There legs are trades
of their own, and who asks for structures is told so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import ClassVar, NoReturn

from models.errors import CallError
from models.fields import Restorable, Table
from models.ledger.books import Books
from models.ledger.effects import Effects
from models.structures.record import StructureRecord

NO_STRUCTURES = (
    "this form of the tracker was exported for LEAN's free tier, which has no room for structures; "
    "`tracker export --tier researcher` makes one that has them"
)


class StructureBook(Restorable):
    """Stands where the book of structures would be: it takes everything and keeps nothing.

    Args:
        books: The books whose executions it is told of.
        keep: How many closed structures would be kept.
        zone: The time zone of the statistics.

    Attributes:
        open: No structure.
        ended: None that closed.
    """

    STATE: ClassVar[Table] = Table()

    def __init__(self, books: Books, keep: int, zone: tzinfo = UTC) -> None:
        self.open: Mapping[int, StructureRecord] = {}
        self.ended: list[StructureRecord] = []

    def take(self, effects: Effects) -> None:
        """Take what executions did."""

    def mark(self, time: datetime) -> None:
        """Take a mark."""

    def split(self, sid: str, factor: float) -> None:
        """Take a split."""

    def deploy(self) -> None:
        """Take note that orders are numbered anew."""

    def find(self) -> None:
        """Take open lots of a state without structures."""

    def open_options(self) -> Sequence[str]:
        """The underlyings of open structures: none."""
        return ()

    def open_records(self, prices: Mapping[str, float]) -> NoReturn:
        """Raise `CallError`: no structure is kept."""
        raise CallError(NO_STRUCTURES)

    @property
    def closed(self) -> NoReturn:
        """Raise `CallError`: no structure is kept."""
        raise CallError(NO_STRUCTURES)

    @property
    def statistics(self) -> NoReturn:
        """Raise `CallError`: no structure is counted."""
        raise CallError(NO_STRUCTURES)
