"""Commands to a running tracker: what each does, and how a wrong one is answered."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.utils.runs import Project, Run, bought, stock
from tests.workbench.engine import tapes
from utils.store.results import SaveReason
from workbench.engine.engine import Played


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


def test_a_command_saves(run: Run) -> None:
    """`snapshot` saves now and says whether it could."""
    before = run.tracker.store.statistics().saves[SaveReason.SAVED]
    assert run.tracker.on_command(Command(tracker="snapshot")) is True
    assert run.tracker.store.statistics().saves[SaveReason.SAVED] == before + 1


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
