"""Commands to live runs on this machine: what is sent, what becomes of it, and what is refused."""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.workbench.desk.fleet.asking import Client
from tests.workbench.desk.watch.local import NEVER, Machine
from utils.lean.commands import COMMANDS
from workbench.desk import command_files, commands_api
from workbench.desk.command_files import CONFIG, CommandError, FolderPlace, outcome_of, place_at
from workbench.desk.commands_api import FORMS
from workbench.desk.desk import Desk
from workbench.desk.local_run import LocalRun
from workbench.desk.routes import Scope
from workbench.library.library import open_library

NAME = "0-TrackedAlgorithm"
DOCKER = """#!/bin/sh
# exec -i CONTAINER sh -c SCRIPT sh NAME, in the folder that stands for the container's
[ "$3" = "lean_cli_7" ] || { echo "Error: No such container: $3" >&2; exit 1; }
shift 3
cd "$LEAN_FOLDER" && exec "$@"
"""


class Lean:
    """A live run that was played to its end and answers commands, and a desk that watches it."""

    def __init__(self, machine: Machine) -> None:
        self.run: LocalRun = machine.deploy("live-redeploy-1")
        machine.play(self.run, NEVER)
        machine.look()
        self.machine = machine
        self.client = Client(Desk(machine.library, watcher=machine.watcher), Scope.ADMIN)

    def ask(self, body: Any, name: str = NAME, *, answers: bool = True) -> httpx.Response:
        """The response to a command, while the run looks for commands."""
        stopped = threading.Event()

        def look() -> None:
            while not stopped.wait(0.01):
                self.run.answer()

        looking = threading.Thread(target=look)
        if answers:
            looking.start()
        try:
            return self.client("POST", f"/api/v1/deployments/{name}/commands", json=body)
        finally:
            stopped.set()
            if answers:
                looking.join()


@pytest.fixture(scope="module")
def machine_with_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lean]:
    """A machine with a run, the same for all tests."""
    folder = tmp_path_factory.mktemp("machine")
    with open_library(str(folder / "library.db")) as library:
        yield Lean(Machine(folder / "lean", library))


@pytest.fixture
def lean(machine_with_run: Lean, monkeypatch: pytest.MonkeyPatch) -> Lean:
    """The machine, on which nothing waits for long."""
    monkeypatch.setattr(commands_api, "EVERY", 0.01)
    return machine_with_run


def test_the_commands_are_those_of_the_tracker() -> None:
    """Nothing else is sent, and nothing of the tracker's is missing."""
    assert FORMS.keys() == COMMANDS.keys()


def test_commands_reach_the_tracker(lean: Lean) -> None:
    """Each is done, and the answer says so; the run is the one that the page shows."""
    tracker = lean.run.replay.tracker
    before = len(lean.run.replay.engine.messages)
    for body in (
        {"command": "snapshot"},
        {"command": "summary"},
        {"command": "log", "level": "error"},
    ):
        answer = lean.ask(body)
        assert answer.status_code == 200
        assert answer.json()["done"] is True
        assert answer.json()["command"] == body["command"]
    assert len(lean.run.replay.engine.messages) > before
    flow = {"command": "flow", "amount": 500.0, "currency": "USD", "note": "savings"}
    assert lean.ask(flow).json()["done"] is True
    assert tracker.core.ledger is not None
    assert [path.name for path in lean.run.results.glob("*command-*.part")] == []


def test_what_the_tracker_refuses_is_told(lean: Lean) -> None:
    """The run's log has the reason; a command that was not done is no success."""
    refused = lean.ask({"command": "flow", "amount": 0.0})
    assert refused.status_code == 422
    assert "was not done" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ([], "a JSON object"),
        ({}, "no such command"),
        ({"command": ["flow"]}, "no such command"),
        ({"command": "liquidate"}, "no such command"),
        ({"command": "snapshot", "$type": "QuantConnect.Commands.OrderCommand"}, "has no '$type'"),
        ({"command": "snapshot", "tracker": "flow"}, "has no 'tracker'"),
        ({"command": "snapshot", "id": "../../x"}, "has no 'id'"),
        ({"command": "flow"}, "needs 'amount'"),
        ({"command": "flow", "amount": "5"}, "amount is a number"),
        ({"command": "flow", "amount": True}, "amount is a number"),
        ({"command": "flow", "amount": 1.0, "note": "x" * 401}, "note is a text"),
        ({"command": "flow", "amount": 1.0, "cause": "gift"}, "cause is none"),
        ({"command": "log", "level": "loud"}, "level is none"),
    ],
)
def test_what_is_no_command_is_refused(lean: Lean, body: Any, said: str) -> None:
    """Nothing is written, and the problem says what would be right."""
    answer = lean.ask(body, answers=False)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert list(lean.run.results.glob("command*")) == []


