"""The tracker that users hold in their hands: what it can be asked, at any moment, by any thread.

Inside LEAN `utils.tracking` feeds it; a test, a notebook or another feed applies events itself or
says by hand what was traded. Fills are matched as the settings say, the law of the ledger holds,
and everything is in account currency.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from models.equity.curve import CurvePoint
from models.equity.daily import returns_of
from models.equity.drawdown import DrawdownRecord
from models.equity.samples import Floats, Samples
from models.equity.scopes import Scopes
from models.equity.session_metrics import SessionKind, SessionMetrics
from models.equity.strategy_metrics import StrategyMetrics
from models.events.event import Event
from models.events.instruments import Instrument
from models.execution.group_metrics import ExecutionMetrics, OrderGroup, SuggestedSlippage
from models.execution.order_quality import OrderQuality
from models.later import whole
from models.ledger.holdings import Positions
from models.ledger.ledger import Ledger
from models.ledger.statement import Sheet
from models.ledger.tags import Resolver
from models.settings import Settings
from models.statistics.own_block import OwnBlock
from models.structures.record import STRUCTURES, StructureRecord
from models.tracker.amending import Amendments
from models.tracker.by_hand import TradesByHand
from models.tracker.core import Core
from models.tracker.deployments import Deployment
from models.tracker.guard import Guard
from models.tracker.hand_calls import check_account
from models.tracker.listeners import Listener
from models.tracker.logged import log_notices, warnings_to
from models.tracker.manual import ManualTrading
from models.tracker.notices import NoticeKind
from models.tracker.orders import ExecutedOrders
from models.tracker.performance import Performance
from models.tracker.persistence import Found, Persistence
from models.tracker.ports import Follower, Logger, StructuredLog, storage_in
from models.tracker.positions import HeldPositions
from models.tracker.state import TrackerState
from models.tracker.structures import NO_PRICES, TradeStructures
from models.tracker.summary import PerformanceSummary, Summarizer
from models.tracker.trades import ClosedTrades, TradeFilter
from models.trades.metrics import TradeMetrics
from models.trades.record import LOTS, TradeRecord
from models.trades.statistics import GroupBy, TradeStatistics


class PerformanceTracker(Amendments, TradesByHand):
    """P&L, positions and trades by strategy, balanced to the cent.

    A question about a strategy that does not exist raises `UnknownStrategyError`, and one about a
    kind of session, group or book that does not exist `CallError`: the texts name those there are.

    Args:
        starting_equity: What the account holds when trades are said by hand, account currency; None
            where only a feed may open it. Fed with events the tracker takes the account as
            `Opening` shows it.
        logger: Where warnings go, and trades, closed sessions and anomalies at their levels: any
            `logging.Logger`, or the project's own `StructuredLogger`.
        object_store: Where states are saved, and closed trades go beyond those kept in memory: an
            `ObjectStoreManager`, LEAN's own object store, or a folder's path; `storage_in` says
            what else.
        settings: What the user chose.
        account_currency: The currency of every amount it reports.
        zone: The time zone of its sessions.
        days_per_year: Trading days a year, for ratios.
        live: Whether LEAN trades live.
        resolver: The strategy of an order from its ticker, tag and type; by default what the
            setting `strategy_tag` says.
        follower: What is told of the same events beside the books.

    Attributes:
        core: What is fed and asked; a feed tells it of what is no event.
        apply: Books an event, then tells what came of it. Returns False when nothing was booked: a
            fill seen before or of nothing known, or a `partial` mark that does not close, which
            the feed must send again, complete.
        persistence: Saves the state and takes it over.
        settings, account_currency, zone, live, follower: As given.
    """

    apply: Callable[[Event | Instrument], bool]

    def __init__(
        self,
        starting_equity: float | None = 100_000.0,
        logger: Logger | StructuredLog | None = None,
        object_store: object = None,
        *,
        settings: Settings | None = None,
        account_currency: str = "USD",
        zone: tzinfo = UTC,
        days_per_year: float = 252.0,
        live: bool = False,
        resolver: Resolver | None = None,
        follower: Follower | None = None,
    ) -> None:
        check_account(account_currency, zone, days_per_year)
        storage = storage_in(object_store)
        self.core = core = Core(
            settings or Settings(),
            Guard(warnings_to(logger)),
            storage,
            account_currency=account_currency,
            zone=zone,
            days_per_year=days_per_year,
            live=live,
            resolver=resolver,
            follower=follower,
        )
        log_notices(core.listeners, logger)
        self.settings, self.follower, self.live = core.settings, follower, live
        self.account_currency, self.zone = account_currency, zone
        self.apply = core.apply  # bound rather than wrapped: every event comes this way
        self.persistence = Persistence(self, core, storage.states)
        self._manual = ManualTrading(core, starting_equity)
        self._performance = Performance(core)
        self._positions = HeldPositions(core)
        self._trades = ClosedTrades(core)
        self._structures = TradeStructures(core)
        self._orders = ExecutedOrders(core)
        self._summarizer = Summarizer(
            core, self._performance, self._positions, self._orders, self._manual
        )
        self._whole = TrackerState(core, self._manual, self._performance, self._trades)

    # --- what it is made of

    @property
    def days_per_year(self) -> float:
        """Trading days a year, for ratios."""
        return self.core.days_per_year

    @property
    def errors(self) -> Counter[str]:
        """What went wrong around the tracker, by place and kind: how often."""
        self.core.settle()  # what was left may go wrong
        return self.core.guard.errors

    @property
    def ledger(self) -> Ledger:
        """The books and their law."""
        return self.core.ledger

    @property
    def scopes(self) -> Scopes:
        """NAV, drawdown and sessions of the account and of each strategy."""
        return self.core.scopes

    @property
    def statistics(self) -> TradeStatistics:
        """Every closed lot in columns."""
        return self._trades.columns()

    @property
    def deployments(self) -> list[Deployment]:
        """Each start of LEAN that the books went through, the oldest first."""
        return self.core.deployments

    @property
    def days(self) -> int:
        """How many days ended since the account opened."""
        return self.core.days.count

    @property
    def samples(self) -> Samples:
        """LEAN's daily samples so far, as its own statistics take them."""
        return self.core.samples

    # --- what it knows

    def balance(self) -> dict[str, Any]:
        """The law of the ledger at the last event, `as_of`: each term in account currency.

        Prices, `lean_equity` and `unexplained` are of the last mark, `marked_at`; both are UTC in
        ISO 8601, so that all of it is JSON, and None before there was one.
        """
        return self._summarizer.balance()

    def sheets(self) -> dict[str, Sheet]:
        """Each strategy's terms of the law, `unassigned` among them where it is not zero."""
        with self.core.lock:
            return self.core.ledger.sheets()

    def strategies(self) -> dict[str, StrategyMetrics]:
        """Each strategy in figures; `unassigned` among them where it ever held something."""
        return self._performance.strategies()

    def summary(self) -> PerformanceSummary:
        """Everything that matters in one record; its cost does not grow with the run."""
        return self._summarizer.summary()

    def positions(self) -> Positions:
        """What is held after every fill seen, by strategy and in total, at the last prices."""
        return self._positions.positions()

    def trades(
        self,
        strategy: str | None = None,
        symbol: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
        *,
        book: str = LOTS,
    ) -> list[Any]:
        """Closed trades, the oldest first; those beyond memory come out of the archive.

        They are `TradeRecord`s, of structures `StructureRecord`s, of which those in memory are all
        there is. What the archive has lost is missing, and counted in `errors`.

        Args:
            strategy: Only this one's.
            symbol: Only of this ticker or Symbol ID.
            since: Only those that closed at this time or later; aware.
            limit: Only the last so many of them.
            book: "lots", each closing quantity against its lot, "positions", flat to flat, or
                "structures", legs that were opened and closed as one trade.

        Raises:
            CallError: The limit is negative or the time naive, or there is no such book.
        """
        wanted = TradeFilter(strategy, symbol, since, limit)
        if book == STRUCTURES:
            return self._structures.closed(wanted)
        return self._trades.trades(wanted, book)

    def structures(
        self, strategy: str | None = None, prices: Mapping[str, float] = NO_PRICES
    ) -> list[StructureRecord]:
        """The open structures at the last mark: P&L, risk, and distance to the strikes.

        Args:
            strategy: Only this one's.
            prices: Underlying's Symbol ID -> its price, for the distances; inside LEAN they are
                read from it. One that is held needs none.
        """
        return self._structures.open(strategy, prices)

    def open_trades(self, strategy: str | None = None) -> list[TradeRecord]:
        """The open lots as trades that would end at the last mark, before the fees of an exit."""
        return self._positions.open_trades(strategy)

    def sessions(
        self, kind: SessionKind | str = SessionKind.DAILY, strategy: str | None = None
    ) -> list[SessionMetrics]:
        """Sessions of a kind, of the account or a strategy, the oldest first, the open one last.

        Days are kept for two years. `SessionKind` names the kinds.
        """
        return self._performance.sessions(kind, strategy)

    def open_day(self, strategy: str | None = None) -> SessionMetrics | None:
        """The open day of the account or a strategy; None before the first event."""
        return self._performance.open_day(strategy)

    def drawdown(self, strategy: str | None = None) -> DrawdownRecord:
        """How far the account, or a strategy, is below its peak."""
        return self._performance.drawdown(strategy)

    def equity_curve(self, strategy: str | None = None) -> list[CurvePoint]:
        """At most 4,000 marks of the account, or a strategy, with the extremes among them."""
        return self._performance.equity_curve(strategy)

    def daily_nav(self, strategy: str | None = None) -> tuple[list[date], Floats]:
        """The days of the account, or of a strategy, and the NAV at the end of each.

        A day is a weekday of the tracker's zone, or one of a weekend with a mark at which something
        was held; one without a mark has the NAV of the day before. No point is thinned out.
        """
        return self._performance.daily_nav(strategy)

    def daily_returns(self, strategy: str | None = None) -> tuple[list[date], Floats]:
        """The days of `daily_nav`, and the return of each on the day before."""
        days, navs = self._performance.daily_nav(strategy)
        return days, returns_of(navs)

    def portfolio_statistics(self, strategy: str | None = None) -> OwnBlock:
        """CAGR, volatility, Sortino, Calmar, Omega, VaR and all others of daily closes, by name.

        They are those that `stats` prints at the desk, of the account or of a strategy, each with
        the number of returns that it is of; computed when one is read, of this moment.
        """
        return self._performance.block(strategy)

    @property
    def current_equity(self) -> float:
        """What the account is worth now, account currency; before it opens, what it opens with."""
        with self.core.lock:
            return self.core.ledger.equity_now() + self._manual.waiting

    @property
    def peak_equity(self) -> float:
        """The highest equity at any mark, account currency."""
        found = self._performance.sessions(SessionKind.INCEPTION, None)
        return found[-1].peak_equity if found else self.current_equity

    def trade_statistics(self, strategy: str | None = None, *, book: str = LOTS) -> TradeMetrics:
        """Every figure of the closed trades of a book, of all or of a strategy; net of fees.

        The figures of positions are of those that `trades` gives, of which a run without an archive
        has the last only; a structure counts as one trade, bought where it was a debit.
        """
        return self._trades.statistics(strategy, book)

    def trade_groups(
        self, by: GroupBy | str, strategy: str | None = None, *, book: str = LOTS
    ) -> dict[str, TradeMetrics]:
        """The same figures in groups, as by "symbol"; `GroupBy` names the kinds."""
        return self._trades.groups(by, strategy, book)

    def execution_quality(
        self, by: OrderGroup | str = OrderGroup.ACCOUNT
    ) -> tuple[ExecutionMetrics, ...]:
        """What orders cost, in all or in groups, as by "symbol"; `OrderGroup` names the kinds.

        It is empty where the setting `execution` is off.
        """
        return self._orders.quality(by)

    def orders(self, limit: int | None = None) -> tuple[OrderQuality, ...]:
        """The last 200 orders that ended, the newest first, with what they got."""
        return self._orders.orders(limit)

    def suggested_slippage(self) -> tuple[SuggestedSlippage, ...]:
        """By symbol, what to give LEAN's slippage model in the next backtest."""
        return self._orders.suggested_slippage()

    def add_listener(self, listener: Listener, *kinds: NoticeKind | str) -> None:
        """Call a function with each `Notice` of the kinds, or of every kind when none is given.

        It is called outside the lock, in the order things happened, by one thread at a time. One
        that fails is counted in `errors`, told of once and skipped.

        Raises:
            CallError: A kind is unknown.
        """
        self.core.move()  # what it hears of may have to be looked for at each mark
        self.core.listeners.add(listener, kinds)

    def remove_listener(self, listener: Listener) -> None:
        """Call it no more."""
        self.core.listeners.remove(listener)

    # --- what is saved

    def save_to_object_store(self, prefix: str = "", *, force: bool = True) -> bool:
        """Save everything the tracker knows under a name; one tracker may save under several.

        Unless `force` says otherwise it is saved even though the last save was a moment ago.

        Returns:
            False where it was too soon, or the store refused: that is counted in `errors` and told
            of once, and the state saved before is still there.

        Raises:
            CallError: The tracker has no store that keeps states, or the prefix makes no name.
        """
        return self.persistence.save(prefix, force=force)

    def load_from_object_store(self, prefix: str = "") -> bool:
        """Take over what was saved under a name; what is damaged is told of, its copy taken.

        Returns:
            Whether there was a state that could be used; else the tracker is as it was.

        Raises:
            CallError: The tracker has no store that keeps states, or the prefix makes no name.
        """
        return self.persistence.load(prefix) is Found.RESTORED

    def reset(self) -> None:
        """Forget all that was booked; settings, listeners and what is archived stay."""
        self._whole.reset()

    def state(self) -> dict[str, Any]:
        """JSON-able and exact; with the headline figures, for whoever reads a saved state."""
        found: dict[str, Any] = whole(self.capture())
        return found

    def capture(self) -> dict[str, Any]:
        """The state of this moment, of which large parts become JSON later (`models.later`)."""
        return self._whole.capture()

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned in place of what is known; the settings stay our own.

        Raises:
            TrackerError: The state is of another version or in another currency; the tracker is as
                it was.
        """
        self._whole.restore(state)
