"""LEAN's own portfolio statistics and rolling windows, computed as LEAN computes them.

LEAN's oddities are kept: samples of every calendar day are annualized as trading days, the first
two returns are dropped, deposits count as gains, a figure is 0 where it is undefined, and all
figures are 0 where one of them cannot be a decimal number. So the figures can be ticked against
LEAN's report; the figures to go by are those of `models.statistics.portfolio`. Everything here is a
pure function of columns that the tracker keeps. Sources: Common/Statistics/PortfolioStatistics.cs,
Statistics.cs and StatisticsBuilder.cs, and Engine/Results/BaseResultsHandler.cs of LEAN 24863901d.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from models.equity.samples import Floats, Samples
from models.statistics.closes import DAYS_OF_GROWTH, EPOCH, months_before
from models.statistics.lean_decimals import (
    LARGEST_DECIMAL,
    as_decimal,
    charted,
    quotient_or_zero,
    rounded_decimal,
)
from models.statistics.lean_samples import NO_CLOSINGS, Closings, Points
from models.statistics.portfolio import NORMAL
from models.statistics.returns import quotient, shape

SECONDS_A_DAY = 86_400.0

# LEAN's names, in its order.
PORTFOLIO_FIELDS = (
    "averageWinRate", "averageLossRate", "profitLossRatio", "winRate", "lossRate", "expectancy",
    "startEquity", "endEquity", "compoundingAnnualReturn", "drawdown", "totalNetProfit",
    "sharpeRatio", "probabilisticSharpeRatio", "sortinoRatio", "alpha", "beta",
    "annualStandardDeviation", "annualVariance", "informationRatio", "trackingError",
    "treynorRatio", "portfolioTurnover", "valueAtRisk99", "valueAtRisk95", "drawdownRecovery",
)  # fmt: skip

# Months of LEAN's rolling windows.
WINDOW_MONTHS = (1, 3, 6, 12)


@dataclass(frozen=True, slots=True)
class LeanStatistics:
    """LEAN's figures by the names of its result file; ratios as fractions, drawdown positive.

    Attributes:
        total: The figures of the whole run: LEAN's `totalPerformance.portfolioStatistics`.
        windows: The figures of each `rollingWindow` by LEAN's keys, such as "M3_20131231".
    """

    total: dict[str, float]
    windows: dict[str, dict[str, float]]


def lean_portfolio_statistics(
    samples: Samples,
    closings: Closings = NO_CLOSINGS,
    points: Points | None = None,
    *,
    capital: float,
    days_a_year: int,
    sampled_at_start: bool = True,
) -> LeanStatistics:
    """Every figure of LEAN's portfolio statistics, rounded as LEAN prints it (to 4 decimals).

    Args:
        samples: LEAN's daily samples.
        closings: The closing fills of the whole run.
        points: LEAN's chart of equity. Without it the samples are taken in its place, so that
            drawdowns within a day are not seen and the risk-free rate is averaged over days.
        capital: Equity at the start, or at the end of a warm-up; account currency.
        days_a_year: LEAN's `settings.trading_days_per_year`.
        sampled_at_start: Whether the first sample is taken at the start, as in backtests; LEAN
            takes no turnover of that sample.

    Returns:
        Zeros and no windows where LEAN throws all figures away: without a sample, where closed
        losses used up the capital to the cent, or where one figure of one window is not finite.
    """
    try:
        run = _Run(samples, closings, points, capital, days_a_year, sampled_at_start)
        spans = {"": (run.first, run.last)} | run.spans()
        figures = {key: run.figures(*span) for key, span in spans.items()}
    except ArithmeticError:
        return LeanStatistics(dict.fromkeys(PORTFOLIO_FIELDS, 0.0), {})
    return LeanStatistics(figures.pop(""), figures)


class _Run:
    """The columns of a run as LEAN has them, rounded as LEAN rounds the points of its charts."""

    def __init__(
        self,
        samples: Samples,
        closings: Closings,
        points: Points | None,
        capital: float,
        days_a_year: int,
        sampled_at_start: bool,
    ) -> None:
        self.capital, self.days_a_year = capital, days_a_year
        time, equity, benchmark, risk_free, volume = (np.asarray(x, float) for x in samples)
        chart = Points(time, equity) if points is None else points
        self.chart_time = np.asarray(chart.time, float)
        if not (time.size and self.chart_time.size):
            raise ArithmeticError("LEAN has no statistics without a sample")
        self.time = time
        before = np.concatenate(([capital], equity[:-1]))
        self.returns = charted(np.round(quotient(equity - before, before) * 100.0, 10)) / 100.0
        values = charted(benchmark)
        self.benchmark = np.concatenate(([0.0], quotient(np.diff(values), values[:-1])))
        kept = equity != 0.0
        kept[0] &= not sampled_at_start
        sold = np.diff(volume[kept], prepend=0.0)
        self.turnover_time, self.turnover = time[kept], charted(sold / equity[kept])
        self.chart = charted(np.round(np.asarray(chart.equity, float), 4))
        days = np.searchsorted(time // SECONDS_A_DAY, self.chart_time // SECONDS_A_DAY, "right") - 1
        self.risk_free = risk_free[np.maximum(days, 0)]
        self.closed, self.profit, self.won = (np.asarray(x, float) for x in closings)
        self.first, self.last = (int(self.chart_time[i] // SECONDS_A_DAY) for i in (0, -1))

    def spans(self) -> dict[str, tuple[int, int]]:
        """LEAN's rolling windows by key: their first and last day, in days since 1970."""
        ends = [self.last]
        while (ended := ends[-1] - date.fromordinal(ends[-1] + EPOCH).day) >= self.first:
            ends.append(ended)
        ends.reverse()
        found = {}
        for months in WINDOW_MONTHS:
            for number, end in enumerate(ends):
                start = months_before(ends[number - 1] + 1, months - 1) if number else self.first
                key = f"M{months}_{date.fromordinal(end + EPOCH):%Y%m%d}"
                found[key] = max(start, self.first), end
        return found

    def figures(self, first: int, last: int) -> dict[str, float]:
        """LEAN's statistics of the UTC dates from first to last, in days since 1970."""
        edges = first * SECONDS_A_DAY, (last + 1) * SECONDS_A_DAY
        low, high = self.chart_time.searchsorted(edges)
        found = dict.fromkeys(PORTFOLIO_FIELDS, 0.0)
        if low == high:
            return found  # LEAN's empty statistics
        whole = high - low == self.chart.size
        capital = self.capital if whole else float(self.chart[low])
        end = float(self.chart[high - 1])
        turnover = self.turnover[slice(*self.turnover_time.searchsorted(edges))]
        mean_turnover = float(turnover.sum()) / turnover.size if turnover.size else 0.0
        found |= {"startEquity": capital, "endEquity": end, "portfolioTurnover": mean_turnover}
        start, stop = self.time.searchsorted(edges)
        if capital and stop - start >= 4:
            span = (float(self.chart_time[high - 1]) - float(self.chart_time[low])) / SECONDS_A_DAY
            found |= self._fills(slice(*self.closed.searchsorted(edges)), capital)
            found["totalNetProfit"] = end / capital - 1.0
            found["compoundingAnnualReturn"] = _lean_growth(end / capital, span / DAYS_OF_GROWTH)
            rate = float(self.risk_free[low:high].sum()) / int(high - low)
            returned = slice(int(start) + 2, int(stop))
            found |= _risk_figures(
                self.returns[returned], self.benchmark[returned], rate, self.days_a_year
            )
            found |= _lean_drawdown(self.chart_time[low:high], self.chart[low:high])
        return {name: rounded_decimal(value, 4) for name, value in found.items()}

    def _fills(self, part: slice, capital: float) -> dict[str, float]:
        """The figures of the closing fills of a part of the run, against the capital then."""
        profit = self.profit[part]
        count = profit.size
        if not count:
            return {}
        running = capital + np.concatenate(([0.0], profit[:-1].cumsum()))
        if not running.all():
            raise ZeroDivisionError("LEAN divides by the capital that is left")
        rates = profit / running
        gains, losses = rates[profit > 0.0], rates[profit <= 0.0]
        won = float(gains.sum()) / gains.size if gains.size else 0.0
        lost = float(losses.sum()) / losses.size if losses.size else 0.0
        wins = float(self.won[part].sum()) / count
        payoff = won / abs(lost) if lost else 0.0
        return {
            "averageWinRate": won,
            "averageLossRate": lost,
            "profitLossRatio": payoff,
            "winRate": wins,
            "lossRate": 1.0 - wins,
            "expectancy": wins * payoff - (1.0 - wins),
        }


