"""Putting a record into the library: what it is made of, and whether it replaces what is there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from workbench.library.contents import packed
from workbench.library.document import DOCUMENT, document_of
from workbench.library.entries import Outcome
from workbench.library.figures import figures_of, names_of_strategies
from workbench.library.query import number_of
from workbench.library.schema import (
    CONTENTS,
    FIGURES,
    PARAMETERS,
    REPLACED,
    RUNS,
    SOURCES,
    STRATEGIES,
)
from workbench.library.shapes import to_microseconds
from workbench.runs.exactness import ORDER, Exactness, worst
from workbench.runs.record import RunRecord, SourceFile

Row = dict[str, Any]

# What the library itself says of a run, from its first import on.
UNSAID: Mapping[str, Any] = {
    "name": "",
    "notes": "",
    "star": False,
    "baseline": False,
    "deleted": None,
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record as rows, made before any lock is taken.

    Attributes:
        run: The row of the run, without what the user says and without times.
        rows: Table -> its rows, without the run's key.
    """

    run: Row
    rows: Mapping[Table, Sequence[Row]]


def digest_of(sources: Sequence[SourceFile]) -> str:
    """What a set of files is known by, whatever they are called and in whatever order."""
    hashes = sorted({source.sha256 for source in sources})
    return sha256("\n".join(hashes).encode()).hexdigest()


def standing_of(record: RunRecord) -> list[int]:
    """How good a record is: of two the one with the higher list, from its front, is better.

    It counts the figures that are not exact, those that are not even derived, and so on, as
    negative numbers; then the last moment that it knows; then how many rows it has.
    """
    ranks = [ORDER[label.exactness] for label in record.labels.values()]
    faults = [-sum(rank > each for rank in ranks) for each in range(len(Exactness) - 1)]
    ended = 0 if record.ended is None else to_microseconds(record.ended)
    told = record.told
    rows = sum(map(len, (told.lots, told.fills, told.marks, told.orders, told.executions)))
    return [*faults, ended, rows]


def plain_text(text: str) -> str:
    """The text with a mark in place of what a database cannot keep: NUL, and halves of characters.

    The record itself, which is kept beside the rows, has the text as it was.
    """
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _plain_row(row: Row) -> Row:
    return {
        name: plain_text(value) if isinstance(value, str) else value for name, value in row.items()
    }


def prepare(record: RunRecord) -> Prepared:
    """A record as rows."""
    rows = {
        SOURCES: _source_rows(record),
        PARAMETERS: [
            {"name": name, "value": value, "number": number_of(value)}
            for name, value in record.parameters.items()
        ],
        STRATEGIES: [{"strategy": name} for name in names_of_strategies(record)],
        FIGURES: _figure_rows(record),
    }
    contents = {**packed(record.told), DOCUMENT: document_of(record)}
    return Prepared(
        _plain_row(_run_row(record)),
        {
            **{table: [*map(_plain_row, each)] for table, each in rows.items()},
            CONTENTS: [{"name": name, "data": data} for name, data in contents.items()],
        },
    )


def _run_row(record: RunRecord) -> Row:
    return {
        "id": record.id,
        "algorithm": record.algorithm,
        "project": record.project,
        "live": record.live,
        "currency": record.currency,
        "code": record.code,
        "traded": record.traded,
        "begun": record.begun and to_microseconds(record.begun),
        "ended": record.ended and to_microseconds(record.ended),
        "exactness": ORDER[worst(list(record.labels.values()))],
        "standing": json.dumps(standing_of(record)),
        "digest": digest_of(record.sources),
    }


def _source_rows(record: RunRecord) -> list[Row]:
    return [
        {
            "place": place,
            "name": source.name,
            "kind": source.kind,
            "size": source.size,
            "sha256": source.sha256,
        }
        for place, source in enumerate(record.sources)
    ]


