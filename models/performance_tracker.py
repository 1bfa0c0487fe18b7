"""The tracker that users hold in their hands: what it can be asked, at any moment, by any thread.

Inside LEAN `utils.tracking` feeds it; a test, a notebook or another feed applies events itself
(`Recorder.apply`) or says by hand what was traded (`HandRecorder`).
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from itertools import islice

from models.by_hand import HandRecorder
from models.equity import CurvePoint
from models.lots import Position
from models.notices import Archive, Listener, Logger, NoticeKind
from models.records import (
    LOTS,
    POSITIONS,
    PositionRecord,
    Positions,
    TradeRecord,
    exposure,
    open_record,
)
from models.scopes import DrawdownRecord, PerformanceSummary, StrategyMetrics
from models.sessions import SessionKind, SessionMetrics
from models.settings import Settings
from models.sharing import CallError, Resolver, UnknownStrategyError
from models.terms import Sheet


class PerformanceTracker(HandRecorder):
    """P&L, positions and trades by strategy, balanced to the cent.

    Args:
        starting_equity: What the account holds when trades are said by hand, account currency.
            Fed with events the tracker takes the account as `Opening` shows it.
        logger: Where warnings go.
        object_store: Where closed trades go beyond those kept in memory.
        settings: What the user chose.
        account_currency: The currency of every amount it reports.
        zone: The time zone of its sessions.
        days_per_year: Trading days a year, for ratios.
        live: Whether LEAN trades live.
        resolver: The strategy of an order from its ticker, tag and type; by default what the
            setting `strategy_tag` says.
    """

    def __init__(
        self,
        starting_equity: float = 100_000.0,
        logger: Logger | None = None,
        object_store: Archive | None = None,
        *,
        settings: Settings | None = None,
        account_currency: str = "USD",
        zone: tzinfo = UTC,
        days_per_year: float = 252.0,
        live: bool = False,
        resolver: Resolver | None = None,
    ) -> None:
        super().__init__(
            settings or Settings(),
            starting_equity,
            logger=logger,
            archive=object_store,
            account_currency=account_currency,
            zone=zone,
            live=live,
            resolver=resolver,
        )
        self.days_per_year = days_per_year

    # --- what it knows

    def balance(self) -> dict[str, float | None]:
        """The law of the ledger at the last mark: each term in account currency."""
        with self._lock:
            return self.ledger.balance()

    def sheets(self) -> dict[str, Sheet]:
        """Each strategy's terms of the law, `unassigned` among them where it is not zero."""
        with self._lock:
            return self.ledger.sheets()

    def strategies(self) -> dict[str, StrategyMetrics]:
        """Each strategy in figures; `unassigned` among them where it ever held something."""
        with self._lock:
            return {
                name: scope.metrics(self.ledger.sheet(name).net_pnl, self.days_per_year)
                for name, scope in self.scopes.strategies.items()
            }

    def summary(self) -> PerformanceSummary:
        """Everything that matters in one record; its cost does not grow with the run."""
        with self._lock:
            books, track = self.ledger.books, self.scopes.account.track
            balance, net_pnl = self.ledger.balance(), self.ledger.total().net_pnl
            return PerformanceSummary(
                time=books.time,
                account_currency=self.account_currency,
                starting_equity=books.starting_equity,
                equity=self.ledger.equity_now(),
                net_pnl=net_pnl,
                total_return=None if track.nav is None else track.nav - 1.0,
                nav=track.nav,
                drawdown=track.depth,
                drawdown_amount=track.amount,
                account=self.scopes.account.metrics(net_pnl, self.days_per_year),
                strategies=self.strategies(),
                balance=balance,
                exposure=self.positions().exposure,
                open_trades=sum(
                    len(position.lots)
                    for account in books.accounts.values()
                    for position in account.open.values()
                ),
                fills=books.fills,
                marks=self.ledger.marks,
                anomalies=dict(books.anomaly_counts),
                errors=dict(self.errors),
            )

    def positions(self) -> Positions:
        """What is held, by strategy and in total, at the last mark."""
        with self._lock:
            books, held, exposures = self.ledger.books, {}, {}
            for account in books.accounts.values():
                if account.open:
                    records = tuple(map(self._position, account.open.values()))
                    held[account.name] = records
                    scope = self.scopes.strategy(account.name)
                    equity = scope.capital + account.terms.net + account.open_pnl
                    exposures[account.name] = exposure(records, equity)
            net = tuple(self._net(sid) for sid in books.held if books.holdings[sid].quantity)
            return Positions(
                held, net, exposures, exposure(net, self.ledger.balance()["equity"] or 0.0)
            )

    def _position(self, position: Position) -> PositionRecord:
        quote, instrument = self._quote(position.instrument.sid), position.instrument
        return PositionRecord(
            position.strategy,
            quote.ticker,
            instrument.sid,
            position.quantity,
            position.average_price,
            quote.price,
            position.quantity * quote.worth * instrument.multiplier * quote.rate,
            position.unrealized(quote.worth) * quote.rate,
            position.round.time if position.round else None,
        )

    def _net(self, sid: str) -> PositionRecord:
        quote, holding = self._quote(sid), self.ledger.books.holdings[sid]
        value = holding.quantity * quote.worth * holding.instrument.multiplier * quote.rate
        profit = value - holding.cost * quote.rate
        return PositionRecord(
            "",
            quote.ticker,
            sid,
            holding.quantity,
            holding.average,
            quote.price,
            value,
            profit,
            None,
        )

    def trades(
        self,
        strategy: str | None = None,
        symbol: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
        *,
        book: str = LOTS,
    ) -> list[TradeRecord]:
        """Closed trades, the oldest first; those beyond memory come out of the archive.

        Args:
            strategy: Only this one's.
            symbol: Only of this ticker or Symbol ID.
            since: Only those that closed at this time or later; aware.
            limit: Only the last so many of them.
            book: "lots", each closing quantity against its lot, or "positions", flat to flat.

        Raises:
            UnknownStrategyError: There is no such strategy.
            CallError: The book is unknown, the limit negative or the time naive.
        """
        if book not in self._logs:
            raise CallError(f"there is no book {book!r}; there are {LOTS} and {POSITIONS}")
        if limit is not None and limit < 0:
            raise CallError(f"the limit is {limit}; it must be 0 or more")
        if since is not None and since.tzinfo is None:
            raise CallError(f"the time {since} has no time zone; give it one")
        with self._lock:
            known = self.ledger.books.accounts
            if strategy is not None and strategy not in known:
                raise UnknownStrategyError(strategy, known)
            kept, archived = self._logs[book].all(), self._logs[book].archived

        def wanted(trade: TradeRecord) -> bool:
            return (
                (strategy is None or trade.strategy == strategy)
                and (symbol is None or symbol in (trade.symbol, trade.sid))
                and (since is None or trade.exit_time >= since)
            )

        found = [trade for trade in kept if wanted(trade)]
        if archived and self._archive is not None and (limit is None or len(found) < limit):
            older = (trade for trade in self._archive.stored() if trade.book == book)
            found[:0] = [trade for trade in islice(older, archived) if wanted(trade)]
        return found if limit is None else found[len(found) - min(limit, len(found)) :]

    def open_trades(self, strategy: str | None = None) -> list[TradeRecord]:
        """The open lots as trades that would end at the last mark, before the fees of an exit.

        Raises:
            UnknownStrategyError: There is no such strategy.
        """
        with self._lock:
            accounts = self.ledger.books.accounts
            if strategy is not None and strategy not in accounts:
                raise UnknownStrategyError(strategy, accounts)
            return [
                open_record(position, lot, seen, self._quote(sid))
                for account in accounts.values()
                if strategy in (None, account.name)
                for sid, position in account.open.items()
                for lot, seen in zip(position.lots, position.extremes.each(), strict=True)
            ]

    def sessions(
        self, kind: SessionKind | str = SessionKind.DAILY, strategy: str | None = None
    ) -> list[SessionMetrics]:
        """Sessions of a kind, of the account or a strategy, the oldest first, the open one last.

        Days are kept for two years; `SessionKind` names the kinds.

        Raises:
            UnknownStrategyError: There is no such strategy.
            CallError: There is no such kind.
        """
        try:
            wanted = SessionKind(kind)
        except ValueError:
            kinds = ", ".join(each.value for each in SessionKind)
            raise CallError(f"there are no {kind!r} sessions; the kinds are {kinds}") from None
        with self._lock:
            return self.scopes.find(strategy).track.book.sessions(wanted)

    def drawdown(self, strategy: str | None = None) -> DrawdownRecord:
        """How far the account, or a strategy, is below its peak; errors as of `open_trades`."""
        with self._lock:
            track = self.scopes.find(strategy).track
            spells = tuple(track.spells)
            return DrawdownRecord(track.depth, track.amount, track.max_depth, track.spell, spells)

    def equity_curve(self, strategy: str | None = None) -> list[CurvePoint]:
        """At most 4,000 marks with the extremes among them; errors as of `open_trades`."""
        with self._lock:
            return self.scopes.find(strategy).track.curve()

    # --- who hears of it

    def add_listener(self, listener: Listener, *kinds: NoticeKind | str) -> None:
        """Call a function with each `Notice` of the kinds, or of every kind when none is given.

        It is called outside the lock, on the thread that brought the event. One that fails is
        counted in `errors`, told of once and skipped.

        Raises:
            CallError: A kind is unknown.
        """
        with self._lock:
            self._listeners.add(listener, kinds)

    def remove_listener(self, listener: Listener) -> None:
        """Call it no more."""
        with self._lock:
            self._listeners.remove(listener)
