"""A desk to visit, and visits that the tests of a module share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.workbench.desk.page.fake_desk import FakeDesk, running
from tests.workbench.desk.page.library import comparison, run
from tests.workbench.desk.page.states import deployment
from tests.workbench.desk.page.visits import settled, visiting
from tests.workbench.report.browsers import Opened

BACKTEST, LIVE = "3fb45d6a00", "9a8b7c6d00"


def stocked() -> FakeDesk:
    """A desk with a deployment that is well, one that is late, one that is silent, and runs."""
    desk = FakeDesk()
    for name, age in (("rotation", 3.0), ("swing", 900.0), ("trend", 5_000.0)):
        desk.deployments[name] = deployment(name, age)
    desk.runs = [
        run(BACKTEST, "Rotation backtest", cash="0", fast="10", slow="20"),
        run(LIVE, "Rotation live", live=True, cash="0", fast="12", slow="20"),
        run("aa11bb22cc", "Trend"),
    ]
    desk.comparison = comparison(BACKTEST, LIVE)
    return desk


@pytest.fixture(scope="module")
def quiet() -> Iterator[FakeDesk]:
    """A desk on which nothing happens."""
    with running(stocked()) as found:
        yield found


@pytest.fixture(scope="module")
def reading(chromium: Any, quiet: FakeDesk) -> Iterator[Opened]:
    """A visit to it that the tests of a module share."""
    with visiting(chromium, quiet) as found:
        settled(found)
        yield found
