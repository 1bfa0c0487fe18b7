"""The daily returns as QuantStats and pyfolio take them, and what they make of them."""

from __future__ import annotations

import warnings
from typing import Any

import matplotlib as mpl
import pytest
import quantstats

from tests.recordings.played import played
from tests.workbench.frames.runs import recorded
from workbench.statistics.figures import own_figures

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it tells of another package that it can do without
    import pyfolio
    import pyfolio.timeseries

RUN = "three-strategies"

pytestmark = pytest.mark.recording(RUN)


@pytest.fixture(params=[None, "rotation", "trend"])
def pair(request: pytest.FixtureRequest) -> tuple[Any, dict[str, float]]:
    """The returns of the account or of a strategy, and our own figures of them."""
    strategy = request.param
    figures = own_figures(played(RUN).replay.tracker, strategy)["portfolio"]
    own = {name: each["value"] for name, each in figures.items()}
    return recorded(RUN).daily_returns(strategy), own


def test_quantstats_takes_them(pair: tuple[Any, dict[str, float]]) -> None:
    """Its figures are ours."""
    returns, own = pair
    assert quantstats.stats.volatility(returns) == pytest.approx(own["volatility"])
    assert -quantstats.stats.max_drawdown(returns) == pytest.approx(own["max_drawdown"])
    assert quantstats.stats.best(returns) == pytest.approx(own["best_day"])
    assert quantstats.stats.comp(returns) == pytest.approx(own["total_return"])
    assert quantstats.stats.skew(returns) == pytest.approx(own["skew"])


def test_quantstats_makes_its_report_of_them() -> None:
    """The whole table of metrics, with a benchmark, without a change to the series."""
    frame = recorded(RUN).pandas("daily_nav").query("strategy == ''").set_index("date")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, at what QuantStats asks it
        made = quantstats.reports.metrics(
            recorded(RUN).daily_returns(),
            benchmark=frame["benchmark_return"].fillna(0.0),
            mode="full",
            display=False,
        )
    assert "Sharpe" in made.index


def test_pyfolio_takes_them(pair: tuple[Any, dict[str, float]]) -> None:
    """Its figures are ours."""
    returns, own = pair
    found = pyfolio.timeseries.perf_stats(returns)
    assert found["Annual volatility"] == pytest.approx(own["volatility"])
    assert -found["Max drawdown"] == pytest.approx(own["max_drawdown"])
    assert found["Cumulative returns"] == pytest.approx(own["total_return"])
    assert found["Tail ratio"] == pytest.approx(own["tail_ratio"])


def test_pyfolio_draws_its_sheet_of_them() -> None:
    """From the series alone."""
    mpl.use("Agg")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas and seaborn, at what pyfolio asks them
        drawn = pyfolio.create_simple_tear_sheet(recorded(RUN).daily_returns(), None, None)
    assert drawn is None
    mpl.pyplot.close("all")
