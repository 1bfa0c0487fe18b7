"""Each two of the subjects: do they move together, and is one surely better than the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt

from workbench.certainty.estimates import Estimate, influence, values_drawn
from workbench.certainty.intervals import (
    LEAST_OBSERVATIONS,
    LEVEL,
    chance_above,
    interval,
    p_value,
)
from workbench.certainty.resamples import Resamples
from workbench.certainty.statistics import STATISTICS
from workbench.comparison.subjects import Subject

Floats = npt.NDArray[np.float64]

RANKED_BY = "sharpe"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two subjects.

    Attributes:
        first: A subject.
        second: Another.
        correlation: Of their daily P&L; None where one of them did not move.
        both_lose: Days on which both lost.
        both_lose_rate: Their part of all days.
        difference: The first's Sharpe ratio less the second's, with its interval.
        chance_first: The share of the resamples in which the first has the higher ratio; None
            where too few days tell.
        p_value: How often such a difference would come about if there were none.
        p_adjusted: The same corrected for the number of pairs (Holm, 1979).
    """

    first: str
    second: str
    correlation: float | None
    both_lose: int
    both_lose_rate: float
    difference: Estimate
    chance_first: float | None
    p_value: float | None
    p_adjusted: float | None


def pairs(
    subjects: Sequence[Subject], drawn: Resamples, level: float = LEVEL, by: str = RANKED_BY
) -> list[Pair]:
    """Every pair, by one of the statistics.

    Args:
        subjects: In the order in which they were drawn.
        drawn: Their joint resamples.
        level: How often an interval holds the truth.
        by: Which of `STATISTICS` decides who is better.
    """
    found = [
        _pair(subjects, drawn, one, other, level, by)
        for one, other in combinations(range(len(subjects)), 2)
    ]
    adjusted = holm([each.p_value for each in found])
    return [replace(each, p_adjusted=p) for each, p in zip(found, adjusted, strict=True)]


def correlations(subjects: Sequence[Subject]) -> list[list[float | None]]:
    """The correlation of daily P&L of each (row) with each (column)."""
    return [[correlation(one.pnl, other.pnl) for other in subjects] for one in subjects]


def correlation(one: Floats, other: Floats) -> float | None:
    """The correlation of two columns; None where one of them does not move."""
    if not (np.ptp(one) and np.ptp(other)):
        return None
    return float(np.clip(np.corrcoef(one, other)[0, 1], -1.0, 1.0))


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """P-values corrected for their number, so that the chance of any wrong rejection stays.

    Holm, "A Simple Sequentially Rejective Multiple Test Procedure" (1979).
    """
    known = sorted((p, at) for at, p in enumerate(p_values) if p is not None)
    found: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for rank, (p, at) in enumerate(known):
        highest = max(highest, min(1.0, p * (len(known) - rank)))
        found[at] = highest
    return found


def _pair(
    subjects: Sequence[Subject], drawn: Resamples, one: int, other: int, level: float, by: str
) -> Pair:
    first, second = subjects[one], subjects[other]
    lost = int(((first.pnl < 0.0) & (second.pnl < 0.0)).sum())
    statistic = STATISTICS[by]
    value = float(
        statistic.value(drawn.observed(one), drawn.seen.scale)
        - statistic.value(drawn.observed(other), drawn.seen.scale)
    )
    found = Estimate(
        value if np.isfinite(value) else None, None, None, drawn.seen.days, enough=False
    )
    chance = p = None
    if drawn.seen.days >= LEAST_OBSERVATIONS:
        draws = values_drawn(drawn, one, statistic) - values_drawn(drawn, other, statistic)
        effect = influence(drawn, one, statistic) - influence(drawn, other, statistic)
        ends = interval(value, draws, effect, drawn.block, level)
        found = replace(found, low=ends.low, high=ends.high, enough=True)
        chance = chance_above(draws)
        p = p_value(value, draws, effect, drawn.block)
    return Pair(
        first=first.name,
        second=second.name,
        correlation=correlation(first.pnl, second.pnl),
        both_lose=lost,
        both_lose_rate=lost / drawn.seen.days,
        difference=found,
        chance_first=chance,
        p_value=p,
        p_adjusted=p,
    )
