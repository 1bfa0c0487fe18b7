"""LEAN's own portfolio statistics and rolling windows, from what LEAN takes them of.

It does as LEAN does, oddities included: samples of every calendar day annualized as trading days,
the first two returns dropped, deposits taken for gains, 0 where nothing is defined, and nothing at
all where one figure cannot be a decimal. So anyone can tick it against LEAN's report; the figures
to go by are those of `models.statistics.portfolio`. Pure functions of columns: the tracker keeps
the columns (`EquityChart` picks one pair of them) and calls `lean_statistics` when it is asked.
Sources: Common/Statistics/PortfolioStatistics.cs, Statistics.cs and StatisticsBuilder.cs, and
Engine/Results/BaseResultsHandler.cs of LEAN 24863901d.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np

from models.equity.samples import Samples
from models.statistics.lean_samples import NO_CLOSINGS, Closings, Points
from models.statistics.portfolio import EPOCH, NORMAL, YEAR, Floats, months_before, quotient, shape

DAY = 86_400.0

# LEAN's names, in its order.
FIELDS = (
    "averageWinRate", "averageLossRate", "profitLossRatio", "winRate", "lossRate", "expectancy",
    "startEquity", "endEquity", "compoundingAnnualReturn", "drawdown", "totalNetProfit",
    "sharpeRatio", "probabilisticSharpeRatio", "sortinoRatio", "alpha", "beta",
    "annualStandardDeviation", "annualVariance", "informationRatio", "trackingError",
    "treynorRatio", "portfolioTurnover", "valueAtRisk99", "valueAtRisk95", "drawdownRecovery",
)  # fmt: skip

# Months of LEAN's rolling windows.
WINDOWS = (1, 3, 6, 12)

# The largest decimal, and half of the smallest.
LARGEST, LEAST = 7.9228162514264337593543950335e28, 5e-29


@dataclass(frozen=True, slots=True)
class LeanStatistics:
    """LEAN's figures by the names of its result file; ratios as fractions, drawdown positive.

    Attributes:
        total: `totalPerformance.portfolioStatistics`.
        windows: The same of each `rollingWindow`, by LEAN's keys, e.g. "M3_20131231".
    """

    total: dict[str, float]
    windows: dict[str, dict[str, float]]


def lean_statistics(
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
        samples: Daily.
        closings: Of all the run.
        points: LEAN's chart of equity; without it the samples stand in, so that drawdown within a
            day is not seen and the risk-free rate is averaged over days.
        capital: Equity at the start, or where there is a warm-up at its end; account currency.
        days_a_year: `settings.trading_days_per_year`.
        sampled_at_start: Whether the first sample is the start's, as in backtests: LEAN takes no
            turnover of it.

    Returns:
        All zeros and no windows where LEAN throws all of them away: without a sample, where closed
        losses used up the capital to the cent, or where one figure of one window is not finite.
    """
    try:
        run = _Run(samples, closings, points, capital, days_a_year, sampled_at_start)
        spans = {"": (run.first, run.last)} | run.spans()
        figures = {key: run.figures(*span) for key, span in spans.items()}
    except ArithmeticError:
        return LeanStatistics(dict.fromkeys(FIELDS, 0.0), {})
    return LeanStatistics(figures.pop(""), figures)


