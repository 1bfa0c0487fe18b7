"""The days of one run: returns and P&L of the account and of each strategy, on the same dates."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.performance_tracker import PerformanceTracker
from models.statistics.closes import Closes

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class StrategyDays:
    """The days of a strategy, 0 before its first.

    Attributes:
        name: The strategy.
        capital: What its NAV starts from, account currency.
        returns: Daily returns of its NAV, fractions.
        pnl: What it made a day, account currency.
    """

    name: str
    capital: float
    returns: Floats
    pnl: Floats


@dataclass(frozen=True, slots=True)
class DailySeries:
    """The trading days of a run.

    Attributes:
        start: `date.toordinal()` of the date before the first day.
        days: `date.toordinal()` of the local dates, rising strictly.
        returns: Daily returns of the account's NAV, which no deposit moves; fractions.
        pnl: What the account made a day, account currency.
        equity: What it was worth before each day, account currency.
        benchmark: The benchmark's daily returns; NaN where it has none.
        strategies: Each strategy, on the same days.
    """

    start: int
    days: Days
    returns: Floats
    pnl: Floats
    equity: Floats
    benchmark: Floats
    strategies: tuple[StrategyDays, ...]


def daily_series(tracker: PerformanceTracker) -> DailySeries:
    """The days of a tracker up to its last mark; none where it has no NAV yet."""
    account = tracker.portfolio_statistics().closes
    days = np.asarray(account.day, np.int64)[1:]
    returns = _returns(account)
    equity = _equity_before(tracker, account)
    return DailySeries(
        start=int(account.day[0]) if days.size else 0,
        days=days,
        returns=returns,
        pnl=returns * equity,
        equity=equity,
        benchmark=_benchmark(account),
        strategies=tuple(_strategy(tracker, name, days) for name in tracker.scopes.strategies),
    )


def _strategy(tracker: PerformanceTracker, name: str, days: Days) -> StrategyDays:
    """The days of a strategy on the account's dates. No deposit is a strategy's, so what it made
    is its capital times the change of its NAV.
    """
    own, capital = tracker.portfolio_statistics(name).closes, tracker.scopes.find(name).capital
    returns, pnl = np.zeros((2, days.size))
    if len(own.day) > 1:
        at = np.searchsorted(days, np.asarray(own.day, np.int64)[1:])
        returns[at] = _returns(own)
        pnl[at] = capital * np.diff(np.asarray(own.nav, float))
    return StrategyDays(name, capital, returns, pnl)


def _returns(series: Closes) -> Floats:
    """The returns from close to close; 0 where the NAV before is not above 0."""
    nav = np.asarray(series.nav, float)
    before = nav[:-1]
    return np.divide(np.diff(nav), before, out=np.zeros_like(before), where=before > 0.0)


def _benchmark(series: Closes) -> Floats:
    """The benchmark's returns; NaN on a day that lacks its value or that of the day before."""
    values = np.asarray(series.benchmark or np.zeros(len(series.day)), float)
    found = np.full(max(values.size - 1, 0), np.nan)
    both = (values[:-1] > 0.0) & (values[1:] > 0.0)
    return np.divide(np.diff(values), values[:-1], out=found, where=both)


def _equity_before(tracker: PerformanceTracker, account: Closes) -> Floats:
    """The account's equity at the close before each day: its NAV times the units there were.

    Deposits and withdrawals change the units; the points of the equity curve tell them.
    """
    points = [point for point in tracker.equity_curve() if point.nav]
    if not points or len(account.day) < 2:
        return np.zeros(max(len(account.day) - 1, 0))
    dates = [point.time.astimezone(tracker.zone).toordinal() for point in points]
    units = [point.equity / point.nav for point in points if point.nav]
    places = (max(bisect_right(dates, day) - 1, 0) for day in account.day[:-1])
    equity: Floats = np.array([units[at] for at in places]) * np.asarray(account.nav, float)[:-1]
    return equity
