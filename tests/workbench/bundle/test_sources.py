"""The sources that are exported: of a checkout, and of the package that was made of one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from models import __version__
from tests.structure.source_tree import ROOT
from workbench.bundle.imports import BundleError
from workbench.bundle.sources import commit_of, read_sources, version_of
from workbench.bundle.wheel import wheel_files


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The package's folder, as an installer would unpack it."""
    for path, content in wheel_files(ROOT).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    return tmp_path / "performance_tracker"


def test_an_installed_package_gives_the_checkouts_sources(installed: Path) -> None:
    """Every file is the checkout's to the byte, with its version and its commit."""
    sources = read_sources(ROOT, "")
    assert sources.version == __version__
    assert {"main.py", "config.json", "utils/tracking.py"} <= sources.files.keys()
    assert read_sources(installed, "performance_tracker.") == sources


def test_the_package_is_called_by_its_command(installed: Path) -> None:
    """In its help the examples call `tracker`, as the package installs it."""
    for path in (installed / "workbench").rglob("*.py"):
        assert "`python -m workbench`" not in path.read_text(), path.name
    assert (
        "tracker export MyProject"
        in (installed / "workbench" / "commands" / "export.py").read_text()
    )


def git(folder: Path, *words: str) -> str:
    """Call git as a user with a name."""
    who = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(folder), *who, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_commit_is_named_only_where_the_files_are_of_one(tmp_path: Path) -> None:
    """A change of what goes to LEAN is marked; a folder inside another repository has no commit."""
    (tmp_path / "models").mkdir()
    assert commit_of(tmp_path) == ""
    git(tmp_path, "init", "--quiet")
    assert commit_of(tmp_path) == ""
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "one")
    commit = commit_of(tmp_path)
    assert len(commit) == 12
    assert git(tmp_path, "rev-parse", "HEAD").startswith(commit)
    (tmp_path / "notes.txt").touch()
    assert commit_of(tmp_path) == commit
    (tmp_path / "models" / "new.py").touch()
    assert commit_of(tmp_path) == f"{commit}+"
    assert commit_of(tmp_path / "models") == ""


def test_the_version_stands_in_one_place() -> None:
    """It is that of `models`, and sources without one are refused."""
    assert version_of({"models/__init__.py": b'__version__ = "1.2.3"\n'}) == "1.2.3"
    with pytest.raises(BundleError, match="says no `__version__`"):
        version_of({"models/__init__.py": b"__version__ = 1 + 1\n"})
    assert __version__ not in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
