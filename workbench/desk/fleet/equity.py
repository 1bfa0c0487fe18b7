"""The equity curve of a deployment: a point a state, thinned with age and where drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, and_, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from workbench.library.schema import EQUITY
from workbench.library.shapes import from_microseconds

# Database -> what adds points of the curve.
ADDED = {
    "sqlite": sqlite.insert(EQUITY).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(EQUITY).on_conflict_do_nothing(),
}


@dataclass(frozen=True, slots=True)
class EquityPoint:
    """What an account was worth in a span of time, in its currency.

    Attributes:
        time: The last moment of it that is known.
        equity: What it was worth then.
        low: The least within the span.
        high: The most within the span.
    """

    time: datetime
    equity: float
    low: float
    high: float

    def to_dict(self) -> dict[str, Any]:
        """JSON values by name; the time in ISO 8601."""
        return {
            "time": self.time.isoformat(),
            "equity": self.equity,
            "low": self.low,
            "high": self.high,
        }


class Worth(NamedTuple):
    """What an account was worth at a moment, in microseconds since 1970."""

    time: int
    equity: float


def add_points(connection: Connection, key: int, points: Sequence[Worth]) -> None:
    """Keep some points of a deployment; where there is one already, it stays."""
    rows = [
        {"deployment": key, "time": time, "equity": equity, "low": equity, "high": equity}
        for time, equity in points
    ]
    if rows:
        connection.execute(ADDED[connection.dialect.name], rows)


def curve(
    connection: Connection, key: int, since: int | None, until: int, points: int
) -> list[EquityPoint]:
    """The curve of a span of time in so many buckets at most, with the least and most of each.

    The buckets divide the time from the first point within the span to the last: what lies before
    and behind it takes none, so that an hour of today, or a run that is silent, is drawn as finely.

    Args:
        connection: In a transaction.
        key: The deployment's.
        since: Microseconds since 1970; None for the beginning.
        until: Likewise; it is within the span.
        points: How many buckets there are.
    """
    within = and_(EQUITY.c.deployment == key, EQUITY.c.time <= until)
    if since is not None:
        within = and_(within, EQUITY.c.time >= since)
    first, last = _ends(connection, within)
    if first is None or last is None:
        return []
    width = max(1, -(-(last + 1 - first) // points))
    return [
        EquityPoint(from_microseconds(row.time), row.equity, row.low, row.high)
        for row in connection.execute(_buckets(within, first, width))
    ]


def _ends(connection: Connection, within: Any) -> tuple[int | None, int | None]:
    """The first and the last time of some points, each found in the index by itself."""
    ends = (func.min(EQUITY.c.time), func.max(EQUITY.c.time))
    first, last = (select(end).where(within).scalar_subquery() for end in ends)
    row = connection.execute(select(first, last)).one()
    return row[0], row[1]


def _buckets(within: Any, since: int, width: int) -> Any:
    """The last time, the equity then, the least and the most of each bucket."""
    bucket = (EQUITY.c.time - since) // width
    spans = (
        select(
            func.max(EQUITY.c.time).label("time"),
            func.min(EQUITY.c.low).label("low"),
            func.max(EQUITY.c.high).label("high"),
        )
        .where(within)
        .group_by(bucket)
        .subquery()
    )
    joined = spans.join(EQUITY, and_(EQUITY.c.time == spans.c.time, within))
    query = select(spans.c.time, EQUITY.c.equity, spans.c.low, spans.c.high)
    return query.select_from(joined).order_by(spans.c.time)


def thin(connection: Connection, key: int, until: int, width: int) -> None:
    """Leave one point in each span of a width of what is older.

    The point that stays is the last, with the least and the most of all.

    Args:
        connection: In a transaction that writes, and that alone writes of this deployment.
        key: The deployment's.
        until: Microseconds since 1970; it is not within.
        width: Microseconds.
    """
    bucket = EQUITY.c.time // width
    old = and_(EQUITY.c.deployment == key, EQUITY.c.time < until // width * width)
    query = (
        select(
            func.min(EQUITY.c.time).label("first"),
            func.max(EQUITY.c.time).label("last"),
            func.min(EQUITY.c.low).label("least"),
            func.max(EQUITY.c.high).label("most"),
        )
        .where(old)
        .group_by(bucket)
        .having(func.count() > 1)
    )
    spans = [dict(row) for row in connection.execute(query).mappings()]
    if not spans:
        return
    first: BindParameter[int] = bindparam("first")
    last: BindParameter[int] = bindparam("last")
    mine = EQUITY.c.deployment == key
    gone = delete(EQUITY).where(mine, EQUITY.c.time >= first, EQUITY.c.time < last)
    connection.execute(gone, [{"first": s["first"], "last": s["last"]} for s in spans])
    kept = update(EQUITY).where(mine, EQUITY.c.time == last)
    values = [{"last": s["last"], "least": s["least"], "most": s["most"]} for s in spans]
    connection.execute(kept.values(low=bindparam("least"), high=bindparam("most")), values)
