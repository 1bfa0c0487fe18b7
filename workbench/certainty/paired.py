"""The paired test of two series: whether the mean of their daily differences is 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.certainty.block_length import block_length
from workbench.certainty.bootstrap import RESAMPLES, SEED, resampled_sums
from workbench.certainty.estimates import Estimate
from workbench.certainty.intervals import (
    LEAST_OBSERVATIONS,
    LEVEL,
    NO_INTERVAL,
    interval,
    p_value,
)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PairedTest:
    """The mean difference of two series.

    Attributes:
        difference: Annualized, with its interval.
        p_value: How often such a difference would come about if there were none; None where too few
            days tell.
    """

    difference: Estimate
    p_value: float | None


def paired_mean(
    differences: Floats,
    days_a_year: float,
    resamples: int = RESAMPLES,
    seed: int = SEED,
    level: float = LEVEL,
) -> PairedTest:
    """Test the daily differences of two series; at least one day."""
    n = differences.size
    value = float(differences.mean())
    found, p = NO_INTERVAL, None
    if n >= LEAST_OBSERVATIONS and float(np.ptp(differences)) > 0.0:
        block = block_length(differences)
        draws = resampled_sums(differences[:, np.newaxis], block, resamples, seed)[:, 0] / n
        effect = (differences - value) / n
        found = interval(value, draws, effect, block, level)
        p = p_value(value, draws, effect, block)
    low, high = (None if end is None else end * days_a_year for end in (found.low, found.high))
    return PairedTest(Estimate(value * days_a_year, low, high, n, n >= LEAST_OBSERVATIONS), p)