class _Run:
    """The columns of a run as LEAN has them, rounded as its charts are."""

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
        self.returns = _charted(np.round(quotient(equity - before, before) * 100.0, 10)) / 100.0
        values = _charted(benchmark)
        self.benchmark = np.concatenate(([0.0], quotient(np.diff(values), values[:-1])))
        kept = equity != 0.0
        kept[0] &= not sampled_at_start
        sold = np.diff(volume[kept], prepend=0.0)
        self.turnover_time, self.turnover = time[kept], _charted(sold / equity[kept])
        self.chart = _charted(np.round(np.asarray(chart.equity, float), 4))
        days = np.searchsorted(time // DAY, self.chart_time // DAY, "right") - 1
        self.risk_free = risk_free[np.maximum(days, 0)]
        self.closed, self.profit, self.won = (np.asarray(x, float) for x in closings)
        self.first, self.last = (int(self.chart_time[i] // DAY) for i in (0, -1))

    def spans(self) -> dict[str, tuple[int, int]]:
        """LEAN's rolling windows: the first and the last day of each, in days since 1970."""
        ends = [self.last]
        while (ended := ends[-1] - date.fromordinal(ends[-1] + EPOCH).day) >= self.first:
            ends.append(ended)
        ends.reverse()
        found = {}
        for months in WINDOWS:
            for number, end in enumerate(ends):
                start = months_before(ends[number - 1] + 1, months - 1) if number else self.first
                key = f"M{months}_{date.fromordinal(end + EPOCH):%Y%m%d}"
                found[key] = max(start, self.first), end
        return found

    def figures(self, first: int, last: int) -> dict[str, float]:
        """LEAN's statistics of the UTC dates from first to last."""
        edges = first * DAY, (last + 1) * DAY
        low, high = self.chart_time.searchsorted(edges)
        found = dict.fromkeys(FIELDS, 0.0)
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
            span = (float(self.chart_time[high - 1]) - float(self.chart_time[low])) / DAY
            found |= self._fills(slice(*self.closed.searchsorted(edges)), capital)
            found["totalNetProfit"] = end / capital - 1.0
            found["compoundingAnnualReturn"] = _growth(end / capital, span / YEAR)
            rate = float(self.risk_free[low:high].sum()) / int(high - low)
            returned = slice(int(start) + 2, int(stop))
            found |= _risk(self.returns[returned], self.benchmark[returned], rate, self.days_a_year)
            found |= _drawdown(self.chart_time[low:high], self.chart[low:high])
        return {name: _rounded(value, 4) for name, value in found.items()}

    def _fills(self, part: slice, capital: float) -> dict[str, float]:
        """What closing fills made of the capital as it ran."""
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


def _charted(values: Floats) -> Floats:
    """Values as LEAN's charts keep them: 4 decimals above 1,000, else 7 significant digits."""
    size = np.abs(values)
    scale = 10.0 ** (6.0 - np.floor(np.log10(size, out=np.zeros_like(size), where=size > LEAST)))
    return np.where(values > 1000.0, np.round(values, 4), np.rint(values * scale) / scale)


def _rounded(value: float, digits: int) -> float:
    """Round as decimals do: half to even, by the digits the number has and not its double."""
    scaled = value * 10.0**digits
    if abs(abs(scaled - math.floor(scaled)) - 0.5) > 1e-6:
        return round(scaled) / 10.0**digits
    unit = Decimal(1).scaleb(-digits)
    return float(Decimal(f"{value:.15g}").quantize(unit, ROUND_HALF_EVEN))


def _decimal(value: float) -> float:
    """The number as a decimal would hold it: cut at the largest, dust left out.

    Raises:
        OverflowError: It is not finite.
    """
    if not math.isfinite(value):
        raise OverflowError(f"{value} is no decimal")
    return max(-LARGEST, min(LARGEST, value)) if abs(value) >= LEAST else 0.0


def _safely(value: float) -> float:
    """A quotient of decimals; LEAN has 0 where it is too large for one."""
    return value if abs(value) < LARGEST else 0.0


def _growth(factor: float, years: float) -> float:
    """Growth a year by which years make a factor; 0 where LEAN has none."""
    try:
        return _decimal(math.pow(factor, 1.0 / years) - 1.0)
    except (ArithmeticError, ValueError):
        return 0.0


def _risk(returns: Floats, benchmark: Floats, rate: float, days: int) -> dict[str, float]:
    """What LEAN takes of daily returns, those of the benchmark, and the mean risk-free rate."""
    n = returns.size
    mean, other = float(returns.sum()) / n, float(benchmark.sum()) / n
    off, apart = returns - mean, benchmark - other
    variance, spread = float(off @ off) / (n - 1), float(apart @ apart) / (n - 1)
    deviation = math.sqrt(_decimal(variance * days))
    negative = returns[returns < 0.0]
    below = negative - negative.sum() / max(negative.size, 1)
    downside = math.sqrt(_decimal(float(below @ below) / max(negative.size - 1, 1) * days))
    between = off - apart
    tracking = _decimal(math.sqrt(float(between @ between) / (n - 1) * days))
    annual, reference = (_decimal(math.pow(x + 1.0, days) - 1.0) for x in (mean, other))
    beta = _decimal(float(off @ apart) / (n - 1) / spread) if spread else 0.0
    premium = beta * (reference - rate)
    alpha = annual - (rate + premium) if beta else 0.0
    if max(abs(premium), abs(alpha)) > LARGEST:
        raise OverflowError("alpha is no decimal")
    return {
        "annualVariance": _decimal(variance * days),
        "annualStandardDeviation": deviation,
        "sharpeRatio": _decimal((annual - rate) / deviation) if deviation else 0.0,
        "sortinoRatio": _decimal((annual - rate) / downside) if downside else 0.0,
        "beta": beta,
        "alpha": alpha,
        "trackingError": tracking,
        "informationRatio": _safely((annual - reference) / tracking) if tracking else 0.0,
        "treynorRatio": _safely((annual - rate) / beta) if beta else 0.0,
        "probabilisticSharpeRatio": _psr(off, mean - rate / days, 1.0 / math.sqrt(days)),
        **_var(returns[-days:]),
    }


def _psr(off: Floats, mean: float, wanted: float) -> float:
    """LEAN's probabilistic Sharpe ratio, from the deviations and the mean excess of a day."""
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
    """LEAN's value at risk of a day: normal, of the returns of the last year."""
    mean, deviation = float(returns.mean()), float(returns.std(ddof=1))
    parts = {"valueAtRisk99": 0.01, "valueAtRisk95": 0.05}
    return {
        name: _rounded(mean + deviation * NORMAL.inv_cdf(part), 3) for name, part in parts.items()
    }


def _drawdown(time: Floats, equity: Floats) -> dict[str, float]:
    """LEAN's deepest fall, and the days of the longest spell that ended."""
    peaks = np.maximum.accumulate(equity)
    if equity.size < 2 or not peaks.all():
        return {}
    at_peak = np.flatnonzero(equity == peaks)
    ended = (np.diff(at_peak) > 1) & (peaks[at_peak[:-1]] > 0.0)
    spells = np.diff(time[at_peak])[ended]
    deepest = min(float((equity / peaks).min()) - 1.0, 0.0)
    days = float(spells.max()) // DAY if spells.size else 0.0
    return {"drawdown": _rounded(-deepest, 3), "drawdownRecovery": days}
