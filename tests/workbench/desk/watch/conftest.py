"""What tests of the watcher share: a library of one's own, and a machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workbench.desk.watch.local import Machine
from workbench.library.library import Library, open_library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A library that is empty, in a file."""
    with open_library(str(tmp_path / "library.db")) as opened:
        yield opened


@pytest.fixture
def machine(tmp_path: Path, library: Library) -> Machine:
    """A machine on which nothing has run."""
    return Machine(tmp_path / "lean", library)
