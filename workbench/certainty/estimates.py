"""Each statistic of each series with its interval, and whether the track record is long enough."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.certainty.bootstrap import RESAMPLES, SEED
from workbench.certainty.intervals import (
    LEAST_OBSERVATIONS,
    LEVEL,
    NO_INTERVAL,
    Interval,
    interval,
)
from workbench.certainty.observations import Observations
from workbench.certainty.resamples import Resamples, resample
from workbench.certainty.statistics import STATISTICS, Statistic

Floats = npt.NDArray[np.float64]

DRAWDOWN = "max_drawdown"  # the one that depends on the order of the days


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and how sure it is.

    Attributes:
        value: The figure of the days as they were; None where undefined.
        low: Lower end of the interval; None where there is none.
        high: Upper end; None where there is none.
        n: Returns or trades it is of.
        enough: Whether there are enough of them for the figure to mean something.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    enough: bool = True


def estimates(drawn: Resamples, series: int, level: float = LEVEL) -> Mapping[str, Estimate]:
    """Every statistic of a series by name, the deepest drawdown after the volatility."""
    found: dict[str, Estimate] = {}
    for name, statistic in STATISTICS.items():
        found[name] = estimate(drawn, series, statistic, level)
        if name == "volatility":
            found[DRAWDOWN] = _drawdown(drawn, series, level)
    return found


def estimate(drawn: Resamples, series: int, statistic: Statistic, level: float = LEVEL) -> Estimate:
    """A statistic of a series."""
    observed, scale = drawn.observed(series), drawn.seen.scale
    value = float(statistic.value(observed, scale))
    n = round(float(statistic.observations(observed, scale)))
    # days are drawn, so trades that all closed on a few of them are as few
    days = np.count_nonzero(statistic.observations(drawn.by_day(series), scale))
    if min(n, days) < LEAST_OBSERVATIONS:
        return Estimate(_finite(value), None, None, n, enough=False)
    draws = values_drawn(drawn, series, statistic)
    found = interval(value, draws, influence(drawn, series, statistic), drawn.block, level)
    return Estimate(_finite(value), found.low, found.high, n)


def values_drawn(drawn: Resamples, series: int, statistic: Statistic) -> Floats:
    """The statistic of each resample."""
    return statistic.value(drawn.drawn(series), drawn.seen.scale)


def influence(drawn: Resamples, series: int, statistic: Statistic) -> Floats:
    """How much less the statistic would be without each day."""
    scale = drawn.seen.scale
    # a year less a day is still the same number of days a year
    fewer = scale._replace(n=scale.n - 1, years=scale.years * (scale.n - 1) / scale.n)
    whole = statistic.value(drawn.observed(series), scale)
    return whole - statistic.value(drawn.left_out(series), fewer)


def _drawdown(drawn: Resamples, series: int, level: float) -> Estimate:
    """The deepest drawdown, and between what it will be in as many days to come."""
    growth = np.log1p(np.maximum(drawn.seen.returns[series], -1.0 + 1e-15)).cumsum()
    value = -math.expm1(float((growth - np.maximum.accumulate(np.maximum(growth, 0.0))).min()))
    found = NO_INTERVAL
    if drawn.seen.days >= LEAST_OBSERVATIONS:
        edges = (0.5 - level / 2.0, 0.5 + level / 2.0)
        found = Interval(*(float(np.quantile(drawn.drawdowns[series], each)) for each in edges))
    days = drawn.seen.days
    return Estimate(abs(value), found.low, found.high, days, days >= LEAST_OBSERVATIONS)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def resample_and_estimate(
    seen: Observations, resamples: int = RESAMPLES, seed: int = SEED, level: float = LEVEL
) -> Mapping[str, Mapping[str, Estimate]]:
    """Every statistic with its interval, by series and name."""
    drawn = resample(seen, resamples, seed)
    return {name: estimates(drawn, at, level) for at, name in enumerate(seen.names)}
