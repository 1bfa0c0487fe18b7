"""Desks that the tests of runs ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workbench.desk.asking import Asking, desk_with
from tests.workbench.library.records import SHELVED, record, recorded
from workbench.runs.record import RunRecord


@pytest.fixture(scope="module")
def combos() -> RunRecord:
    """A recorded run of two strategies that traded options."""
    return recorded("option-combos")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, combos: RunRecord) -> Iterator[Asking]:
    """A desk that tests read and do not change: four small runs, and a recorded one."""
    with desk_with(tmp_path_factory.mktemp("desk"), *SHELVED, combos) as asking:
        yield asking


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Asking]:
    """A desk of one small run, `run-1`, which a test may change."""
    with desk_with(tmp_path, record()) as asking:
        yield asking
