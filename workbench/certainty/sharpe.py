"""What a Sharpe ratio proves: probabilistic and deflated, and how long a record must be.

Sources: Bailey and Lopez de Prado, "The Sharpe Ratio Efficient Frontier" (2012), for the
probabilistic ratio and the least track record length; "The Deflated Sharpe Ratio" (2014); Bailey,
Borwein, Lopez de Prado and Zhu, "Pseudo-Mathematics and Financial Charlatanism" (2014), for the
minimum backtest length. They take the days as independent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, variance

import numpy as np
import numpy.typing as npt

from models.statistics.returns import shape

Floats = npt.NDArray[np.float64]

NORMAL = NormalDist()
CONFIDENCE = 0.95
EULER_GAMMA = 0.577_215_664_901_532_9

# A spread of returns below this part of the largest is what rounding left of none.
FLAT = 1e-14


@dataclass(frozen=True, slots=True)
class Record:
    """A track record: what the formulas need of a series.

    Attributes:
        days: How many returns there are.
        sharpe: Mean over sample standard deviation of a day's return; not annualized.
        skew: Skewness of the returns.
        kurtosis: Kurtosis of the returns, 3 of normal ones.
    """

    days: int
    sharpe: float
    skew: float
    kurtosis: float

    @property
    def noise(self) -> float:
        """The variance of the Sharpe ratio of a day, times the days less 1."""
        sharpe = self.sharpe
        return 1.0 - self.skew * sharpe + (self.kurtosis - 1.0) / 4.0 * sharpe * sharpe


def record_of(returns: Floats) -> Record | None:
    """The track record of daily returns less the risk-free one.

    None below four of them, and where they are all the same.
    """
    if returns.size < 4 or float(np.ptp(returns)) <= FLAT * float(np.abs(returns).max()):
        return None
    found = shape(returns - returns.mean())
    if found is None:
        return None
    sharpe = float(returns.mean()) / float(returns.std(ddof=1))
    return Record(returns.size, sharpe, found[0], found[1] + 3.0)


def probabilistic_sharpe(record: Record, benchmark: float = 0.0) -> float | None:
    """The chance that the true Sharpe ratio is above a benchmark's, both of a day.

    None where skewness and kurtosis leave it no variance.
    """
    if record.noise <= 0.0:
        return None
    apart = (record.sharpe - benchmark) * math.sqrt(record.days - 1)
    return NORMAL.cdf(apart / math.sqrt(record.noise))


def largest_of(trials: int) -> float:
    """What the best of so many worthless trials is expected to show, in standard deviations."""
    if trials < 2:
        return 0.0
    first, second = (NORMAL.inv_cdf(1.0 - 1.0 / (trials * each)) for each in (1.0, math.e))
    return (1.0 - EULER_GAMMA) * first + EULER_GAMMA * second


def hurdle(trials: int, sharpes: Sequence[float], days: int) -> float:
    """The Sharpe ratio of a day that the best of worthless trials is expected to show.

    Args:
        trials: Every run that was tried.
        sharpes: Those whose Sharpe ratio of a day is known; below two of them their spread is
            taken as that of worthless ones.
        days: Returns of a run.
    """
    spread = variance(sharpes) if len(sharpes) > 1 else 1.0 / max(days - 1, 1)
    return math.sqrt(spread) * largest_of(max(trials, len(sharpes)))


def deflated_sharpe(record: Record, trials: int, sharpes: Sequence[float]) -> float | None:
    """The chance that the true Sharpe ratio is above 0, though it was the best of many trials.

    Args:
        record: The run that was chosen.
        trials: Every run that was tried, the chosen one among them.
        sharpes: The Sharpe ratios of a day of those that are known.
    """
    return probabilistic_sharpe(record, hurdle(trials, sharpes, record.days))


def least_track_record(
    record: Record, benchmark: float = 0.0, confidence: float = CONFIDENCE
) -> float | None:
    """How many days such returns must go on until the true Sharpe ratio is surely above another.

    None where no length is enough: the Sharpe ratio is not above the benchmark's.
    """
    apart = record.sharpe - benchmark
    if apart <= 0.0 or record.noise <= 0.0:
        return None
    return 1.0 + record.noise * (NORMAL.inv_cdf(confidence) / apart) ** 2


def minimum_backtest(trials: int, sharpe: float) -> float | None:
    """How many years a backtest must have, or the best of worthless trials shows such a ratio.

    Args:
        trials: Every run that was tried.
        sharpe: The annual Sharpe ratio of the best.

    Returns:
        None where the ratio is not above 0: no length makes it mean something.
    """
    return (largest_of(trials) / sharpe) ** 2 if sharpe > 0.0 else None
