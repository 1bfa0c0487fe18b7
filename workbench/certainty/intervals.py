"""Intervals from resamples, and the chance that a figure is above a value.

The interval is Efron's BCa percentile interval (1987) with its levels moved outward by what blocks
of finite length and few of them leave out, so that it keeps its promise for dependent returns too.
It stays within what the statistic can be, and does not depend on its scale.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from workbench.certainty.block_length import autocovariances, long_run_variance

Floats = npt.NDArray[np.float64]

NORMAL = NormalDist()
LEVEL = 0.95

# Fewer days or trades give no interval.
LEAST_OBSERVATIONS = 20

# A statistic that fewer of the resamples have, as the profit factor without a loss, has none.
LEAST_DEFINED = 0.9

# The skewness correction is small; beyond this a few days make all of it.
MOST_ACCELERATION = 0.1

# More than this the intervals of dependent returns are not stretched.
MOST_STRETCH = 2.0


@dataclass(frozen=True, slots=True)
class Interval:
    """Between what and what a figure is.

    Attributes:
        low: The lower end; None where there is none.
        high: The upper end; None where there is none, as for a profit factor whose resamples may
            have no loss.
    """

    low: float | None
    high: float | None


NO_INTERVAL = Interval(None, None)


def interval(
    value: float, draws: Floats, influence: Floats, block: float, level: float = LEVEL
) -> Interval:
    """The interval of a statistic.

    Args:
        value: The statistic of the days as they were.
        draws: That of each resample; NaN where undefined.
        influence: What each day did to it: how much less it is without the day.
        block: Mean length of the blocks that were drawn, days.
        level: How often the interval holds the truth.
    """
    defined = np.sort(draws[~np.isnan(draws)])
    if not math.isfinite(value) or defined.size < LEAST_DEFINED * draws.size:
        return NO_INTERVAL
    effect = np.where(np.isfinite(influence), influence, 0.0)
    reach = NORMAL.inv_cdf(0.5 + level / 2.0) * stretch(effect, block)
    shift = bias(value, defined)
    skew = acceleration(effect, block)
    ends = (NORMAL.cdf(shift + (shift + z) / (1.0 - skew * (shift + z))) for z in (-reach, reach))
    return Interval(*(_quantile(defined, end) for end in ends))


def bias(value: float, draws: Floats) -> float:
    """How far the resamples' median is from the statistic, in normal deviations."""
    below = float((draws < value).sum() + 0.5 * (draws == value).sum())
    return NORMAL.inv_cdf(min(max(below, 1.0), draws.size - 1.0) / draws.size)


def acceleration(influence: Floats, block: float) -> float:
    """BCa's correction for skewness, from the influence of consecutive blocks."""
    starts = np.arange(0, influence.size, math.ceil(block))
    sums = np.add.reduceat(influence, starts)
    square = float(sums @ sums)
    found = float(sums @ (sums * sums)) / (6.0 * square**1.5) if square else 0.0
    return min(max(found, -MOST_ACCELERATION), MOST_ACCELERATION)


def stretch(influence: Floats, block: float) -> float:
    """By how much resamples in blocks spread less than the truth would, as a factor of at least 1.

    Blocks cut the dependence between days, and there are few of them. The first is the root of the
    flat-top variance over that of the stationary bootstrap, which Politis and Romano (1994) give in
    closed form; the second is Student's quantile for the number of blocks over the normal one.
    """
    blocks = max(influence.size / block, 3.0)
    few = students_quantile(NORMAL.inv_cdf(0.975), blocks - 1.0) / NORMAL.inv_cdf(0.975)
    few *= math.sqrt(blocks / (blocks - 1.0))
    drawn = bootstrap_variance(influence, block)
    known = influence.size >= LEAST_OBSERVATIONS and drawn > 0.0
    cut = math.sqrt(max(long_run_variance(influence) / drawn, 1.0)) if known else 1.0
    return min(few * cut, MOST_STRETCH)


def bootstrap_variance(influence: Floats, block: float) -> float:
    """The variance of a resample's mean times the days: what resampling without end would show."""
    n = influence.size
    if n < 2:
        return 0.0
    lag, go_on = np.arange(1, n), 1.0 - 1.0 / block
    weights = (1.0 - lag / n) * go_on**lag + lag / n * go_on ** (n - lag)
    found = autocovariances(influence, n - 1)
    return float(found[0] + 2.0 * weights @ found[1:])


def chance_above(draws: Floats, value: float = 0.0) -> float | None:
    """The share of the resamples that are above a value, ties as halves; None where none is."""
    defined = draws[~np.isnan(draws)]
    if not defined.size:
        return None
    return float((defined > value).mean() + 0.5 * (defined == value).mean())


def p_value(value: float, draws: Floats, influence: Floats, block: float) -> float | None:
    """How often so much or more would come about if the truth were 0, either sign; None undefined.

    The resamples' distance from the statistic stands for the statistic's from the truth.
    """
    defined = draws[np.isfinite(draws)]
    if not math.isfinite(value) or defined.size < LEAST_DEFINED * draws.size:
        return None
    effect = np.where(np.isfinite(influence), influence, 0.0)
    beyond = np.abs(defined - value) * stretch(effect, block) >= abs(value)
    return float((beyond.sum() + 1.0) / (defined.size + 1.0))


def students_quantile(z: float, freedom: float) -> float:
    """Student's quantile where the normal one is z, by the expansion of Cornish and Fisher."""
    terms = (
        (z**3 + z) / 4.0,
        (5.0 * z**5 + 16.0 * z**3 + 3.0 * z) / 96.0,
        (3.0 * z**7 + 19.0 * z**5 + 17.0 * z**3 - 15.0 * z) / 384.0,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, 1))


def _quantile(ordered: Floats, part: float) -> float | None:
    """The draw at a part of the way through the ordered ones; None where it is infinite."""
    found = float(ordered[min(max(round(part * ordered.size - 0.5), 0), ordered.size - 1)])
    return found if math.isfinite(found) else None
