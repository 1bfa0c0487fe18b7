"""The configuration that LEAN's launcher is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workbench.launcher.machine import Machine
from workbench.launcher.configuration import (
    BACKTESTING,
    HANDLERS,
    algorithm_class,
    build_config,
    project_parameters,
)
from workbench.launcher.errors import LaunchError


def test_the_algorithm_is_the_class_derived_from_qcalgorithm(machine: Machine) -> None:
    """Other classes of main.py are passed over."""
    assert algorithm_class(machine.project / "main.py") == "HybridOptionsBot"


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("x = 1\n", "found: none"),
        ("class A(QCAlgorithm): ...\nclass B(lean.QCAlgorithm): ...\n", "found: A, B"),
        ("class A(", "Cannot read"),
        ("x = '\0'", "Cannot read"),
    ],
)
def test_a_file_without_one_algorithm_is_refused(tmp_path: Path, source: str, says: str) -> None:
    """No class, two classes and broken Python are each named, never a traceback."""
    path = tmp_path / "main.py"
    path.write_text(source)
    with pytest.raises(LaunchError, match=says):
        algorithm_class(path)


def test_a_missing_algorithm_is_refused(tmp_path: Path) -> None:
    """A folder that is no project is named."""
    with pytest.raises(LaunchError, match=r"Cannot read the algorithm .*main\.py"):
        algorithm_class(tmp_path / "main.py")


@pytest.mark.parametrize("text", ["{", "[]", '{"parameters": []}', '{"parameters": {"a": 1}}'])
def test_parameters_that_are_no_strings_are_refused(tmp_path: Path, text: str) -> None:
    """LEAN takes strings alone, so anything else is said before it runs."""
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(LaunchError, match=r"config\.json"):
        project_parameters(tmp_path)


def test_a_project_without_parameters_has_none(tmp_path: Path) -> None:
    """The key may be left out of config.json."""
    (tmp_path / "config.json").write_text("{}")
    assert project_parameters(tmp_path) == {}


def test_the_configuration_is_whole(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the algorithm, its parameters and absolute folders, and LEAN's own handlers."""
    monkeypatch.chdir(machine.root)
    config = build_config(
        Path("project"), Path("data"), Path("lean"), Path("project/backtests/2026-01-02_03-04-05")
    )
    root = machine.root.resolve()
    expected = {
        "algorithm-id": "20260102030405",
        "algorithm-language": "Python",
        "algorithm-location": str(root / "project" / "main.py"),
        "algorithm-type-name": "HybridOptionsBot",
        "close-automatically": True,
        "composer-dll-directory": str(root / "lean"),
        "data-folder": str(root / "data"),
        "environment": "backtesting",
        "environments": {"backtesting": BACKTESTING},
        "id": "20260102030405",
        "object-store-root": str(root / "project" / "storage"),
        "parameters": {"tracker_mark_every": "60"},
        "results-destination-folder": str(root / "project/backtests/2026-01-02_03-04-05"),
    }
    assert {key: config[key] for key in expected} == expected
    assert HANDLERS.items() <= config.items()
