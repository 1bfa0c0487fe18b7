"""What closes is counted, kept and told: lots, positions, structures and days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import TypeVar

from models.errors import Failure, guarded
from models.ledger.effects import Effects
from models.ledger.ledger import Ledger
from models.ledger.mark_columns import MarkColumns
from models.settings import Settings
from models.structures.book import StructureBook
from models.tracker.days import EndedDays
from models.tracker.facts import InstrumentFacts
from models.tracker.in_step import BooksInStep
from models.tracker.listeners import Listeners
from models.tracker.notices import NoticeKind
from models.tracker.telling import quote_of, tell_trades
from models.trades.builders import Quote
from models.trades.log import TradeLog
from models.trades.record import LOTS, POSITIONS, TradeRecord
from models.trades.statistics import TradeStatistics

Taken = TypeVar("Taken")


class ClosingBooks(BooksInStep):
    """The books of what closed, in step with the ledger.

    Attributes:
        listeners: Who hears of it.
        zone: The time zone of the statistics.
        uncounted: Whether lots are missing in the statistics that the archive may give later.
    """

    listeners: Listeners
    zone: tzinfo

    def _begin_closing(self, settings: Settings, zone: tzinfo, ledger: Ledger) -> None:
        """Begin with empty books of what closed."""
        self._logs = {book: TradeLog(settings.keep_trades) for book in (LOTS, POSITIONS)}
        self._statistics = TradeStatistics(zone)
        self.uncounted = False
        self._structures = StructureBook(ledger.books, settings.keep_trades, zone)
        self._days = EndedDays()
        self._facts = InstrumentFacts(ledger.books)
        self.failures.clear()
        self._restless = False

    def catch_up(self) -> None:
        """Book what the feed left; the log hears of sessions in order with the executions then."""
        if self.behind is not None:
            self.listeners.late = True
            try:
                super().catch_up()
            finally:
                self.listeners.late = False

    @property
    def days(self) -> EndedDays:
        """The days that ended, and LEAN's samples."""
        if self.behind is not None:
            self.catch_up()
        return self._days

    @property
    def logs(self) -> Mapping[str, TradeLog]:
        """The closed trades of each book."""
        if self.behind is not None:
            self.catch_up()
        return self._logs

    @property
    def statistics(self) -> TradeStatistics:
        """Every closed lot in columns."""
        if self.behind is not None:
            self.catch_up()
        return self._statistics

    @property
    def structures(self) -> StructureBook:
        """The structures, open and closed."""
        if self.behind is not None:
            self.catch_up()
        return self._structures

    def count(self, effects: Effects) -> None:
        """Count, keep and tell what executions paid, opened and closed."""
        self._scopes.count(effects)
        for _, _, _, _, trades, round_trip, _ in effects:
            if trades:
                if self._logs[LOTS].take(trades):
                    self._restless = True
                self._statistics.take(trades, self._facts.of(trades[0].sid))
            if round_trip is not None and self._logs[POSITIONS].take((round_trip,)):
                self._restless = True
        if self.listeners.hear_trades:
            self._restless |= tell_trades(self.listeners, effects, self._ledger.books)
        if self._ledger.books.orders.legs:
            self._structured(self._structures.take, effects)

    def _structured(self, call: Callable[[Taken], object], taken: Taken) -> None:
        """Let the structures take something, and tell of those that closed by it.

        They are derived from the books: what fails in them is counted, and costs no other figure.
        """
        outcome = guarded(call, taken)
        if isinstance(outcome, Failure):
            self.failures.append(("structures", outcome))
            self._restless = True
        for ended in self._structures.ended:
            time = ended.closed or ended.opened
            self.listeners.put(NoticeKind.STRUCTURE_CLOSED, time, ended.strategy, ended)
            self._restless = True
        self._structures.ended.clear()

    def _show_all(self, marks: MarkColumns) -> None:
        """Show the structures marks on which nothing moved but prices."""
        if self._structures.open:
            self._structured(self._structures.mark_all, marks)

    def quote(self, sid: str) -> Quote:
        """What a held instrument is worth at the last mark; call it under the lock."""
        return quote_of(self.ledger.books, sid)

    def counted(self, trades: Iterable[TradeRecord]) -> TradeStatistics:
        """Closed trades in columns that nobody keeps, as those of positions."""
        found = TradeStatistics(self.zone)
        with self.lock:
            facts = self._facts.of_all()
        for trade in trades:
            found.add(trade, facts[trade.sid])
        return found

    def count_later(self, counted: TradeStatistics, later: Sequence[TradeRecord]) -> None:
        """Take statistics for those of all closed lots, with lots that closed since they were made.

        Call it under the core's lock.
        """
        self._statistics = counted
        self.count_archived(later)

    def count_archived(self, trades: Iterable[TradeRecord]) -> None:
        """Count closed lots in the statistics again, of a state that came without them."""
        with self.lock:
            facts = self._facts.of_all()
            for trade in trades:
                self.statistics.add(trade, facts[trade.sid])
