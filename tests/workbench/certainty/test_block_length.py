"""The length of blocks, against `arch`."""

from __future__ import annotations

import numpy as np
import pytest
from arch.bootstrap import optimal_block_length

from tests.workbench.certainty.markets import NOISES
from workbench.certainty.block_length import (
    autocovariances,
    bandwidth,
    block_length,
    long_run_variance,
)


@pytest.mark.parametrize("noise", NOISES.values(), ids=NOISES)
@pytest.mark.parametrize("days", [40, 250, 1_000, 2_500])
@pytest.mark.parametrize("seed", range(5))
def test_blocks_are_as_long_as_those_of_arch(noise: object, days: int, seed: int) -> None:
    """The mean length is that of Politis and White as corrected, and at least a day."""
    assert callable(noise)
    values = noise(np.random.default_rng(seed), days)
    expected = max(1.0, float(optimal_block_length(values)["stationary"].iloc[0]))
    assert block_length(values) == pytest.approx(expected, rel=1e-9)


def test_a_lasting_dependence_has_blocks_no_longer_than_the_bound() -> None:
    """Of a random walk the blocks are as long as the rule allows, as in arch."""
    values = np.random.default_rng(3).standard_normal(900).cumsum()
    expected = float(optimal_block_length(values)["stationary"].iloc[0])
    assert block_length(values) == pytest.approx(expected, rel=1e-9)
    assert block_length(values) <= 90.0


@pytest.mark.parametrize("values", [[0.01] * 100, [0.01, -0.02, 0.03], []])
def test_nothing_to_measure_has_blocks_of_a_day(values: list[float]) -> None:
    """A constant series, and one of a few days, is drawn day by day."""
    assert block_length(np.array(values)) == 1.0


def test_autocovariances_are_sums_of_products() -> None:
    """Each is the sum of the products so many days apart over the number of days."""
    values = np.random.default_rng(1).standard_normal(50)
    apart = values - values.mean()
    expected = [float(apart[lag:] @ apart[: 50 - lag]) / 50 for lag in range(50)]
    assert autocovariances(values, 49) == pytest.approx(expected, abs=1e-14)


def test_the_long_run_variance_counts_dependence() -> None:
    """Of days that remember a fifth of the one before it is half as large again."""
    values = NOISES["autocorrelated"](np.random.default_rng(5), 200_000)
    assert long_run_variance(values) == pytest.approx(1.5, rel=0.03)
    assert bandwidth(values) >= 2
