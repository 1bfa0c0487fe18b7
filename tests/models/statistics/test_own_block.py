"""The whole block of figures within an algorithm: the desk's, of one moment, at no cost to take."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models import PerformanceSummary, StrategyMetrics, UnknownStrategyError
from models.performance_tracker import PerformanceTracker
from models.statistics.own_block import OwnBlock
from models.statistics.portfolio import OWN, Figure
from tests.recordings.played import NAMES, played
from workbench.engine.tape import read_tape
from workbench.recordings import find
from workbench.replay.replay import Replay
from workbench.replay.saved_state import load
from workbench.statistics.figures import own_figures, state_statistics

DAY = timedelta(days=1)
START = datetime(2024, 1, 2, 12, tzinfo=UTC)


def marked(days: int) -> PerformanceTracker:
    """A tracker by hand whose only share goes up and down for some days."""
    tracker = PerformanceTracker(1_000.0)
    tracker.open_trade("A", 1, 100.0, time=START, strategy="trend")
    for day in range(1, days):
        price = 100.0 + day % 5 - day % 3
        tracker.update_unrealized_pnl({"A": price}, START + day * DAY)
    return tracker


@pytest.mark.parametrize("name", NAMES)
def test_the_algorithm_has_the_figures_of_the_desk(name: str) -> None:
    """Every metric of the one list, of the account and of each strategy, to the last digit."""
    tracker = played(name).replay.tracker
    summary, strategies = tracker.summary(), tracker.strategies()
    for strategy in (None, *strategies):
        desk = own_figures(tracker, strategy)["portfolio"]
        block = tracker.portfolio_statistics(strategy)
        shown = (summary.account if strategy is None else summary.strategies[strategy]).portfolio
        assert list(desk) == list(block) == list(OWN)
        assert {key: figure._asdict() for key, figure in block.items()} == desk
        assert shown == block
        assert strategy is None or strategies[strategy].portfolio == block


def test_a_saved_run_has_the_figures_that_it_had_in_lean(tmp_path: Path) -> None:
    """What the algorithm could print at its end is what the desk prints of its state."""
    replay = Replay(read_tape(find("macd-eleven-years")), store=tmp_path, persist="on")
    for _ in replay.play():
        pass
    within = {key: each._asdict() for key, each in replay.tracker.portfolio_statistics().items()}
    desk = state_statistics(load(tmp_path).tracker)["own"]["portfolio"]
    assert desk == within
    assert desk["calmar"]["value"] is not None


def test_a_block_is_of_its_moment() -> None:
    """What happens after it was taken changes none of its figures, read whenever."""
    tracker, whole = marked(40), marked(80)
    block, summary = tracker.portfolio_statistics("trend"), tracker.summary()
    wanted = dict(marked(40).portfolio_statistics("trend"))
    for day in range(40, 80):
        price = 100.0 + day % 5 - day % 3
        tracker.update_unrealized_pnl({"A": price}, START + day * DAY)
    assert dict(block) == wanted
    assert summary.strategies["trend"].portfolio == wanted
    assert tracker.portfolio_statistics("trend") == whole.portfolio_statistics("trend") != wanted


def test_a_later_mark_of_the_same_day_changes_no_block_taken_before() -> None:
    """The open day's close is that of the moment."""
    tracker = marked(10)
    block = tracker.portfolio_statistics()
    wanted = dict(marked(10).portfolio_statistics())
    tracker.update_unrealized_pnl({"A": 500.0}, START + 9 * DAY + timedelta(hours=1))
    assert dict(block) == wanted


def test_taking_a_block_computes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A summary costs the same however long the run is: figures are computed when one is read."""
    tracker = marked(30)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("it was computed")

    monkeypatch.setattr("models.statistics.own_block.own_statistics", refuse)
    monkeypatch.setattr("models.statistics.own_block.daily_series_of", refuse)
    monkeypatch.setattr("models.equity.prefix.Prefix.rows", refuse)
    summary, block = tracker.summary(), tracker.portfolio_statistics("trend")
    assert summary.account.trading_days > 0
    assert (list(block), len(block)) == (list(OWN), len(OWN))
    with pytest.raises(AssertionError, match="computed"):
        block["cagr"]


def test_a_saved_state_holds_no_block() -> None:
    """It can be computed of what is saved; the headline has the running figures."""
    state = marked(30).state()
    assert "portfolio" not in state["headline"]
    assert state["headline"]["trading_days"] > 0


def test_a_record_with_a_block_is_json_and_back() -> None:
    """As are all records; it can be hashed still."""
    summary = marked(30).summary()
    assert PerformanceSummary.from_dict(summary.to_dict()) == summary
    figures = summary.strategies["trend"]
    assert figures.to_dict()["portfolio"]["volatility"]["definition"] == "own.volatility"
    assert StrategyMetrics.from_dict(figures.to_dict()) == figures
    assert isinstance(figures.portfolio["volatility"], Figure)
    assert isinstance(hash(figures), int)
    assert StrategyMetrics(strategy_name="a").portfolio == {}


def test_before_the_first_event_nothing_is_defined() -> None:
    """Every figure is there, None and of no return."""
    block = PerformanceTracker().portfolio_statistics()
    assert {(each.value, each.n) for each in block.values()} == {(None, 0)}
    assert isinstance(block, OwnBlock)


def test_an_unknown_strategy_is_refused() -> None:
    """With those there are."""
    with pytest.raises(UnknownStrategyError, match="trend"):
        marked(3).portfolio_statistics("x")
