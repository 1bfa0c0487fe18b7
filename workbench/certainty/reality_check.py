"""Whether any of many runs beats a benchmark beyond what luck among so many explains, and which.

Hansen, "A Test for Superior Predictive Ability" (Journal of Business and Economic Statistics 23,
2005), and Romano and Wolf, "Stepwise Multiple Testing as Formalized Data Snooping" (Econometrica
73, 2005). Both resample all runs together by the stationary bootstrap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.certainty.block_length import block_length
from workbench.certainty.bootstrap import SEED, resampled_sums
from workbench.certainty.intervals import bootstrap_variance

Floats = npt.NDArray[np.float64]

RESAMPLES = 2_000
SIZE = 0.05

# Fewer days say nothing of many runs.
LEAST_DAYS = 20


@dataclass(frozen=True, slots=True)
class Superiority:
    """Whether some of many runs are better than the benchmark.

    Attributes:
        lower: The p-value that leaves runs worse than the benchmark out of account.
        consistent: Hansen's p-value, which leaves out those that are clearly worse: the one to use.
        upper: The p-value of White's reality check, to which every bad run adds doubt.
        superior: Places of the runs that are better by the stepwise test of Romano and Wolf, the
            chance of one wrong among them being at most the size.
        size: That chance.
        runs: Runs that were tested.
    """

    lower: float
    consistent: float
    upper: float
    superior: tuple[int, ...]
    size: float
    runs: int


def superiority(
    better: Floats, resamples: int = RESAMPLES, seed: int = SEED, size: float = SIZE
) -> Superiority | None:
    """Test a set of runs, the ones that were given up among them.

    Args:
        better: Each run's daily return less the benchmark's: a row a run, a column a day.
        resamples: How many.
        seed: The same one gives the same result.
        size: The chance of a wrong run among those found superior.

    Returns:
        None without a run or below 20 days.
    """
    runs, days = better.shape
    if not runs or days < LEAST_DAYS:
        return None
    # the longest of a thousand would be that of an odd one out
    block = float(np.median([block_length(each) for each in better]))
    means = resampled_sums(np.ascontiguousarray(better.T), block, resamples, seed) / days
    return judged(better, means, block, size)


def judged(
    better: Floats, means: Floats, block: float, size: float = SIZE, *, studentized: bool = True
) -> Superiority:
    """The test of a set of runs whose means were resampled.

    Args:
        better: Each run's daily return less the benchmark's: a row a run, a column a day.
        means: The mean of each run (column) in each resample (row).
        block: Mean length of the blocks, days.
        size: The chance of a wrong run among those found superior.
        studentized: Whether each run counts in its own standard deviations, as Hansen advises.
    """
    mean, days = better.mean(axis=1), better.shape[1]
    variances = np.array([max(bootstrap_variance(each, block), 0.0) for each in better])
    clearly_worse = mean < -np.sqrt(variances / days * 2.0 * math.log(math.log(days)))
    unit = np.sqrt(variances / days) if studentized else np.ones_like(mean)
    unit = np.where(unit > 0.0, unit, np.inf)  # a run that is the benchmark proves nothing
    centres = (np.maximum(mean, 0.0), np.where(clearly_worse, 0.0, mean), mean)
    drawn = [(means - centre) / unit for centre in centres]
    shown = mean / unit
    lower, consistent, upper = (float((each.max(axis=1) > shown.max()).mean()) for each in drawn)
    return Superiority(
        lower, consistent, upper, _stepwise(shown, drawn[1], size), size, len(better)
    )


def _stepwise(shown: Floats, drawn: Floats, size: float) -> tuple[int, ...]:
    """The runs that are better: those above the critical value of all that are left, and again."""
    left = np.ones(shown.size, np.bool_)
    while left.any():
        critical = float(np.percentile(drawn[:, left].max(axis=1), 100.0 * (1.0 - size)))
        found = left & (shown > critical)
        if not found.any():
            break
        left &= ~found
    return tuple(map(int, np.flatnonzero(~left)))
