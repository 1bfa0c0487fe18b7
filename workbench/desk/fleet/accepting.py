"""Taking what came of a deployment, within one transaction: all of it is kept or nothing.

A transaction holds the deployment's row from its beginning to its end, so that what comes of one
deployment at once is taken one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from workbench.desk.fleet.boots import WATCHED, Heard, take_state
from workbench.desk.fleet.details import Detail, Kept, keep
from workbench.desk.fleet.equity import Worth, add_points
from workbench.desk.fleet.errors import UnknownDeploymentError
from workbench.desk.fleet.gaps import SECOND, Sent, part_gap
from workbench.desk.fleet.healing import Known, note_healing
from workbench.desk.fleet.imported import add_missing, fill_up, give_way
from workbench.desk.fleet.retention import DIGEST_DAYS, PRUNED_DAYS, is_over
from workbench.json_text import json_text
from workbench.library.schema import DEPLOYMENTS, DIGESTS, GAPS
from workbench.library.shapes import to_microseconds

NOTHING = Kept((), (), ())
# A deployment of which nothing was heard yet.
UNHEARD: Mapping[str, Any] = {"boot": "", "conflicts": 0, "conflict": "", "revision": 0}

# Made once: of what a digest costs, to make statements anew each time is the greater part.
LOCKED = select(DEPLOYMENTS).where(DEPLOYMENTS.c.id == bindparam("of_id")).with_for_update()
THERE = select(DIGESTS.c.sha, DIGESTS.c.refused).where(
    DIGESTS.c.deployment == bindparam("of"),
    DIGESTS.c.boot == bindparam("of_boot"),
    DIGESTS.c.seq == bindparam("of_seq"),
)
CAME = insert(DIGESTS)
COUNTED = update(DEPLOYMENTS).where(DEPLOYMENTS.c.key == bindparam("of"))


class Outcome(StrEnum):
    """What became of what came."""

    TAKEN = "taken"
    KNOWN = "known"  # it came before
    OLD = "old"  # it is older than what is remembered


@dataclass(frozen=True, slots=True)
class Come:
    """What came of a deployment.

    Attributes:
        deployment: Its id.
        project: LEAN's id of the project; empty where it is not known.
        boot: The process that sent it.
        seq: Counts what it sent.
        sent: When.
        received: When it came.
        every: Seconds between two.
        state: All that a page shows of it.
        details: Fills, trades, alerts and events.
        sha: What its content is known by; empty where it was sent by nobody.
        left_out: Details that did not fit in.
    """

    deployment: str
    project: str
    boot: str
    seq: int
    sent: datetime
    received: datetime
    every: float
    state: Mapping[str, Any]
    details: Sequence[Detail]
    sha: str = ""
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """What a transaction did.

    Attributes:
        outcome: What became of what came.
        kept: The details.
        counts: Whether its state is the one that counts now.
        gaps: Rows of the gaps that it made, or made smaller.
        conflicts: What is known with other content, each in words.
        revision: Of the deployment, after it.
        over: Whether what is old should be thinned.
    """

    outcome: Outcome
    kept: Kept = NOTHING
    counts: bool = False
    gaps: Sequence[Mapping[str, Any]] = ()
    conflicts: Sequence[str] = ()
    revision: int = 0
    over: bool = False


def take(connection: Connection, come: Come) -> Done:
    """Take what came, unless it is known.

    Args:
        connection: In a transaction that writes.
        come: What came.
    """
    sent, received = to_microseconds(come.sent), to_microseconds(come.received)
    if is_over(sent, received, DIGEST_DAYS):
        return Done(Outcome.OLD)
    row = locked(connection, come.deployment, come.project, received)
    refused = None if come.boot == WATCHED else _known(connection, row.key, come)
    if refused is not None:
        if refused:
            _count(connection, row, refused, changed=False)
        return Done(Outcome.KNOWN, conflicts=refused, revision=row.revision)
    kept = keep(connection, row.key, come.details)
    give_way(connection, row.key, kept)
    gaps = [] if come.boot == WATCHED else _note(connection, row.key, come, len(kept.refused))
    heard = Heard(come.boot, come.seq, sent, received, come.every, json_text(come.state))
    counts = take_state(connection, row.key, heard)
    add_points(connection, row.key, worth_of(come.state))
    _count(connection, row, kept.refused)
    over = is_over(row.pruned, received, PRUNED_DAYS)
    return Done(Outcome.TAKEN, kept, counts, gaps, kept.refused, row.revision + 1, over)


def fill_in(connection: Connection, deployment: str, known: Known) -> Done:
    """Keep what an import tells of a deployment that was heard before.

    Args:
        connection: In a transaction that writes.
        deployment: The deployment's id.
        known: What the import tells.

    Raises:
        UnknownDeploymentError: It was never heard.
    """
    row = connection.execute(LOCKED, {"of_id": deployment}).first()
    if row is None:
        raise UnknownDeploymentError(deployment)
    new = (
        *fill_up(connection, row.key, known.fills),
        *add_missing(connection, row.key, known.trades),
    )
    add_points(connection, row.key, known.worth)
    note_healing(connection, row.key, known)
    _count(connection, row, ())
    gaps = connection.execute(select(GAPS).where(GAPS.c.deployment == row.key)).mappings()
    healed = [dict(gap) for gap in gaps if gap["lost"]]
    return Done(Outcome.TAKEN, Kept(new, (), ()), gaps=healed, revision=row.revision + 1)


def locked(connection: Connection, deployment: str, project: str, now: int) -> Any:
    """The row of a deployment, held until the transaction ends; made where there is none."""
    row = connection.execute(LOCKED, {"of_id": deployment}).first()
    if row is not None:
        return row
    own = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    values = {**UNHEARD, "id": deployment, "project": project, "since": now, "pruned": now}
    connection.execute(own(DEPLOYMENTS).values(values).on_conflict_do_nothing())
    return connection.execute(LOCKED, {"of_id": deployment}).one()


def _known(connection: Connection, key: int, come: Come) -> tuple[str, ...] | None:
    """What is wrong with a digest that came before, in words; None where it did not."""
    place = {"of": key, "of_boot": come.boot, "of_seq": come.seq}
    there = connection.execute(THERE, place).first()
    if there is None:
        return None
    if there.sha != come.sha:
        return (f"digest {come.seq} of boot {come.boot} is known with other content",)
    return (f"{there.refused} details are known with other content",) if there.refused else ()


def _note(connection: Connection, key: int, come: Come, refused: int) -> list[dict[str, Any]]:
    """Note that a digest came; returns the rows of the gaps beside it."""
    sent = to_microseconds(come.sent)
    gaps = part_gap(connection, key, Sent(come.boot, come.seq, sent, round(come.every * SECOND)))
    row = {
        "deployment": key,
        "boot": come.boot,
        "seq": come.seq,
        "sent": sent,
        "sha": come.sha,
        "left_out": come.left_out,
        "refused": refused,
    }
    connection.execute(CAME, row)
    return gaps


def _count(
    connection: Connection, row: Any, conflicts: Sequence[str], *, changed: bool = True
) -> None:
    """Count a change of a deployment, and what was known with other content."""
    values: dict[str, Any] = {"revision": row.revision + 1} if changed else {}
    if conflicts:
        values |= {"conflicts": row.conflicts + len(conflicts), "conflict": conflicts[-1]}
    connection.execute(COUNTED, {"of": row.key, **values})


def worth_of(state: Mapping[str, Any]) -> list[Worth]:
    """The point of the equity curve that a state is; none where it says no time or no equity."""
    as_of, equity = state.get("as_of"), state.get("equity")
    if not isinstance(as_of, str) or not isinstance(equity, int | float):
        return []
    return [Worth(to_microseconds(datetime.fromisoformat(as_of)), float(equity))]
