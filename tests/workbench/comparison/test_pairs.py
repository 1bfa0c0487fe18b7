"""Each two of the subjects."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from tests.workbench.comparison.runs import noise, run, subjects
from workbench.certainty.resamples import Resamples, resample
from workbench.comparison.pairs import Pair, correlation, correlations, holm, pairs
from workbench.comparison.run import Run
from workbench.comparison.subjects import common_window, observations


def drawn(*runs: Run) -> Resamples:
    """Joint resamples of runs."""
    return resample(observations(subjects(*runs), common_window(runs), runs[0]), 2_000)


def found(*runs: Run) -> list[Pair]:
    """The pairs of runs."""
    return pairs(subjects(*runs), drawn(*runs))


def test_every_pair_is_there_once() -> None:
    """Three subjects make three pairs, in their order."""
    names = [
        (each.first, each.second) for each in found(*(run(f"{at}", noise(at)) for at in range(3)))
    ]
    assert names == [("0", "1"), ("0", "2"), ("1", "2")]


def test_the_better_one_is_surely_better() -> None:
    """A run that makes much more of the same risk has a high chance and a low p-value."""
    (pair,) = found(run("good", noise(1, mean=0.004)), run("bad", noise(2)))
    assert pair.difference.value is not None
    assert pair.difference.low is not None
    assert pair.difference.low > 0.0
    assert pair.chance_first is not None
    assert pair.chance_first > 0.99
    assert pair.p_value is not None
    assert pair.p_value < 0.01


def test_the_chances_of_a_pair_turn_with_it() -> None:
    """In the other order the difference is negative, the chance the rest, the p-value the same."""
    one, other = run("one", noise(1, mean=0.001)), run("other", noise(2))
    (forth,), (back,) = found(one, other), found(other, one)
    assert forth.difference.value is not None
    assert back.difference.value == pytest.approx(-forth.difference.value)
    assert forth.chance_first is not None
    assert back.chance_first == pytest.approx(1.0 - forth.chance_first)
    assert back.p_value == forth.p_value


def test_joint_days_tell_more_than_each_alone() -> None:
    """Of two runs that move together a small difference is seen, of others it is not."""
    base = noise(5, 600)
    together = found(run("one", base + 0.0004), run("other", base + 0.0005 * noise(6, 600)))[0]
    apart = found(run("one", base + 0.0004), run("other", noise(7, 600)))[0]
    assert together.p_value is not None
    assert apart.p_value is not None
    assert together.p_value < 0.01 < apart.p_value


def test_days_when_both_lose_are_counted() -> None:
    """A day counts when both made less than nothing."""
    one = run("one", [-0.01, -0.01, 0.01, 0.0])
    other = run("other", [-0.01, 0.01, -0.01, -0.01])
    (pair,) = found(one, other)
    assert (pair.both_lose, pair.both_lose_rate) == (1, 0.25)
    assert (pair.chance_first, pair.p_value, pair.difference.enough) == (None, None, False)


def test_correlations_are_of_daily_pnl() -> None:
    """The matrix is symmetric, 1 on its diagonal, and undefined for what does not move."""
    runs = [run("a", noise(1)), run("b", noise(2)), run("still", np.zeros(300))]
    matrix = correlations(subjects(*runs))
    expected = np.corrcoef(runs[0].daily.pnl, runs[1].daily.pnl)[0, 1]
    assert matrix[0][1] == matrix[1][0] == pytest.approx(expected)
    assert matrix[0][0] == 1.0
    assert matrix[2] == [None, None, None]
    assert correlation(runs[0].daily.pnl, -runs[0].daily.pnl) == pytest.approx(-1.0)


@pytest.mark.parametrize(
    "given", [[0.01, 0.04, 0.03, 0.005], [0.2], [0.5, 0.5, 0.9], [0.001, 0.0009, 1.0]]
)
def test_p_values_are_corrected_as_by_statsmodels(given: list[float]) -> None:
    """The correction for the number of pairs is that of Holm."""
    assert holm(given) == pytest.approx(multipletests(given, method="holm")[1])


def test_pairs_without_a_p_value_do_not_count() -> None:
    """What was not tested neither has a corrected p-value nor makes the others larger."""
    assert holm([None, 0.02, None, 0.5]) == [None, 0.04, None, 0.5]
    assert holm([]) == []
