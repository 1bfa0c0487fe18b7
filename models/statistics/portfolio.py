"""Statistics of the account or of a strategy, from the NAV of a unit on the closes of trading days.

The NAV of a unit does not see deposits and withdrawals, so no figure does. What is undefined is
None: no figure is 0, infinite or capped for want of data. Each figure carries the number of returns
it was taken of, the days a year it was annualized with and the key of its formula in `OWN`, which
is the whole list: a new metric is one more entry there. Invariants: no figure needs a trade or a
full day; only those of the benchmark need a benchmark; a NAV in another unit has the same
statistics. Pure functions; `models.statistics.lean_portfolio` has LEAN's own figures, which are
taken of LEAN's samples.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.equity.samples import Floats
from models.statistics.closes import Closes
from models.statistics.returns import DailyReturns, growth, over, shape, spread, yearly

NORMAL = NormalDist()


class Figure(NamedTuple):
    """One statistic and what it was taken of.

    Attributes:
        value: The figure; None where undefined.
        n: Returns it was taken of: of days, weeks or months, or of days on which the benchmark has
            a return too.
        days_a_year: Trading days a year that it was annualized with.
        definition: Key of its formula: "own." and its name in `OWN`.
    """

    value: float | None
    n: int
    days_a_year: int
    definition: str


def _excess(s: DailyReturns) -> float | None:
    """The growth a year less the risk-free rate."""
    cagr = s.cagr()
    return None if cagr is None else cagr - s.rate


def _best(values: Floats) -> float:
    """The best return."""
    return float(values.max())


def _worst(values: Floats) -> float:
    """The worst return."""
    return float(values.min())


def _positive(values: Floats) -> float:
    """The share of values above 0."""
    return float((values > 0.0).mean())


def _gains_to_losses(values: Floats) -> tuple[float, float]:
    """The sum of the gains, and the sum of the losses as a positive number."""
    return float(np.maximum(values, 0.0).sum()), -float(np.minimum(values, 0.0).sum())


def _gain_to_pain(s: DailyReturns) -> float | None:
    """The sum of the returns over the sum of the losses (J. Schwager)."""
    gains, losses = _gains_to_losses(s.r)
    return over(gains - losses, losses)


def _tail_ratio(s: DailyReturns) -> float | None:
    """The 95th percentile of the returns over the 5th, both as positive numbers."""
    low, high = np.percentile(s.r, (5.0, 95.0))
    return over(abs(float(high)), abs(float(low)))


def _moment(s: DailyReturns, which: int) -> float | None:
    """The skewness (0) or the excess kurtosis (1) of the returns."""
    found = shape(s.r - s.r.mean()) if spread(s.r) else None
    return found[which] if found else None


def _cvar(s: DailyReturns, part: float) -> float:
    """The mean of the worst part of the returns."""
    worst = int((s.r.size - 1) * part) + 1
    return float(np.partition(s.r, worst - 1)[:worst].mean())


def _normal(s: DailyReturns, deviations: float) -> float | None:
    """The mean return less so many standard deviations."""
    deviation = spread(s.r)
    return None if deviation is None else float(s.r.mean()) - deviation * deviations


def _stability(s: DailyReturns) -> float | None:
    """How straight log(NAV) rises over the closes: R^2 of a line through it."""
    if float(s.nav.min()) <= 0.0:
        return None
    logs = np.log(s.nav[1:] / s.nav[1])
    return float(np.corrcoef(np.arange(logs.size), logs)[0, 1]) ** 2 if spread(logs) else None


def _correlation(s: DailyReturns) -> float | None:
    """The correlation of the returns with the benchmark's."""
    moved = spread(s.beside) and spread(s.b)
    return float(np.corrcoef(s.beside, s.b)[0, 1]) if moved else None


def _alpha(s: DailyReturns) -> float | None:
    """Jensen's alpha a year (M. Jensen, 1968)."""
    beta = s.beta()
    if beta is None:
        return None
    ours, theirs = (float(x.mean()) - s.daily_rate for x in (s.beside, s.b))
    return (ours - beta * theirs) * s.year


