"""The launcher's command line."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from tests.workbench.launcher.machine import Machine
from workbench.launcher.cli import main


def test_the_lean_cli_backtests_the_folder(machine: Machine, cli: CliRunner) -> None:
    """`lean backtest .` runs in the project once Docker has answered, and its code is ours."""
    machine.install("docker")
    machine.install("lean", code=3)
    assert cli.invoke(main, ["lean"]).exit_code == 3
    assert machine.calls("lean") == [f"{machine.project} libpython3.11.so backtest ."]


def test_the_virtual_environments_lean_comes_first(machine: Machine, cli: CliRunner) -> None:
    """The pinned CLI is taken before another one on the PATH."""
    machine.install("docker")
    machine.install("lean", code=3)
    own = machine.root / "venv" / "lean"
    own.parent.mkdir()
    own.write_text("#!/bin/sh\nexit 4\n")
    own.chmod(0o755)
    assert cli.invoke(main, ["lean"]).exit_code == 4


def test_without_docker_and_cli_both_are_named(cli: CliRunner) -> None:
    """The error says what to install, ends with code 2 and shows no traceback."""
    result = cli.invoke(main, ["lean"])
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    assert "Docker was not found: install it" in result.output
    assert "LEAN CLI was not found: install it" in result.output


def test_a_docker_that_does_not_answer_is_named(machine: Machine, cli: CliRunner) -> None:
    """Docker's own last word is part of the error."""
    machine.install("docker", code=1, says="no daemon here")
    machine.install("lean")
    result = cli.invoke(main, ["lean"])
    assert result.exit_code == 2
    assert "Docker does not answer: start it (no daemon here)" in result.output
    assert machine.calls("lean") == []


@pytest.mark.parametrize(("code", "ends"), [(0, 0), (1, 2)])
def test_docker_can_be_checked_alone(
    machine: Machine, cli: CliRunner, code: int, ends: int
) -> None:
    """The Makefile asks this before it installs the LEAN CLI."""
    machine.install("docker", code=code)
    machine.install("lean")
    assert cli.invoke(main, ["lean", "--check-docker"]).exit_code == ends
    assert machine.calls("lean") == []


def test_the_launcher_command_runs_the_folder(machine: Machine, cli: CliRunner) -> None:
    """The command takes the folder it is called in and says where the results are."""
    machine.install("dotnet")
    result = cli.invoke(main, ["launcher"])
    assert result.exit_code == 0
    assert "results: " in result.output
    assert len(machine.calls("dotnet")) == 1


def test_the_launcher_command_says_what_is_missing(cli: CliRunner) -> None:
    """A missing dotnet ends with code 2 and no traceback."""
    result = cli.invoke(main, ["launcher"])
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    assert "dotnet was not found" in result.output
