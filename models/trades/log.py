"""The log of closed trades: the trades that are kept in memory, and how older trades leave it.

Trades beyond those kept go to the archive in batches. A batch that the archive refuses stays in
memory until the archive takes it, so that nothing is lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from typing import Any, ClassVar, Protocol, runtime_checkable

from models.codec import COUNT, deque_of
from models.fields import Field, Restorable, Table
from models.later import LaterRows
from models.ledger.lots import build
from models.trades.record import TRADE_ROW, TradeRecord

BATCH = 1_000  # trades beyond those kept that leave memory at once


@runtime_checkable
class Archive(Protocol):
    """Where closed trades go that are not kept in memory."""

    def store(self, trades: Sequence[TradeRecord]) -> object:
        """Take trades, the oldest first; where it raises, the trades stay in memory."""

    def stored(self) -> Iterable[TradeRecord]:
        """All trades that were taken, the oldest first."""


@runtime_checkable
class EarlyArchive(Archive, Protocol):
    """An archive that takes trades while they are in memory, for states to refer to."""

    def holds(self, book: str) -> int:
        """How many trades of a book it has taken."""

    def part(self, book: str, first: int, count: int) -> Iterable[TradeRecord]:
        """Trades of a book by their places among all that it has taken, without those it has lost.

        Raises:
            UnreadError: Some cannot be read now; it is raised after all the others.
        """


def _records(trades: Iterable[tuple[Any, ...]]) -> list[TradeRecord]:
    """The records of trades in memory, made as `trade_record` makes them."""
    return [*map(partial(build, TradeRecord), trades)]


class TradeLog(Restorable):
    """The closed trades of one book: the last trades in memory, the others in the archive.

    A trade in memory is the plain tuple of its record's fields: Python's garbage collector leaves
    such a tuple alone, and would look at every record again and again while a hook waits.

    Args:
        keep: The fewest trades to keep in memory; up to a batch more are kept.

    Attributes:
        trades: The trades in memory, the oldest first, without those that are leaving it.
        archived: Trades that left memory.
        forgotten: Trades of before the tracker was reset; the archive still has them.
        written: How many of the oldest trades in memory the archive has already.
    """

    STATE: ClassVar[Table] = Table(
        Field("archived", COUNT),
        Field("forgotten", COUNT),
        Field("trades", deque_of(TRADE_ROW), "_in_memory"),
        Field("written", COUNT, absent=0),
    )

    def __init__(self, keep: int) -> None:
        self.trades: deque[tuple[Any, ...]] = deque()
        self.archived = 0
        self.forgotten = 0
        self.written = 0
        self._leaving: list[tuple[Any, ...]] = []
        self._beyond = 0  # trades of the batch that is due, which later ones do not join
        self._keep = keep
        self._most = keep + BATCH

    def take(self, trades: Sequence[TradeRecord]) -> bool:
        """Keep trades that closed; returns whether a batch must leave memory."""
        self.trades.extend(map(tuple, trades))
        if len(self.trades) <= self._most or not self.due:
            return False
        self._beyond = self._beyond or len(self.trades) - self._keep
        return True

    @property
    def due(self) -> bool:
        """Whether a batch must leave memory."""
        return len(self.trades) > self._most and not self._leaving

    def all(self) -> list[TradeRecord]:
        """The trades in memory, the oldest first, with those that are leaving it."""
        return _records(self._in_memory)

    def amend(self, amended: Callable[[TradeRecord], TradeRecord | None]) -> None:
        """Put what a function makes of each trade in memory in its place; None leaves it."""
        for at, trade in enumerate(map(TradeRecord._make, self.trades)):
            changed = amended(trade)
            if changed is not None:
                self.trades[at] = tuple(changed)

    @property
    def _in_memory(self) -> Sequence[tuple[Any, ...]]:
        return [*self._leaving, *self.trades]

    @_in_memory.setter
    def _in_memory(self, trades: Iterable[TradeRecord]) -> None:
        self.trades = deque(map(tuple, trades))

    def leave(self) -> list[TradeRecord]:
        """A batch to archive, the oldest first; empty when none is due or one is on its way.

        What the archive has already leaves at once, and nothing else with it.
        """
        if not self.due:
            return []
        count, self._beyond = self._beyond or len(self.trades) - self._keep, 0
        if self.written:
            count = min(count, self.written)
            for _ in range(count):
                self.trades.popleft()
            self.written -= count
            self.archived += count
            self._most = self._keep + BATCH
            return []
        self._leaving = [self.trades.popleft() for _ in range(count)]
        return _records(self._leaving)

    def left(self, stored: bool) -> None:
        """Note whether the batch was stored; else it stays until another batch is due."""
        if stored:
            self.archived += len(self._leaving)
        else:
            self.trades.extendleft(reversed(self._leaving))
        self._leaving = []
        self._most = (self._keep if stored else len(self.trades)) + BATCH

    def ahead(self) -> list[TradeRecord]:
        """A batch in memory that the archive has not, the oldest first; empty below a batch."""
        if self._leaving or len(self.trades) - self.written < BATCH:
            return []
        return _records(islice(self.trades, self.written, self.written + BATCH))

    def capture(self) -> dict[str, Any]:
        """The state with the trades taken down, to become JSON later."""
        rows = LaterRows(self._in_memory, TRADE_ROW)
        return {
            "archived": self.archived,
            "forgotten": self.forgotten,
            "trades": rows,
            "written": self.written,
        }