def _information_ratio(s: DailyReturns) -> float | None:
    """The mean over the deviation of the active returns, a year's."""
    deviation = spread(s.active())
    return yearly(s, float(s.active().mean()) / deviation) if deviation else None


def _capture(s: DailyReturns, chosen: npt.NDArray[np.bool_]) -> float | None:
    """The growth a year over the benchmark's, on chosen days only."""
    n = int(chosen.sum())
    if not n:
        return None
    grown = (float((1.0 + x[chosen]).prod()) for x in (s.beside, s.b))
    ours, theirs = (growth(factor, s.year / n) for factor in grown)
    return over(ours, theirs)


class Metric(NamedTuple):
    """One statistic: what it is of, its formula and its function.

    In the formulas r are the returns of days; b those of the benchmark, on days that have both; x
    is r less the risk-free rate of a day, (1 + rate)^(1/N) - 1; N are the days a year; D are the
    depths of the closes below the peak; n is the number of r; std is a sample's standard deviation;
    z are normal quantiles. A loss is negative, a drawdown positive; all are fractions, not percent.

    Attributes:
        of: Which returns its n counts: the attribute of `DailyReturns` of that name.
        formula: The formula in words.
        value: The function; None where the figure is undefined.
    """

    of: str
    formula: str
    value: Callable[[DailyReturns], float | None]


# For the worst 5 % and 1 % of a normal distribution: how many deviations below the mean they begin,
# and how many deviations below it they are on average.
_TAIL_STARTS = {part: -NORMAL.inv_cdf(part) for part in (0.05, 0.01)}
_TAIL_MEANS = {part: NORMAL.pdf(z) / part for part, z in _TAIL_STARTS.items()}

