"""All that a source tells of a run, as the records that the tables' rows are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Any

from models.equity.scope import ACCOUNT
from models.equity.session_metrics import SessionKind
from models.execution.order_quality import OrderQuality, Outcome
from models.ledger.statement import Flow
from models.performance_tracker import PerformanceTracker
from models.structures.record import STRUCTURES, StructureRecord
from models.trades.record import POSITIONS, TradeRecord
from workbench.comparison.daily import daily_series
from workbench.frames.records import DayRow, FillRow, MarkRow, OrderRow, OwnedRow

# LEAN's status of an order that ended, by how it did.
STATUS: dict[Outcome, str] = {
    Outcome.FILLED: "FILLED",
    Outcome.CANCELED: "CANCELED",
    Outcome.EXPIRED: "CANCELED",
    Outcome.REJECTED: "INVALID",
    Outcome.UNKNOWN: "NONE",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a source told of a run; each part is in the order of time.

    Attributes:
        name: What the source is called.
        currency: The account's.
        positions: Closed positions, from flat to flat.
        lots: Closed lots.
        structures: Structures, those that are open last.
        orders: Orders.
        fills: Each strategy's part of each fill.
        marks: The account and each strategy at each mark.
        days: Each day of the account, then of each strategy.
        sessions: Sessions of the account, then of each strategy, by kind.
        drawdowns: Drawdowns of the account, then of each strategy, the open one last.
        executions: What each order that ended cost.
        flows: Deposits and withdrawals.
        problems: What is not there, or could not be read.
    """

    name: str
    currency: str
    positions: Sequence[TradeRecord]
    lots: Sequence[TradeRecord]
    structures: Sequence[StructureRecord]
    orders: Sequence[OrderRow]
    fills: Sequence[FillRow]
    marks: Sequence[MarkRow]
    days: Sequence[DayRow]
    sessions: Sequence[OwnedRow]
    drawdowns: Sequence[OwnedRow]
    executions: Sequence[OrderQuality]
    flows: Sequence[Flow]
    problems: tuple[str, ...] = ()

    def with_problems(self, problems: Sequence[str]) -> Told:
        """The same with more problems."""
        return replace(self, problems=(*self.problems, *problems))


def told_of_tracker(
    name: str, tracker: PerformanceTracker, problems: Sequence[str] = (), **known: Any
) -> Told:
    """What a tracker knows at its end, which is not every fill and not every mark.

    Args:
        name: What to call the source.
        tracker: The tracker.
        problems: What could not be read.
        known: Parts that somebody heard of on the way, by name: all of each.
    """
    executions = tracker.orders()[::-1]
    parts: dict[str, Any] = {
        "positions": tracker.trades(book=POSITIONS),
        "lots": tracker.trades(),
        "structures": [*tracker.trades(book=STRUCTURES), *tracker.structures()],
        "orders": [_order_of(each) for each in executions],
        "fills": (),
        "marks": list(_curve_marks(tracker)),
        "days": list(_days(tracker)),
        "sessions": list(sessions_of(tracker)),
        "drawdowns": list(_drawdowns(tracker)),
        "executions": executions,
        "flows": tracker.ledger.flows,
        **known,
    }
    found = (*problems, *_missing(tracker, parts, known))
    return Told(name=name, currency=tracker.account_currency, problems=found, **parts)


def scopes_of(tracker: PerformanceTracker) -> list[str | None]:
    """The account, as None, and each strategy."""
    return [None, *tracker.scopes.strategies]


def sessions_of(tracker: PerformanceTracker) -> Iterator[OwnedRow]:
    """The sessions that a tracker keeps, of the account and of each strategy, by kind."""
    for scope in scopes_of(tracker):
        for kind in SessionKind:
            for session in tracker.sessions(kind, scope):
                yield OwnedRow(scope or ACCOUNT, session)


def _missing(
    tracker: PerformanceTracker, parts: dict[str, Any], known: dict[str, Any]
) -> Iterator[str]:
    """Say what a tracker does not have at its end."""
    lost = tracker.scopes.account.tally.trades - len(parts["lots"])
    if lost > 0:
        yield f"{lost:,} of the oldest trades are not kept"
    fills = tracker.ledger.books.fills
    if "fills" not in known and fills:
        yield f"single fills are not kept: there were {fills:,}"
    points = sum(mark.strategy == ACCOUNT for mark in parts["marks"])
    if "marks" not in known and tracker.ledger.marks > points:
        yield "of the marks the points of the equity curves are kept, at most 4,000 each"
    if "executions" not in known and fills:
        ended = sum(each.orders for each in tracker.execution_quality())
        what = f"the last {len(parts['executions'])} that ended are kept" if ended else "none"
        yield f"of the orders {what}" if ended else "single orders were not followed"


def _curve_marks(tracker: PerformanceTracker) -> Iterator[MarkRow]:
    for scope in scopes_of(tracker):
        for point in tracker.equity_curve(scope):
            yield MarkRow(point.time, scope or ACCOUNT, point.equity, point.nav)


def _days(tracker: PerformanceTracker) -> Iterator[DayRow]:
    series = daily_series(tracker)
    values = zip(series.days.tolist(), series.benchmark.tolist(), strict=True)
    benchmark = {day: None if isnan(value) else value for day, value in values}
    for scope in scopes_of(tracker):
        dates, returns = tracker.daily_returns(scope)
        navs = tracker.daily_nav(scope)[1].tolist()
        for day, nav, change in zip(dates, navs, returns.tolist(), strict=True):
            yield DayRow(day, scope or ACCOUNT, nav, change, benchmark.get(day.toordinal()))


def _drawdowns(tracker: PerformanceTracker) -> Iterator[OwnedRow]:
    for scope in scopes_of(tracker):
        found = tracker.drawdown(scope)
        for period in (*found.periods, *([found.open] if found.open else [])):
            yield OwnedRow(scope or ACCOUNT, period)


def _order_of(quality: OrderQuality) -> OrderRow:
    """An order as far as its execution tells."""
    return OrderRow(
        order_id=quality.order_id,
        strategy=quality.strategy,
        sid=quality.sid,
        symbol=quality.symbol,
        order_type=quality.order_type,
        tag=None,
        group=0,
        submitted=quality.submitted,
        updated=quality.ended,
        status=STATUS[quality.outcome],
        quantity=quality.quantity,
        filled=quality.filled,
        fills=quality.fills,
        price=quality.price,
        limit_price=quality.limit_price,
        stop_price=None,
        fees=quality.fees,
        message=quality.reason,
    )
