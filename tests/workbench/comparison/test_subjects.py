"""What is compared, and on which days."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from tests.workbench.comparison.runs import noise, run, subjects, trade
from workbench.comparison.subjects import (
    NothingInCommonError,
    closed_trades,
    common_window,
    observations,
    strategy_subjects,
)


def test_the_window_is_what_all_runs_cover() -> None:
    """It goes from the latest start to the earliest end, and says what it leaves out."""
    one = run("one", noise(1, 30))
    other = run("other", noise(2, 40), start=date(2024, 1, 11))
    window = common_window([one, other])
    assert (window.first, window.last) == (date(2024, 1, 12), date(2024, 1, 31))
    assert window.days.size == 20
    assert window.left_out == {"one": 10, "other": 20}


def test_returns_are_those_of_the_window() -> None:
    """Each run has its own returns on the window's days."""
    one = run("one", noise(1, 30))
    other = run("other", noise(2, 40), start=date(2024, 1, 11))
    first, second = subjects(one, other)
    assert (first.returns == one.daily.returns[10:]).all()
    assert (second.returns == other.daily.returns[:20]).all()
    assert first.capital == pytest.approx(1_000.0 * float(np.prod(1.0 + one.daily.returns[:10])))
    assert second.capital == 1_000.0


def test_a_day_that_a_run_does_not_have_is_a_return_of_nothing() -> None:
    """Where one run has a day and the other has none, the other made nothing."""
    one, other = run("one", noise(1, 10)), run("other", noise(2, 10))
    kept = np.arange(10) != 4
    for name in ("days", "returns", "pnl", "equity", "benchmark"):
        object.__setattr__(other.daily, name, getattr(other.daily, name)[kept])
    first, second = subjects(one, other)
    assert first.returns[4] == one.daily.returns[4]
    assert second.returns[4] == second.pnl[4] == 0.0
    assert (second.returns[5:] == other.daily.returns[4:]).all()


def test_runs_without_a_common_day_are_refused() -> None:
    """The error names the runs with their dates, or the run that has no day."""
    one, other = run("one", noise(1, 5)), run("other", noise(2, 5), start=date(2025, 1, 1))
    with pytest.raises(
        NothingInCommonError, match="one 2024-01-02 to 2024-01-06; other 2025-01-02"
    ):
        common_window([one, other])
    with pytest.raises(NothingInCommonError, match="empty has no day"):
        common_window([one, run("empty", [])])


def test_trades_count_on_the_day_they_closed() -> None:
    """Wins, losses and what broke even are told apart, and those outside the window left out."""
    days = run("one", noise(1, 10))
    window = common_window([days, run("other", noise(2, 5))])
    made = {1: 5.0, 2: -3.0, 3: 0.0, 6: 50.0, 0: 50.0}
    found = closed_trades(
        [(window.start + day, trade(day, pnl)) for day, pnl in made.items()], window
    )
    assert found.closed.tolist() == [1.0, 1.0, 1.0, 0.0, 0.0]
    assert (found.wins.sum(), found.losses.sum()) == (1.0, 1.0)
    assert (found.won[0], found.lost[1]) == (5.0, -3.0)


def test_a_trade_of_a_day_without_a_mark_counts_on_the_next() -> None:
    """A trade that closed between two days belongs to the later one."""
    one = run("one", noise(1, 10))
    kept = np.arange(10) != 4
    object.__setattr__(one.daily, "days", one.daily.days[kept])
    window = common_window([one])
    assert closed_trades([(window.start + 5, trade(5, 1.0))], window).wins[4] == 1.0


def test_strategies_are_those_of_the_run() -> None:
    """Each strategy has its days, its trades and their fees."""
    made = {"trend": noise(1, 20) * 1_000, "carry": noise(2, 20) * 1_000}
    found = run(
        "one", noise(3, 20), strategies=made, trades=[trade(3, 7.0), trade(4, 5.0, "carry", 2.5)]
    )
    trend, carry = strategy_subjects(found, common_window([found]))
    assert (trend.name, carry.name) == ("trend", "carry")
    assert (carry.pnl == made["carry"]).all()
    assert (trend.trades.won.sum(), carry.trades.won.sum()) == (7.0, 5.0)
    assert (trend.fees, carry.fees) == (1.0, 2.5)


def test_the_benchmark_is_that_of_the_first_run() -> None:
    """What is resampled has the benchmark of one run, and none on days that it does not have."""
    benchmark = noise(9, 20)
    benchmark[3] = np.nan
    one, other = run("one", noise(1, 20), benchmark=benchmark), run("other", noise(2, 20))
    window = common_window([one, other])
    seen = observations(subjects(one, other), window, one)
    assert seen.names == ("one", "other")
    assert np.array_equal(seen.benchmark, benchmark, equal_nan=True)
    assert seen.calendar_days == 20
