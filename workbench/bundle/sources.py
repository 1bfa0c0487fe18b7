"""The project's own sources: of a checkout, or of an installed package that was made of one."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.bundle.imports import PACKAGES, BundleError, redirected
from workbench.bundle.stamp import read_stamp, without_stamp
from workbench.bundle.tiers import TIERS

# The checkout's folder, or the installed package's.
ROOT = Path(__file__).resolve().parents[2]
# What an installed module's imports are led through; empty in a checkout.
PREFIX = __name__.removesuffix("workbench.bundle.sources")

ALGORITHM = "main.py"
PROJECT_FILE = "config.json"
# The package's own `__init__.py`, which has nothing but what the user imports first.
FACE = "performance_tracker/__init__.py"
# It makes the exported files, so a change of it is one of theirs.
BUNDLER = "workbench/bundle"
STAND_INS = tuple(path for tier in TIERS.values() for path in tier.instead.values())


@dataclass(frozen=True, slots=True)
class Sources:
    """What there is to export.

    Attributes:
        files: Every file by its path in a checkout; imports as in a checkout.
        version: The tracker's version.
        commit: The commit they are of, with a `+` where they differ from it; empty without one.
    """

    files: Mapping[str, bytes]
    version: str
    commit: str


def read_sources(root: Path = ROOT, prefix: str = PREFIX) -> Sources:
    """Read the sources of a checkout or of an installed package.

    Args:
        root: Its folder.
        prefix: What its imports are led through: a package's name and a dot; empty in a checkout.

    Raises:
        BundleError: A file is no Python.
        OSError: A file cannot be read.
    """
    read = {path: (root / place).read_bytes() for path, place in _places(root, prefix)}
    stamp = read_stamp(read[f"{PACKAGES[0]}/__init__.py"])
    files = {path: _original(content, path, prefix) for path, content in read.items()}
    commit = stamp.commit if stamp else "" if prefix else commit_of(root)
    return Sources(files, version_of(files), commit)


def _places(root: Path, prefix: str) -> Iterator[tuple[str, str]]:
    """The files by their path in a checkout, and where they are below the root."""
    for package in PACKAGES:
        for file in sorted((root / package).rglob("*.py")):
            path = file.relative_to(root).as_posix()
            yield path, path
    for path in (ALGORITHM, PROJECT_FILE, *STAND_INS):
        yield path, path
    yield FACE, FACE.rpartition("/")[2] if prefix else FACE


def _original(content: bytes, path: str, prefix: str) -> bytes:
    if path.endswith(".py"):
        content = without_stamp(content)
        if prefix:
            content = redirected(content, lambda module: module.removeprefix(prefix), path)
    return content


def version_of(files: Mapping[str, bytes]) -> str:
    """The tracker's version, which stands in `models/__init__.py` and nowhere else.

    Raises:
        BundleError: It does not stand there.
    """
    path = f"{PACKAGES[0]}/__init__.py"
    for node in ast.parse(files[path]).body:
        match node:
            case ast.Assign(
                targets=[ast.Name(id="__version__")], value=ast.Constant(value=str(it))
            ):
                return it
    raise BundleError(f"{path} says no `__version__`")


def commit_of(root: Path) -> str:
    """The commit of a checkout, with a `+` where what goes to LEAN differs from it; or nothing."""
    try:
        if Path(_git(root, "rev-parse", "--show-toplevel")).resolve() != root.resolve():
            return ""
        changed = _git(root, "status", "--porcelain", "--", ALGORITHM, *PACKAGES, BUNDLER)
        return _git(root, "rev-parse", "--short=12", "HEAD") + ("+" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return ""


def _git(root: Path, *words: str) -> str:
    command = ["git", "-C", str(root), *words]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    return ended.stdout.strip()
