"""The probability of backtest overfitting: whether the best run in one half is good in the other.

Bailey, Borwein, Lopez de Prado and Zhu, "The Probability of Backtest Overfitting" (Journal of
Computational Finance 20, 2017): the days are cut into blocks, and for every choice of half of the
blocks the run with the best Sharpe ratio in them is ranked in the others (combinatorially symmetric
cross-validation).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

BLOCKS = 16

# Choices of half of the blocks that are worked on at a time.
CHUNK_CHOICES = 512

# A variance below this part of the mean square is what rounding left of none.
FLAT = 1e-14


@dataclass(frozen=True, slots=True)
class Overfitting:
    """What the best run in one half of the days does in the other.

    Attributes:
        probability: How often it is no better than the median there.
        loses: How often it loses there: its mean return is below 0.
        mean_rank: Its mean rank there: 1 is the best of all, 0.5 the middle.
        choices: Halves that were tried.
        runs: Runs that were ranked.
    """

    probability: float
    loses: float
    mean_rank: float
    choices: int
    runs: int


def overfitting(returns: Floats, blocks: int = BLOCKS) -> Overfitting | None:
    """The probability of backtest overfitting of a set of runs.

    Args:
        returns: Daily returns less the risk-free one: a row a run, a column a day, the runs that
            were given up among them.
        blocks: An even number of blocks of days.

    Returns:
        None below two runs, with fewer than two days a block, or where a run's returns are all the
        same in some half.
    """
    runs, days = returns.shape
    if runs < 2 or days < 2 * blocks:
        return None
    edges = np.linspace(0, days, blocks + 1).astype(np.intp)
    sums, squares = (np.add.reduceat(each, edges[:-1], axis=1).T for each in (returns, returns**2))
    lengths = np.diff(edges).astype(np.float64)
    chosen = _halves(blocks)
    parts = []
    for first in range(0, len(chosen), CHUNK_CHOICES):
        inside = chosen[first : first + CHUNK_CHOICES]
        part = _ranked(inside, lengths, sums, squares)
        if part is None:
            return None
        parts.append(part)
    rank, mean = np.hstack(parts)
    return Overfitting(
        probability=float((rank <= 0.5).mean()),
        loses=float((mean < 0.0).mean()),
        mean_rank=float(rank.mean()),
        choices=len(chosen),
        runs=runs,
    )


def _halves(blocks: int) -> Floats:
    """Every choice of half of the blocks: a row a choice, 1 where the block is in it."""
    places = np.array(list(combinations(range(blocks), blocks // 2)))
    chosen = np.zeros((len(places), blocks))
    np.put_along_axis(chosen, places, 1.0, axis=1)
    return chosen


def _ranked(inside: Floats, lengths: Floats, sums: Floats, squares: Floats) -> Floats | None:
    """The rank of each half's best run in the other half, and its mean return there.

    The rank is of those from 1 to the number of runs, over that number and 1; ties have their mean.
    """
    seen = _sharpes(inside, lengths, sums, squares)
    unseen = _sharpes(1.0 - inside, lengths, sums, squares)
    if not (np.isfinite(seen).all() and np.isfinite(unseen).all()):
        return None
    best = seen.argmax(axis=1)[:, np.newaxis]
    reached = np.take_along_axis(unseen, best, axis=1)
    below = (unseen < reached).sum(axis=1)
    ties = (unseen == reached).sum(axis=1)
    rank = (below + 0.5 * (ties + 1)) / (unseen.shape[1] + 1)
    made = np.take_along_axis((1.0 - inside) @ sums, best, axis=1)[:, 0]
    found: Floats = np.stack((rank, made))
    return found


def _sharpes(inside: Floats, lengths: Floats, sums: Floats, squares: Floats) -> Floats:
    """The Sharpe ratio of a day of each run over each choice of blocks; NaN without a spread."""
    n = (inside @ lengths)[:, np.newaxis]
    mean: Floats = inside @ sums / n
    square: Floats = inside @ squares / n
    spread = square - mean * mean
    with np.errstate(invalid="ignore"):
        deviation = np.sqrt(np.where(spread > FLAT * square, spread * n / (n - 1.0), np.nan))
    ratio: Floats = mean / deviation
    return ratio
