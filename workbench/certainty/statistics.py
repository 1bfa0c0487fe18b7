"""The statistics that have an interval, as functions of sums over days.

A resample of days is known by its sums, so 5,000 resamples are 5,000 rows of sums and each formula
is evaluated once for all of them. The definitions are those of `models.statistics.portfolio` and
`models.trades.metrics`; NaN is undefined.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.certainty.observations import Scale, Sums

Floats = npt.NDArray[np.float64]

# A variance below this part of the mean square is what rounding left of none.
FLAT = 1e-12


class Statistic(NamedTuple):
    """A statistic of a series.

    Attributes:
        title: Its name for a reader.
        percent: Whether it is a fraction that reads best in percent.
        observations: How many returns or trades it is taken of.
        value: The formula.
    """

    title: str
    percent: bool
    observations: Callable[[Sums, Scale], Floats]
    value: Callable[[Sums, Scale], Floats]


def _over(part: Floats, whole: Floats) -> Floats:
    """A quotient; infinite where only the whole is 0, NaN where both are."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient: Floats = np.divide(part, whole)
    return quotient


def _ratio(part: Floats, spread: Floats) -> Floats:
    """A quotient by a spread; NaN where there is none."""
    return _over(part, np.where(spread > 0.0, spread, np.nan))


def _spread(s: Sums, scale: Scale) -> Floats:
    """The sample standard deviation of the daily returns; 0 where only rounding moves them, NaN
    of a single one.
    """
    if scale.n < 2:
        return np.full_like(s.r, np.nan)
    square = (s.r2 - s.r * s.r / scale.n) / (scale.n - 1)
    spread: Floats = np.sqrt(np.where(square > FLAT * s.r2 / scale.n, square, 0.0))
    return spread


def _excess(s: Sums, scale: Scale) -> Floats:
    """The mean daily return less the risk-free one."""
    return s.r / scale.n - scale.rate


def _yearly(daily: Floats, scale: Scale) -> Floats:
    """A deviation of a day, or a ratio to one, as that of a year."""
    yearly: Floats = daily * np.sqrt(scale.year)
    return yearly


def _sharpe(s: Sums, scale: Scale) -> Floats:
    return _yearly(_ratio(_excess(s, scale), _spread(s, scale)), scale)


def _sortino(s: Sums, scale: Scale) -> Floats:
    below: Floats = np.sqrt(np.maximum(s.below, 0.0) / scale.n)
    return _yearly(_ratio(_excess(s, scale), below), scale)


def _cagr(s: Sums, scale: Scale) -> Floats:
    growth: Floats = np.expm1(s.log / scale.years)
    return growth


def _volatility(s: Sums, scale: Scale) -> Floats:
    return _yearly(_spread(s, scale), scale)


def _beta(s: Sums, scale: Scale) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        covariance = s.product - s.beside * s.b / s.both
        variance = s.b2 - s.b * s.b / s.both
    return _over(covariance, np.where(variance > FLAT * s.b2, variance, np.nan))


def _alpha(s: Sums, scale: Scale) -> Floats:
    ours, theirs = (_over(each, s.both) - scale.rate for each in (s.beside, s.b))
    return (ours - _beta(s, scale) * theirs) * scale.year


def _win_rate(s: Sums, scale: Scale) -> Floats:
    return _over(s.wins, s.decided)


def _expectancy(s: Sums, scale: Scale) -> Floats:
    return _over(s.won + s.lost, s.closed)


def _profit_factor(s: Sums, scale: Scale) -> Floats:
    # -0.0 would make an infinite loss of a series without one
    return _over(s.won, np.abs(s.lost))


def _days(s: Sums, scale: Scale) -> Floats:
    return np.full_like(s.r, scale.n)


STATISTICS: Mapping[str, Statistic] = {
    "sharpe": Statistic("Sharpe ratio", False, _days, _sharpe),
    "sortino": Statistic("Sortino ratio", False, _days, _sortino),
    "cagr": Statistic("CAGR", True, _days, _cagr),
    "volatility": Statistic("Volatility", True, _days, _volatility),
    "win_rate": Statistic("Win rate", True, lambda s, scale: s.decided, _win_rate),
    "expectancy": Statistic("Expectancy", False, lambda s, scale: s.closed, _expectancy),
    "profit_factor": Statistic("Profit factor", False, lambda s, scale: s.decided, _profit_factor),
    "alpha": Statistic("Alpha", True, lambda s, scale: s.both, _alpha),
    "beta": Statistic("Beta", False, lambda s, scale: s.both, _beta),
}
