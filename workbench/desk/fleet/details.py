"""Fills, closed trades, alerts and other events of a deployment, each kept once.

A detail is known by its kind and its name. It comes again and again: with the digests that repeat
it, from the folder of the run, from an import. What comes again may tell what was not known before,
such as a fee, and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from workbench.library.schema import DETAILS
from workbench.library.shapes import from_microseconds, to_microseconds
from workbench.library.writing import plain_text

Body = Mapping[str, Any]
Row = Mapping[str, Any]

MOST_ORDER = 1 << 62
PART = 400  # details that one statement asks for

BODIES = select(DETAILS.c.name, DETAILS.c.body).where(
    DETAILS.c.deployment == bindparam("of"),
    DETAILS.c.kind == bindparam("of_kind"),
    DETAILS.c.name.in_(bindparam("names", expanding=True)),
)
NEW = insert(DETAILS)
TOLD = (
    update(DETAILS)
    .where(
        DETAILS.c.deployment == bindparam("of"),
        DETAILS.c.kind == bindparam("of_kind"),
        DETAILS.c.name == bindparam("of_name"),
    )
    .values(body=bindparam("body"))
)


class DetailKind(StrEnum):
    """What a detail is."""

    FILL = "fill"
    TRADE = "trade"
    ALERT = "alert"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing that happened.

    Attributes:
        kind: What it is.
        name: What tells it from others of its kind in its deployment.
        time: When it happened.
        body: All of it, as JSON values; null where something is not known yet.
        order: The order that it came of; None for none.
        opening: Of a closed trade the order that opened it.
    """

    kind: DetailKind
    name: str
    time: datetime
    body: Body
    order: int | None = None
    opening: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of some details.

    Attributes:
        new: Those that were not there.
        told: Those that were there, and say more now.
        refused: Those that were there with other content, which stays, each in words.
    """

    new: tuple[Detail, ...]
    told: tuple[Detail, ...]
    refused: tuple[str, ...]


def details_of(
    fills: Iterable[Row], closed: Iterable[Row], events: Iterable[Row]
) -> tuple[Detail, ...]:
    """The rows of a digest, or of a state that is watched, as details.

    Args:
        fills: As `models.tracker.desk_rows` makes them.
        closed: Likewise.
        events: Likewise.
    """
    return (*map(_fill, fills), *map(_trade, closed), *map(_event, events))


def _fill(row: Row) -> Detail:
    return Detail(DetailKind.FILL, _name(row), _time(row), row, _order(row["order"]))


def _trade(row: Row) -> Detail:
    opening, closing = map(_order, row["orders"])
    return Detail(DetailKind.TRADE, _name(row), _time(row), row, closing, opening)


def _event(row: Row) -> Detail:
    kind = DetailKind.ALERT if row["kind"] == DetailKind.ALERT else DetailKind.EVENT
    return Detail(kind, _name(row), _time(row), row)


def _name(row: Row) -> str:
    return plain_text(row["id"])


def _order(number: int) -> int | None:
    """A number that a database can keep."""
    return int(number) if abs(number) < MOST_ORDER else None


def _time(row: Row) -> datetime:
    return datetime.fromisoformat(row["time"])


def keep(connection: Connection, key: int, details: Sequence[Detail]) -> Kept:
    """Keep what is not there; of what is there, what was not known.

    Args:
        connection: In a transaction that writes, and that alone writes of this deployment.
        key: The deployment's.
        details: What came, in any order, the same several times too.
    """
    new: list[Detail] = []
    told: list[Detail] = []
    refused: list[str] = []
    for first in range(0, len(details), PART):
        kept = _keep_part(connection, key, details[first : first + PART])
        new += kept.new
        told += kept.told
        refused += kept.refused
    return Kept(tuple(new), tuple(told), tuple(refused))


def _keep_part(connection: Connection, key: int, details: Sequence[Detail]) -> Kept:
    there = _bodies(connection, key, details)
    known, refused = dict(there), []
    last: dict[tuple[str, str], Detail] = {}
    for detail in details:
        place = (detail.kind.value, detail.name)
        body = merged(known[place], detail.body) if place in known else detail.body
        if body is None:
            refused.append(f"{detail.kind} {detail.name} is known with other content")
        elif place not in known or body != known[place]:
            known[place], last[place] = body, replace(detail, body=body)
    new = [each for place, each in last.items() if place not in there]
    told = [each for place, each in last.items() if place in there]
    _write(connection, key, new, told)
    return Kept(tuple(new), tuple(told), tuple(refused))


def merged(there: Body, come: Body) -> Body | None:
    """Both bodies in one; None where one tells something else than the other."""
    body = dict(there)
    for name, value in come.items():
        known = body.get(name)
        if known is None:
            body[name] = value
        elif value is not None and value != known:
            return None
    return body


def _bodies(
    connection: Connection, key: int, details: Iterable[Detail]
) -> dict[tuple[str, str], Body]:
    """Kind and name -> what is there of these details."""
    names: dict[str, set[str]] = {}
    for detail in details:
        names.setdefault(detail.kind.value, set()).add(detail.name)
    found: dict[tuple[str, str], Body] = {}
    for kind, some in names.items():
        rows = connection.execute(BODIES, {"of": key, "of_kind": kind, "names": sorted(some)})
        found |= {(kind, row.name): json.loads(row.body) for row in rows}
    return found


def _write(connection: Connection, key: int, new: Sequence[Detail], told: Sequence[Detail]) -> None:
    if new:
        connection.execute(NEW, [_row(key, each) for each in new])
    if told:
        values = [
            {
                "of": key,
                "of_kind": each.kind.value,
                "of_name": each.name,
                "body": text_of(each.body),
            }
            for each in told
        ]
        connection.execute(TOLD, values)


def _row(key: int, detail: Detail) -> dict[str, Any]:
    return {
        "deployment": key,
        "kind": detail.kind.value,
        "name": detail.name,
        "time": to_microseconds(detail.time),
        "order": detail.order,
        "opening": detail.opening,
        "body": text_of(detail.body),
    }


def text_of(body: Body) -> str:
    """A body as it is kept."""
    return json.dumps(body, separators=(",", ":"), allow_nan=False)


def detail_of(row: Any) -> Detail:
    """The detail in a row of the table."""
    kind, time = DetailKind(row.kind), from_microseconds(row.time)
    return Detail(kind, row.name, time, json.loads(row.body), row.order, row.opening)
