"""Many processes that write at once, and processes that are killed while they write."""

from __future__ import annotations

import random
import signal
import sqlite3
from pathlib import Path

from sqlalchemy import create_engine, func, select

from tests.workbench.library.records import record
from tests.workbench.library.writers import started
from workbench.library.library import Library, open_library
from workbench.library.places import library_url
from workbench.library.schema import FIGURES, RUNS, SOURCES, STRATEGIES

WRITERS = 8
KILLS = 4


def whole(library: Library, runs: list[str]) -> None:
    """Every run that is listed, and every one that was told, has all that belongs to it."""
    assert set(runs) <= set(library.ids())
    for run in library.ids():
        kept = library.get(run)
        assert kept.record.id == run
        assert kept.sources == kept.record.sources
        assert kept.entry.figures["sharpe"].value == 1.0
        assert kept.entry.strategies == ("trend",)


def test_eight_writers_at_once_lose_nothing(url: str) -> None:
    """They open a library that is not there yet, and put runs of their own and one of all."""
    writers = [started(url, writer, 2) for writer in range(WRITERS)]
    told = [run for writer in writers for run in writer.ended()]
    assert [writer.process.exitcode for writer in writers] == [0] * WRITERS
    assert len(told) == 2 * WRITERS
    with open_library(url) as library:
        whole(library, told)
        assert library.count() == 2 * WRITERS + 1
        assert library.count("tag:writer-3") == 2
        assert len(library.get("shared").record.told.lots) == 2


def test_a_kill_at_any_time_leaves_it_whole(url: str) -> None:
    """What a writer has told is there, what it was at is there whole or not at all."""
    chance, told = random.Random(17), ["first"]
    with open_library(url) as library:
        library.put(record("first"))
    for number in range(KILLS):
        writer = started(url, number, 10_000)
        told += [writer.told.readline().strip() for _ in range(chance.randrange(1, 4))]
        writer.process.kill()
        told += writer.ended()
        assert writer.process.exitcode == -signal.SIGKILL
        with open_library(url) as library:
            whole(library, told)
            assert library.put(record(f"after {number}")).id == f"after {number}"
    engine = create_engine(library_url(url))
    with engine.connect() as connection:
        for table in (FIGURES, SOURCES, STRATEGIES):
            orphans = select(func.count()).where(table.c.run.not_in(select(RUNS.c.key)))
            assert connection.execute(orphans).scalar_one() == 0
    engine.dispose()


def test_readers_go_on_beside_a_writer(tmp_path: Path) -> None:
    """A list is read while a transaction that writes is open, as it was before it."""
    place = tmp_path / "library.db"
    with open_library(str(place)) as library:
        library.put(record("one"))
        writer = sqlite3.connect(place, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE runs SET notes = 'half'")
        assert library.entry("one").notes == ""
        writer.execute("COMMIT")
        writer.close()
        assert library.entry("one").notes == "half"
