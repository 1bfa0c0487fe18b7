"""What a library of ten thousand runs costs: to list, to filter, to sort, to read and to write."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any, Final
from uuid import uuid4

from rich.table import Table
from sqlalchemy import Connection, create_engine, func, literal, select, text
from sqlalchemy.exc import OperationalError

from benchmarks.tables import grid
from workbench.library.block import unpack
from workbench.library.contents import packed
from workbench.library.database import Database
from workbench.library.library import Library, open_library
from workbench.library.places import library_url
from workbench.library.schema import CONTENTS, FIGURES, PARAMETERS, RUNS, STRATEGIES, TAGS
from workbench.library.writing import UNSAID, add, prepare
from workbench.runs.reading import read_record
from workbench.runs.record import RunRecord

RUN: Final = 10_000
TEMPLATE: Final = "option-combos"  # whose rows every run has
LARGEST: Final = "three-strategies"  # whose blocks are packed and unpacked
TIMES: Final = 15  # of which the least counts
FIRST: Final = 1_600_000_000_000_000  # microseconds since 1970
DAY: Final = 86_400_000_000
ALGORITHMS: Final = 40
LIMIT_MS: Final = 100.0
POSTGRESQL: Final = "BENCH_POSTGRESQL"
SERVER: Final = "postgresql://postgres@127.0.0.1:5432/test"

# What is asked, by what it is called in the table.
QUERIES: Final = {
    "the newest": ("", "-imported"),
    "sorted by a figure": ("", "-expectancy"),
    "sorted by a strategy's": ("", "-put_spread.win_rate"),
    "a figure above a bound": ("expectancy<-50", "-expectancy"),
    "expectancy<-50 tag:prod since:2024-01": (
        "expectancy<-50 tag:prod since:2024-01",
        "-expectancy",
    ),
    "algorithm:Three strategy:condor": ("algorithm:Three strategy:condor", "-imported"),
    "live:yes param:ema-fast=10 star": ("live:yes param:ema-fast=10 star", "max_drawdown"),
    "-tag:prod win_rate<50%": ("-tag:prod win_rate<50%", "-trades"),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure of a library.

    Attributes:
        what: What was done.
        milliseconds: The least of some times.
        limit: The most it may be; None where nothing is asked.
    """

    what: str
    milliseconds: float
    limit: float | None = None


def library_tables(runs: int = RUN) -> list[Table]:
    """The library in each database there is, and the blocks of a run."""
    record = read_record(TEMPLATE)
    tables = [_block_table(read_record(LARGEST))]
    for name, url in places():
        with url as place:
            table = grid(f"A library of {runs:,} runs in {name}", "what", "ms", "limit")
            for each in measure(place, record, runs):
                limit = "" if each.limit is None else f"{each.limit:.0f}"
                table.add_row(each.what, f"{each.milliseconds:.1f}", limit)
            tables.append(table)
    return tables


def measure(url: str, record: RunRecord, runs: int) -> Iterator[Measured]:
    """Fill a library and ask it.

    Args:
        url: Where it is; it must be empty.
        record: What every run is made of, with figures of its own.
        runs: How many.
    """
    with open_library(url) as library:
        yield Measured("putting a run", _timed(_putting(library, record)))
        fill(url, record, runs)
        for what, (query, sort) in QUERIES.items():
            asked = _asking(library, query, sort)
            yield Measured(what, _timed(asked), LIMIT_MS)
        last = library.list(sort="-expectancy", limit=1).entries[0].id
        yield Measured("the 5,000th to 5,100th", _timed(_far(library)), LIMIT_MS)
        yield Measured("reading one whole", _timed(lambda: library.get(last)))


def _asking(library: Library, query: str, sort: str) -> Callable[[], object]:
    shown = ("net_pnl", "expectancy", "max_drawdown", "trades")
    return lambda: library.list(query, sort, figures=shown)


def _far(library: Library) -> Callable[[], object]:
    cursor = library.list(sort="-expectancy", limit=5_000, figures=()).cursor
    return lambda: library.list(sort="-expectancy", cursor=cursor, figures=("expectancy",))


