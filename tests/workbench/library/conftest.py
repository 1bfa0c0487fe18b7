"""A library of one's own for each test, in each database there is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from tests.workbench.library.records import SHELVED
from workbench.library.library import Library, open_library
from workbench.library.places import library_url

SERVER = "postgresql://postgres@127.0.0.1:5432/test"


@pytest.fixture(scope="session")
def server() -> Iterator[Engine | None]:
    """PostgreSQL, where it is there."""
    engine = create_engine(library_url(SERVER), connect_args={"connect_timeout": 3})
    try:
        engine.connect().close()
    except OperationalError:
        yield None
    else:
        yield engine
    engine.dispose()


@contextmanager
def new_schema(server: Engine | None) -> Iterator[str]:
    """The URL of a new schema in PostgreSQL, which is dropped again."""
    if server is None:
        pytest.skip(f"needs PostgreSQL at {SERVER}")
    name = f"test_{uuid4().hex}"
    with server.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    yield f"{SERVER}?options=-csearch_path%3D{name}"
    with server.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))


@pytest.fixture
def schema(server: Engine | None) -> Iterator[str]:
    """The URL of a new schema in PostgreSQL, which is dropped after the test."""
    with new_schema(server) as url:
        yield url


DATABASES = ("sqlite", "postgresql")


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a library can be made, in each database."""
    if request.param == "sqlite":
        return str(tmp_path / "library.db")
    found: str = request.getfixturevalue("schema")
    return found


class Clock:
    """A clock that goes on by a second whenever it is read."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        """What time it is."""
        self.time += timedelta(seconds=1)
        return self.time


@pytest.fixture
def library(url: str) -> Iterator[Library]:
    """A library that is empty."""
    with open_library(url, Clock()) as opened:
        yield opened


@pytest.fixture(scope="module", params=DATABASES)
def shelf(
    request: pytest.FixtureRequest, server: Engine | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Library]:
    """A library of four runs (`SHELVED`), which the tests of a module read and do not change."""
    with ExitStack() as stack:
        url = str(tmp_path_factory.mktemp("shelf") / "library.db")
        if request.param != "sqlite":
            url = stack.enter_context(new_schema(server))
        library = stack.enter_context(open_library(url, Clock()))
        for run in SHELVED:
            library.put(run)
        library.tag("aa1", "prod", "a b")
        library.note("ab2", "Before the NEW stop")
        library.star("ab3")
        yield library
