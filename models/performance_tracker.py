"""The tracker: one lock around the ledger, the LEAN book and what is heard of closed trades.

It is fed events by whoever knows where they come from (`utils.tracking` inside LEAN, a test,
another feed) and answers from any thread. Nothing here reads LEAN, a file or a clock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from models.adjustments import before, happens
from models.equity import CurvePoint
from models.events import DayEnd, Event, Fill, Mark, Opening, Split, TrackerError
from models.instruments import Instrument
from models.lean_book import Exercise, LeanBook, LeanTrade
from models.ledger import Ledger
from models.records import Sheet, TradeRecord
from models.scopes import Scopes
from models.sessions import SessionKind, SessionMetrics
from models.settings import Settings, TagMeans
from models.sharing import OUT_OF_THE_MONEY, Resolver, strategy_in_tag, underlying_price, whole_tag
from models.summaries import DrawdownRecord, StrategyMetrics

RESOLVERS: dict[TagMeans, Resolver] = {TagMeans.NAME: strategy_in_tag, TagMeans.WHOLE: whole_tag}

STATE_VERSION = 1


class PerformanceTracker:
    """P&L, positions and trades by strategy, balanced to the cent.

    Args:
        settings: What the user chose.
        account_currency: The currency of every amount it reports.
        zone: The time zone of its sessions.
        days_per_year: Trading days a year, for ratios.
        live: Whether LEAN trades live.
        resolver: The strategy of an order from its ticker, tag and type; by default what the
            setting `strategy_tag` says.
        on_trade: Called with each trade that closes, outside the lock.
        on_lean_trade: Called with each trade that LEAN's own book closes, where it is on.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        account_currency: str = "USD",
        zone: tzinfo = UTC,
        days_per_year: float = 252.0,
        live: bool = False,
        resolver: Resolver | None = None,
        on_trade: Callable[[TradeRecord], object] | None = None,
        on_lean_trade: Callable[[LeanTrade], object] | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.ledger = Ledger(
            account_currency,
            live=live,
            default_strategy=self.settings.default_strategy,
            resolver=resolver or RESOLVERS[self.settings.strategy_tag],
            matching=self.settings.matching,
        )
        self.lean_book = (
            LeanBook(self.settings.lean_grouping, self.settings.lean_matching)
            if self.settings.lean_book
            else None
        )
        self.scopes = Scopes(self.settings.capital, zone)
        self.zone = zone
        self.days = 0
        self._days_per_year = days_per_year
        self._last_day: datetime | None = None
        self._on_trade = on_trade
        self._on_lean_trade = on_lean_trade
        self._lock = threading.RLock()

    def apply(self, event: Event | Instrument) -> bool:
        """Book an event.

        Returns:
            False when nothing was booked: a fill seen before or of nothing known, or a `partial`
            mark that does not close, which the feed must send again, complete.
        """
        lean_trades: list[LeanTrade] = []
        with self._lock:
            booked = self._book(event, lean_trades)
            trades = self.ledger.books.take_closed()
            self.scopes.pay(self.ledger.books.take_paid())
            for trade in trades:
                self.scopes.close(trade)
        if self._on_trade is not None:
            for trade in trades:
                self._on_trade(trade)
        if self._on_lean_trade is not None:
            for lean_trade in lean_trades:
                self._on_lean_trade(lean_trade)
        return booked

    def _book(self, event: Event | Instrument, lean_trades: list[LeanTrade]) -> bool:
        if isinstance(event, DayEnd):
            return self._end_day(event)
        if isinstance(event, Opening):
            self._last_day = event.time  # a midnight before the account opened ends no day
        booked = self.ledger.apply(event)
        if isinstance(event, Opening):
            self.scopes.open(self.ledger)
        elif isinstance(event, Mark) and booked:
            self.scopes.mark(event.time, self.ledger)
        if self.lean_book is not None and booked:
            lean_trades.extend(self._book_as_lean(self.lean_book, event))
        return booked

    def _end_day(self, event: DayEnd) -> bool:
        if self._last_day is not None and event.time <= self._last_day:
            return False
        self._last_day = event.time
        self.days += 1
        self.scopes.roll(event.time)
        return True

    def _book_as_lean(self, book: LeanBook, event: Event | Instrument) -> list[LeanTrade]:
        books = self.ledger.books
        if isinstance(event, Fill):
            if event.market:
                book.mark(event.sid, event.market, event.time)
            closed = self._fill_as_lean(book, event, books.instruments[event.sid])
            book.closed.clear()
            return closed
        if isinstance(event, Mark):
            for sid in books.held:
                price = event.prices.get(sid) or books.holdings[sid].price
                book.mark(sid, price, event.time)
        elif isinstance(event, Split) and happens(books, event):
            book.split(event.sid, event.factor)
        return []

    def _fill_as_lean(self, book: LeanBook, fill: Fill, instrument: Instrument) -> list[LeanTrade]:
        rates = self.ledger.books.rates
        rate = rates[instrument.quote]
        exercise: Exercise | None = None
        spot = underlying_price(fill) if instrument.strike is not None else None
        if spot is not None:
            gain = spot - (instrument.strike or 0.0)
            each = (gain if instrument.right == "CALL" else -gain) * instrument.multiplier
            in_the_money = not fill.message.startswith(OUT_OF_THE_MONEY)
            exercise = Exercise(in_the_money, abs(fill.quantity) * each * rate)
        return book.fill(
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

    def open_before(self, opening: Opening, fill: Fill) -> None:
        """Open the account as it stood before a fill that the opening shows already."""
        with self._lock:
            self._book(before(self.ledger.books, opening, fill), [])

    def take_rates(self, rates: Mapping[str, float]) -> None:
        """Take exchange rates ahead of the events of their moment."""
        with self._lock:
            self.ledger.books.set_rates(rates)

    def reject(self, time: datetime, kind: str, detail: str, sid: str = "") -> None:
        """Record an event that could not be built, so that nothing is lost."""
        with self._lock:
            self.ledger.books.anomaly(time, kind, detail, sid)

    def knows_order(self, order_id: int) -> bool:
        """Whether an event of the order was seen, so that the next one is not its first."""
        return self.ledger.books.orders.find(order_id) is not None

    def balance(self) -> dict[str, float | None]:
        """The law of the ledger at the last mark: each term in account currency."""
        with self._lock:
            return self.ledger.balance()

    def strategies(self) -> dict[str, Sheet]:
        """Each strategy's terms now, `unassigned` among them where it is not zero."""
        with self._lock:
            return self.ledger.sheets()

    def metrics(self) -> dict[str, StrategyMetrics]:
        """Each strategy in figures; `unassigned` among them where it ever held something."""
        with self._lock:
            return {
                name: scope.metrics(self.ledger.sheet(name).net_pnl, self._days_per_year)
                for name, scope in self.scopes.strategies.items()
            }

    def sessions(self, kind: SessionKind, strategy: str | None = None) -> list[SessionMetrics]:
        """Sessions of a kind, of the account or a strategy, the oldest first, the open one last.

        Raises:
            KeyError: There is no such strategy; the text names those there are.
        """
        with self._lock:
            return self.scopes.find(strategy).track.book.sessions(kind)

    def drawdown(self, strategy: str | None = None) -> DrawdownRecord:
        """How far the account, or a strategy, is below its peak; `KeyError` as in `sessions`."""
        with self._lock:
            track = self.scopes.find(strategy).track
            spells = tuple(track.spells)
            return DrawdownRecord(track.depth, track.amount, track.max_depth, track.spell, spells)

    def equity_curve(self, strategy: str | None = None) -> list[CurvePoint]:
        """At most 4,000 marks with the extremes among them; `KeyError` as in `sessions`."""
        with self._lock:
            return self.scopes.find(strategy).track.curve()

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
            }

    def restore(self, state: dict[str, Any]) -> None:
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
