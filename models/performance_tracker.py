"""The tracker that users hold in their hands: what it can be asked, at any moment, by any thread.

Inside LEAN `utils.tracking` feeds it; a test, a notebook or another feed applies events itself or
says by hand what was traded. Fills are matched as the settings say, the law of the ledger holds,
and everything is in account currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from itertools import islice
from typing import Any, TypeVar

from models.equity.curve import CurvePoint
from models.equity.drawdown import DrawdownRecord
from models.equity.session_metrics import SessionKind, SessionMetrics
from models.equity.strategy_metrics import StrategyMetrics
from models.errors import CallError, UnknownStrategyError
from models.execution.records import ExecutionMetrics, OrderGroup, OrderQuality, SuggestedSlippage
from models.ledger.holdings import PositionRecord, Positions, exposure
from models.ledger.positions import Position
from models.ledger.statement import Sheet
from models.ledger.tags import Resolver
from models.settings import Settings, read_settings
from models.tracker.deployments import SinceDeploy
from models.tracker.listeners import Listener
from models.tracker.manual import HandRecorder
from models.tracker.notices import NoticeKind
from models.tracker.ports import Follower, Logger
from models.tracker.summary import PerformanceSummary
from models.trades.builders import open_record
from models.trades.log import Archive
from models.trades.metrics import TradeMetrics
from models.trades.record import LOTS, POSITIONS, TradeRecord
from models.trades.statistics import GroupBy


class PerformanceTracker(HandRecorder):
    """P&L, positions and trades by strategy, balanced to the cent.

    Args:
        starting_equity: What the account holds when trades are said by hand, account currency.
            Fed with events the tracker takes the account as `Opening` shows it.
        logger: Where warnings go.
        object_store: Where closed trades go beyond those kept in memory, and states where it is a
            `StateStore` too; over LEAN's object store `utils.store.snapshots.SnapshotStore` is
            both.
        settings: What the user chose.
        account_currency: The currency of every amount it reports.
        zone: The time zone of its sessions.
        days_per_year: Trading days a year, for ratios.
        live: Whether LEAN trades live.
        resolver: The strategy of an order from its ticker, tag and type; by default what the
            setting `strategy_tag` says.
        follower: What is told of the same events beside the books.
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
        follower: Follower | None = None,
    ) -> None:
        if object_store is not None and not isinstance(object_store, Archive):
            raise CallError(
                "the object_store must take trades: wrap LEAN's own as "
                "SnapshotStore(ObjectStoreManager(algorithm.object_store, project=...))"
            )
        super().__init__(
            settings or Settings(),
            starting_equity,
            logger=logger,
            archive=object_store,
            account_currency=account_currency,
            zone=zone,
            live=live,
            resolver=resolver,
            follower=follower,
        )
        self.days_per_year = days_per_year

    def state(self) -> dict[str, Any]:
        """JSON-able and exact; with the headline figures, for whoever reads a saved state."""
        with self._lock:
            account = self.scopes.account.metrics(self.ledger.total(), self.days_per_year)
            headline = {**account.to_dict(), "equity": self.ledger.equity_now()}
            return {**super().state(), "days_per_year": self.days_per_year, "headline": headline}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned, as `Recorder.restore` does."""
        super().restore(state)
        # an archive has all trades: what it has lost costs these figures, and not the state
        for trade in self.trades() if state["statistics"] is None else ():
            self.statistics.add(trade, self._facts_of(trade.sid))

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
                name: scope.metrics(self.ledger.sheet(name), self.days_per_year)
                for name, scope in self.scopes.strategies.items()
            }

    def summary(self) -> PerformanceSummary:
        """Everything that matters in one record; its cost does not grow with the run."""
        with self._lock:
            books, track = self.ledger.books, self.scopes.account.track
            balance, sheet = self.ledger.balance(), self.ledger.total()
            net_pnl, quality = sheet.net_pnl, self.execution_quality()
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
                account=self.scopes.account.metrics(sheet, self.days_per_year),
                strategies=self.strategies(),
                balance=balance,
                exposure=self.positions().exposure,
                open_trades=sum(
                    len(position.lots)
                    for account in books.accounts.values()
                    for position in account.open.values()
                ),
                quality_score=quality[0].score if quality else None,
                fills=books.fills,
                marks=self.ledger.marks,
                anomalies=dict(books.anomaly_counts),
                errors=dict(self.errors),
                since_deploy=self._since_deploy(net_pnl),
            )

    def _since_deploy(self, net_pnl: float) -> SinceDeploy:
        if not self.deployments:
            return SinceDeploy(0, None, 0.0, None, 0)
        begun, nav = self.deployments[-1], self.scopes.account.track.nav
        return SinceDeploy(
            begun.number,
            begun.time,
            net_pnl - begun.net_pnl,
            nav / begun.nav - 1.0 if nav is not None and begun.nav else None,
            self.scopes.account.tally.trades - begun.trades,
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
            position.quantity * quote.unit_value * instrument.multiplier * quote.rate,
            position.unrealized(quote.unit_value) * quote.rate,
            position.round_trip.time if position.round_trip else None,
        )

    def _net(self, sid: str) -> PositionRecord:
        quote, holding = self._quote(sid), self.ledger.books.holdings[sid]
        value = holding.quantity * quote.unit_value * holding.instrument.multiplier * quote.rate
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

        What the archive has lost is missing, and counted in `errors`.

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
            log = self._logs[book]
            kept, first, archived = log.all(), log.forgotten, log.archived

        def wanted(trade: TradeRecord) -> bool:
            return (
                (strategy is None or trade.strategy == strategy)
                and (symbol is None or symbol in (trade.symbol, trade.sid))
                and (since is None or trade.exit_time >= since)
            )

        found = [trade for trade in kept if wanted(trade)]
        if archived and self._older is not None and (limit is None or len(found) < limit):
            older = self._stored(self._older, book, first, archived)
            found[:0] = filter(wanted, older)
        return found if limit is None else found[len(found) - min(limit, len(found)) :]

    def _stored(self, archive: Archive, book: str, first: int, count: int) -> list[TradeRecord]:
        """The archive's trades of a book by their places; what it fails to give is counted."""
        trades: list[TradeRecord] = []

        def read() -> None:
            stored = (trade for trade in archive.stored() if trade.book == book)
            for trade in islice(stored, first, first + count):
                trades.append(trade)  # noqa: PERF402 - those before a failure are kept

        self.attempt("read of the archive", read)
        return trades

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

    def open_day(self, strategy: str | None = None) -> SessionMetrics | None:
        """The open day, None before the first event; errors as of `open_trades`."""
        with self._lock:
            return self.scopes.find(strategy).track.book.open_day()

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

    # --- how good it is

    def trade_statistics(self, strategy: str | None = None) -> TradeMetrics:
        """Every figure of the closed lots, of all or of a strategy; net of fees.

        Raises:
            UnknownStrategyError: There is no such strategy.
        """
        with self._lock:
            return self.statistics.metrics(*self._within(strategy))

    def trade_groups(
        self, by: GroupBy | str, strategy: str | None = None
    ) -> dict[str, TradeMetrics]:
        """The same by side, strategy, symbol, underlying, security type, order type, exit reason,
        weekday or hour.

        Raises:
            UnknownStrategyError: There is no such strategy.
            CallError: Trades are not grouped by that.
        """
        kind = _pick(GroupBy, by, "trades are grouped by")
        with self._lock:
            return self.statistics.groups(kind, *self._within(strategy))

    def _within(self, strategy: str | None) -> tuple[tuple[GroupBy, str], ...]:
        known = self.ledger.books.accounts
        if strategy is not None and strategy not in known:
            raise UnknownStrategyError(strategy, known)
        return () if strategy is None else ((GroupBy.STRATEGY, strategy),)

    def execution_quality(
        self, by: OrderGroup | str = OrderGroup.ACCOUNT
    ) -> tuple[ExecutionMetrics, ...]:
        """What orders cost: for the account, or by strategy, symbol, security type, order type,
        hour or size. Empty where the setting `execution` is off.

        Raises:
            CallError: Orders are not grouped by that.
        """
        kind = _pick(OrderGroup, by, "orders are grouped by")
        with self._lock:
            return self.execution.metrics(kind) if self.execution else ()

    def orders(self, limit: int | None = None) -> tuple[OrderQuality, ...]:
        """The last 200 orders that ended, the newest first, with what they got."""
        with self._lock:
            return self.execution.orders(limit) if self.execution else ()

    def suggested_slippage(self) -> tuple[SuggestedSlippage, ...]:
        """By symbol, what to give LEAN's slippage model in the next backtest."""
        with self._lock:
            return self.execution.suggested_slippage() if self.execution else ()

    # --- who hears of it

    def add_listener(self, listener: Listener, *kinds: NoticeKind | str) -> None:
        """Call a function with each `Notice` of the kinds, or of every kind when none is given.

        It is called outside the lock, in the order things happened, by one thread at a time. One
        that fails is counted in `errors`, told of once and skipped.

        Raises:
            CallError: A kind is unknown.
        """
        with self._lock:
            self._listeners.add(listener, kinds)

    def remove_listener(self, listener: Listener) -> None:
        """Call it no more."""
        with self._lock:
            self._listeners.remove(listener)


Choice = TypeVar("Choice", GroupBy, OrderGroup)


def _pick(choices: type[Choice], value: Choice | str, what: str) -> Choice:
    try:
        return choices(value)
    except ValueError:
        allowed = ", ".join(choice.value for choice in choices)
        raise CallError(f"{what} {allowed}; {value!r} is none of them") from None


def create_performance_tracker(
    starting_equity: float = 100_000.0,
    logger: Logger | None = None,
    object_store: Archive | None = None,
    *,
    account_currency: str = "USD",
    zone: tzinfo = UTC,
    days_per_year: float = 252.0,
    follower: Follower | None = None,
    **settings: Any,
) -> PerformanceTracker:
    """A tracker without LEAN, its settings given by name as `matching="lifo"`.

    Inside LEAN use `utils.tracking.track(algorithm)` instead. The arguments are those of
    `PerformanceTracker`.

    Raises:
        SettingsError: A setting is unknown or not allowed; the text says what is.
    """
    return PerformanceTracker(
        starting_equity,
        logger,
        object_store,
        settings=read_settings({}, settings),
        account_currency=account_currency,
        zone=zone,
        days_per_year=days_per_year,
        follower=follower,
    )
