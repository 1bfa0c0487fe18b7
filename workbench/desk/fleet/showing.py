"""What is shown of deployments: each in a line, one with all that is known, and parts of lists."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, or_, select, tuple_

from workbench.desk.fleet.boots import WATCHED, boots_of
from workbench.desk.fleet.details import Detail, DetailKind, detail_of
from workbench.desk.fleet.errors import CursorError, UnknownDeploymentError
from workbench.desk.fleet.gaps import SECOND, count_open, gaps_of
from workbench.desk.fleet.staleness import LATE, Pulse
from workbench.library.schema import BOOTS, DEPLOYMENTS, DETAILS, DIGESTS
from workbench.library.shapes import from_microseconds

JSON = dict[str, Any]

LAST = 100  # details of each kind that are shown of a deployment
# The boot that counts, with its newest state.
_COUNTS = and_(BOOTS.c.deployment == DEPLOYMENTS.c.key, BOOTS.c.boot == DEPLOYMENTS.c.boot)
_NEWEST = (BOOTS.c.seq, BOOTS.c.sent, BOOTS.c.received, BOOTS.c.every, BOOTS.c.state)
HEADS = select(DEPLOYMENTS, *_NEWEST).join(BOOTS, _COUNTS).order_by(DEPLOYMENTS.c.id)
HEAD = HEADS.where(DEPLOYMENTS.c.id == bindparam("of_id"))
_CURSOR = re.compile(r"(-?[0-9]{1,18})~([0-9]{1,9})~([^\0]+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Head:
    """A deployment with the state that counts.

    Attributes:
        key: The deployment's, in the database.
        id: The deployment's.
        project: The algorithm's name.
        since: When it was heard first.
        boot: The process whose state counts; empty for what is watched on this machine.
        seq: Counts the states of the boot.
        sent: When the state was sent.
        pulse: When it came.
        state: All that a page shows of it.
        conflicts: How often something came again with other content.
        conflict: The last of them; empty for none.
        revision: Counts the changes.
    """

    key: int
    id: str
    project: str
    since: datetime
    boot: str
    seq: int
    sent: datetime
    pulse: Pulse
    state: Mapping[str, Any]
    conflicts: int
    conflict: str
    revision: int

    def to_dict(self, now: datetime) -> JSON:
        """JSON values by name, without the state; times in ISO 8601."""
        return {
            "id": self.id,
            "project": self.project,
            "since": self.since.isoformat(),
            "source": "watched" if self.boot == WATCHED else "digests",
            "boot": self.boot,
            "seq": self.seq,
            "sent": self.sent.isoformat(),
            **self.pulse.to_dict(now),
            "conflicts": {"count": self.conflicts, "last": self.conflict or None},
            "revision": self.revision,
        }


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a list of details, the newest first.

    Attributes:
        details: With the id of the deployment that each is of.
        cursor: Where the next part begins; None behind the last.
    """

    details: tuple[tuple[str, Detail], ...]
    cursor: str | None

    def to_dict(self, name: str) -> JSON:
        """JSON values: the details under a name, each with its deployment."""
        rows = [{"deployment": whose, **detail.body} for whose, detail in self.details]
        return {name: rows, "cursor": self.cursor}


def heads(connection: Connection, deployment: str | None = None) -> list[Head]:
    """The deployments that were heard, in the order of their ids.

    Args:
        connection: In a transaction.
        deployment: The only one that is wanted.
    """
    query, given = (HEADS, {}) if deployment is None else (HEAD, {"of_id": deployment})
    return [_head(row) for row in connection.execute(query, given)]


def _head(row: Any) -> Head:
    return Head(
        key=row.key,
        id=row.id,
        project=row.project,
        since=from_microseconds(row.since),
        boot=row.boot,
        seq=row.seq,
        sent=from_microseconds(row.sent),
        pulse=Pulse(row.id, from_microseconds(row.received), row.every),
        state=json.loads(row.state),
        conflicts=row.conflicts,
        conflict=row.conflict,
        revision=row.revision,
    )


def head_of(connection: Connection, deployment: str) -> Head:
    """One deployment.

    Raises:
        UnknownDeploymentError: It was never heard.
    """
    found = heads(connection, deployment)
    if not found:
        raise UnknownDeploymentError(deployment)
    return found[0]


