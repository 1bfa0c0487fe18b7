"""What is laid side by side on one window: strategies of a run, or the accounts of several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from models.equity.tally import BREAKEVEN
from models.execution.group_metrics import ExecutionMetrics
from models.trades.record import TradeRecord
from workbench.certainty.observations import ClosedTrades, Observations
from workbench.comparison.run import ACCOUNT, Run

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.int64]


class NothingInCommonError(LookupError):
    """The runs have no day in common, or there is nothing to compare; the text says why."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One of those that are compared, on the days of the window.

    Attributes:
        name: A strategy's or a run's.
        capital: What it had to start the window with, account currency.
        returns: Daily returns, fractions.
        pnl: What it made a day, account currency.
        trades: Its closed trades by day.
        fees: Fees of these trades, account currency, positive when paid.
        execution: What its orders cost over the whole run; None where that was not followed.
    """

    name: str
    capital: float
    returns: Floats
    pnl: Floats
    trades: ClosedTrades
    fees: float
    execution: ExecutionMetrics | None


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which all are compared.

    Attributes:
        start: `date.toordinal()` of the date before the first day.
        days: `date.toordinal()` of the local dates, rising strictly.
        left_out: Days of each run that lie outside of it.
    """

    start: int
    days: Days
    left_out: Mapping[str, int]

    @property
    def first(self) -> date:
        """The first date."""
        return date.fromordinal(int(self.days[0]))

    @property
    def last(self) -> date:
        """The last date."""
        return date.fromordinal(int(self.days[-1]))


def common_window(runs: Sequence[Run]) -> Window:
    """The dates from the first to the last that all runs cover, each that any of them has.

    Raises:
        NothingInCommonError: A run has no day, or no date is covered by all.
    """
    for run in runs:
        if not run.daily.days.size:
            raise NothingInCommonError(f"{run.name} has no day with a value to compare")
    start = max(run.daily.start for run in runs)
    last = min(int(run.daily.days[-1]) for run in runs)
    if start >= last:
        spans = "; ".join(f"{run.name} {_span(run)}" for run in runs)
        raise NothingInCommonError(f"the runs have no day in common: {spans}")
    every = np.unique(np.concatenate([run.daily.days for run in runs]))
    days = every[(every > start) & (every <= last)]
    left_out = {run.name: int((~np.isin(run.daily.days, days)).sum()) for run in runs}
    return Window(start, days, left_out)


def run_subjects(runs: Iterable[Run], window: Window) -> list[Subject]:
    """The accounts of runs on a window; a run's return is 0 on a day that it does not have."""
    return [
        Subject(
            name=run.name,
            capital=float(run.daily.equity[np.searchsorted(run.daily.days, window.start, "right")]),
            returns=_on(window.days, run.daily.days, run.daily.returns),
            pnl=_on(window.days, run.daily.days, run.daily.pnl),
            trades=closed_trades(run.trades, window),
            fees=_fees(run.trades, window),
            execution=run.execution.get(ACCOUNT),
        )
        for run in runs
    ]


def strategy_subjects(run: Run, window: Window) -> list[Subject]:
    """The strategies of a run on a window."""
    found = []
    for each in run.daily.strategies:
        own = [(day, trade) for day, trade in run.trades if trade.strategy == each.name]
        found.append(
            Subject(
                name=each.name,
                capital=each.capital,
                returns=_on(window.days, run.daily.days, each.returns),
                pnl=_on(window.days, run.daily.days, each.pnl),
                trades=closed_trades(own, window),
                fees=_fees(own, window),
                execution=run.execution.get(each.name),
            )
        )
    return found


def closed_trades(trades: Iterable[tuple[int, TradeRecord]], window: Window) -> ClosedTrades:
    """Trades by the day of the window on which they closed, or the next one that it has."""
    found = ClosedTrades.none(window.days.size)
    for day, trade in trades:
        if not window.start < day <= window.days[-1]:
            continue
        at = int(np.searchsorted(window.days, day))
        found.closed[at] += 1.0
        if trade.pnl >= BREAKEVEN:
            found.wins[at] += 1.0
            found.won[at] += trade.pnl
        elif trade.pnl <= -BREAKEVEN:
            found.losses[at] += 1.0
            found.lost[at] += trade.pnl
    return found


def observations(subjects: Sequence[Subject], window: Window, run: Run) -> Observations:
    """What is resampled: the subjects' days, with the benchmark and the year of one run."""
    return Observations(
        names=tuple(each.name for each in subjects),
        returns=np.stack([each.returns for each in subjects]),
        trades=tuple(each.trades for each in subjects),
        benchmark=_on(window.days, run.daily.days, run.daily.benchmark, np.nan),
        calendar_days=int(window.days[-1]) - window.start,
        days_a_year=run.days_a_year,
        risk_free=run.risk_free,
    )


def _on(days: Days, own: Days, values: Floats, otherwise: float = 0.0) -> Floats:
    """Values of a run's own days on those of a window."""
    found = np.full(days.size, otherwise)
    inside = np.isin(own, days)
    found[np.searchsorted(days, own[inside])] = values[inside]
    return found


def _fees(trades: Iterable[tuple[int, TradeRecord]], window: Window) -> float:
    last = int(window.days[-1])
    return sum(trade.commission for day, trade in trades if window.start < day <= last)


def _span(run: Run) -> str:
    first, last = (date.fromordinal(int(run.daily.days[at])) for at in (0, -1))
    return f"{first} to {last}"
