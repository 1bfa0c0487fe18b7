"""Bringing a library to this version of its tables, or refusing one that is newer."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column as TableColumn
from sqlalchemy import Connection, MetaData, Table, Text, inspect, select, text

from workbench.library.database import Database
from workbench.library.errors import LibraryError
from workbench.library.schema import RUNS, VERSION, VERSION_TABLE

MIGRATIONS = Path(__file__).with_name("migrations")
# Of the lock in PostgreSQL under which one process at a time migrates: any number, always the same.
LOCK = 0x7472_6C69


def bring_up(database: Database) -> None:
    """Make the tables, or bring them to this version; any number of processes may do it at once.

    Raises:
        LibraryError: The library is newer, or what is there is no library.
    """
    with database.reading() as connection:
        if _version(connection, database.name) == VERSION:
            return
    with database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        if _version(connection, database.name) != VERSION:
            _migrate(connection)


def _version(connection: Connection, name: str) -> str | None:
    """The version of the tables that are there; None where there are none."""
    tables = inspect(connection)
    if not tables.has_table(VERSION_TABLE):
        if tables.has_table(RUNS.name):
            raise LibraryError(f"{name} is none: it has tables of something else")
        return None
    versions = Table(VERSION_TABLE, MetaData(), TableColumn("version_num", Text))
    found = connection.execute(select(versions.c.version_num)).scalar()
    if found is not None and found > VERSION:
        raise LibraryError(
            f"{name} is of version {found}, and this tracker knows versions up to {VERSION}: "
            "install a newer one"
        )
    return found


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
