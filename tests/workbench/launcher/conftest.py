"""A machine of the tests' own, and the launcher's command line on it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.workbench.launcher.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with everything but programs."""
    return Machine(tmp_path)


@pytest.fixture
def cli(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line in the machine's project, with the machine's PATH and variables."""
    for name, value in machine.environment.items():
        monkeypatch.setenv(name, value)
    # The virtual environment of the tests may hold the LEAN CLI; the machine's does not.
    monkeypatch.setattr(sys, "executable", str(machine.root / "venv" / "python"))
    monkeypatch.chdir(machine.project)
    return CliRunner()
