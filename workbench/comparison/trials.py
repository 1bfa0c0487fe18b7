"""What remains of the best of many runs once all that were tried are counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.certainty.bootstrap import SEED
from workbench.certainty.overfitting import Overfitting, overfitting
from workbench.certainty.reality_check import RESAMPLES, superiority
from workbench.comparison.subjects import Subject

Floats = npt.NDArray[np.float64]

CASH = "cash"
BENCHMARK = "benchmark"


@dataclass(frozen=True, slots=True)
class Beating:
    """Whether any of the runs beats something beyond luck.

    Attributes:
        what: What is to be beaten: cash at the risk-free rate, or the benchmark.
        p_value: Of Hansen's test for superior predictive ability.
        lower: Its lower bound.
        upper: Its upper bound: White's reality check.
        superior: The runs that are better by the stepwise test of Romano and Wolf.
    """

    what: str
    p_value: float
    lower: float
    upper: float
    superior: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trials:
    """A set of runs.

    Attributes:
        trials: Every run that was tried.
        given: Those whose returns are known: only they can be resampled and ranked.
        overfitting: The probability of backtest overfitting; None where it cannot be told.
        beating: Tests against cash and the benchmark, as far as days and benchmark allow.
    """

    trials: int
    given: int
    overfitting: Overfitting | None
    beating: tuple[Beating, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """What was tried beside the runs that are compared.

    Attributes:
        count: How many runs.
        sharpes: The annual Sharpe ratios of those that have one.
    """

    count: int = 0
    sharpes: tuple[float, ...] = ()


def tried(
    subjects: Sequence[Subject],
    benchmark: Floats,
    rate: float,
    trials: int,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Trials:
    """Judge a set of runs.

    Args:
        subjects: The runs whose returns are known.
        benchmark: Daily returns; NaN on days without one.
        rate: The risk-free return of a day.
        trials: Every run that was tried.
        resamples: How many.
        seed: The same one gives the same result.
    """
    returns = np.stack([each.returns for each in subjects])
    both = np.isfinite(benchmark)
    against = {CASH: returns - rate, BENCHMARK: (returns - benchmark)[:, both]}
    found = []
    for what, better in against.items():
        test = superiority(better, resamples, seed)
        if test is not None:
            names = tuple(subjects[at].name for at in test.superior)
            found.append(Beating(what, test.consistent, test.lower, test.upper, names))
    return Trials(trials, len(subjects), overfitting(returns - rate), tuple(found))