def _figure_rows(record: RunRecord) -> list[Row]:
    return [
        {
            "strategy": each.strategy,
            "name": each.name,
            "value": each.value,
            "unit": each.unit,
            "n": each.n,
            "exactness": ORDER[each.exactness],
            "bound": each.bound,
        }
        for each in figures_of(record)
    ]


def judge(record: RunRecord, there: Row, *, replaces: bool = True) -> Outcome:
    """What becomes of a record where its run is in the library already.

    Args:
        record: The record.
        there: The run's row.
        replaces: Whether it may take the place of what is there.
    """
    if there["deleted"] is not None:
        return Outcome.TRASHED
    better = standing_of(record) > json.loads(there["standing"])
    same = there["digest"] == digest_of(record.sources)
    if better:
        return Outcome.REPLACED if replaces else Outcome.KEPT
    return Outcome.UNCHANGED if same else Outcome.WORSE


def found(connection: Connection, record: RunRecord, *, to_change: bool = False) -> Row | None:
    """The row of a record's run; None where it is not there.

    A source that does not know the parameters gives the run another id: such a one is the newest
    that traded the same.
    """
    query = select(RUNS).order_by(RUNS.c.key.desc()).limit(1)
    if to_change:
        query = query.with_for_update()
    same = query.where(RUNS.c.id == record.id)
    rows = connection.execute(same).mappings().all()
    if not rows and record.traded:
        alike = query.where(RUNS.c.traded == record.traded)
        if record.parameters:
            alike = alike.where(RUNS.c.key.not_in(select(PARAMETERS.c.run)))
        rows = connection.execute(alike).mappings().all()
    return dict(rows[0]) if rows else None


def completed(connection: Connection, record: RunRecord, there: Row) -> RunRecord:
    """The record with what its run is known by already, where its source does not tell."""
    if record.parameters:
        return record
    query = select(PARAMETERS.c.name, PARAMETERS.c.value).where(PARAMETERS.c.run == there["key"])
    known = {row.name: row.value for row in connection.execute(query)}
    return replace(record, id=there["id"], parameters=known, code=record.code or there["code"])


def write(
    connection: Connection,
    record: RunRecord,
    prepared: Prepared,
    now: int,
    *,
    replaces: bool = True,
) -> Outcome:
    """Put a record where its run is, or where it is missing.

    Args:
        connection: In a transaction that writes.
        record: The record.
        prepared: The same as rows.
        now: Microseconds since 1970.
        replaces: Whether it may take the place of what is there.
    """
    there = found(connection, record, to_change=True)
    if there is None and add(connection, prepared, now):
        return Outcome.ADDED
    # another may have put it meanwhile, where the database lets two write at once
    there = there or found(connection, record, to_change=True)
    if there is None:
        return Outcome.UNCHANGED
    outcome = judge(record, there, replaces=replaces)
    if outcome is Outcome.REPLACED:
        changed = {**prepared.run, "changed": now, "revision": RUNS.c.revision + 1}
        connection.execute(update(RUNS).where(RUNS.c.key == there["key"]).values(changed))
        for table in REPLACED:
            connection.execute(delete(table).where(table.c.run == there["key"]))
        _write_rows(connection, there["key"], prepared)
    return outcome


def add(connection: Connection, prepared: Prepared, now: int) -> bool:
    """Put a run that is missing into its place; False where there is one of its id.

    Args:
        connection: In a transaction that writes.
        prepared: The record as rows.
        now: Microseconds since 1970.
    """
    own = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = {**UNSAID, **prepared.run, "imported": now, "changed": now, "revision": 1}
    statement = own(RUNS).values(row).on_conflict_do_nothing(index_elements=["id"])
    key = connection.execute(statement.returning(RUNS.c.key)).scalar()
    if key is not None:
        _write_rows(connection, key, prepared)
    return key is not None


def _write_rows(connection: Connection, key: int, prepared: Prepared) -> None:
    for table, rows in prepared.rows.items():
        if rows:
            connection.execute(insert(table), [{"run": key, **row} for row in rows])