def line_of(head: Head, gaps: int, now: datetime) -> JSON:
    """A deployment in a line of the list: what is seen without opening it.

    Args:
        head: The deployment.
        gaps: How many of its gaps are not healed.
        now: When.
    """
    state = head.state
    account = state.get("account") or {}
    return {
        **head.to_dict(now),
        "algorithm": state.get("algorithm"),
        "live": state.get("live"),
        "currency": state.get("currency"),
        "as_of": state.get("as_of"),
        "equity": state.get("equity"),
        "today": account.get("today"),
        "total_return": account.get("total_return"),
        "drawdown": account.get("drawdown"),
        "since_deploy": state.get("since_deploy"),
        "opposed": _opposed(state),
        "alerts": len(state.get("alerts") or ()),
        "open_orders": len(state.get("open_orders") or ()),
        "gaps": gaps,
    }


def _opposed(state: Mapping[str, Any]) -> bool:
    """Whether strategies hold one instrument on both sides."""
    strategies = (state.get("positions") or {}).get("strategies") or {}
    return any(row.get("opposed") for rows in strategies.values() for row in rows)


def whole_of(connection: Connection, head: Head, now: datetime) -> JSON:
    """A deployment with its state, what happened last, its gaps and its processes."""
    gaps = gaps_of(connection, head.key)
    left_out = select(func.sum(DIGESTS.c.left_out)).where(DIGESTS.c.deployment == head.key)
    return {
        **line_of(head, count_open(gaps), now),
        "state": dict(head.state),
        **{f"last_{kind.value}s": _last(connection, head, kind) for kind in DetailKind},
        "known_gaps": [gap.to_dict() for gap in gaps],
        "left_out": int(connection.execute(left_out).scalar() or 0),
        "boots": [_boot(dict(row)) for row in boots_of(connection, head.key)],
    }


def _boot(row: Mapping[str, Any]) -> JSON:
    times = {name: from_microseconds(row[name]).isoformat() for name in ("started", "sent")}
    return {"boot": row["boot"], "seq": row["seq"], "every": row["every"], **times}


def _last(connection: Connection, head: Head, kind: DetailKind) -> list[JSON]:
    part = details_part(connection, [kind], LAST, deployment=head)
    return [dict(detail.body) for _, detail in part.details]


def details_part(
    connection: Connection,
    kinds: Sequence[DetailKind],
    limit: int,
    *,
    deployment: Head | None = None,
    cursor: str | None = None,
    order: int | None = None,
) -> Part:
    """A part of a list of details, the newest first.

    Args:
        connection: In a transaction.
        kinds: Which.
        limit: How many at most.
        deployment: Whose; None for those of all.
        cursor: That of the part before; None for the first.
        order: Only what came of this order, and trades that it opened.

    Raises:
        CursorError: The cursor is none.
    """
    place = (DETAILS.c.time, DETAILS.c.deployment, DETAILS.c.name)
    query = select(DETAILS, DEPLOYMENTS.c.id.label("whose")).join(
        DEPLOYMENTS, DETAILS.c.deployment == DEPLOYMENTS.c.key
    )
    query = query.where(DETAILS.c.kind.in_([kind.value for kind in kinds]))
    if deployment is not None:
        query = query.where(DETAILS.c.deployment == deployment.key)
    if order is not None:
        query = query.where(or_(DETAILS.c.order == order, DETAILS.c.opening == order))
    if cursor is not None:
        query = query.where(tuple_(*place) < tuple_(*_place_of(cursor)))
    newest = query.order_by(*(column.desc() for column in place)).limit(limit + 1)
    rows = connection.execute(newest).all()
    shown = rows[:limit]
    last = shown[-1] if len(rows) > limit else None
    return Part(
        tuple((row.whose, detail_of(row)) for row in shown),
        None if last is None else f"{last.time}~{last.deployment}~{last.name}",
    )


def _place_of(cursor: str) -> tuple[int, int, str]:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise CursorError(cursor)
    return int(found[1]), int(found[2]), found[3]


def silences_of(connection: Connection, head: Head) -> list[tuple[datetime, datetime]]:
    """The times between one process and the next in which there should have been digests."""
    rows = [row for row in boots_of(connection, head.key) if row["boot"] != WATCHED]
    return [
        (from_microseconds(one["sent"]), from_microseconds(other["started"]))
        for one, other in pairwise(rows)
        if other["started"] - one["sent"] > LATE * one["every"] * SECOND
    ]
