"""What the tracker tells inside LEAN: commands, banner, charts, notifications, the log's budget."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.utils.runs import Project, Run, bought, stock
from tests.workbench.engine import tapes
from utils.notify.screen import CHART
from utils.store.results import Reason
from workbench.engine.engine import Played
from workbench.engine.tape import read_tape
from workbench.recordings import recordings
from workbench.replay.replay import Replay


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project that never ran."""
    return Project(tmp_path)


class Command:
    """LEAN's dynamic command: what it was not given is None."""

    def __init__(self, **given: Any) -> None:
        self._given = given

    def __getattr__(self, name: str) -> Any:
        return self._given.get(name)


@pytest.fixture
def run(project: Project) -> Run:
    """A live run that bought 10 shares."""
    return project.run(*bought())


# --- commands


def test_a_command_saves(run: Run) -> None:
    """`snapshot` saves now and says whether it could."""
    before = run.tracker.store.statistics().saves[Reason.SAVED]
    assert run.tracker.on_command(Command(tracker="snapshot")) is True
    assert run.tracker.store.statistics().saves[Reason.SAVED] == before + 1


def test_a_command_tells_the_balance(run: Run) -> None:
    """`summary` logs the law, whatever the level."""
    run.tracker.on_command(Command(tracker="log", level="error"))
    before = len(run.logged("balance"))
    assert run.tracker.on_command(Command(tracker="summary")) is True
    assert len(run.logged("balance")) == before + 1


def test_a_command_announces_a_deposit(project: Project) -> None:
    """`flow` names the deposit that the cash shows later, in any currency there is."""

    def command(played: Played) -> None:
        if played.type == "mark" and "14:32" in played.line["utc"]:
            assert watch[0].on_command(Command(tracker="flow", amount="250", note="pay"))

    watch: list[Any] = []
    paid = tapes.mark("14:40", h=stock(10.0, 50.25), tpv=1251.5, cash={"USD": [749.0, 1.0]})
    again = tapes.mark("14:41", tpv=1251.5)
    run = project.run(*bought(), paid, again, each=command, started=watch.append)
    (flow,) = run.tracker.ledger.flows
    assert (flow.value, flow.cause) == (250.0, "announced: pay")
    assert run.tracker.summary().net_pnl == 1.5


def test_a_command_sets_the_logs_level(project: Project) -> None:
    """From `log` on what matters as much is logged, trades among it."""

    def command(played: Played) -> None:
        if played.type == "security":
            assert watch[0].on_command(Command(tracker="log", level="debug")) is True

    watch: list[Any] = []
    run = project.run(*bought(), log_level="error", each=command, started=watch.append)
    assert len(run.logged("order filled")) == 1
    assert len(run.logged("position opened")) == 1


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (Command(tracker="log", level="loud"), "CallError"),
        (Command(tracker="log"), "CallError"),
        (Command(tracker="flow", amount="much"), "ValueError"),
        (Command(tracker="flow"), "TypeError"),
        (Command(tracker="flow", amount=0), "CallError"),
        (Command(tracker="flow", amount="nan"), "CallError"),
        (Command(tracker="sell"), "CallError"),
        (Command(tracker=7), "CallError"),
    ],
)
def test_a_wrong_command_is_answered_and_counted(run: Run, command: Command, error: str) -> None:
    """It raises nothing into LEAN, changes nothing, and the answer is False."""
    before = run.tracker.state()
    assert run.tracker.on_command(command) is False
    assert run.tracker.errors == {f"on_command: {error}": 1}
    assert {**run.tracker.state(), "errors": {}} == before


@pytest.mark.parametrize("command", [Command(), Command(other=1), SimpleNamespace(), None])
def test_a_command_of_somebody_elses_is_left_to_him(run: Run, command: Any) -> None:
    """None is LEAN's word for that."""
    assert run.tracker.on_command(command) is None
    assert not run.tracker.errors


def test_a_command_before_the_first_event_is_answered(project: Project) -> None:
    """Nothing can be saved or announced yet, and nothing breaks."""
    answers: list[Any] = []

    def command(tracker: Any) -> None:
        answers.extend(
            tracker.on_command(Command(tracker=name, amount=1.0, level="info"))
            for name in ("snapshot", "summary", "flow", "log")
        )

    run = project.run(*bought(), started=command)
    assert answers == [True, True, False, True]
    assert run.tracker.balance()["unexplained"] == 0.0
    assert run.tracker.balance()["starting_equity"] == 1000.0


# --- the banner


class Shown:
    """When each figure of the banner was set."""

    def __init__(self) -> None:
        self.times: list[Any] = []

    def watch(self, tracker: Any) -> None:
        """Note the time of each call of the tracker's."""
        banner = tracker._screen.banner

        def noted(summary: Any) -> None:
            self.times.append(tracker._algorithm.utc_time)
            banner(summary)

        tracker._screen.banner = noted


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


def test_a_backtest_shows_its_banner_once_a_day(project: Project) -> None:
    """At midnight of the algorithm's clock."""
    shown = Shown()
    lines = [tapes.mark(f"14:{minute}", tpv=1000.0) for minute in range(10, 40)]
    nights = [tapes.day("05:00", f"2020-01-0{day}") for day in (3, 4, 5)]
    project.run(*lines, *nights, day="2020-01-02", live=False, started=shown.watch)
    assert [time.isoformat() for time in shown.times] == [
        f"2020-01-0{day}T05:00:00+00:00" for day in (3, 4, 5)
    ]


def test_the_figures_stand_in_leans_own_result(run: Run) -> None:
    """At the end, under names that LEAN takes."""
    assert run.engine.summary_statistics["Tracker net P&L"] == "1.50 USD"
    assert len(run.engine.summary_statistics) == 5


def test_the_banner_can_be_turned_off(project: Project) -> None:
    """Then LEAN is shown nothing."""
    run = project.run(*bought(), banner="off")
    assert run.engine.runtime_statistics == {}
    assert run.engine.summary_statistics == {}


# --- charts


def test_charts_have_four_series_once_a_day(project: Project) -> None:
    """Off unless asked for, and under a name that is none of LEAN's."""
    nights = [tapes.day("05:00", f"2020-01-0{day}") for day in (3, 4)]
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


# --- notifications


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


# --- the log


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