def _lean_growth(factor: float, years: float) -> float:
    """The growth a year that makes the factor in so many years; 0 where LEAN has no growth."""
    try:
        return as_decimal(math.pow(factor, 1.0 / years) - 1.0)
    except (ArithmeticError, ValueError):
        return 0.0


def _risk_figures(returns: Floats, benchmark: Floats, rate: float, days: int) -> dict[str, float]:
    """The figures that LEAN takes of daily returns.

    Args:
        returns: Returns of the samples.
        benchmark: Returns of the benchmark on the same days.
        rate: Mean annual risk-free rate.
        days: Trading days a year.
    """
    n = returns.size
    mean, other = float(returns.sum()) / n, float(benchmark.sum()) / n
    off, apart = returns - mean, benchmark - other
    variance, spread = float(off @ off) / (n - 1), float(apart @ apart) / (n - 1)
    deviation = math.sqrt(as_decimal(variance * days))
    negative = returns[returns < 0.0]
    below = negative - negative.sum() / max(negative.size, 1)
    downside = math.sqrt(as_decimal(float(below @ below) / max(negative.size - 1, 1) * days))
    between = off - apart
    tracking = as_decimal(math.sqrt(float(between @ between) / (n - 1) * days))
    annual, reference = (as_decimal(math.pow(x + 1.0, days) - 1.0) for x in (mean, other))
    beta = as_decimal(float(off @ apart) / (n - 1) / spread) if spread else 0.0
    premium = beta * (reference - rate)
    alpha = annual - (rate + premium) if beta else 0.0
    if max(abs(premium), abs(alpha)) > LARGEST_DECIMAL:
        raise OverflowError("alpha is no decimal")
    return {
        "annualVariance": as_decimal(variance * days),
        "annualStandardDeviation": deviation,
        "sharpeRatio": as_decimal((annual - rate) / deviation) if deviation else 0.0,
        "sortinoRatio": as_decimal((annual - rate) / downside) if downside else 0.0,
        "beta": beta,
        "alpha": alpha,
        "trackingError": tracking,
        "informationRatio": quotient_or_zero((annual - reference) / tracking) if tracking else 0.0,
        "treynorRatio": quotient_or_zero((annual - rate) / beta) if beta else 0.0,
        "probabilisticSharpeRatio": _psr(off, mean - rate / days, 1.0 / math.sqrt(days)),
        **_var(returns[-days:]),
    }


