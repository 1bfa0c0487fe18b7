"""Reading runs of the library: lists of them, and all that there is of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, func, or_, select

from workbench.library.entries import Entry, Page, Trial, Version
from workbench.library.errors import AmbiguousRunError, UnknownRunError
from workbench.library.figures import ACCOUNT, KeptFigure
from workbench.library.query import Sorting, Term, known_figure
from workbench.library.schema import CONTENTS, FIGURES, PARAMETERS, RUNS, SOURCES, STRATEGIES, TAGS
from workbench.library.selection import Order, begins, condition_of
from workbench.library.shapes import from_microseconds
from workbench.runs.exactness import ORDER
from workbench.runs.record import SourceFile

EXACTNESS = {rank: each for each, rank in ORDER.items()}
MOST_NAMED = 8  # runs that an error names

# The columns of a run that its entry has as they are.
PLAIN = (
    *("id", "algorithm", "project", "live", "currency", "code", "revision", "notes", "star"),
    *("baseline", "name"),
)
TIMES = ("begun", "ended", "imported", "changed", "deleted")


def list_runs(
    connection: Connection,
    terms: Sequence[Term],
    sorting: Sorting,
    limit: int,
    cursor: str | None,
    figures: Iterable[str] | None,
) -> Page:
    """A part of the list of the runs that match all terms.

    Args:
        connection: In a transaction.
        terms: What a run must be.
        sorting: The order.
        limit: How many at most.
        cursor: Where the part before ended; None for the first.
        figures: The figures to read, by `NAME` or `STRATEGY.NAME`; None for all.

    Raises:
        QueryError: The cursor is of another list, or there is no such figure.
    """
    order, condition = Order(sorting, terms), condition_of(terms)
    total = connection.execute(select(func.count()).select_from(RUNS).where(condition)).scalar_one()
    found: list[RowMapping] = []
    known = order.known(condition, cursor)
    if known is not None:
        found += connection.execute(known.limit(limit + 1)).mappings()
    rest = order.rest(condition, cursor)
    if rest is not None and len(found) <= limit:
        found += connection.execute(rest.limit(limit + 1 - len(found))).mappings()
    shown = found[:limit]
    return Page(
        entries=tuple(entries_of(connection, [each["key"] for each in shown], figures)),
        total=total,
        cursor=order.cursor(shown[-1]) if len(found) > limit else None,
    )


def entries_of(
    connection: Connection, keys: Sequence[int], figures: Iterable[str] | None
) -> list[Entry]:
    """The entries of the runs with these keys, in their order; errors as of `list_runs`."""
    query = select(RUNS).where(RUNS.c.key.in_(keys))
    rows = {row["key"]: row for row in connection.execute(query).mappings()} if keys else {}
    tags = _by_run(connection, TAGS, keys)
    strategies = _by_run(connection, STRATEGIES, keys)
    parameters = _by_run(connection, PARAMETERS, keys)
    known = _figures(connection, keys, figures)
    return [
        Entry(
            **{name: row[name] for name in PLAIN},
            **{name: _time(row[name]) for name in TIMES},
            exactness=EXACTNESS[row["exactness"]],
            tags=tuple(each.tag for each in tags[row["key"]]),
            strategies=tuple(each.strategy for each in strategies[row["key"]]),
            parameters={each.name: each.value for each in parameters[row["key"]]},
            figures=known[row["key"]],
        )
        for row in map(rows.__getitem__, keys)
    ]


def _time(count: int | None) -> Any:
    return None if count is None else from_microseconds(count)


def _by_run(connection: Connection, table: Any, keys: Sequence[int]) -> dict[int, list[Any]]:
    """The rows of a table by the run that they belong to, in the order of their key."""
    found: dict[int, list[Any]] = defaultdict(list)
    query = select(table).where(table.c.run.in_(keys)).order_by(*table.primary_key)
    for row in connection.execute(query) if keys else ():
        found[row.run].append(row)
    return found


def _figures(
    connection: Connection, keys: Sequence[int], names: Iterable[str] | None
) -> dict[int, dict[str, KeptFigure]]:
    found: dict[int, dict[str, KeptFigure]] = defaultdict(dict)
    query = select(FIGURES).where(FIGURES.c.run.in_(keys))
    if names is not None:
        wanted = [known_figure(name) for name in names]
        if not wanted:
            return found
        query = query.where(
            or_(
                *(
                    and_(FIGURES.c.strategy == strategy, FIGURES.c.name == name)
                    for strategy, name in wanted
                )
            )
        )
    for row in connection.execute(query) if keys else ():
        figure = KeptFigure(
            row.strategy, row.name, row.value, row.unit, row.n, EXACTNESS[row.exactness], row.bound
        )
        full = f"{row.strategy}.{row.name}" if row.strategy else row.name
        found[row.run][full] = figure
    return found


def resolved(connection: Connection, given: str, *, trash: bool | None = False) -> tuple[int, str]:
    """The key and the id of the run that an id, or the beginning of one, means.

    Args:
        connection: In a transaction.
        given: What the user wrote.
        trash: Whether to look in the trash; None for everywhere.

    Raises:
        UnknownRunError: There is none.
        AmbiguousRunError: There are several; the text names them.
    """
    query = select(RUNS.c.key, RUNS.c.id).where(begins(RUNS.c.id, given)).order_by(RUNS.c.id)
    if trash is not None:
        in_trash = RUNS.c.deleted.is_not(None)
        query = query.where(in_trash if trash else RUNS.c.deleted.is_(None))
    rows = connection.execute(query.limit(MOST_NAMED + 1)).all() if given else []
    if not rows:
        raise UnknownRunError(given, "in the trash" if trash else "in the library")
    if len(rows) > 1 and rows[0].id != given:
        names = [row.id for row in rows[:MOST_NAMED]]
        raise AmbiguousRunError(given, names + ["..."] * (len(rows) > MOST_NAMED))
    return rows[0].key, rows[0].id


def trials_of(connection: Connection, algorithms: Iterable[str]) -> list[Trial]:
    """Every run of some algorithms, those in the trash too, in the order of their coming."""
    joined = RUNS.outerjoin(
        FIGURES,
        and_(
            FIGURES.c.run == RUNS.c.key, FIGURES.c.strategy == ACCOUNT, FIGURES.c.name == "sharpe"
        ),
    )
    query = select(RUNS.c.id, RUNS.c.traded, FIGURES.c.value).select_from(joined)
    query = query.where(RUNS.c.algorithm.in_(list(algorithms))).order_by(RUNS.c.key)
    return [Trial(*row) for row in connection.execute(query)]


def row_of(connection: Connection, key: int) -> RowMapping:
    """The row of a run."""
    return connection.execute(select(RUNS).where(RUNS.c.key == key)).mappings().one()


def version_of(connection: Connection, key: int) -> Version:
    """Which version of a run there is."""
    query = select(RUNS.c.id, RUNS.c.revision, RUNS.c.changed).where(RUNS.c.key == key)
    return Version(*connection.execute(query).one())


def sources_of(connection: Connection, key: int) -> tuple[SourceFile, ...]:
    """The files that a run was read from."""
    rows = _by_run(connection, SOURCES, [key])[key]
    return tuple(SourceFile(row.name, row.kind, row.size, row.sha256) for row in rows)


def contents_of(connection: Connection, key: int, *names: str) -> dict[str, bytes]:
    """The contents of a run by name; all of them where none is named."""
    query = select(CONTENTS.c.name, CONTENTS.c.data).where(CONTENTS.c.run == key)
    if names:
        query = query.where(CONTENTS.c.name.in_(names))
    return {row.name: row.data for row in connection.execute(query)}
