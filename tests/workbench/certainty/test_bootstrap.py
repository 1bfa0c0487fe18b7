"""The stationary bootstrap: what is drawn, and that it is what `arch` draws from."""

from __future__ import annotations

import numpy as np
import pytest
from arch.bootstrap import StationaryBootstrap

from tests.workbench.certainty.markets import NOISES
from workbench.certainty import bootstrap
from workbench.certainty.bootstrap import resampled_days, resampled_sums, times_drawn


def drawn(n: int, block: float, resamples: int, seed: int = 1) -> bootstrap.Indices:
    """All resamples as one array."""
    return np.concatenate(list(resampled_days(n, block, resamples, seed)))


def test_each_resample_is_as_long_as_the_series() -> None:
    """There are as many rows as asked for, each of as many days as the series has."""
    days = drawn(700, 4.0, 1_000)
    assert days.shape == (1_000, 700)
    assert (days.min(), days.max()) == (0, 699)


def test_a_seed_gives_the_same_days() -> None:
    """The same seed draws the same, another one draws something else."""
    assert (drawn(300, 5.0, 900) == drawn(300, 5.0, 900)).all()
    assert (drawn(300, 5.0, 900) != drawn(300, 5.0, 900, seed=2)).any()


@pytest.mark.parametrize("block", [1.0, 2.5, 20.0])
def test_blocks_are_of_the_length_asked_for(block: float) -> None:
    """A day is followed by the next one, the last by the first, unless a block begins."""
    days = drawn(500, block, 2_000)
    go_on = float(((days[:, :-1] + 1) % 500 == days[:, 1:]).mean())
    # a new block begins with the next day by chance
    assert go_on == pytest.approx(1.0 - (1.0 - 1.0 / 500) / block, abs=0.002)


@pytest.mark.parametrize("block", [1.0, 30.0])
def test_every_day_is_drawn_alike(block: float) -> None:
    """No day is drawn more often than another, neither at the ends nor within."""
    counts = times_drawn(drawn(50, block, 20_000)).sum(axis=0)
    assert counts == pytest.approx(np.full(50, 20_000), rel=0.06)


def test_times_drawn_count_the_days() -> None:
    """Each row counts how often each day is in a resample."""
    days = np.array([[0, 2, 2], [1, 1, 1]])
    assert times_drawn(days).tolist() == [[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]]


def test_sums_are_of_the_days_drawn() -> None:
    """Columns are summed over the days of each resample, all over the same ones."""
    columns = np.random.default_rng(4).standard_normal((200, 3))
    expected = columns[drawn(200, 3.0, 400)].sum(axis=1)
    assert resampled_sums(columns, 3.0, 400, 1) == pytest.approx(expected)


def test_resamples_are_drawn_in_parts() -> None:
    """More than fits at a time is drawn in parts that are not the same."""
    n = bootstrap.CHUNK_DAYS // 3
    parts = list(resampled_days(n, 2.0, 7))
    assert [len(part) for part in parts] == [3, 3, 1]
    assert (parts[0] != parts[1]).any()


@pytest.mark.parametrize("noise", NOISES.values(), ids=NOISES)
def test_means_spread_as_those_of_arch(noise: object) -> None:
    """The means of the resamples have the quantiles that arch's have."""
    assert callable(noise)
    values = noise(np.random.default_rng(8), 400)
    theirs = StationaryBootstrap(6, values, seed=2).apply(lambda x: x.mean(), reps=4_000)[:, 0]
    ours = resampled_sums(values[:, np.newaxis], 6.0, 4_000)[:, 0] / 400
    levels = [0.05, 0.25, 0.5, 0.75, 0.95]
    spread = theirs.std()
    assert np.quantile(ours, levels) == pytest.approx(np.quantile(theirs, levels), abs=0.1 * spread)
