"""What an engine needs on this machine."""

from __future__ import annotations

import pytest

from tests.workbench.launcher.machine import Machine
from workbench.launcher import requirements


def test_a_docker_that_hangs_is_named(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait for Docker has an end."""
    machine.install("docker")
    monkeypatch.setattr(requirements, "DOCKER_SECONDS", 0)
    said = requirements.docker_problem(machine.environment)
    assert said is not None
    assert "did not answer within 0 seconds" in said
