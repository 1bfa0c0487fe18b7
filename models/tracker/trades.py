"""The closed trades that are asked for, out of memory and out of the archive, and their figures."""

from __future__ import annotations

from datetime import datetime
from numbers import Integral
from typing import NamedTuple

from models.errors import CallError, UnknownStrategyError
from models.structures.record import STRUCTURES
from models.tracker.choices import picked
from models.tracker.core import Core
from models.tracker.hand_calls import a_ticker, a_time
from models.trades.metrics import TradeMetrics
from models.trades.record import LOTS, POSITIONS, TradeRecord
from models.trades.statistics import GroupBy, TradeGroup, TradeStatistics


class TradeFilter(NamedTuple):
    """Which closed trades are asked for.

    Attributes:
        strategy: Only this strategy's; None for all.
        symbol: Only those in this ticker or Symbol ID; None for all.
        since: Only those that closed at this time or later, aware; None for all.
        limit: Only the last so many of them; None for all.
        sids: The Symbol IDs of what has, or had at first, the ticker that is asked for.
    """

    strategy: str | None = None
    symbol: str | None = None
    since: datetime | None = None
    limit: int | None = None
    sids: frozenset[str] = frozenset()

    def check(self) -> None:
        """Raise `CallError` where the limit is no count, or the time none with a zone."""
        if self.symbol is not None:
            a_ticker(self.symbol)
        a_time(self.since)
        limit = self.limit
        if limit is not None and (not isinstance(limit, Integral) or limit < 0):
            raise CallError(f"the limit is {limit!r}; it must be 0 or more")
        if self.since is not None and self.since.tzinfo is None:
            raise CallError(f"the time {self.since} has no time zone; give it one")

    def wants(self, trade: TradeRecord) -> bool:
        """Whether a trade is one of those asked for, whatever the limit."""
        return (
            (self.strategy is None or trade.strategy == self.strategy)
            and (
                self.symbol is None
                or self.symbol in (trade.symbol, trade.sid)
                or trade.sid in self.sids
            )
            and (self.since is None or trade.exit_time >= self.since)
        )


def no_book(book: str) -> CallError:
    """The error of who asks for a book that does not exist."""
    return CallError(f"there is no book {book!r}; there are {LOTS}, {POSITIONS} and {STRUCTURES}")


class ClosedTrades:
    """Answers which trades closed, and what they come to.

    Args:
        core: Whose trades are asked for.
    """

    def __init__(self, core: Core) -> None:
        self._core = core

    def trades(self, wanted: TradeFilter, book: str) -> list[TradeRecord]:
        """Closed trades of a book, the oldest first; those beyond memory come from the archive.

        Raises:
            UnknownStrategyError: There is no such strategy.
            CallError: The book is unknown, the limit negative or the time without a zone.
        """
        core, limit = self._core, wanted.limit
        if book not in core.logs:
            raise no_book(book)
        wanted.check()
        with core.lock:
            self._check_strategy(wanted.strategy)
            wanted = wanted._replace(sids=self._called(wanted.symbol))
            log = core.logs[book]
            kept, first, archived = log.all(), log.forgotten, log.archived
        found = [trade for trade in kept if wanted.wants(trade)]
        if limit is None or len(found) < limit:
            older = core.archiving.read(book, first, archived)
            found[:0] = filter(wanted.wants, older)
        return found if limit is None else found[len(found) - min(limit, len(found)) :]

    def _called(self, symbol: str | None) -> frozenset[str]:
        """The Symbol IDs of what has a ticker, or had it at first."""
        books = self._core.ledger.books
        if symbol is None:
            return frozenset()
        names = {
            sid: (instrument.ticker, books.tickers[sid])
            for sid, instrument in books.instruments.items()
        }
        for contract in books.finished:
            instrument = contract.instrument
            names[instrument.sid] = (instrument.ticker, contract.ticker)
        return frozenset(sid for sid, called in names.items() if symbol in called)

    def statistics(self, strategy: str | None, book: str) -> TradeMetrics:
        """Every figure of the closed trades of a book, of all or of one strategy.

        Raises:
            UnknownStrategyError: There is no such strategy.
            CallError: The book is unknown.
        """
        counted = self._counted(book)
        with self._core.lock:
            return counted.metrics(*self._within(strategy))

    def groups(self, by: GroupBy | str, strategy: str | None, book: str) -> dict[str, TradeMetrics]:
        """Every figure of the closed trades of a book in each group.

        Raises:
            UnknownStrategyError: There is no such strategy.
            CallError: The book is unknown, or trades are not grouped by that.
        """
        kind, counted = picked(GroupBy, by, "trades are grouped by"), self._counted(book)
        with self._core.lock:
            return counted.groups(kind, *self._within(strategy))

    def _counted(self, book: str) -> TradeStatistics:
        """The figures of a book's trades; those of positions are counted when they are asked for,
        for nothing else needs them.
        """
        core = self._core
        if book == LOTS:
            return self.columns()
        if book == STRUCTURES:
            with core.lock:
                return core.structures.statistics
        return core.counted(self.trades(TradeFilter(), book))

    def columns(self) -> TradeStatistics:
        """Every closed lot in columns; those that could not be read at the start as soon as they
        can be.
        """
        core = self._core
        if core.uncounted:
            self._count_unread()
        with core.lock:
            return core.statistics

    def _count_unread(self) -> None:
        """Count all closed lots anew, with those that the archive gives by now."""
        core = self._core
        with core.lock:
            log, before = core.logs[LOTS], core.statistics
            kept, first, archived = log.all(), log.forgotten, log.archived
        older = core.archiving.read(LOTS, first, archived)
        unread = core.archiving.unread
        counted = core.counted([*older, *kept])
        with core.lock:
            if core.statistics is before:  # else they were counted anew meanwhile
                now = log.all()
                closed = log.archived + len(now) - archived - len(kept)
                core.count_later(counted, now[len(now) - closed :])
                core.uncounted = unread

    def _within(self, strategy: str | None) -> tuple[TradeGroup, ...]:
        """The group of a strategy's trades; none for all."""
        self._check_strategy(strategy)
        return () if strategy is None else ((GroupBy.STRATEGY, strategy),)

    def _check_strategy(self, strategy: str | None) -> None:
        known = self._core.ledger.books.accounts
        if strategy is not None and strategy not in known:
            raise UnknownStrategyError(strategy, known)
