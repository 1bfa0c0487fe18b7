"""Runs of an engine: what it is started with and what its end means."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from tests.workbench.launcher.machine import Machine
from workbench.launcher.errors import LaunchError
from workbench.launcher.requirements import LAUNCHER_DLL
from workbench.launcher.runs import run_engine, run_launcher

MOMENT = datetime(2026, 1, 2, 3, 4, 5)


def test_the_launcher_runs_on_the_configuration_written(machine: Machine) -> None:
    """dotnet runs in the launcher's folder on the file kept beside the results."""
    machine.install("dotnet")
    code = run_launcher(machine.project, machine.environment, MOMENT)
    config = machine.project / "backtests" / "2026-01-02_03-04-05" / "config"
    assert code == 0
    assert machine.calls("dotnet") == [
        f"{machine.root / 'lean'} libpython3.11.so {LAUNCHER_DLL} --config {config}"
    ]
    written = json.loads(config.read_text())
    assert written["results-destination-folder"] == str(config.parent)
    assert written["algorithm-type-name"] == "HybridOptionsBot"


def test_two_runs_in_one_second_keep_apart(machine: Machine) -> None:
    """The later run takes the next free second for its folder and id."""
    machine.install("dotnet")
    for _ in range(2):
        run_launcher(machine.project, machine.environment, MOMENT)
    folders = sorted(path.name for path in (machine.project / "backtests").iterdir())
    assert folders == ["2026-01-02_03-04-05", "2026-01-02_03-04-06"]


def test_the_engines_exit_code_is_ours(machine: Machine) -> None:
    """A backtest that failed in LEAN fails the command, with LEAN's own code."""
    machine.install("dotnet", code=7)
    assert run_launcher(machine.project, machine.environment, MOMENT) == 7


def test_a_bad_project_leaves_no_results(machine: Machine) -> None:
    """The project is read before a results folder is made."""
    machine.install("dotnet")
    (machine.project / "main.py").write_text("")
    with pytest.raises(LaunchError):
        run_launcher(machine.project, machine.environment, MOMENT)
    assert not (machine.project / "backtests").exists()


def test_everything_missing_is_said_at_once(machine: Machine) -> None:
    """One error names dotnet and both variables, so that one round of setting up is enough."""
    with pytest.raises(LaunchError) as error:
        run_launcher(machine.project, {}, MOMENT)
    for name in ("install the .NET SDK", "LEAN_LAUNCHER is not set", "LEAN_DATA is not set"):
        assert name in error.value.message


@pytest.mark.parametrize(
    ("name", "says"),
    [("LEAN_LAUNCHER", "does not hold QuantConnect.Lean.Launcher.dll"), ("LEAN_DATA", "no folder")],
)
def test_a_wrong_folder_is_named(machine: Machine, name: str, says: str) -> None:
    """A variable that points nowhere is quoted with what should be there."""
    machine.install("dotnet")
    nowhere = str(machine.root / "nowhere")
    with pytest.raises(LaunchError) as error:
        run_launcher(machine.project, machine.environment | {name: nowhere}, MOMENT)
    assert f"{name} is {nowhere}" in error.value.message
    assert says in error.value.message


def test_an_interrupted_engine_ends_itself(machine: Machine) -> None:
    """Ctrl-C reaches the engine too, which then saves its results: its own end is waited for."""
    engine = machine.root / "programs" / "engine"
    engine.write_text("#!/bin/sh\ntrap '' INT\nkill -INT $PPID\n/bin/sleep 0.5\nexit 5\n")
    engine.chmod(0o755)
    assert run_engine([str(engine)], machine.root, machine.environment) == 5


def test_an_engine_that_wrote_its_result_has_run(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that fails on its way out, its whole result written, is said to have run, and where."""
    machine.install("dotnet", code=134)
    results = machine.project / "backtests" / "2026-01-02_03-04-05"
    program = machine.root / "programs" / "dotnet"
    whole = json.dumps({"orders": {}, "statistics": {"Total Orders": "1"}}).replace('"', '\\"')
    text = program.read_text().replace("exit 134", f'echo "{whole}" > "{results}/1.json"\nexit 134')
    program.write_text(text)
    assert run_launcher(machine.project, machine.environment, MOMENT) == 0
    said = capsys.readouterr().out
    assert "wrote its whole result and then failed on its way out with code 134" in said
    assert str(results) in said
