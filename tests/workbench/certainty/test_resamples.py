"""Joint resamples: their sums and drawdowns against the days that were drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.workbench.certainty.markets import drawdown, market, normal
from workbench.certainty.bootstrap import resampled_days
from workbench.certainty.intervals import stretch
from workbench.certainty.observations import Observations, Sums, common_block, daily_columns
from workbench.certainty.resamples import LOG, resample


@pytest.fixture(scope="module")
def seen() -> Observations:
    """Three series of two years on the same days."""
    each = [market(np.random.default_rng(seed), 504, normal) for seed in range(3)]
    return replace(
        each[0],
        names=("a", "b", "c"),
        returns=np.concatenate([one.returns for one in each]),
        trades=tuple(one.trades[0] for one in each),
    )


def test_all_series_are_drawn_with_the_same_days(seen: Observations) -> None:
    """The sums of each series are those of the days that one generator drew for all."""
    found = resample(seen, 300, seed=9, block=4.0)
    days = np.concatenate(list(resampled_days(504, 4.0, 300, 9)))
    for series in range(3):
        expected = daily_columns(seen, series)[days].sum(axis=1)
        assert found.sums[series] == pytest.approx(expected)


def test_the_same_seed_gives_the_same_resamples(seen: Observations) -> None:
    """Two calls with one seed are alike to the bit."""
    one, other = resample(seen, 200, seed=3), resample(seen, 200, seed=3)
    assert (one.sums == other.sums).all()
    assert (one.drawdowns == other.drawdowns).all()
    assert (one.sums != resample(seen, 200, seed=4).sums).any()


def test_blocks_are_as_long_as_the_series_asks_that_asks_most(seen: Observations) -> None:
    """A series that remembers has all series drawn in longer blocks."""
    returns = seen.returns.copy()
    returns[1] = np.repeat(returns[1, :126], 4)
    assert common_block(replace(seen, returns=returns)) > 2.0 * common_block(seen)


def test_days_left_out_are_missing_from_the_sums(seen: Observations) -> None:
    """Leaving a day out takes away what it added."""
    found = resample(seen, 10)
    whole, without = found.observed(1), found.left_out(1)
    assert isinstance(without, Sums)
    assert whole.r - without.r == pytest.approx(seen.returns[1])


def test_drawdowns_are_those_of_the_paths(seen: Observations) -> None:
    """A resample's drawdown is that of its days, spread by what blocks leave out, with the drift
    moved by what that of the resample before it differs from the one seen.
    """
    found = resample(seen, 700, seed=5, block=6.0)
    days = np.concatenate(list(resampled_days(504, 6.0, 700, 5)))
    log = found.daily[0][:, LOG]
    log = log.mean() + (log - log.mean()) * stretch(log - log.mean(), 6.0)
    means = log[days].mean(axis=1)
    moved = np.append(log.mean(), means[:-1]) - log.mean()
    steps = log[days] + moved[:, np.newaxis]
    assert found.drawdowns[0] == pytest.approx([drawdown(np.expm1(row)) for row in steps])
