"""The database of a library: connections, transactions, and errors as one line each."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError

from workbench.library.errors import LibraryError
from workbench.library.places import file_of

BUSY = 60  # seconds that a writer waits for another
PAUSE = 0.05  # seconds between two attempts to change SQLite's journal
WRITES = "writes"  # the execution option of a transaction that writes

Kept = TypeVar("Kept")

PSYCOPG = (
    "psycopg is not installed, and a library in PostgreSQL needs it: the extra `postgresql` of "
    "this project installs it (`pip install '.[postgresql]'`)"
)


@dataclass(slots=True, eq=False)
class _Change:
    """A change that waits for its turn, and what it returned once it is kept."""

    make: Callable[[Connection], Any]
    answer: Any = None
    kept: bool = False


class Database:
    """The connections to one database; it may be used from several threads.

    Args:
        url: Where it is.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self.engine = _engine(url)
        # SQLite has one writer, and whoever waits for it there sleeps and looks again, longer
        # each time; threads of one process wait for each other here instead, in turn
        sqlite = url.get_backend_name() == "sqlite"
        self._turn: AbstractContextManager[Any] = threading.Lock() if sqlite else nullcontext()
        self._gathers = sqlite
        self._waiting: list[_Change] = []
        self._adding, self._leading = threading.Lock(), threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that reads, on one state of the library.

        Raises:
            LibraryError: The database fails.
        """
        with self._failing(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes: all of it is kept or nothing.

        Raises:
            LibraryError: The database fails.
        """
        with self._turn, self._failing(), self.engine.connect() as opened:
            connection = opened.execution_options(**{WRITES: True})
            with connection.begin():
                yield connection

    def change(self, make: Callable[[Connection], Kept]) -> Kept:
        """Make a change in a transaction that writes, together with others that wait.

        To keep a transaction takes SQLite as long as the disk takes to write it out, one after the
        other; so what many threads change at once is kept in one. PostgreSQL does so by itself.

        Args:
            make: Makes the change; it is called again where another change of the same
                transaction fails.

        Returns:
            What `make` returns, once it is kept.

        Raises:
            LibraryError: The database fails; nothing of it is kept.
        """
        if not self._gathers:
            with self.writing() as connection:
                return make(connection)
        mine = _Change(make)
        with self._adding:
            self._waiting.append(mine)
        with self._leading:
            if not mine.kept:
                self._keep(mine)
        answer: Kept = mine.answer
        return answer

    def _keep(self, mine: _Change) -> None:
        """Keep a change and all that wait; where one of them fails, each for itself."""
        with self._adding:
            together, self._waiting = self._waiting, []
        if mine in together and len(together) > 1:
            with suppress(Exception):  # whose fault it is hears of it when it is alone
                self._keep_all(together)
        elif mine not in together:
            with self._adding:
                self._waiting = together + self._waiting
        if not mine.kept:
            self._keep_all([mine])

    def _keep_all(self, changes: Sequence[_Change]) -> None:
        with self.writing() as connection:
            answers = [each.make(connection) for each in changes]
        for each, answer in zip(changes, answers, strict=True):
            each.answer, each.kept = answer, True

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Say in one line what the database says."""
        try:
            yield
        except DBAPIError as error:
            raise LibraryError(f"{self.name}: {_line(error.orig or error)}") from error
        except (SQLAlchemyError, UnicodeError) as error:
            raise LibraryError(f"{self.name}: {_line(error)}") from error

    @property
    def name(self) -> str:
        """What to call it: the file's path, or the URL without its password."""
        place = file_of(self.url)
        shown = self.url.render_as_string(hide_password=True) if place is None else str(place)
        return f"the library {shown}"


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())


def _engine(url: URL) -> Engine:
    try:
        if url.get_backend_name() != "sqlite":
            return create_engine(url, pool_pre_ping=True)
        place = file_of(url)
        if place is not None:
            place.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"timeout": BUSY})
    except ModuleNotFoundError as missing:
        raise LibraryError(PSYCOPG) from missing
    except (NoSuchModuleError, OSError) as error:
        raise LibraryError(f"there can be no library at {url.database}: {error}") from error
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: sqlite3.Connection, _: Any) -> None:
    """What SQLite is told of each connection."""
    connection.isolation_level = None  # transactions begin where SQLAlchemy says so
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    _keep_a_write_ahead_log(connection)


def _keep_a_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Let readers go on beside a writer; the first that opens the file changes it.

    SQLite waits for nobody when it changes its journal, so that is tried again for a while.
    """
    until = time.monotonic() + BUSY
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(PAUSE)
        else:
            return


def _begin(connection: Connection) -> None:
    """Begin a transaction; one that writes waits for others here, where nothing is lost yet."""
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
