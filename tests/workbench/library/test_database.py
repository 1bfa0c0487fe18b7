"""What can be wrong with a database, each told in one line."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text

from tests.workbench.library.records import record, rows
from workbench.library.database import Database
from workbench.library.errors import LibraryError
from workbench.library.library import Library, open_library
from workbench.library.places import library_url


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A library of one run."""
    place = tmp_path / "library.db"
    with open_library(str(place)) as library:
        library.put(record("one"))
    return place


def test_a_full_disk_loses_nothing_that_was_there(place: Path) -> None:
    """The run that does not fit is not kept at all, and the next that fits is."""
    database = Database(library_url(str(place)))
    pages = []

    @event.listens_for(database.engine, "connect")
    def fill(connection: object, _: object) -> None:
        (used,) = connection.execute("PRAGMA page_count").fetchone()  # type: ignore[attr-defined]
        pages.append(used)
        connection.execute(f"PRAGMA max_page_count = {used + 4}")  # type: ignore[attr-defined]

    library = Library(database)
    large = replace(record("large"), told=rows(8_000), code="x" * 100_000)
    with pytest.raises(LibraryError, match="database or disk is full") as refused:
        library.put(large)
    assert "\n" not in str(refused.value)
    assert library.ids() == ("one",)
    library.tag("one", "still")
    database.close()
    assert pages
    with open_library(str(place)) as again:
        assert again.get("one").record == record("one")
        assert again.entry("one").tags == ("still",)


def test_a_library_that_cannot_be_written_can_be_read(place: Path) -> None:
    """A change of it is refused with one line."""
    with open_library(f"sqlite:///file:{place}?mode=ro&uri=true") as library:
        assert library.get("one").record == record("one")
        with pytest.raises(LibraryError, match="attempt to write a readonly database"):
            library.put(record("two"))
        with pytest.raises(LibraryError, match="attempt to write a readonly database"):
            library.star("one")


def test_a_folder_is_made_where_there_is_none(tmp_path: Path) -> None:
    """The first import of a new user needs nothing."""
    place = tmp_path / "data" / "desk" / "library.db"
    with open_library(str(place)) as library:
        assert library.ids() == ()
    assert place.is_file()


def test_a_place_below_a_file_is_none(tmp_path: Path) -> None:
    """The error names it."""
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(LibraryError, match="there can be no library at"),
        open_library(str(tmp_path / "file" / "library.db")),
    ):
        pass


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    """Whatever is wrong, no secret is told."""
    url = "postgresql://me:sesame@127.0.0.1:1/runs?connect_timeout=2"
    with pytest.raises(LibraryError) as refused, open_library(url):
        pass
    said = str(refused.value)
    assert "me:***@127.0.0.1:1/runs" in said
    assert "sesame" not in said
    assert "\n" not in said


def test_changes_of_many_threads_are_kept_together(tmp_path: Path) -> None:
    """While one is at work the others wait, and one transaction keeps them all but a faulty one."""
    with open_library(str(tmp_path / "library.db")) as library:
        database, begun, go_on = library.database, threading.Event(), threading.Event()
        transactions: list[int] = []
        event.listen(database.engine, "begin", lambda _: transactions.append(1))

        def wait(_: Connection) -> str:
            begun.set()
            go_on.wait(30)
            return "waited"

        def add(number: int) -> int:
            def make(connection: Connection) -> int:
                connection.execute(text(f"INSERT INTO numbers VALUES ({number // (number != 3)})"))
                return number

            return database.change(make)

        with database.writing() as connection:
            connection.execute(text("CREATE TABLE numbers (number INTEGER)"))
        transactions.clear()
        with ThreadPoolExecutor(8) as pool:
            first = pool.submit(database.change, wait)
            begun.wait(30)
            others = [pool.submit(add, number) for number in (1, 2, 4, 5)]
            wait_for(lambda: len(database._waiting) == 4)
            go_on.set()
            assert first.result() == "waited"
            assert [each.result() for each in others] == [1, 2, 4, 5]
            assert len(transactions) == 2
            begun.clear()
            go_on.clear()
            first = pool.submit(database.change, wait)
            begun.wait(30)
            others = [pool.submit(add, number) for number in (6, 3, 7)]
            wait_for(lambda: len(database._waiting) == 3)
            go_on.set()
            with pytest.raises(ZeroDivisionError):
                others[1].result()
            assert [others[0].result(), others[2].result()] == [6, 7]
        with database.reading() as connection:
            rows = connection.execute(text("SELECT number FROM numbers ORDER BY number"))
            assert [*rows.scalars()] == [1, 2, 4, 5, 6, 7]


def wait_for(ready: Callable[[], bool]) -> None:
    """Wait until something is so."""
    until = time.monotonic() + 30.0
    while not ready() and time.monotonic() < until:
        time.sleep(0.001)
