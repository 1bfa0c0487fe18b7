"""What happens where a package of frames is not installed."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.structure.source_tree import ROOT
from tests.workbench.commands.calls import run
from tests.workbench.frames.runs import recorded
from workbench.frames.packages import EXTRA, PINNED, MissingPackageError, package


def test_the_pins_are_the_projects() -> None:
    """The error says what the extra installs, and the tests run with the same."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    pins = [f"{name}=={version}" for name, version in PINNED.items()]
    assert extras[EXTRA] == pins
    assert set(pins) <= set(extras["dev"])
    shared = {each for each in extras["workbench"] if each.startswith(tuple(PINNED))}
    assert shared <= set(pins)


ASKED: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "a pandas frame": ("pandas", lambda found: found.pandas("trades")),
    "a pandas frame without Arrow": ("pyarrow", lambda found: found.pandas("trades")),
    "a Polars frame": ("polars", lambda found: found.polars("trades")),
    "an Arrow table": ("pyarrow", lambda found: found.arrow("trades")),
    "daily returns": ("pandas", lambda found: found.daily_returns()),
}


@pytest.mark.parametrize(("missing", "ask"), ASKED.values(), ids=ASKED.keys())
def test_a_missing_package_is_named(
    missing: str, ask: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what to install."""
    found = recorded("shared-options")
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingPackageError, match=rf"{missing} is not installed.*pip install"):
        ask(found)


def test_a_command_refuses_without_its_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One line of error and exit code 2; what needs no package works."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    refused = run("frames", "shared-options", "--out", tmp_path / "out")
    assert refused.exit_code == 2
    assert refused.stderr.startswith("Error: pyarrow is not installed")
    assert refused.stderr.count("\n") == 1
    assert run("frames", "shared-options", "--json").exit_code == 0


def test_another_error_of_an_import_is_not_hidden() -> None:
    """A package that is there and lacks one of its own is not called missing."""
    with pytest.raises(MissingPackageError, match="no_such_package"):
        package("no_such_package.part")


def test_the_workbench_needs_none_of_them() -> None:
    """What `make run` installs can list and replay, and say which package is missing."""
    program = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(['pandas', 'polars', 'pyarrow']))\n"
        "from workbench.cli import main\n"
        "main(['replay', 'shared-options', '--quiet'], standalone_mode=False)\n"
        "main(['frames', 'shared-options', '--quiet'], standalone_mode=False)\n"
        "main(['compare', 'shared-options', '--json'], standalone_mode=False)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
