"""A desk of one's own for each test, on an empty library, and a clock that the test moves."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.workbench.desk.desks import client_of
from tests.workbench.library.conftest import schema, server
from workbench.desk.desk import Desk
from workbench.library.library import Library, open_library

__all__ = ["schema", "server"]  # a schema in PostgreSQL, where it is there


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        """What time it is."""
        return self.time

    def go(self, step: timedelta) -> None:
        """Move it on."""
        self.time += step


@pytest.fixture
def clock() -> Clock:
    """The desk's clock."""
    return Clock()


@pytest.fixture(scope="session")
def empty_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a library that is empty, made once."""
    place = tmp_path_factory.mktemp("desk") / "library.db"
    with open_library(str(place)):
        pass
    return place


@pytest.fixture
def library(empty_library: Path, tmp_path: Path) -> Iterator[Library]:
    """A library of one's own that is empty."""
    place = tmp_path / "library.db"
    shutil.copyfile(empty_library, place)
    with open_library(str(place)) as opened:
        yield opened


@pytest.fixture
def desk(library: Library, clock: Clock) -> Desk:
    """A desk at its own address."""
    return Desk(library, clock=clock)


@pytest.fixture
def client(desk: Desk) -> TestClient:
    """Somebody without any secret."""
    return client_of(desk)