def _putting(library: Library, record: RunRecord) -> Callable[[], object]:
    numbers = iter(range(1_000))
    return lambda: library.put(replace(record, id=_id(f"put {next(numbers)}")))


def _timed(call: Callable[[], object]) -> float:
    """Milliseconds: the least of some calls, for what else the machine does only adds."""
    times = []
    for _ in range(TIMES):
        began = perf_counter()
        call()
        times.append(1e3 * (perf_counter() - began))
    return min(times)


def _id(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:16]


def fill(url: str, record: RunRecord, runs: int) -> None:
    """Put many runs into a library that are like one, each with figures of its own."""
    database, pattern = Database(library_url(url)), prepare(record)
    with database.writing() as connection:
        add(connection, pattern, FIRST)
        like = connection.execute(select(RUNS.c.key).where(RUNS.c.id == record.id)).scalar_one()
        connection.execute(RUNS.insert(), [_run(pattern.run, number) for number in range(runs)])
        for table in (FIGURES, STRATEGIES, PARAMETERS, CONTENTS):
            _copy(connection, table, like)
        chosen = select(RUNS.c.key, literal("prod")).where(RUNS.c.key % 10 == 0)
        connection.execute(TAGS.insert().from_select(["run", "tag"], chosen))
    if database.url.get_backend_name() == "postgresql":
        with database.engine.connect() as opened:  # as the server does by itself in a while
            opened.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
    database.close()


def _run(pattern: Mapping[str, Any], number: int) -> dict[str, Any]:
    """A run like another, with another id, algorithm and time."""
    ended = FIRST + number * DAY // 8
    return {
        **UNSAID,
        **pattern,
        "id": _id(f"run {number}"),
        "algorithm": ("Three" if number % 7 == 0 else "Other") + str(number % ALGORITHMS),
        "live": number % 5 == 0,
        "star": number % 11 == 0,
        "ended": ended,
        "traded": "",
        "digest": _id(f"digest {number}"),
        "imported": ended + DAY,
        "changed": ended + DAY,
        "revision": 1,
    }


def _copy(connection: Connection, table: Any, like: int) -> None:
    """Give each run the rows that one has; each its own figures."""
    names = [column.name for column in table.c if column.name != "run"]
    factor = (RUNS.c.key * 7_919 + func.length(FIGURES.c.name) * 104_729) % 2_000 / 1_000.0
    values = [
        table.c[name] * (factor + 0.001) if name == "value" and table is FIGURES else table.c[name]
        for name in names
    ]
    rows = (
        select(RUNS.c.key, *values)
        .select_from(RUNS.join(table, RUNS.c.key > table.c.run))
        .where(table.c.run == like)
    )
    connection.execute(table.insert().from_select(["run", *names], rows))


def _block_table(record: RunRecord) -> Table:
    """What the blocks of a run take."""
    lots, marks = len(record.told.lots), len(record.told.marks)
    table = grid(f"The blocks of {lots:,} trades and {marks:,} marks", "block", "KB", "ms to read")
    for name, block in packed(record.told).items():
        table.add_row(name, f"{len(block) / 1e3:,.0f}", f"{_timed(_reading(block)):.1f}")
    return table


def _reading(block: bytes) -> Callable[[], object]:
    return lambda: unpack(block)


# --- where


@contextmanager
def _file() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield str(Path(folder, "library.db"))


@contextmanager
def _schema(server: str) -> Iterator[str]:
    """A schema of one's own on a server, which is dropped again."""
    name = f"bench_{uuid4().hex[:12]}"
    engine = create_engine(library_url(server))
    try:
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
        yield f"{server}?options=-csearch_path%3D{name}"
        with engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    finally:
        engine.dispose()


def places() -> Iterator[tuple[str, AbstractContextManager[str]]]:
    """SQLite, and PostgreSQL where there is one."""
    yield "SQLite", _file()
    server = os.environ.get(POSTGRESQL, SERVER)
    if _answers(server):
        yield "PostgreSQL", _schema(server)


def _answers(server: str) -> bool:
    try:
        engine = create_engine(library_url(server))
    except ModuleNotFoundError:  # without psycopg there is none
        return False
    try:
        engine.connect().close()
    except OperationalError:
        return False
    finally:
        engine.dispose()
    return True