def _psr(off: Floats, mean: float, wanted: float) -> float:
    """LEAN's probabilistic Sharpe ratio (D. Bailey and M. Lopez de Prado, 2012).

    Args:
        off: Deviations of the returns from their mean.
        mean: Mean excess return of a day.
        wanted: The Sharpe ratio of a day that is to be exceeded.
    """
    n = off.size
    found = shape(off)
    if found is None:
        return 0.0
    skew, kurtosis = found
    ratio = mean / math.sqrt(float(off @ off) / (n - 1))
    error = (1.0 - skew * ratio + (kurtosis - 1.0) / 4.0 * ratio**2) / (n - 1)
    if error < 0.0:
        return 0.0
    return NORMAL.cdf((ratio - wanted) / math.sqrt(error)) if error else 0.5


def _var(returns: Floats) -> dict[str, float]:
    """LEAN's value at risk of a day, for normally distributed returns of the last year."""
    mean, deviation = float(returns.mean()), float(returns.std(ddof=1))
    parts = {"valueAtRisk99": 0.01, "valueAtRisk95": 0.05}
    return {
        name: rounded_decimal(mean + deviation * NORMAL.inv_cdf(part), 3)
        for name, part in parts.items()
    }


def _lean_drawdown(time: Floats, equity: Floats) -> dict[str, float]:
    """LEAN's deepest drawdown, and the days of the longest drawdown period that recovered."""
    peaks = np.maximum.accumulate(equity)
    if equity.size < 2 or not peaks.all():
        return {}
    at_peak = np.flatnonzero(equity == peaks)
    ended = (np.diff(at_peak) > 1) & (peaks[at_peak[:-1]] > 0.0)
    recovered = np.diff(time[at_peak])[ended]
    deepest = min(float((equity / peaks).min()) - 1.0, 0.0)
    days = float(recovered.max()) // SECONDS_A_DAY if recovered.size else 0.0
    return {"drawdown": rounded_decimal(-deepest, 3), "drawdownRecovery": days}
