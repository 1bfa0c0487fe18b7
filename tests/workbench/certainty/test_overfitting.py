"""The probability of backtest overfitting, against `ffn`."""

from __future__ import annotations

import ffn
import numpy as np
import pandas as pd
import pytest

from workbench.certainty.overfitting import overfitting


@pytest.mark.parametrize("skill", [0.0, 0.001])
@pytest.mark.parametrize("seed", range(3))
def test_the_probability_is_that_of_ffn(skill: float, seed: int) -> None:
    """With blocks of the same length the probability and the mean rank are ffn's."""
    returns = 0.01 * np.random.default_rng(seed).standard_normal((12, 320))
    returns[4] += skill
    theirs = ffn.core.calc_prob_backtest_overfitting(
        pd.DataFrame(returns.T), n_blocks=8, full_output=True
    )
    found = overfitting(returns, 8)
    assert found is not None
    assert found.probability == pytest.approx(theirs["pbo"])
    assert found.choices == 70
    logits = np.array(theirs["logits"])
    assert found.mean_rank == pytest.approx(float((1.0 / (1.0 + np.exp(-logits))).mean()))


def test_the_best_run_that_is_good_is_not_overfitted() -> None:
    """A run that is better on every day is the best in either half."""
    returns = 0.01 * np.random.default_rng(3).standard_normal((30, 1_000))
    returns[17] += 0.004
    found = overfitting(returns)
    assert found is not None
    assert (found.probability, found.choices, found.runs) == (0.0, 12_870, 30)
    assert found.loses == 0.0


def test_the_best_run_of_many_that_suit_their_half_is_overfitted() -> None:
    """Runs that are good in one part of the days alone are bad where they were not chosen."""
    returns = np.full((16, 320), -0.001) + 1e-3 * np.random.default_rng(2).standard_normal(
        (16, 320)
    )
    for run in range(16):
        returns[run, run * 20 : (run + 1) * 20] += 0.02
    found = overfitting(returns)
    assert found is not None
    assert found.probability > 0.9
    assert found.loses > 0.9


def test_days_need_not_fill_the_blocks() -> None:
    """The days are shared out to the blocks as evenly as can be, and none is left out."""
    returns = 0.01 * np.random.default_rng(3).standard_normal((5, 331))
    moved = returns.copy()
    moved[2, -1] += 0.5
    one, other = overfitting(returns), overfitting(moved)
    assert one is not None
    assert one != other


@pytest.mark.parametrize("shape", [(1, 500), (5, 31), (0, 500)])
def test_too_little_says_nothing(shape: tuple[int, int]) -> None:
    """A single run, or fewer than two days a block, has no probability."""
    assert overfitting(np.random.default_rng(1).standard_normal(shape)) is None


def test_a_run_that_does_not_move_says_nothing() -> None:
    """A run whose returns are all the same cannot be ranked."""
    returns = np.random.default_rng(1).standard_normal((4, 400))
    returns[2] = 0.0
    assert overfitting(returns) is None
