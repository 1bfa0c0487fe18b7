"""The library of runs: what is kept, found, marked and thrown away.

    with open_library() as library:
        library.put(record)
        for entry in library.list("sharpe>1 tag:prod", sort="-sharpe").entries:
            print(entry.id, entry.figures["sharpe"].value)

Any number of processes and threads may read and write at once. What a call writes is kept whole or
not at all.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select, update

from workbench.library.block import BlockError
from workbench.library.database import Database
from workbench.library.document import record_of_contents
from workbench.library.entries import (
    Contents,
    Entry,
    Kept,
    Outcome,
    Page,
    Put,
    Said,
    Trial,
    Version,
)
from workbench.library.errors import ChangedRunError, LibraryError
from workbench.library.listing import (
    contents_of,
    entries_of,
    list_runs,
    resolved,
    row_of,
    sources_of,
    trials_of,
    version_of,
)
from workbench.library.places import library_url
from workbench.library.query import read_query, read_sorting
from workbench.library.schema import RUNS, TAGS
from workbench.library.shapes import to_microseconds
from workbench.library.upgrade import bring_up
from workbench.library.writing import completed, found, judge, prepare, write
from workbench.runs.record import RunRecord

NEWEST = "-imported"
LIMIT = 100
MOST = 10_000  # runs of one part of a list


def _now() -> datetime:
    return datetime.now(UTC)


class Library:
    """A library that is open.

    Args:
        database: Its database, of this version.
        clock: What time it is.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = _now) -> None:
        self._database = database
        self._clock = clock

    @property
    def name(self) -> str:
        """What to call it."""
        return self._database.name

    @property
    def database(self) -> Database:
        """Where it is kept, for what else is kept there."""
        return self._database

    # --- runs in and out

    def put(self, record: RunRecord, *, replaces: bool = True) -> Put:
        """Keep a record, unless what is there of the run is as good.

        The same files again change nothing; better ones replace what is there, and tags, notes,
        star and baseline stay. A run in the trash stays there.

        Args:
            record: The record.
            replaces: Whether it may take the place of what is there.

        Raises:
            LibraryError: It cannot be written; nothing of it is kept.
        """
        with self._database.reading() as connection:
            there = found(connection, record)
            if there is not None:
                record = completed(connection, record, there)
        if there is not None:
            outcome = judge(record, there, replaces=replaces)
            if outcome is not Outcome.REPLACED:
                return Put(there["id"], outcome)
        prepared = prepare(record)
        with self._database.writing() as connection:
            moment = self._moment()
            return Put(record.id, write(connection, record, prepared, moment, replaces=replaces))

    def get(self, run: str) -> Kept:
        """Everything of a run, by its id or the beginning of it.

        Raises:
            UnknownRunError: There is none.
            AmbiguousRunError: There are several.
            LibraryError: It cannot be read.
        """
        with self._database.reading() as connection:
            key, _ = resolved(connection, run, trash=None)
            (entry,) = entries_of(connection, [key], None)
            sources = sources_of(connection, key)
            contents = contents_of(connection, key)
        return Kept(entry, sources, self._record(entry.id, contents))

    def _record(self, run: str, contents: Mapping[str, bytes]) -> RunRecord:
        try:
            return record_of_contents(contents)
        except (BlockError, LookupError, TypeError, ValueError, zlib.error) as error:
            raise LibraryError(f"{self.name}: the run {run} is damaged: {error}") from error

    def entry(self, run: str) -> Entry:
        """What a list says of a run, with all its figures; errors as of `get`."""
        with self._database.reading() as connection:
            key, _ = resolved(connection, run, trash=None)
            return entries_of(connection, [key], None)[0]

    def version(self, run: str) -> Version:
        """Which version of a run there is; errors as of `get`."""
        with self._database.reading() as connection:
            key, _ = resolved(connection, run, trash=None)
            return version_of(connection, key)

    def contents(self, run: str, *names: str) -> Contents:
        """The document and the blocks of a run as they are kept, all of one version.

        Args:
            run: Its id, or the beginning of it.
            names: Which of them; all of them where none is named.

        Raises:
            UnknownRunError: As of `get`, and so are the other errors.
        """
        with self._database.reading() as connection:
            key, _ = resolved(connection, run, trash=None)
            return Contents(version_of(connection, key), contents_of(connection, key, *names))

    def block(self, run: str, name: str) -> bytes:
        """A block of a run as it is kept, for whoever unpacks it elsewhere; errors as of `get`.

        Args:
            run: Its id, or the beginning of it.
            name: One of `workbench.library.contents.BLOCKS`.
        """
        with self._database.reading() as connection:
            key, _ = resolved(connection, run, trash=None)
            return contents_of(connection, key, name)[name]

    def list(
        self,
        query: str | Sequence[str] = "",
        sort: str = NEWEST,
        limit: int = LIMIT,
        cursor: str | None = None,
        figures: Iterable[str] | None = None,
    ) -> Page:
        """The runs that match a query, in an order, part by part.

        Args:
            query: Its text or its words (`workbench.library.query`).
            sort: A figure or a column, with `-` before it for the highest first.
            limit: How many at most.
            cursor: That of the part before.
            figures: The figures to read; None for all.

        Raises:
            QueryError: Something cannot be understood; the text says what is allowed.
            LibraryError: It cannot be read.
        """
        terms, sorting = read_query(query), read_sorting(sort)
        with self._database.reading() as connection:
            most = max(1, min(limit, MOST))
            return list_runs(connection, terms, sorting, most, cursor, figures)

    def count(self, query: str | Sequence[str] = "") -> int:
        """How many runs match a query; errors as of `list`."""
        return self.list(query, limit=1, figures=()).total

    def ids(self) -> tuple[str, ...]:
        """The ids of all runs, those in the trash too, sorted."""
        with self._database.reading() as connection:
            return tuple(connection.execute(select(RUNS.c.id).order_by(RUNS.c.id)).scalars())

    def trials(self, algorithms: Iterable[str]) -> tuple[Trial, ...]:
        """Every run of some algorithms, those in the trash too.

        Raises:
            LibraryError: It cannot be read.
        """
        with self._database.reading() as connection:
            return tuple(trials_of(connection, algorithms))

    # --- what the user says

    def tag(self, run: str, *tags: str) -> str:
        """Give a run tags; returns its id. Errors as of `get`."""

        def add(connection: Any, key: int) -> None:
            query = select(TAGS.c.tag).where(TAGS.c.run == key)
            there = set(connection.execute(query).scalars())
            new = [{"run": key, "tag": tag} for tag in dict.fromkeys(tags) if tag not in there]
            if new:
                connection.execute(TAGS.insert(), new)

        return self._change(run, then=add)

    def untag(self, run: str, *tags: str) -> str:
        """Take tags from a run; returns its id. Errors as of `get`."""

        def remove(connection: Any, key: int) -> None:
            connection.execute(delete(TAGS).where(TAGS.c.run == key, TAGS.c.tag.in_(tags)))

        return self._change(run, then=remove)

    def note(self, run: str, text: str) -> str:
        """Say something of a run, in place of what was said; returns its id. Errors as of `get`."""
        return self._change(run, notes=text)

    def star(self, run: str, on: bool = True) -> str:
        """Star a run, or take the star; returns its id. Errors as of `get`."""
        return self._change(run, star=on)

    def rename(self, run: str, name: str) -> str:
        """Call a run something; returns its id. Errors as of `get`."""
        return self._change(run, name=name)

    def say(self, seen: Version, said: Said) -> str:
        """Say several things of a run at once, if it is still as it was seen; returns its id.

        Raises:
            ChangedRunError: It was changed meanwhile, and nothing is changed now.
            UnknownRunError: It is not there, or in the trash.
            LibraryError: It cannot be written.
        """
        given = {"name": said.name, "notes": said.notes, "star": said.star}
        values = {name: value for name, value in given.items() if value is not None}
        with self._database.writing() as connection:
            key, _ = resolved(connection, seen.id)
            own = (RUNS.c.key == key, RUNS.c.id == seen.id)
            same = (RUNS.c.revision == seen.revision, RUNS.c.changed == seen.changed)
            if not self._set(connection, (*own, *same), **values):
                raise ChangedRunError(seen.id)
            if said.tags is not None:
                connection.execute(delete(TAGS).where(TAGS.c.run == key))
                rows = [{"run": key, "tag": tag} for tag in dict.fromkeys(said.tags)]
                if rows:
                    connection.execute(TAGS.insert(), rows)
        return seen.id

    def baseline(self, run: str, on: bool = True) -> str:
        """Hold other runs of its algorithm and project against this one; returns its id.

        Errors as of `get`.
        """
        with self._database.writing() as connection:
            key, name = resolved(connection, run)
            own = row_of(connection, key)
            others = (
                RUNS.c.algorithm == own["algorithm"],
                RUNS.c.project == own["project"],
                RUNS.c.key != key,
                RUNS.c.baseline,
            )
            if on:
                self._set(connection, others, baseline=False)
            self._set(connection, (RUNS.c.key == key,), baseline=on)
        return name

    def delete(self, run: str) -> str:
        """Put a run into the trash; returns its id. Errors as of `get`."""
        return self._change(run, deleted=self._moment(), baseline=False)

    def restore(self, run: str) -> str:
        """Take a run out of the trash; returns its id. Errors as of `get`."""
        return self._change(run, trash=True, deleted=None)

    def prune(self) -> int:
        """Empty the trash for good; returns how many runs there were.

        Raises:
            LibraryError: It cannot be written.
        """
        with self._database.writing() as connection:
            return connection.execute(delete(RUNS).where(RUNS.c.deleted.is_not(None))).rowcount

    def _change(
        self,
        run: str,
        *,
        trash: bool = False,
        then: Callable[[Any, int], None] | None = None,
        **values: Any,
    ) -> str:
        with self._database.writing() as connection:
            key, name = resolved(connection, run, trash=trash)
            self._set(connection, (RUNS.c.key == key,), **values)
            if then is not None:
                then(connection, key)
        return name

    def _set(self, connection: Any, which: Iterable[Any], **values: Any) -> int:
        """Change runs; how many there were to change."""
        said = {**values, "changed": self._moment(), "revision": RUNS.c.revision + 1}
        found: int = connection.execute(update(RUNS).where(*which).values(said)).rowcount
        return found

    def _moment(self) -> int:
        return to_microseconds(self._clock())

    def close(self) -> None:
        """Close it."""
        self._database.close()


@contextmanager
def open_library(url: str | None = None, clock: Callable[[], datetime] = _now) -> Iterator[Library]:
    """Open the library, and make it where there is none.

    Args:
        url: A file's path, `sqlite:///PATH` or `postgresql://USER@HOST/DATABASE`; None for what
            the environment's `TRACKER_LIBRARY` says, and else a file in the user's data folder.
        clock: What time it is.

    Raises:
        LibraryError: It cannot be opened, or is of a newer version.
    """
    database = Database(library_url(url))
    try:
        bring_up(database)
        yield Library(database, clock)
    finally:
        database.close()
