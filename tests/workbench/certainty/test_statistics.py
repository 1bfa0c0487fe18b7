"""The statistics as functions of sums, against the ones that `stats` prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from models.statistics.closes import Closes
from models.statistics.portfolio import own_statistics
from tests.workbench.certainty.markets import market, normal
from workbench.certainty.observations import ClosedTrades, Observations, Sums, daily_columns
from workbench.certainty.statistics import STATISTICS

RISK_FREE = 0.02


def figures(seen: Observations) -> Mapping[str, float]:
    """Every statistic of the days as they are."""
    sums = Sums(*daily_columns(seen, 0).sum(axis=0))
    return {name: float(each.value(sums, seen.scale)) for name, each in STATISTICS.items()}


@pytest.fixture
def seen() -> Observations:
    """Three years of one series, the benchmark missing on some days."""
    found = market(np.random.default_rng(7), 756, normal)
    benchmark = found.benchmark.copy()
    benchmark[100:140] = np.nan
    return replace(found, benchmark=benchmark, risk_free=RISK_FREE)


@pytest.mark.parametrize("name", ["sharpe", "sortino", "cagr", "volatility", "alpha", "beta"])
def test_figures_of_days_are_those_of_stats(seen: Observations, name: str) -> None:
    """The same days have the same figures as in the portfolio statistics."""
    worth, nav = np.zeros(757), np.concatenate(([1.0], np.cumprod(1.0 + seen.returns[0])))
    filled = np.concatenate(([1.0], np.cumprod(1.0 + np.nan_to_num(seen.benchmark))))
    missing = np.isnan(seen.benchmark)
    worth[:] = filled
    worth[1:][missing[:756]] = 0.0
    # a day after one without a value has no return either
    benchmark = np.where((worth[1:] > 0.0) & (worth[:-1] > 0.0), seen.benchmark, np.nan)
    days = np.round(np.linspace(700_000, 700_000 + seen.calendar_days, 757))
    theirs = own_statistics(Closes(days, nav, worth), days_a_year=252, risk_free=RISK_FREE)
    ours = figures(replace(seen, benchmark=benchmark))
    assert ours[name] == pytest.approx(theirs[name].value, rel=1e-9)


def test_figures_of_trades_are_their_ratios(seen: Observations) -> None:
    """Win rate, expectancy and profit factor are of all trades, whatever the day."""
    trades = ClosedTrades(*(np.zeros((5, 756)) + np.array([[4.0], [2.0], [1.0], [300.0], [-60.0]])))
    found = figures(replace(seen, trades=(trades,)))
    assert found["win_rate"] == pytest.approx(2.0 / 3.0)
    assert found["expectancy"] == pytest.approx(60.0)
    assert found["profit_factor"] == pytest.approx(5.0)


def test_what_has_no_meaning_is_not_a_number(seen: Observations) -> None:
    """No trade, no benchmark and no spread leave figures undefined, and no losses make one
    infinite.
    """
    flat = replace(
        seen,
        returns=np.full((1, 756), 0.001),
        trades=(ClosedTrades.none(756),),
        benchmark=np.full(756, np.nan),
    )
    found = figures(flat)
    undefined = {name for name, value in found.items() if np.isnan(value)}
    assert undefined == set(STATISTICS) - {"cagr", "volatility"}
    assert found["volatility"] == 0.0
    winners = ClosedTrades(*(np.ones((5, 756)) * np.array([[1.0], [1.0], [0.0], [9.0], [0.0]])))
    assert figures(replace(seen, trades=(winners,)))["profit_factor"] == np.inf


def test_ruin_is_a_growth_of_nothing(seen: Observations) -> None:
    """A day that loses everything leaves a growth of -100 %, and no error."""
    returns = seen.returns.copy()
    returns[0, 10] = -1.0
    assert figures(replace(seen, returns=returns))["cagr"] == pytest.approx(-1.0)
