"""One run as it is compared: its days, its trades, its ledger by day and what it was run with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from models.execution.group_metrics import ExecutionMetrics, OrderGroup
from models.performance_tracker import PerformanceTracker
from models.trades.record import TradeRecord
from workbench.comparison.daily import DailySeries, daily_series
from workbench.comparison.ledger_days import LedgerDays, session_ledger
from workbench.runs.identity import traded_key

ACCOUNT = ""  # the account's key beside the strategies'


@dataclass(frozen=True, slots=True)
class Run:
    """One run.

    Attributes:
        name: What it is called in the comparison.
        live: Whether LEAN traded live.
        currency: The account's.
        days_a_year: Trading days a year, for ratios.
        risk_free: The mean annual rate that LEAN sampled, a fraction.
        zone: The algorithm's time zone, in which trades have their dates.
        daily: Its days.
        trades: Closed lots with the ordinals of the local dates on which they closed.
        execution: What orders cost, of the account (`ACCOUNT`) and by strategy; empty where it was
            not followed.
        ledger: The terms of the ledger by day.
        parameters: What the algorithm was run with, as far as the source tells.
        problems: What could not be read.
        algorithm: The class's name; empty where it is not known.
        traded: What tells it from runs that traded something else; empty where it traded nothing.
    """

    name: str
    live: bool
    currency: str
    days_a_year: float
    risk_free: float
    daily: DailySeries
    trades: tuple[tuple[int, TradeRecord], ...]
    execution: Mapping[str, ExecutionMetrics]
    ledger: LedgerDays
    parameters: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    algorithm: str = ""
    traded: str = ""


def run_of(
    name: str,
    tracker: PerformanceTracker,
    trades: Sequence[TradeRecord] | None = None,
    ledger: LedgerDays | None = None,
    parameters: Mapping[str, str] | None = None,
    problems: tuple[str, ...] = (),
    algorithm: str = "",
) -> Run:
    """The run that a tracker saw.

    Args:
        name: What to call it.
        tracker: The tracker at its end.
        trades: Every closed lot, where somebody heard of them on the way; None for those that the
            tracker has in memory and archive.
        ledger: The terms by day, where somebody took them on the way; None for what the sessions
            tell.
        parameters: What the algorithm was run with.
        problems: What could not be read.
        algorithm: The class's name, where it is known.
    """
    known = tracker.trades() if trades is None else trades
    lost = tracker.scopes.account.tally.trades - len(known)
    gone = (f"{lost:,} of the oldest trades are not kept",) if lost > 0 else ()
    account = tracker.execution_quality(OrderGroup.ACCOUNT)
    strategies = tracker.execution_quality(OrderGroup.STRATEGY)
    rates = tracker.samples.risk_free
    return Run(
        name=name,
        live=tracker.live,
        currency=tracker.account_currency,
        days_a_year=tracker.days_per_year,
        risk_free=sum(rates) / len(rates) if len(rates) else 0.0,
        daily=daily_series(tracker),
        trades=tuple(
            (trade.exit_time.astimezone(tracker.zone).toordinal(), trade) for trade in known
        ),
        execution={
            (ACCOUNT if each.group is OrderGroup.ACCOUNT else each.key): each
            for each in (*account, *strategies)
        },
        ledger=session_ledger(tracker) if ledger is None else ledger,
        parameters=parameters or {},
        problems=(*problems, *gone),
        algorithm=algorithm,
        traded=traded_key(tracker),
    )
