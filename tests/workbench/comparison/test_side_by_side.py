"""Each subject in figures."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.workbench.comparison.runs import noise, run, subjects, trade
from workbench.certainty.observations import Scale
from workbench.certainty.resamples import resample
from workbench.certainty.sharpe import deflated_sharpe, hurdle, minimum_backtest, record_of
from workbench.comparison.run import Run
from workbench.comparison.side_by_side import (
    PROMISES,
    Profile,
    best_by_luck,
    profiles,
    track_records,
)
from workbench.comparison.subjects import common_window, observations

SCALE = Scale(n=300, year=252.0, years=1.0, rate=0.0)


def of(*runs: Run, trials: int = 1) -> list[Profile]:
    """The profiles of runs."""
    seen = observations(subjects(*runs), common_window(runs), runs[0])
    return profiles(subjects(*runs), resample(seen, 300), trials)


def test_a_profile_has_what_the_run_made() -> None:
    """Capital, P&L, return, worst day, trades and fees are those of the window."""
    returns = noise(1)
    (found,) = of(run("one", returns, trades=[trade(3, 5.0), trade(8, -2.0)]))
    assert (found.name, found.capital) == ("one", 1_000.0)
    assert found.net_pnl == pytest.approx(1_000.0 * found.total_return)
    assert found.total_return == pytest.approx(float(np.prod(1.0 + returns)) - 1.0)
    assert found.worst_day == returns.min()
    assert (found.trades, found.fees) == (2, 2.0)
    assert found.execution == {}


def test_a_figure_below_the_least_track_record_says_so() -> None:
    """Too short a record leaves what promises profit in doubt, and what describes risk not."""
    (found,) = of(run("one", noise(1, 300, 0.0012)))
    record = found.track_record
    assert record.least_days is not None
    assert record.least_days > record.days == 300
    assert not record.enough
    doubted = {name for name, each in found.estimates.items() if not each.enough}
    assert doubted >= PROMISES & set(found.estimates)
    assert found.estimates["volatility"].enough


def test_a_record_that_is_long_enough_is_not_doubted() -> None:
    """Where the days prove the ratio, its figures stand."""
    (found,) = of(run("one", noise(1, 300, 0.004)))
    assert found.track_record.enough
    assert found.estimates["sharpe"].enough
    assert found.track_record.probabilistic_sharpe == pytest.approx(1.0, abs=0.01)


def test_a_ratio_below_nothing_has_no_length_that_is_enough() -> None:
    """Of a run that loses no length proves a profit."""
    (found,) = of(run("one", noise(1, 300, -0.002)))
    assert found.track_record.least_days is None
    assert found.track_record.minimum_backtest_years is None
    assert not found.track_record.enough


def test_every_run_that_was_tried_counts() -> None:
    """The deflated ratio and the minimum backtest are of all trials, known or not."""
    runs = [run(f"{at}", noise(at, mean=0.001)) for at in range(3)]
    records = [record_of(each.daily.returns) for each in runs]
    sharpes = [each.sharpe for each in records if each is not None]
    for trials, counted in ((1, 3), (3, 3), (500, 500)):
        for each, record in zip(of(*runs, trials=trials), records, strict=True):
            assert record is not None
            assert each.track_record.deflated_sharpe == pytest.approx(
                deflated_sharpe(record, counted, sharpes)
            )
            assert each.track_record.minimum_backtest_years == pytest.approx(
                minimum_backtest(counted, record.sharpe * math.sqrt(252.0))
            )


def test_a_run_that_does_not_move_has_no_record() -> None:
    """Nothing is said of a ratio that does not exist."""
    (record,) = track_records(subjects(run("still", np.zeros(300))), SCALE, 1)
    assert record.probabilistic_sharpe is None
    assert (record.days, record.enough) == (300, False)


def test_the_best_by_luck_is_the_hurdle_of_all_trials_a_year() -> None:
    """It is what the deflated ratio is held against, other trials among them."""
    runs = [run(f"{at}", noise(at)) for at in range(3)]
    records = [record_of(each.daily.returns) for each in runs]
    known = [*(each.sharpe for each in records if each is not None), 0.1]
    found = best_by_luck(subjects(*runs), SCALE, 1_000, [0.1])
    assert found == pytest.approx(hurdle(1_000, known, 300) * math.sqrt(252.0))
    assert found > best_by_luck(subjects(*runs), SCALE, 10, [0.1]) > 0.0
