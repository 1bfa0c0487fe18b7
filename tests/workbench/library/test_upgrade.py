"""Opening a library: made, brought up to date, or refused with one line."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from tests.workbench.library.records import record
from workbench.library.errors import LibraryError
from workbench.library.library import open_library
from workbench.library.places import library_url
from workbench.library.schema import METADATA, VERSION, VERSION_TABLE
from workbench.library.upgrade import MIGRATIONS


def test_the_migrations_make_the_tables_of_the_schema(url: str) -> None:
    """What the newest migration leaves is what the code reads and writes, column for column."""
    with open_library(url):
        pass
    engine = create_engine(library_url(url))
    with engine.connect() as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_the_newest_migration_is_the_version() -> None:
    """A new migration cannot be forgotten in the code."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == VERSION


def test_many_may_open_a_new_library_at_once(url: str) -> None:
    """One makes the tables, the others wait for it."""
    faults: list[Exception] = []

    def open_it(name: str) -> None:
        try:
            with open_library(url) as library:
                library.put(record(name))
        except LibraryError as fault:
            faults.append(fault)

    threads = [threading.Thread(target=open_it, args=(f"run-{at}",)) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with open_library(url) as library:
        assert library.count() == 4


def refusal(url: str) -> str:
    """What is said of a library that is not opened."""
    with pytest.raises(LibraryError) as refused, open_library(url):
        pass
    said = str(refused.value)
    assert "\n" not in said
    return said


def test_a_newer_library_is_refused(url: str) -> None:
    """It is left as it is, and the error says what to do."""
    with open_library(url) as library:
        library.put(record())
    engine = create_engine(library_url(url))
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    engine.dispose()
    assert "is of version 9999, and this tracker knows versions up to" in refusal(url)


def test_tables_of_something_else_are_left_alone(url: str) -> None:
    """A database with a table `runs` that no tracker made is no library."""
    engine = create_engine(library_url(url))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE runs (miles INTEGER)"))
    engine.dispose()
    assert "it has tables of something else" in refusal(url)


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    """It is not changed."""
    place = tmp_path / "notes.txt"
    place.write_text("hello, this is no database at all\n" * 40)
    before = place.read_bytes()
    assert "file is not a database" in refusal(str(place))
    assert place.read_bytes() == before


def test_a_damaged_run_is_told_in_one_line(tmp_path: Path) -> None:
    """The others can be read."""
    place = tmp_path / "library.db"
    with open_library(str(place)) as library:
        library.put(record("good"))
        library.put(record("bad"))
        with sqlite3.connect(place) as connection:
            connection.execute(
                "UPDATE contents SET data = substr(data, 1, 40) WHERE name = 'trades' AND run = 2"
            )
        connection.close()
        assert library.get("good").record == record("good")
        with pytest.raises(LibraryError, match="the run bad is damaged"):
            library.get("bad")
