"""Intervals and p-values, against scipy and against what they promise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from tests.workbench.certainty.markets import autocorrelated
from workbench.certainty.bootstrap import resampled_sums
from workbench.certainty.intervals import (
    MOST_STRETCH,
    NO_INTERVAL,
    bootstrap_variance,
    chance_above,
    interval,
    p_value,
    stretch,
    students_quantile,
)

Floats = npt.NDArray[np.float64]


def of_mean(values: Floats, block: float) -> tuple[float, Floats, Floats]:
    """The mean, that of each resample and the influence of each day."""
    n, mean = values.size, float(values.mean())
    draws = resampled_sums(values[:, np.newaxis], block, 8_000)[:, 0] / n
    return mean, draws, (values - mean) / n


def test_independent_days_have_the_interval_of_scipy() -> None:
    """Of independent skewed values the interval of the mean is scipy's BCa interval."""
    values = np.random.default_rng(3).exponential(1.0, 400)
    found = interval(*of_mean(values, 1.0), block=1.0)
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=8_000, method="BCa", rng=np.random.default_rng(1)
    ).confidence_interval
    width = theirs.high - theirs.low
    assert found.low == pytest.approx(theirs.low, abs=0.06 * width)
    assert found.high == pytest.approx(theirs.high, abs=0.06 * width)


def test_the_interval_does_not_depend_on_the_scale() -> None:
    """The interval of a figure's exponential is the exponential of its interval."""
    value, draws, influence = of_mean(np.random.default_rng(5).standard_normal(300), 2.0)
    one = interval(value, draws, influence, 2.0)
    other = interval(np.exp(value), np.exp(draws), influence, 2.0)
    assert one.low is not None
    assert one.high is not None
    assert (other.low, other.high) == pytest.approx((np.exp(one.low), np.exp(one.high)))


def test_a_higher_level_has_a_wider_interval() -> None:
    """What is to hold the truth more often reaches further."""
    found = of_mean(np.random.default_rng(5).standard_normal(300), 2.0)
    narrow, wide = interval(*found, 2.0, level=0.8), interval(*found, 2.0, level=0.99)
    assert narrow.low is not None
    assert wide.low is not None
    assert narrow.high is not None
    assert wide.high is not None
    assert wide.low < narrow.low < narrow.high < wide.high


def test_what_most_resamples_lack_has_no_interval() -> None:
    """A figure that is undefined in many resamples, or itself, has no interval and no p-value."""
    value, draws, influence = of_mean(np.random.default_rng(5).standard_normal(300), 1.0)
    holes = np.where(np.arange(draws.size) % 5 == 0, np.nan, draws)
    assert interval(value, holes, influence, 1.0) == NO_INTERVAL
    assert interval(np.nan, draws, influence, 1.0) == NO_INTERVAL
    assert p_value(value, holes, influence, 1.0) is None


def test_an_end_without_bound_is_none() -> None:
    """Where the upper resamples are infinite there is a lower end alone."""
    value, draws, influence = of_mean(np.random.default_rng(5).standard_normal(300), 1.0)
    high = np.quantile(draws, 0.9)
    found = interval(value, np.where(draws > high, np.inf, draws), influence, 1.0)
    assert found.low is not None
    assert found.high is None


@pytest.mark.parametrize("block", [1.0, 5.0, 12.0])
def test_the_variance_of_resampling_is_that_of_many_resamples(block: float) -> None:
    """The closed form gives the variance of the resamples' means."""
    values = autocorrelated(np.random.default_rng(2), 250)
    draws = resampled_sums(values[:, np.newaxis], block, 40_000)[:, 0] / 250
    assert bootstrap_variance(values, block) == pytest.approx(draws.var() * 250, rel=0.04)


def test_dependent_days_stretch_the_interval() -> None:
    """Where blocks cut what days remember, the interval is wider by what is missing."""
    values = autocorrelated(np.random.default_rng(2), 5_000)
    assert stretch(values, 1.0) == pytest.approx(1.5**0.5, rel=0.05)
    assert stretch(values, 40.0) < 1.1
    assert stretch(np.repeat(values[:100], 40), 1.0) == MOST_STRETCH


@pytest.mark.parametrize("freedom", [4.0, 9.5, 30.0, 1_000.0])
def test_few_blocks_count_by_students_quantile(freedom: float) -> None:
    """The expansion gives Student's quantile for any number of blocks."""
    found = students_quantile(float(stats.norm.ppf(0.975)), freedom)
    assert found == pytest.approx(stats.t.ppf(0.975, freedom), rel=4e-3)


def test_fewer_blocks_stretch_more() -> None:
    """Of independent days drawn in long blocks the interval is wider than of days drawn alone."""
    values = np.random.default_rng(4).standard_normal(200)
    assert stretch(values, 20.0) > 1.12
    assert stretch(values, 1.0) < 1.1


def test_a_p_value_is_that_of_the_normal_test() -> None:
    """Of independent normal days it is close to the one of the t-test."""
    values = np.random.default_rng(11).standard_normal(800) + 0.07
    found = p_value(*of_mean(values, 1.0), block=1.0)
    assert found == pytest.approx(stats.ttest_1samp(values, 0.0).pvalue, abs=0.015)


def test_a_chance_counts_ties_as_halves() -> None:
    """The chance is the share above, half of those on the value, undefined ones left out."""
    assert chance_above(np.array([-1.0, 0.0, 1.0, 2.0, np.nan])) == 0.625
    assert chance_above(np.array([np.nan])) is None
