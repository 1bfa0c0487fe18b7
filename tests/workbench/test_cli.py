"""The command line as a whole: its help, its exit codes, what it imports."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from tests.workbench.commands.calls import run
from workbench.cli import COMMANDS, main
from workbench.recordings import PROJECT


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS)])
def test_help_has_an_example(words: list[str]) -> None:
    """Every command's help shows how it is called."""
    shown = run(*words, "--help")
    assert shown.exit_code == 0
    assert "Example" in shown.output


def test_python_m_workbench_is_the_command_line() -> None:
    """The module runs as the README says, and its exit code is the command's."""
    command = [sys.executable, "-m", "workbench", "replay", "nothing"]
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr.startswith("Error: there is no recording 'nothing'")


def test_the_commands_are_those_of_the_table() -> None:
    """Help lists every command of the table under its own name, with a summary that is whole."""
    context = click.Context(main)
    listed = main.list_commands(context)
    assert listed == sorted(COMMANDS)
    for name in listed:
        command = main.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert not command.get_short_help_str(limit=60).endswith("...")


def test_an_unknown_command_is_a_usage_error() -> None:
    """What is no command ends with exit code 2 and its name."""
    refused = run("repaly")
    assert refused.exit_code == 2
    assert "No such command 'repaly'" in refused.output


def test_a_command_imports_only_what_it_needs() -> None:
    """To list recordings neither numpy nor the tracker is imported, so that it answers at once."""
    code = (
        "import sys; from workbench.cli import main; main(['recordings'], standalone_mode=False);"
        "print({'numpy', 'models', 'utils'} & set(sys.modules), file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0
    assert ended.stderr.strip() == "set()"
