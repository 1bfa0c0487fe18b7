"""What all tests share: hypothesis draws the same examples in every run; the recordings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from workbench import recordings

pytest.register_assert_rewrite("tests.expectations", "tests.laws", "tests.scenario")
settings.register_profile("same-every-time", derandomize=True, database=None, deadline=None)
settings.load_profile("same-every-time")


@pytest.fixture(scope="session")
def recording() -> Callable[[str], Path]:
    """The folder of a recording by name; LookupError where the project has lost it."""
    return recordings.find
