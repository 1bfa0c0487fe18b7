"""What tests of the desk share: a library of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.library.library import Library, open_library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A library that is empty, in a file."""
    with open_library(str(tmp_path / "library.db")) as opened:
        yield opened