def test_only_an_admin_commands(lean: Lean) -> None:
    """A token that reads or posts digests is not enough, nor is none."""
    for scope in (Scope.READ, Scope.INGEST):
        token = lean.client.desk.tokens.make(scope.value, scope).secret
        path = f"/api/v1/deployments/{NAME}/commands"
        answer = lean.client("POST", path, token, json={"command": "summary"})
        assert answer.status_code == 403
    assert list(lean.run.results.glob("command*")) == []


@pytest.mark.parametrize("name", ["other", "..%2F..%2Fetc"])
def test_a_run_elsewhere_is_not_commanded(lean: Lean, name: str) -> None:
    """A deployment of the cloud, or of nobody, has no folder here."""
    answer = lean.ask({"command": "summary"}, name, answers=False)
    assert answer.status_code in (404, 409)


def test_a_desk_that_watches_nothing_commands_nobody(lean: Lean) -> None:
    """It says so."""
    client = Client(Desk(lean.machine.library), Scope.ADMIN)
    answer = client("POST", f"/api/v1/deployments/{NAME}/commands", json={"command": "summary"})
    assert answer.status_code == 409


def test_a_run_that_is_over_takes_nothing(lean: Lean, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command is taken back, so that no later run finds it."""
    monkeypatch.setattr(commands_api, "PATIENCE", 0.1)
    answer = lean.ask({"command": "summary"}, answers=False)
    assert answer.status_code == 504
    assert "taken back" in answer.json()["detail"]
    assert list(lean.run.results.glob("command*")) == []


def test_a_slow_answer_is_not_waited_for(lean: Lean, monkeypatch: pytest.MonkeyPatch) -> None:
    """LEAN has the command, and what becomes of it stands in the run's log."""
    monkeypatch.setattr(commands_api, "PATIENCE", 0.5)
    monkeypatch.setattr(FolderPlace, "read", lambda *_: '{"Success": tr')
    answer = lean.ask({"command": "summary"})
    assert answer.status_code == 202
    assert answer.json()["done"] is None


def test_a_folder_that_cannot_be_written_is_told(
    lean: Lean, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desk may be another user than LEAN."""

    def forbidden(*words: object, **more: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_text", forbidden)
    answer = lean.ask({"command": "summary"}, answers=False)
    assert answer.status_code == 502
    assert "Permission denied" in answer.json()["detail"]


# --- where LEAN takes them


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Docker whose one container works in a folder."""
    program, folder = tmp_path / "bin" / "docker", tmp_path / "inside"
    program.parent.mkdir()
    folder.mkdir()
    program.write_text(DOCKER)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("LEAN_FOLDER", str(folder))
    return folder


def test_under_the_cli_a_command_goes_into_the_container(docker: Path, tmp_path: Path) -> None:
    """The CLI leaves its name beside the results; what is sent arrives byte by byte."""
    (tmp_path / CONFIG).write_text('{"id": 3, "container": "lean_cli_7"}')
    place = place_at(tmp_path)
    note = 'it\'s $HOME `x` "y" \n ü'
    sent = command_files.send(place, {"tracker": "flow", "note": note}, "abc")
    (path,) = docker.iterdir()
    assert path.name.startswith("command-")
    assert json.loads(path.read_text()) == {"id": "abc", "tracker": "flow", "note": note}
    assert sent.answer() is None
    (docker / "result-command-abc.json").write_text('{"Success": true}')
    assert outcome_of(sent.answer() or {}) is True
    assert sent.withdraw()
    assert not sent.withdraw()


def test_a_container_that_is_gone_is_told(docker: Path, tmp_path: Path) -> None:
    """What Docker says is what the user reads."""
    (tmp_path / CONFIG).write_text('{"container": "lean_cli_8"}')
    with pytest.raises(CommandError, match="lean_cli_8: Error: No such container"):
        command_files.send(place_at(tmp_path), {"tracker": "summary"}, "abc")


def test_without_docker_that_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine may have the results and not the container."""
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / CONFIG).write_text('{"container": "lean_cli_7"}')
    with pytest.raises(CommandError, match="Docker cannot be called"):
        command_files.send(place_at(tmp_path), {"tracker": "summary"}, "abc")


@pytest.mark.parametrize("name", ['"--privileged"', '"a b"', "7", '""'])
def test_a_name_that_is_none_of_docker_is_refused(tmp_path: Path, name: str) -> None:
    """What lies in a folder is no part of a command line unless it is a name."""
    (tmp_path / CONFIG).write_text(f'{{"container": {name}}}')
    with pytest.raises(CommandError, match="names no container"):
        place_at(tmp_path)


def test_a_broken_config_is_told(tmp_path: Path) -> None:
    """It might name a container: nothing is guessed."""
    (tmp_path / CONFIG).write_text('{"container": ')
    with pytest.raises(CommandError, match="cannot be read"):
        place_at(tmp_path)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [({"Success": True}, True), ({"success": False}, False), ({"Success": None}, None), ({}, None)],
)
def test_answers_of_lean_are_understood(answer: dict[str, Any], outcome: bool | None) -> None:
    """It says true or false, or nothing where the algorithm did not know the command."""
    assert outcome_of(answer) is outcome
