"""What a Sharpe ratio proves, against `ffn` and the papers' own examples."""

from __future__ import annotations

import math

import ffn
import numpy as np
import pandas as pd
import pytest

from tests.workbench.certainty.markets import NOISES
from workbench.certainty.sharpe import (
    Record,
    deflated_sharpe,
    hurdle,
    largest_of,
    least_track_record,
    minimum_backtest,
    probabilistic_sharpe,
    record_of,
)


@pytest.mark.parametrize("noise", NOISES.values(), ids=NOISES)
@pytest.mark.parametrize("trials", [1, 2, 40])
def test_the_deflated_ratio_is_that_of_ffn(noise: object, trials: int) -> None:
    """The chance is ffn's for the same returns and trials; with one trial it is probabilistic."""
    assert callable(noise)
    generator = np.random.default_rng(trials)
    returns = 0.0006 + 0.01 * noise(generator, 500)
    sharpes = list(0.03 * generator.standard_normal(trials))
    series = pd.Series(returns, pd.bdate_range("2020-01-01", periods=500))
    theirs = ffn.core.calc_deflated_sharpe_ratio(
        series, sharpes, nperiods=252, annualized_trials=False
    )
    record = record_of(returns)
    assert record is not None
    assert deflated_sharpe(record, trials, sharpes) == pytest.approx(theirs, rel=1e-9)
    if trials == 1:
        assert probabilistic_sharpe(record) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("trials", [1, 2, 10, 1_000])
def test_the_best_of_worthless_trials_is_as_good_as_ffn_says(trials: int) -> None:
    """The expected largest of so many is ffn's."""
    assert largest_of(trials) == pytest.approx(ffn.core.calc_expected_max_sharpe(trials, 1.0))


def test_the_deflated_ratio_is_that_of_its_paper() -> None:
    """A ratio of 2.5 over 1,250 days, best of 100 whose variance is a half, has 0.9004."""
    record = Record(days=1_250, sharpe=2.5 / math.sqrt(250), skew=-3.0, kurtosis=10.0)
    barrier = math.sqrt(0.5 / 250) * largest_of(100)
    assert probabilistic_sharpe(record, barrier) == pytest.approx(0.9004, abs=5e-5)


def test_five_years_are_too_short_for_more_than_45_trials() -> None:
    """With five years no more than 45 trials may be made, or a ratio of 1 means nothing."""
    assert minimum_backtest(45, 1.0) == pytest.approx(5.0, abs=0.1)
    assert minimum_backtest(1, 1.0) == 0.0
    assert minimum_backtest(45, -1.0) is None


def test_trials_that_nobody_knows_raise_the_hurdle() -> None:
    """Trials beyond those given count with the spread of those that are known."""
    sharpes = [0.01, 0.03, 0.05]
    assert hurdle(50, sharpes, 500) == pytest.approx(0.02 * largest_of(50))
    assert hurdle(2, sharpes, 500) == pytest.approx(0.02 * largest_of(3))


def test_a_single_ratio_is_spread_as_worthless_ones_are() -> None:
    """Where one ratio alone is known the others are taken to spread as those of noise."""
    assert hurdle(50, [0.04], 401) == pytest.approx(0.05 * largest_of(50))


def test_the_least_track_record_proves_the_ratio() -> None:
    """After so many days the probabilistic ratio is what was asked for."""
    record = Record(days=500, sharpe=0.05, skew=-0.7, kurtosis=6.0)
    least = least_track_record(record, 0.01, 0.99)
    assert least is not None
    longer = Record(round(least), record.sharpe, record.skew, record.kurtosis)
    assert probabilistic_sharpe(longer, 0.01) == pytest.approx(0.99, abs=1e-4)


def test_no_length_proves_what_is_not_there() -> None:
    """A ratio at or below the benchmark's has no least track record."""
    assert least_track_record(Record(500, 0.0, 0.0, 3.0)) is None
    assert least_track_record(Record(500, 0.02, 0.0, 3.0), 0.02) is None


def test_a_record_that_has_no_variance_proves_nothing() -> None:
    """Skewness that leaves the ratio no variance gives neither a chance nor a length."""
    record = Record(days=500, sharpe=0.9, skew=3.0, kurtosis=3.0)
    assert record.noise < 0.0
    assert probabilistic_sharpe(record) is None
    assert least_track_record(record) is None


@pytest.mark.parametrize("returns", [[0.01, 0.02, 0.03], [0.01] * 9, []])
def test_too_little_is_no_record(returns: list[float]) -> None:
    """Below four days, and where they are all the same, there is nothing to judge."""
    assert record_of(np.array(returns)) is None
