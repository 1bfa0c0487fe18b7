"""A fleet of which nothing was heard yet for each test, in each database there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, delete

from tests.workbench.library.conftest import DATABASES, new_schema, server
from workbench.desk.fleet.fleet import Fleet
from workbench.desk.fleet.news import News
from workbench.library.library import Library, open_library
from workbench.library.schema import DEPLOYMENTS

__all__ = ["server"]


class Heard:
    """Keeps what the stream would be told."""

    def __init__(self) -> None:
        self.news: list[News] = []

    def __call__(self, topic: str, kind: str, data: Mapping[str, Any], time: datetime) -> None:
        """Take a message."""
        self.news.append(News(topic, kind, data, time))

    def kinds(self, topic: str) -> list[str]:
        """The kinds of the messages of a topic, in order."""
        return [each.kind for each in self.news if each.topic == topic]


@pytest.fixture(scope="module", params=DATABASES)
def place(
    request: pytest.FixtureRequest, server: Engine | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Where the library of a module's tests is."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            yield str(tmp_path_factory.mktemp("fleet") / "library.db")
        else:
            yield stack.enter_context(new_schema(server))


@pytest.fixture(scope="module")
def shared_library(place: str) -> Iterator[Library]:
    """The library of a module's tests."""
    with open_library(place) as opened:
        yield opened


@pytest.fixture
def library(shared_library: Library) -> Library:
    """A library without deployments."""
    with shared_library.database.writing() as connection:
        connection.execute(delete(DEPLOYMENTS))
    return shared_library


@pytest.fixture
def heard() -> Heard:
    """What the stream is told."""
    return Heard()


@pytest.fixture
def fleet(library: Library, heard: Heard) -> Fleet:
    """A fleet of which nothing was heard yet."""
    return Fleet(library.database, heard)
