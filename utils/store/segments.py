"""Segments: closed trades in the object store, each written once, under a name of its own.

A name carries the run that wrote it, so that no two deployments write the same one. A state names
the segments that belong to it, with how many trades each has and what they made: whatever else is
found under a name is another's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import fsum, isclose
from typing import TYPE_CHECKING, Any

from models.codec import list_of
from models.errors import UnreadError
from models.later import json_text
from models.trades.record import TRADE_ROW, TradeRecord
from utils.store.categories import TRADES_CATEGORY
from utils.store.results import LoadStatus, SaveReason
from utils.store.snapshot import Segment, SnapshotError

if TYPE_CHECKING:
    from utils.store.object_store import ObjectStoreManager

_TRADE_ROWS = list_of(TRADE_ROW)
_NET = TradeRecord._fields.index("pnl")
ALL = slice(None)

# What says that a category or the store has no room, which older segments may give.
NO_ROOM = frozenset({SaveReason.TOO_LARGE, SaveReason.TOO_MANY, SaveReason.FULL})


def net_of(rows: Sequence[Any]) -> float:
    """What the trades of some rows made, net of fees."""
    return fsum(row[_NET] for row in rows)


def is_whole(segment: Segment, rows: Any) -> bool:
    """Whether rows are those of a segment, by their number and by what they made."""
    try:
        same = len(rows) == segment.trades
        return same and (
            segment.net is None or isclose(net_of(rows), segment.net, rel_tol=1e-9, abs_tol=1e-6)
        )
    except (LookupError, TypeError):
        return False


def _trades_in(segments: Sequence[Segment]) -> str:
    """How many trades some segments have, in words."""
    return f"{sum(segment.trades for segment in segments)} trades"


def _first_of(segments: Sequence[Segment]) -> str:
    """The name of the first of some segments, without its run."""
    return segments[0].name.rpartition("/")[2]


def parts_of(
    segments: Iterable[Segment], missing: Mapping[str, int], book: str, first: int, count: int
) -> list[tuple[Segment, slice]]:
    """The segments that have trades of a book by their places, each with which of its own they are.

    Args:
        segments: All there are, the oldest first.
        missing: By book the trades before them, which are in none any more.
        book: Which book's.
        first: The place of the first one, counted from 0 among all that were ever written.
        count: How many.
    """
    at, parts = missing.get(book, 0), list[tuple[Segment, slice]]()
    for segment in segments:
        if segment.book != book:
            continue
        part = slice(max(0, first - at), max(0, min(segment.trades, first + count - at)))
        if part.start < part.stop:
            parts.append((segment, part))
        at += segment.trades
    return parts


class Segments:
    """The segments of one run's books, and of the runs that it goes on from.

    Args:
        store: Where they are kept.
        prefix: The name that theirs begin with.
        run: A mark of the run that its own are named by; empty for none.
        older: Where a run of an older form of the tracker kept its own; None for nowhere else.

    Attributes:
        kept: The segments that belong to the books, the oldest first.
        missing: Trades by book that are in no segment any more, the oldest: room was needed.
    """

    def __init__(
        self,
        store: ObjectStoreManager,
        prefix: str,
        run: str = "",
        older: ObjectStoreManager | None = None,
    ) -> None:
        self.kept: tuple[Segment, ...] = ()
        self.missing: Counter[str] = Counter()
        self._store = store
        self._older = older
        self._name = f"{run}/{prefix}" if run else prefix

    # --- write

    def write(self, trades: Sequence[TradeRecord]) -> None:
        """Write closed trades of one book as a segment; in a full store the oldest give way.

        Raises:
            SnapshotError: The store does not take it even so.
        """
        name = self._next()
        rows = _TRADE_ROWS.encode([*trades])
        text = json_text(rows)
        result = self._store.save_text(TRADES_CATEGORY, name, text, force=True)
        while result.reason in NO_ROOM and self._drop_oldest():
            result = self._store.save_text(TRADES_CATEGORY, name, text, force=True)
        if not result.saved:
            raise SnapshotError(f"a segment is not saved: {result.reason.value}")
        self.kept += (Segment(name, trades[0].book, len(trades), net_of(rows)),)

    def _drop_oldest(self) -> bool:
        """Delete the oldest segment; False where there is none left to delete."""
        if not self.kept:
            return False
        oldest, *rest = self.kept
        if not self._store.delete(TRADES_CATEGORY, oldest.name):
            return False
        self.missing[oldest.book] += oldest.trades
        self.kept = tuple(rest)
        return True

    def _next(self) -> str:
        """Return a name that no segment ever had, so that each is written once."""
        names = [*self._store.names(TRADES_CATEGORY), *(each.name for each in self.kept)]
        splits = (name.rpartition("-") for name in names)
        numbers = (int(number) for prefix, _, number in splits if prefix == self._name)
        return f"{self._name}-{1 + max(numbers, default=0):06d}"

    # --- read

    def rows(self, segment: Segment) -> list[Any] | None:
        """Return the rows of a segment; None where it is lost or cannot be read now."""
        return self._read(segment)[1]

    def _read(self, segment: Segment) -> tuple[LoadStatus, list[Any] | None]:
        """Return what the store said of a segment, and its rows where it is whole."""
        found = self._store.load_json(TRADES_CATEGORY, segment.name)
        if found.status is LoadStatus.MISSING and self._older is not None:
            found = self._older.load_json(TRADES_CATEGORY, segment.name)
        if found.value is not None and not is_whole(segment, found.value):
            return LoadStatus.DAMAGED, None
        return found.status, found.value

    def trades(
        self, segments: Iterable[tuple[Segment, slice]] | None = None
    ) -> Iterator[TradeRecord]:
        """Yield the trades of some segments, a part of each; by default of all, the oldest first.

        Raises:
            UnreadError: Some cannot be read now; it is raised after all the others.
            SnapshotError: Some are lost; it is raised after all the others.
        """
        lost: list[Segment] = []
        unread: list[Segment] = []
        wanted = ((each, ALL) for each in self.kept) if segments is None else segments
        for segment, part in wanted:
            status, rows = self._read(segment)
            if rows is not None:
                yield from _TRADE_ROWS.decode(rows[part])
            else:
                (unread if status is LoadStatus.UNREADABLE else lost).append(segment)
        if unread:
            raise UnreadError(f"{_trades_in(unread)} cannot be read now: {_first_of(unread)}")
        if lost:
            raise SnapshotError(f"{_trades_in(lost)} are lost with {_first_of(lost)}")

    def part(self, book: str, first: int, count: int) -> Iterator[TradeRecord]:
        """Yield trades of a book by their places; errors are as of `trades`.

        Args:
            book: Which book's.
            first: The place of the first one, counted from 0 among all that were ever written.
            count: How many.
        """
        return self.trades(parts_of(self.kept, self.missing, book, first, count))

    # --- of a state

    def holds(self, book: str) -> int:
        """Return how many trades of a book have been written, those that gave way included."""
        kept = sum(segment.trades for segment in self.kept if segment.book == book)
        return self.missing[book] + kept

    def written(self, logs: Mapping[str, Mapping[str, Any]]) -> tuple[Segment, ...]:
        """Return the segments whose trades the logs of a state count as written.

        A segment that is being written while the state is saved is none of them: the state still
        has its trades.

        Args:
            logs: The state of the log of each book.
        """
        gone = {
            book: log["forgotten"] + log["archived"] + log.get("written", 0) - self.missing[book]
            for book, log in logs.items()
        }
        archive: list[Segment] = []
        for segment in self.kept:
            gone[segment.book] -= segment.trades
            if gone[segment.book] >= 0:
                archive.append(segment)
        return tuple(archive)
