"""The summary: the account and every strategy in one record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.equity.strategy_metrics import StrategyMetrics
from models.execution.group_metrics import OrderGroup
from models.ledger.holdings import Exposure
from models.records import Record
from models.tracker.core import Core
from models.tracker.deployments import SinceDeploy, since_deployment
from models.tracker.manual import ManualTrading
from models.tracker.orders import ExecutedOrders
from models.tracker.performance import Performance
from models.tracker.positions import HeldPositions


@dataclass(frozen=True, slots=True)
class PerformanceSummary(Record):
    """The account after every fill seen, at the prices of the last mark; money in account currency.

    A figure is None where undefined. NAV and drawdown are of the last mark.

    Attributes:
        time: UTC of the last event; None before the first.
        account_currency: The currency of every amount.
        starting_equity: When the tracker first saw the account.
        equity: Now.
        net_pnl: Everything made since, open positions included, net of fees; without fx and flows.
        total_return: Growth of the NAV since the start, as a fraction.
        nav: Value of a unit of capital that was 1 at the start; flows taken out.
        drawdown: How far the NAV is below its peak, as a positive fraction of it.
        drawdown_amount: The same in money.
        account: The account in the figures that a strategy has; its name is empty.
        strategies: Strategy -> its figures.
        balance: The law: each term by name, with `unexplained` and its largest size so far.
        exposure: Of LEAN's net holdings.
        open_trades: Open lots.
        quality_score: Of the execution, 0 to 100; None without an order that ended.
        fills: Fills booked.
        marks: Marks booked.
        anomalies: Kind -> how often something was seen that should not be.
        errors: Where and what -> how often it failed: hooks, listeners, storage.
        since_deploy: What the running deployment made.
        as_of: The same as `time`: what the figures are of.
        marked_at: UTC of the last mark, which the prices, `lean_equity` and `unexplained` are of;
            None before the first.
    """

    time: datetime | None
    account_currency: str
    starting_equity: float
    equity: float
    net_pnl: float
    total_return: float | None
    nav: float | None
    drawdown: float | None
    drawdown_amount: float | None
    account: StrategyMetrics
    strategies: Mapping[str, StrategyMetrics]
    balance: Mapping[str, float | None]
    exposure: Exposure
    open_trades: int
    quality_score: float | None
    fills: int
    marks: int
    anomalies: Mapping[str, int]
    errors: Mapping[str, int]
    since_deploy: SinceDeploy
    as_of: datetime | None = None
    marked_at: datetime | None = None


class Summarizer:
    """Builds the summary of a core from what the other questions answer.

    Args:
        core: Whose summary it is.
        performance: The figures of the account and of the strategies.
        positions: What is held.
        orders: How well orders were executed.
        manual: What an account by hand opens with, which it has before its first call too.
    """

    def __init__(
        self,
        core: Core,
        performance: Performance,
        positions: HeldPositions,
        orders: ExecutedOrders,
        manual: ManualTrading,
    ) -> None:
        self._core = core
        self._performance = performance
        self._positions = positions
        self._orders = orders
        self._manual = manual

    def summary(self) -> PerformanceSummary:
        """The summary now; its cost does not grow with the run."""
        core = self._core
        with core.lock:
            books, track = core.ledger.books, core.scopes.account.track
            waiting, net_pnl = self._manual.waiting, core.ledger.total().net_pnl
            return PerformanceSummary(
                time=books.time,
                account_currency=core.account_currency,
                starting_equity=books.starting_equity + waiting,
                equity=core.ledger.equity_now() + waiting,
                net_pnl=net_pnl,
                total_return=None if track.nav is None else track.nav - 1.0,
                nav=track.nav,
                drawdown=track.depth,
                drawdown_amount=track.amount,
                account=self._performance.account(),
                strategies=self._performance.strategies(),
                balance=self._balance(),
                exposure=self._positions.positions().exposure,
                open_trades=self._open_trades(),
                quality_score=self._quality_score(),
                fills=books.fills,
                marks=core.ledger.marks,
                anomalies=dict(books.anomaly_counts),
                errors=dict(core.guard.errors),
                since_deploy=since_deployment(core.deployments, net_pnl, core.scopes),
                as_of=books.time,
                marked_at=core.ledger.last_mark,
            )

    def balance(self) -> dict[str, Any]:
        """The law of the ledger as JSON values, with the times that it is of in ISO 8601."""
        with self._core.lock:
            ledger = self._core.ledger
            times = {"as_of": ledger.books.time, "marked_at": ledger.last_mark}
            told = {name: time and time.isoformat() for name, time in times.items()}
            return {**self._balance(), **told}

    def _balance(self) -> dict[str, float | None]:
        """The law of the ledger, before an account by hand opens too."""
        balance, waiting = self._core.ledger.balance(), self._manual.waiting
        if waiting:
            balance |= dict.fromkeys(("starting_equity", "equity"), waiting)
        return balance

    def _open_trades(self) -> int:
        """How many lots are open, of all strategies."""
        accounts = self._core.ledger.books.accounts.values()
        return sum(len(position.lots) for account in accounts for position in account.open.values())

    def _quality_score(self) -> float | None:
        """The score of all orders; None where none is followed or none ended."""
        quality = self._orders.quality(OrderGroup.ACCOUNT)
        return quality[0].score if quality else None
