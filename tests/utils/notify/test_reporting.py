"""What the tracker tells inside LEAN: banner, charts, notifications, the log's budget."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.ledger.result_text import LEDGER_STATISTIC
from tests.utils.runs import Project, Run, bought, stock
from tests.workbench.engine import tapes
from utils.notify.screen import CHART
from utils.tracking import LeanTracker
from workbench.engine.tape import read_tape
from workbench.recordings import recordings
from workbench.replay.replay import Replay


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project that never ran."""
    return Project(tmp_path)


@pytest.fixture
def run(project: Project) -> Run:
    """A live run that bought 10 shares."""
    return project.run(*bought())


class Shown:
    """When each figure of the banner was set."""

    def __init__(self) -> None:
        self.times: list[Any] = []

    def watch(self, tracker: LeanTracker) -> None:
        """Note the time of each call of the tracker's."""
        screen: Any = tracker.reporting.screen
        banner = screen.banner

        def noted(*figures: Any) -> None:
            self.times.append(tracker.run.feed.time())
            banner(*figures)

        screen.banner = noted


def test_live_the_banner_is_shown_every_ten_seconds(project: Project) -> None:
    """Not before the account is known, and not with every slice."""
    shown = Shown()
    run = project.run(*bought(), started=shown.watch)
    gaps = {
        (after - before).total_seconds()
        for before, after in zip(shown.times, shown.times[1:], strict=False)
    }
    assert gaps == {10.0}
    assert run.engine.runtime_statistics["Tracker net P&L"] == "1.50 USD"


def test_a_backtest_shows_its_banner_at_midnights_five_seconds_apart_and_at_its_end(
    project: Project,
) -> None:
    """A midnight that comes sooner by the wall clock shows nothing."""
    shown = Shown()
    nights = [tapes.day("05:00", f"2020-01-0{day}") for day in (3, 4, 5, 6)]

    def wait(_: Any) -> None:
        project.now += 3.0

    project.run(
        tapes.mark(tpv=1000.0),
        *nights,
        day="2020-01-02",
        live=False,
        started=shown.watch,
        each=wait,
    )
    assert [f"{time:%d %H:%M}" for time in shown.times[:-1]] == ["03 05:00", "05 05:00"]
    assert len(shown.times) == 3


def test_the_figures_stand_in_leans_own_result(run: Run) -> None:
    """At the end, under names that LEAN takes."""
    assert run.engine.summary_statistics["Tracker net P&L"] == "1.50 USD"
    assert len(run.engine.summary_statistics) == 5 + 1  # and the ledger


def test_the_banner_can_be_turned_off(project: Project) -> None:
    """Then LEAN is shown nothing."""
    run = project.run(*bought(), banner="off")
    assert run.engine.runtime_statistics == {}
    assert list(run.engine.summary_statistics) == [LEDGER_STATISTIC]


def test_charts_have_four_series_once_a_day(project: Project) -> None:
    """Off unless asked for, and under a name that is none of LEAN's."""
    nights = [tapes.day("05:00", f"2020-01-0{day}", tpv=1001.5) for day in (3, 4)]
    quiet = project.run(*bought(), *nights, day="2020-01-02", live=False)
    assert quiet.engine.plots == []
    run = project.run(*bought(), *nights, day="2020-01-02", live=False, charts="on")
    assert [chart for chart, *_ in run.engine.plots] == [CHART] * 8
    series = {name for _, name, _ in run.engine.plots}
    assert series == {"NAV", "Drawdown %", "Leverage", "Unexplained"}
    assert CHART not in {
        "Strategy Equity", "Drawdown", "Benchmark", "Exposure", "Portfolio Margin",
        "Strategy Capacity", "Portfolio Turnover", "Assets Sales Volume",
    }  # fmt: skip
    last = {name: value for _, name, value in run.engine.plots[-4:]}
    assert last["NAV"] == pytest.approx(1.0015)


@pytest.mark.parametrize("live", [True, False])
def test_only_live_trading_notifies(project: Project, live: bool) -> None:
    """A backtest's alerts are in its log alone."""
    fallen = tapes.mark("14:40", h=stock(10.0, 30.0), tpv=799.0)
    settings: dict[str, Any] = {"alerts": "drawdown=0.1", "notify": "email=a@b.c,web=http://x"}
    run = project.run(*bought(), fallen, live=live, **settings)
    assert len(run.logged("drawdown alert")) == 1
    assert [channel for channel, *_ in run.engine.notifications] == (
        ["email", "web"] if live else []
    )


def test_notifications_have_a_daily_limit(project: Project) -> None:
    """The third alert of the day is in the log alone."""
    prices = (30.0, 60.0, 30.0, 70.0)
    marks = [
        tapes.mark(f"14:{40 + at}", h=stock(10.0, price), tpv=499.0 + 10.0 * price)
        for at, price in enumerate(prices)
    ]
    settings: dict[str, Any] = {"alerts": "drawdown=0.1", "notify": "web=http://x"}
    run = project.run(*bought(), *marks, notify_daily=2, **settings)
    assert len(run.engine.notifications) == 2
    assert len(run.logged("drawdown")) == 4


@pytest.mark.parametrize("budget", [300, 2_000, 8_192])
@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_backtests_log_stays_within_its_budget(budget: int, log_format: str) -> None:
    """Hundreds of fills at level debug: LEAN is told no more bytes, the rest is counted."""
    tape = read_tape(recordings()["sliced-fills"].path)
    settings: dict[str, Any] = {"log_level": "debug", "log_format": log_format}
    replay = Replay(tape, log_bytes=budget, persist="off", **settings)
    list(replay.play())
    told = sum(len(f"{message.line}\n".encode()) for message in replay.engine.messages)
    assert told <= budget
    assert replay.tracker.log.left_out.total() > 100
    assert not replay.tracker.errors
    assert budget < 8_192 or "log closed" in replay.engine.messages[-1].text


def test_a_backtest_that_goes_well_says_little() -> None:
    """At its own level only the balance and the strategies are told."""
    replay = Replay(read_tape(recordings()["sliced-fills"].path))
    list(replay.play())
    words = {message.text.split()[0] for message in replay.engine.messages}
    assert words == {"balance", "result"}
