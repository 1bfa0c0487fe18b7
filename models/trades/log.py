"""The log of closed trades: those kept in memory, and the way older ones leave it.

Trades beyond those kept leave memory through the archive, in batches; one that the archive refuses
stays until it takes it, so nothing is lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, Protocol, runtime_checkable

from models.trades.record import TradeRecord

BATCH = 1_000  # trades beyond those kept that leave memory at once


@runtime_checkable
class Archive(Protocol):
    """Where closed trades go that are not kept in memory."""

    def store(self, trades: Sequence[TradeRecord]) -> object:
        """Take them, the oldest first; an exception leaves them where they were."""

    def stored(self) -> Iterable[TradeRecord]:
        """All that were taken, the oldest first."""


class TradeLog:
    """The closed trades of one book: the last ones in memory, the others in the archive.

    Args:
        keep: Trades kept in memory at least; up to a batch more are.

    Attributes:
        trades: Those in memory, the oldest first, without those that are leaving.
        archived: How many left it.
        forgotten: How many left it before the tracker was reset: the archive has them still.
    """

    def __init__(self, keep: int) -> None:
        self.trades: deque[TradeRecord] = deque()
        self.archived = 0
        self.forgotten = 0
        self._leaving: list[TradeRecord] = []
        self._keep = keep
        self._most = keep + BATCH

    def take(self, trades: Sequence[TradeRecord]) -> bool:
        """Keep trades that closed; returns whether a batch must leave."""
        self.trades.extend(trades)
        return len(self.trades) > self._most and self.due

    @property
    def due(self) -> bool:
        """Whether a batch must leave."""
        return len(self.trades) > self._most and not self._leaving

    def all(self) -> list[TradeRecord]:
        """Those in memory, the oldest first."""
        return [*self._leaving, *self.trades]

    def leave(self) -> list[TradeRecord]:
        """A batch to archive, the oldest first; empty when none is due or one is on its way."""
        if not self.due:
            return []
        self._leaving = [self.trades.popleft() for _ in range(len(self.trades) - self._keep)]
        return self._leaving

    def left(self, stored: bool) -> None:
        """The batch was stored; or it was not, and stays until another one is due."""
        if stored:
            self.archived += len(self._leaving)
        else:
            self.trades.extendleft(reversed(self._leaving))
        self._leaving = []
        self._most = (self._keep if stored else len(self.trades)) + BATCH

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        return {
            "archived": self.archived,
            "forgotten": self.forgotten,
            "trades": [trade.to_row() for trade in self.all()],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.archived, self.forgotten = state["archived"], state["forgotten"]
        self.trades = deque(map(TradeRecord.from_row, state["trades"]))
