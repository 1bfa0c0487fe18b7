"""A comparison: the strategies of one run, or several runs on their common window."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.certainty.bootstrap import RESAMPLES, SEED
from workbench.certainty.intervals import LEVEL
from workbench.certainty.resamples import Resamples, resample
from workbench.comparison.contributions import (
    Contribution,
    Without,
    contributions,
    parts_of,
    without_each,
)
from workbench.comparison.pairs import Pair, correlations, pairs
from workbench.comparison.parting import Parting, parting
from workbench.comparison.run import Run
from workbench.comparison.side_by_side import Profile, best_by_luck, profiles
from workbench.comparison.subjects import (
    NothingInCommonError,
    Subject,
    Window,
    common_window,
    observations,
    run_subjects,
    strategy_subjects,
)
from workbench.comparison.surface import Surface, surface
from workbench.comparison.trials import Trials, tried


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the runs were run with.

    Attributes:
        different: Parameter -> its value in each run, None where the run does not have it.
        same: Parameter -> its value in all runs.
    """

    different: Mapping[str, tuple[str | None, ...]]
    same: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Draw:
    """How the resamples were drawn.

    Attributes:
        resamples: How many.
        block: Mean length of their blocks, days.
        seed: Of the generator.
        level: How often an interval holds the truth.
    """

    resamples: int
    block: float
    seed: int
    level: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything there is to say of some subjects beside each other.

    Attributes:
        of: "strategies" or "runs".
        currency: Of the amounts; runs in several currencies have theirs joined by "/".
        window: The days on which they are compared.
        parameters: What the runs were run with.
        profiles: Each subject in figures.
        correlation: Of daily P&L, row by column.
        pairs: Each two of them.
        contributions: What each strategy adds to the account, the account being the last; empty
            for runs.
        without: The account without each strategy; empty for runs.
        trials: What remains of the best run; None for strategies.
        surface: The Sharpe ratio over the parameters that differ; None for strategies, and where
            they are not one or two.
        partings: Each live run against the backtest; empty where there is none of either.
        draw: How the resamples were drawn.
        problems: What could not be read of the sources.
    """

    of: str
    currency: str
    window: Window
    parameters: Parameters
    profiles: Sequence[Profile]
    correlation: Sequence[Sequence[float | None]]
    pairs: Sequence[Pair]
    contributions: Sequence[Contribution]
    without: Sequence[Without]
    trials: Trials | None
    surface: Surface | None
    partings: Sequence[Parting]
    draw: Draw
    problems: Sequence[str]


def compare(
    runs: Sequence[Run],
    *,
    trials: int = 0,
    others: Sequence[float] = (),
    resamples: int = RESAMPLES,
    seed: int = SEED,
    level: float = LEVEL,
) -> Comparison:
    """Compare the strategies of a single run, or several runs.

    Args:
        runs: At least one.
        trials: Every run that was tried, where that is more than those given.
        others: Annual Sharpe ratios of those of them that are not given, as far as known.
        resamples: How many to draw.
        seed: The same one gives the same comparison.
        level: How often an interval holds the truth.

    Raises:
        NothingInCommonError: The runs have no day in common, or the single one has no strategy.
    """
    window, alone = common_window(runs), len(runs) == 1
    subjects = strategy_subjects(runs[0], window) if alone else run_subjects(runs, window)
    if not subjects:
        raise NothingInCommonError(f"{runs[0].name} has no strategy to compare: nothing traded")
    seen = observations(subjects, window, runs[0])
    drawn = resample(seen, resamples, seed)
    counted = max(trials, len(runs))
    a_day = [each / math.sqrt(seen.scale.year) for each in others]
    parts = parts_of(runs[0], subjects) if alone else None
    parameters = parameters_of(runs)
    figures = profiles(subjects, drawn, counted, level, a_day)
    luck = best_by_luck(subjects, seen.scale, counted, a_day)
    return Comparison(
        of="strategies" if alone else "runs",
        currency="/".join(dict.fromkeys(run.currency for run in runs)),
        window=window,
        parameters=parameters,
        profiles=figures,
        correlation=correlations(subjects),
        pairs=pairs(subjects, drawn, level),
        contributions=contributions(parts) if parts else (),
        without=without_each(parts) if parts else (),
        trials=None
        if alone
        else tried(subjects, seen.benchmark, seen.scale.rate, counted, seed=seed),
        surface=None if alone else surface(parameters.different, _sharpes(figures), luck),
        partings=() if alone else _partings(runs, subjects, window, drawn, level),
        draw=Draw(resamples, drawn.block, seed, level),
        problems=[f"{run.name}: {problem}" for run in runs for problem in run.problems],
    )


def parameters_of(runs: Sequence[Run]) -> Parameters:
    """Each parameter of any run, by whether all have the same value."""
    names = dict.fromkeys(name for run in runs for name in run.parameters)
    values = {name: tuple(run.parameters.get(name) for run in runs) for name in names}
    return Parameters(
        different={name: each for name, each in values.items() if len(set(each)) > 1},
        same={name: str(each[0]) for name, each in values.items() if len(set(each)) == 1},
    )


def _sharpes(figures: Sequence[Profile]) -> dict[str, float | None]:
    return {each.name: each.estimates["sharpe"].value for each in figures}


def _partings(
    runs: Sequence[Run],
    subjects: Sequence[Subject],
    window: Window,
    drawn: Resamples,
    level: float,
) -> list[Parting]:
    """Each live run against the first backtest."""
    both = list(zip(runs, subjects, strict=True))
    backtest = next((each for each in both if not each[0].live), None)
    return [
        parting(backtest, each, window, drawn.count, drawn.seed, level)
        for each in both
        if each[0].live and backtest is not None
    ]
