"""The package `performance_tracker` as `pip install` gives it: the checkout under one name.

It holds `models`, `utils` and the desk's tools, their imports led through the package, and the
reference algorithm with its project file, so that the installed package can export as a checkout
does. The recordings stay behind: they are the tests'.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from workbench.bundle.imports import PACKAGES, redirected, through
from workbench.bundle.sources import ALGORITHM, FACE, PROJECT_FILE, read_sources
from workbench.bundle.stamp import Stamp
from workbench.bundle.tiers import LOCAL

DESK = "workbench"
PACKAGE = FACE.partition("/")[0]
COMMAND = f"{PACKAGE}/__main__.py"
# How the command line is called from a checkout; its parts such as `workbench.bundle` stay there.
CALLED = re.compile(rb"python -m workbench(?![.\w])")


def wheel_files(root: Path) -> dict[str, bytes]:
    """The files of the package by their path in the wheel.

    Args:
        root: The checkout.

    Raises:
        BundleError: A source is no Python, or an import cannot be led through the package.
        OSError: A file cannot be read.
    """
    sources = read_sources(root, "")
    stamp = Stamp(sources.version, sources.commit, LOCAL.name)
    rename = through(PACKAGE, (*PACKAGES, DESK))
    files: dict[str, bytes] = {}
    for path, content in sources.files.items():
        if path.partition("/")[0] in (*PACKAGES, ALGORITHM):
            files[f"{PACKAGE}/{path}"] = stamp.on(redirected(content, rename, path))
    files[FACE] = stamp.on(redirected(sources.files[FACE], rename, FACE))
    files[f"{PACKAGE}/{PROJECT_FILE}"] = sources.files[PROJECT_FILE]
    for path in (COMMAND, *_desk(root)):
        content = (root / path).read_bytes()
        if path.endswith(".py"):
            content = redirected(CALLED.sub(b"tracker", content), rename, path)
        files[path if path == COMMAND else f"{PACKAGE}/{path}"] = content
    return files


def source_files(root: Path) -> Iterator[str]:
    """The files of a checkout that the package is made of."""
    yield from (path for path in read_sources(root, "").files if not path.startswith(DESK))
    yield COMMAND
    yield from _desk(root)


def _desk(root: Path) -> Iterator[str]:
    for path in sorted((root / DESK).rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(root).as_posix()
