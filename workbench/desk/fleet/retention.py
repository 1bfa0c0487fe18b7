"""How long is kept what a deployment sent: bounded, whatever it sends.

The equity curve thins with age and stays. Digests are remembered as long as one may still come
again; one that is older is not taken. Of details the newest stay.
"""

from __future__ import annotations

from sqlalchemy import Connection, and_, delete, select, update

from workbench.desk.fleet.equity import thin
from workbench.library.schema import BOOTS, DEPLOYMENTS, DETAILS, DIGESTS, GAPS

SECOND = 1_000_000  # in microseconds
DAY = 86_400 * SECOND
PRUNED_DAYS = 1  # between two times that a deployment is thinned
DIGEST_DAYS = 30
GAP_DAYS = 400
# Of each kind of a deployment's details the newest so many stay.
MOST_DETAILS = 200_000
# Days -> the span of which one point of the equity curve stays of what is older, in microseconds.
THINNED = {7: 300 * SECOND, 90: 3_600 * SECOND}


def is_over(then: int, now: int, days: int) -> bool:
    """Whether so many days are over since a moment; moments in microseconds since 1970."""
    return now - then > days * DAY


def prune(connection: Connection, deployment: str, now: int, most: int = MOST_DETAILS) -> None:
    """Thin what is old of a deployment.

    Args:
        connection: In a transaction that writes.
        deployment: Its id.
        now: Microseconds since 1970.
        most: How many details of each kind stay.
    """
    query = select(DEPLOYMENTS).where(DEPLOYMENTS.c.id == deployment).with_for_update()
    row = connection.execute(query).one()
    for days, width in THINNED.items():
        thin(connection, row.key, now - days * DAY, width)
    _forget(connection, row.key, row.boot, now)
    for kind in (
        connection.execute(select(DETAILS.c.kind).where(DETAILS.c.deployment == row.key).distinct())
        .scalars()
        .all()
    ):
        _leave_newest(connection, row.key, kind, most)
    mine = DEPLOYMENTS.c.key == row.key
    connection.execute(update(DEPLOYMENTS).where(mine).values(pruned=now))


def _forget(connection: Connection, key: int, counting: str, now: int) -> None:
    """Forget old digests, old gaps, and old boots whose state does not count."""
    for table, time, days in (
        (DIGESTS, DIGESTS.c.sent, DIGEST_DAYS),
        (GAPS, GAPS.c.ended, GAP_DAYS),
    ):
        old = and_(table.c.deployment == key, time < now - days * DAY)
        connection.execute(delete(table).where(old))
    gone = and_(BOOTS.c.sent < now - GAP_DAYS * DAY, BOOTS.c.boot != counting)
    connection.execute(delete(BOOTS).where(BOOTS.c.deployment == key, gone))


def _leave_newest(connection: Connection, key: int, kind: str, most: int) -> None:
    own = and_(DETAILS.c.deployment == key, DETAILS.c.kind == kind)
    newest = select(DETAILS.c.time).where(own).order_by(DETAILS.c.time.desc())
    bound = connection.execute(newest.offset(most).limit(1)).scalar()
    if bound is not None:
        connection.execute(delete(DETAILS).where(own, DETAILS.c.time <= bound))
