"""Superiority among many runs, against `arch`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from arch.bootstrap import SPA, StationaryBootstrap, StepM

from workbench.certainty.reality_check import judged, superiority

Floats = npt.NDArray[np.float64]
BLOCK = 5


def runs(seed: int, good: dict[int, float], count: int = 20, days: int = 400) -> Floats:
    """Daily returns of runs over their benchmark, some of them better by so much."""
    returns = 0.01 * np.random.default_rng(seed).standard_normal((count, days))
    for run, mean in good.items():
        returns[run] += mean
    return returns


def means_of_arch(better: Floats, seed: int) -> Floats:
    """The means of the runs in arch's own resamples."""
    drawn = StationaryBootstrap(BLOCK, -better.T, seed=seed)
    return -np.array([data[0][0].mean(axis=0) for data in drawn.bootstrap(1_000)])


@pytest.mark.parametrize(
    ("seed", "good"),
    [
        (1, {}),
        (2, {3: 0.0015}),
        (3, {3: 0.004, 7: 0.003}),
        (4, {3: -0.01, 5: 0.001}),
        (5, dict.fromkeys(range(20), -0.002)),
    ],
)
def test_the_tests_are_those_of_arch(seed: int, good: dict[int, float]) -> None:
    """On the same resamples, without studentizing, all three p-values and the runs are arch's."""
    better = runs(seed, good)
    spa = SPA(np.zeros(400), -better.T, block_size=BLOCK, reps=1_000, seed=seed)
    spa.compute()
    step = StepM(np.zeros(400), -better.T, block_size=BLOCK, reps=1_000, seed=seed)
    step.compute()
    found = judged(better, means_of_arch(better, seed), BLOCK, studentized=False)
    assert (found.lower, found.consistent, found.upper) == pytest.approx(tuple(spa.pvalues))
    assert list(found.superior) == step.superior_models


def test_runs_of_other_scales_are_judged_alike() -> None:
    """A run that is traded with ten times the money is neither better nor worse."""
    better = runs(6, {4: 0.002})
    larger = better * np.where(np.arange(20) == 4, 10.0, 1.0)[:, np.newaxis]
    one, other = superiority(better), superiority(larger)
    assert one is not None
    assert other is not None
    assert one.consistent == pytest.approx(other.consistent, abs=0.01)
    assert one.superior == other.superior == (4,)


def test_the_best_of_noise_is_not_superior() -> None:
    """Among a hundred worthless runs none is found better, however good the best one looks."""
    found = superiority(runs(7, {}, count=100, days=750))
    assert found is not None
    assert found.superior == ()
    assert found.consistent > 0.05
    assert found.lower <= found.consistent <= found.upper


def test_noise_is_found_superior_as_seldom_as_promised() -> None:
    """Of many sets of worthless runs at most about 5 % have one that is found better."""
    found = [superiority(runs(seed, {}, 8, 250), resamples=300) for seed in range(150)]
    wrong = sum(bool(each.superior) for each in found if each is not None)
    assert wrong / len(found) <= 0.1


def test_the_same_seed_gives_the_same_test() -> None:
    """Two calls with one seed are alike, another seed draws others."""
    better = runs(8, {4: 0.001})
    assert superiority(better, seed=1) == superiority(better, seed=1)
    assert superiority(better, seed=1) != superiority(better, seed=2)


def test_a_run_that_is_the_benchmark_is_not_better() -> None:
    """A run without any difference is never found better, and does not hide those that are."""
    better = runs(9, {4: 0.004})
    better[11] = 0.0
    found = superiority(better)
    assert found is not None
    assert found.superior == (4,)


@pytest.mark.parametrize("shape", [(0, 100), (5, 19)])
def test_too_little_says_nothing(shape: tuple[int, int]) -> None:
    """Without a run, or below twenty days, there is no test."""
    assert superiority(np.random.default_rng(1).standard_normal(shape)) is None
