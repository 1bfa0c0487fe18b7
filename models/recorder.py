"""The recorder: one lock around the ledger, the scopes, the LEAN book and the trades kept.

Events go in through `apply`. What came of them is counted in the scopes, kept, and told to the
listeners once the lock is released, in the order things happened. `PerformanceTracker` adds to it
what can be asked, and trades by hand.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from models.adjustments import before, happens
from models.books import Books
from models.equity import Change
from models.events import (
    CashFlow,
    DayEnd,
    Delisting,
    Dividend,
    Event,
    Fill,
    Mark,
    Opening,
    OrderUpdate,
    Split,
    SymbolChange,
    TrackerError,
)
from models.instruments import Instrument
from models.lean_book import Exercise, LeanBook
from models.ledger import Ledger
from models.notices import (
    Archive,
    Failure,
    Listeners,
    Logger,
    NoticeKind,
    TradeLog,
    guarded,
)
from models.records import LOTS, POSITIONS, Quote, newest_record
from models.scopes import Scope, Scopes
from models.sessions import BEGINNING
from models.settings import Settings, TagMeans
from models.sharing import OUT_OF_THE_MONEY, Resolver, strategy_in_tag, underlying_price, whole_tag

RESOLVERS: dict[TagMeans, Resolver] = {TagMeans.NAME: strategy_in_tag, TagMeans.WHOLE: whole_tag}

STATE_VERSION = 2


class Recorder:
    """Everything that is known, kept in step event by event.

    Args:
        settings: What the user chose.
        logger: Where warnings go.
        archive: Where closed trades go beyond those kept in memory.
        account_currency: The currency of every amount.
        zone: The time zone of the sessions.
        live: Whether LEAN trades live.
        resolver: The strategy of an order from its ticker, tag and type; by default what the
            setting `strategy_tag` says.

    Attributes:
        errors: What went wrong around the tracker, by place and kind: how often.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        logger: Logger | None = None,
        archive: Archive | None = None,
        account_currency: str = "USD",
        zone: tzinfo = UTC,
        live: bool = False,
        resolver: Resolver | None = None,
    ) -> None:
        self.settings = settings
        self.account_currency = account_currency
        self.zone = zone
        self.live = live
        self.errors: Counter[str] = Counter()
        self._logger = logger
        self._archive = archive
        self._resolver = resolver or RESOLVERS[settings.strategy_tag]
        self._listeners = Listeners()
        self._lock = threading.RLock()
        self._begin()

    def _begin(self) -> None:
        settings = self.settings
        books = Books(
            self.account_currency,
            live=self.live,
            default_strategy=settings.default_strategy,
            resolver=self._resolver,
            matching=settings.matching,
        )
        self.ledger = Ledger(books)
        self.lean_book = (
            LeanBook(settings.lean_grouping, settings.lean_matching) if settings.lean_book else None
        )
        self.scopes = Scopes(settings.capital, self.zone)
        self.days = 0
        self._logs = {book: TradeLog(settings.keep_trades) for book in (LOTS, POSITIONS)}
        self._last_day: datetime | None = None
        self._anomalies_told = 0
        self._restless = False  # somebody must be called once the lock is released

    def reset(self) -> None:
        """Forget all that was booked; settings, listeners and what is archived stay."""
        with self._lock:
            self._begin()

    # --- events in

    def apply(self, event: Event | Instrument) -> bool:
        """Book an event, then tell what came of it.

        Returns:
            False when nothing was booked: a fill seen before or of nothing known, or a `partial`
            mark that does not close, which the feed must send again, complete.
        """
        with self._lock:
            booked = self._record(event)
        if self._restless:
            self._settle()
        return booked

    def _record(self, event: Event | Instrument) -> bool:
        """Book an event under the lock; whoever does must `_settle` once it is released."""
        booked = _BOOKING[type(event)](self, event)
        books, scopes = self.ledger.books, self.scopes
        if books.paid or books.closed or books.entered:
            self._count(books)
        if scopes.changes or len(books.anomalies) != self._anomalies_told:
            self._tell(books)
        return booked

    def open_before(self, opening: Opening, fill: Fill) -> None:
        """Open the account as it stood before a fill that the opening shows already."""
        with self._lock:
            self._open(before(self.ledger.books, opening, fill))

    def take_rates(self, rates: Mapping[str, float]) -> None:
        """Take exchange rates ahead of the events of their moment."""
        with self._lock:
            self.ledger.books.set_rates(rates)

    def reject(self, time: datetime, kind: str, detail: str, sid: str = "") -> None:
        """Record an event that could not be built, so that nothing is lost."""
        with self._lock:
            self.ledger.books.anomaly(time, kind, detail, sid)
            self._tell(self.ledger.books)
        self._settle()

    def knows_order(self, order_id: int) -> bool:
        """Whether an event of the order was seen, so that the next one is not its first."""
        return self.ledger.books.orders.find(order_id) is not None

    def _open(self, opening: Opening) -> bool:
        self._last_day = opening.time  # a midnight before the account opened ends no day
        self.ledger.apply(opening)
        self.scopes.open(self.ledger)
        return True

    def _fill(self, fill: Fill) -> bool:
        if not self.ledger.fill(fill):
            return False
        if self.lean_book is not None:
            self._fill_as_lean(self.lean_book, fill)
        return True

    def _mark(self, mark: Mark) -> bool:
        if not self.ledger.mark(mark):
            return False
        self.scopes.mark(mark.time, self.ledger)
        book = self.lean_book
        if book is not None:
            books = self.ledger.books
            for sid in books.held:
                price = mark.prices.get(sid) or books.holdings[sid].price
                book.mark(sid, price, mark.time)
        return True

    def _split(self, split: Split) -> bool:
        if self.lean_book is not None and happens(self.ledger.books, split):
            self.lean_book.split(split.sid, split.factor)
        return self.ledger.apply(split)

    def _end_day(self, event: DayEnd) -> bool:
        if self._last_day is not None and event.time <= self._last_day:
            return False
        self._last_day = event.time
        self.days += 1
        self.scopes.roll(event.time)
        return True

    def _fill_as_lean(self, book: LeanBook, fill: Fill) -> None:
        books = self.ledger.books
        instrument, rates = books.instruments[fill.sid], books.rates
        rate = rates[instrument.quote]
        if fill.market:
            book.mark(fill.sid, fill.market, fill.time)
        exercise: Exercise | None = None
        spot = underlying_price(fill) if instrument.strike is not None else None
        if spot is not None:
            gain = spot - (instrument.strike or 0.0)
            each = (gain if instrument.right == "CALL" else -gain) * instrument.multiplier
            in_the_money = not fill.message.startswith(OUT_OF_THE_MONEY)
            exercise = Exercise(in_the_money, abs(fill.quantity) * each * rate)
        trades = book.fill(
            fill.sid,
            fill.order_id,
            fill.time,
            fill.quantity,
            fill.price,
            fill.fee * rates[fill.fee_currency] if fill.fee else 0.0,
            rate,
            instrument.multiplier,
            exercise,
        )
        for trade in trades:
            self._listeners.put(NoticeKind.LEAN_TRADE_CLOSED, fill.time, "", trade)
            self._restless = True
        book.closed.clear()

    # --- what came of it

    def _count(self, books: Books) -> None:
        """Count, keep and tell what fills paid, opened and closed."""
        closed, rounds = books.closed, books.rounds
        self.scopes.count(books.paid, closed)
        if closed:
            for book, trades in ((LOTS, closed), (POSITIONS, rounds)):
                log = self._logs[book]
                log.trades.extend(trades)
                self._restless |= log.due
        if self._listeners.kinds:
            self._tell_trades(books)
        books.paid.clear()
        closed.clear()
        rounds.clear()
        books.entered.clear()

    def _tell_trades(self, books: Books) -> None:
        put = self._listeners.put
        for position in books.entered:
            quote = self._quote(position.instrument.sid)
            trade = newest_record(position, quote)
            put(NoticeKind.TRADE_OPENED, trade.entry_time, position.strategy, trade)
        for trade in books.closed:
            put(NoticeKind.TRADE_CLOSED, trade.exit_time, trade.strategy, trade)
        for trade in books.rounds:
            put(NoticeKind.POSITION_CLOSED, trade.exit_time, trade.strategy, trade)
        self._restless = True

    def _tell(self, books: Books) -> None:
        """Tell how the scopes changed and what should not have been seen."""
        changes, put = self.scopes.changes, self._listeners.put
        if self._listeners.kinds:
            for scope, change in changes:
                self._tell_change(books.time or BEGINNING, scope, change)
            for anomaly in books.anomalies[self._anomalies_told :]:
                put(NoticeKind.ANOMALY, anomaly.time, "", anomaly)
            self._restless = True
        self._anomalies_told = len(books.anomalies)
        changes.clear()

    def _tell_change(self, time: datetime, scope: Scope, change: Change) -> None:
        put, track = self._listeners.put, scope.track
        for session in track.book.closed() if change & Change.SESSION_CLOSED else ():
            put(NoticeKind.SESSION_CLOSED, track.book.since, scope.name, session)
        if change & Change.NEW_LOW:
            put(NoticeKind.NEW_LOW, time, scope.name, track.spell)
        if change & Change.RECOVERED:
            put(NoticeKind.RECOVERY, time, scope.name, track.spells[-1])

    def _quote(self, sid: str) -> Quote:
        books = self.ledger.books
        holding = books.holdings[sid]
        rate = books.rates[holding.instrument.currency]
        time = books.time or BEGINNING
        return Quote(time, books.tickers[sid], holding.price, holding.worth, rate)

    def _settle(self) -> None:
        """Outside the lock: archive a batch that is due, and call the listeners."""
        self._restless = False
        for log in self._logs.values():
            if log.due:
                self._shed(log)
        if self._listeners.waiting:
            for listener, notice in self._listeners.take():
                self.attempt("listener", listener, notice)

    def _shed(self, log: TradeLog) -> None:
        with self._lock:
            batch = log.leave()
        if not batch:
            return
        stored = self._archive is None or self.attempt("archive", self._archive.store, batch)
        with self._lock:
            log.left(stored)

    def attempt(self, place: str, call: Callable[..., object], *arguments: Any) -> bool:
        """Call what may fail around the tracker; a failure is counted and each kind told once.

        Returns:
            Whether it succeeded.
        """
        outcome = guarded(call, *arguments)
        if not isinstance(outcome, Failure):
            return True
        kind = f"{place}: {outcome.kind}"
        with self._lock:
            self.errors[kind] += 1
            first = self.errors[kind] == 1
        if first:
            self.warn(f"{place}: {outcome}")
        return False

    def warn(self, message: str) -> None:
        """Say what went wrong, where somebody listens."""
        if self._logger is not None:
            self._logger.warning(f"tracker: {message}")

    # --- state

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        with self._lock:
            return {
                "version": STATE_VERSION,
                "days": self.days,
                "last_day": self._last_day.isoformat() if self._last_day else None,
                "ledger": self.ledger.state(),
                "scopes": self.scopes.state(),
                "lean_book": self.lean_book.state() if self.lean_book else None,
                "trades": {book: log.state() for book, log in self._logs.items()},
                "errors": dict(self.errors),
            }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned; the settings are this tracker's own.

        Raises:
            TrackerError: The state is of another version; the tracker is as it was.
        """
        if state["version"] != STATE_VERSION:
            found = state["version"]
            raise TrackerError(f"the state is of version {found}; this reads {STATE_VERSION}")
        with self._lock:
            self.days = state["days"]
            last_day = state["last_day"]
            self._last_day = datetime.fromisoformat(last_day) if last_day else None
            self.ledger.restore(state["ledger"])
            self.scopes.restore(state["scopes"])
            if self.lean_book is not None and state["lean_book"] is not None:
                self.lean_book.restore(state["lean_book"])
            for book, log in self._logs.items():
                log.restore(state["trades"][book])
            self.errors = Counter(state["errors"])
            self._anomalies_told = len(self.ledger.books.anomalies)


_BOOKING: dict[type, Callable[[Recorder, Any], bool]] = {
    Opening: Recorder._open,
    Fill: Recorder._fill,
    Mark: Recorder._mark,
    Split: Recorder._split,
    DayEnd: Recorder._end_day,
    **dict.fromkeys(
        (Instrument, OrderUpdate, Dividend, CashFlow, Delisting, SymbolChange),
        lambda recorder, event: recorder.ledger.apply(event),
    ),
}