OWN: dict[str, Metric] = {
    "total_return": Metric("r", "last NAV / first - 1", DailyReturns.total),
    "cagr": Metric("r", "(last NAV / first)^(365 / calendar days) - 1", DailyReturns.cagr),
    "volatility": Metric("r", "std(r) sqrt(N)", lambda s: yearly(s, spread(s.r))),
    "downside_deviation": Metric(
        "r", "sqrt(sum(min(x, 0)^2) / n) sqrt(N)", lambda s: yearly(s, s.downside())
    ),
    "sharpe": Metric(
        "r",
        "mean(x) / std(x) sqrt(N), arithmetic",
        lambda s: yearly(s, over(float(s.x.mean()), spread(s.x))),
    ),
    "sortino": Metric(
        "r",
        "mean(x) N / downside_deviation, all days in n",
        lambda s: yearly(s, over(float(s.x.mean()), s.downside())),
    ),
    "max_drawdown": Metric("r", "max(D)", DailyReturns.max_drawdown),
    "calmar": Metric(
        "r", "cagr / max_drawdown, since start", lambda s: over(s.cagr(), s.max_drawdown())
    ),
    "omega": Metric(
        "r", "sum(max(x, 0)) / sum(max(-x, 0))", lambda s: over(*_gains_to_losses(s.x))
    ),
    "ulcer_index": Metric("r", "sqrt(sum(D^2) / (n - 1))", DailyReturns.ulcer),
    "martin_ratio": Metric(
        "r", "(cagr - rate) / ulcer_index", lambda s: over(_excess(s), s.ulcer())
    ),
    "recovery_factor": Metric(
        "r", "total_return / max_drawdown", lambda s: over(s.total(), s.max_drawdown())
    ),
    "tail_ratio": Metric("r", "|95th percentile of r / 5th|", _tail_ratio),
    "skew": Metric("r", "of r, corrected for n (G1)", lambda s: _moment(s, 0)),
    "kurtosis": Metric("r", "of r, excess, corrected for n (G2)", lambda s: _moment(s, 1)),
    "var_95": Metric(
        "r", "5th percentile of r, interpolated", lambda s: float(np.percentile(s.r, 5.0))
    ),
    "var_99": Metric(
        "r", "1st percentile of r, interpolated", lambda s: float(np.percentile(s.r, 1.0))
    ),
    "cvar_95": Metric("r", "mean of the r not above var_95", lambda s: _cvar(s, 0.05)),
    "cvar_99": Metric("r", "mean of the r not above var_99", lambda s: _cvar(s, 0.01)),
    "normal_var_95": Metric(
        "r", "mean(r) + z(0.05) std(r)", lambda s: _normal(s, _TAIL_STARTS[0.05])
    ),
    "normal_var_99": Metric(
        "r", "mean(r) + z(0.01) std(r)", lambda s: _normal(s, _TAIL_STARTS[0.01])
    ),
    "normal_cvar_95": Metric(
        "r", "mean(r) - pdf(z(0.05)) / 0.05 std(r)", lambda s: _normal(s, _TAIL_MEANS[0.05])
    ),
    "normal_cvar_99": Metric(
        "r", "mean(r) - pdf(z(0.01)) / 0.01 std(r)", lambda s: _normal(s, _TAIL_MEANS[0.01])
    ),
    "best_day": Metric("r", "max(r)", lambda s: _best(s.r)),
    "worst_day": Metric("r", "min(r)", lambda s: _worst(s.r)),
    "positive_days": Metric("r", "share of r above 0", lambda s: _positive(s.r)),
    "best_week": Metric("weeks", "best from Monday to Sunday", lambda s: _best(s.weeks)),
    "worst_week": Metric("weeks", "worst from Monday to Sunday", lambda s: _worst(s.weeks)),
    "positive_weeks": Metric("weeks", "share of weeks above 0", lambda s: _positive(s.weeks)),
    "best_month": Metric("months", "best calendar month", lambda s: _best(s.months)),
    "worst_month": Metric("months", "worst calendar month", lambda s: _worst(s.months)),
    "positive_months": Metric("months", "share of months above 0", lambda s: _positive(s.months)),
    "gain_to_pain": Metric("r", "sum(r) / sum(max(-r, 0))", _gain_to_pain),
    "time_under_water": Metric("r", "share of D above 0", lambda s: _positive(s.depths)),
    "stability": Metric("r", "R^2 of log(NAV) on the number of the day", _stability),
    "alpha": Metric("b", "(mean(x) - beta (mean(b) less that of the rate)) N", _alpha),
    "beta": Metric("b", "cov(r, b) / var(b)", DailyReturns.beta),
    "correlation": Metric("b", "of r and b", _correlation),
    "up_capture": Metric(
        "b", "growth a year of r / that of b, where b > 0", lambda s: _capture(s, s.b > 0.0)
    ),
    "down_capture": Metric(
        "b", "growth a year of r / that of b, where b < 0", lambda s: _capture(s, s.b < 0.0)
    ),
    "tracking_error": Metric("b", "std(r - b) sqrt(N)", lambda s: yearly(s, spread(s.active()))),
    "information_ratio": Metric("b", "mean(r - b) / std(r - b) sqrt(N)", _information_ratio),
    "treynor_ratio": Metric("b", "(cagr - rate) / beta", lambda s: over(_excess(s), s.beta())),
}


def own_statistics(
    closes: Closes, *, days_a_year: int, risk_free: float = 0.0
) -> dict[str, Figure]:
    """Every figure of `OWN`, for the account or a strategy.

    Args:
        closes: The start and the closes after it. Without a close, or where the NAV at the start is
            not above 0, every figure is None and of 0 returns.
        days_a_year: LEAN's `settings.trading_days_per_year`.
        risk_free: Mean annual risk-free rate of the time, such as 0.02.
    """
    begun = len(closes.nav) > 1 and closes.nav[0] > 0.0
    series = DailyReturns(closes, days_a_year, risk_free) if begun else None
    figures = {}
    for name, metric in OWN.items():
        value = None if series is None else metric.value(series)
        n = 0 if series is None else getattr(series, metric.of).size
        figures[name] = Figure(value, n, days_a_year, f"own.{name}")
    return figures
