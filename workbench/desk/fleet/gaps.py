"""Digests that are missing: between which ones, and what was lost with them.

State is absolute, so that a gap costs points of the equity curve and never the totals. Each digest
repeats the events of the five before it: what is lost for good are the events of those that none
repeats. A gap is healed where it lost nothing, or where an import knows all of its time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from workbench.library.schema import DIGESTS, GAPS, HEALINGS
from workbench.library.shapes import from_microseconds

FIRST = 1  # the number of a boot's first digest
REPEATED = 5  # digests before it whose events one repeats
SECOND = 1_000_000  # in microseconds

PARTED = delete(GAPS).where(
    GAPS.c.deployment == bindparam("of"),
    GAPS.c.boot == bindparam("of_boot"),
    GAPS.c.first <= bindparam("of_seq"),
    GAPS.c.last >= bindparam("of_seq"),
)
OF_BOOT = select(DIGESTS.c.seq, DIGESTS.c.sent).where(
    DIGESTS.c.deployment == bindparam("of"), DIGESTS.c.boot == bindparam("of_boot")
)
BEFORE = OF_BOOT.where(DIGESTS.c.seq < bindparam("of_seq")).order_by(DIGESTS.c.seq.desc()).limit(1)
BEHIND = OF_BOOT.where(DIGESTS.c.seq > bindparam("of_seq")).order_by(DIGESTS.c.seq).limit(1)
OLDEST_FIRST = (GAPS.c.begun, GAPS.c.boot, GAPS.c.first)
ALL = select(GAPS).where(GAPS.c.deployment == bindparam("of")).order_by(*OLDEST_FIRST)
SINCE = ALL.where(GAPS.c.ended >= bindparam("since"))


@dataclass(frozen=True, slots=True)
class Gap:
    """Digests of one boot that did not come.

    Attributes:
        boot: Whose.
        first: The number of the first.
        last: The number of the last.
        begun: When the one before was sent, or should have been.
        ended: When the one behind was sent.
        lost: How many there are whose events no later one repeats.
        healed: Whether nothing is lost, or an import tells it.
    """

    boot: str
    first: int
    last: int
    begun: datetime
    ended: datetime
    lost: int
    healed: bool

    def to_dict(self) -> dict[str, Any]:
        """JSON values by name; times in ISO 8601."""
        return {
            "boot": self.boot,
            "first": self.first,
            "last": self.last,
            "begun": self.begun.isoformat(),
            "ended": self.ended.isoformat(),
            "lost": self.lost,
            "healed": self.healed,
        }


@dataclass(frozen=True, slots=True)
class Sent:
    """A digest as far as it makes gaps; times in microseconds since 1970.

    Attributes:
        boot: The process that sent it.
        seq: Counts its digests.
        time: When it was sent.
        every: Microseconds between two.
    """

    boot: str
    seq: int
    time: int
    every: int


def part_gap(connection: Connection, key: int, sent: Sent) -> list[dict[str, Any]]:
    """Take a digest out of the gap that it is in; make one where it is the newest.

    Args:
        connection: In a transaction that writes, and that alone writes of this deployment.
        key: The deployment's.
        sent: The digest, which is not kept yet.

    Returns:
        The rows of the gaps before and behind it, if any.
    """
    place = {"of": key, "of_boot": sent.boot, "of_seq": sent.seq}
    before = connection.execute(BEFORE, place).first()
    behind = connection.execute(BEHIND, place).first()
    connection.execute(PARTED, place)
    first = FIRST if before is None else before.seq + 1
    begun = sent.time - (sent.seq - first) * sent.every if before is None else before.sent
    found = [_row(key, sent.boot, (first, sent.seq - 1), (begun, sent.time))]
    if behind is not None:
        found.append(_row(key, sent.boot, (sent.seq + 1, behind.seq - 1), (sent.time, behind.sent)))
    rows = [row for row in found if row["first"] <= row["last"]]
    if rows:
        connection.execute(insert(GAPS), rows)
    return rows


def _row(key: int, boot: str, place: tuple[int, int], time: tuple[int, int]) -> dict[str, Any]:
    (first, last), (begun, ended) = place, time
    return {
        "deployment": key,
        "boot": boot,
        "first": first,
        "last": last,
        "begun": begun,
        "ended": ended,
        "lost": max(0, last - first + 1 - REPEATED),
    }


def gaps_of(connection: Connection, key: int, *, since: int | None = None) -> list[Gap]:
    """The gaps of a deployment, the oldest first.

    Args:
        connection: In a transaction.
        key: The deployment's.
        since: Only those that ended then or later, in microseconds since 1970.
    """
    query, given = (ALL, {"of": key}) if since is None else (SINCE, {"of": key, "since": since})
    rows = connection.execute(query, given).all()
    known = _known(connection, key) if any(row.lost for row in rows) else []
    return [_gap(row, known) for row in rows]


def open_gaps(connection: Connection) -> Counter[int]:
    """How many gaps of each deployment are not healed, by its key."""
    known: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in connection.execute(select(HEALINGS).order_by(HEALINGS.c.begun, HEALINGS.c.ended)):
        known[row.deployment].append((row.begun, row.ended))
    spans = {key: list(_joined(times)) for key, times in known.items()}
    rows = connection.execute(select(GAPS).where(GAPS.c.lost > 0))
    return Counter(
        row.deployment for row in rows if not _gap(row, spans.get(row.deployment, ())).healed
    )


def count_open(gaps: Iterable[Gap]) -> int:
    """How many gaps are not healed."""
    return sum(not gap.healed for gap in gaps)


def _gap(row: Any, known: Sequence[tuple[int, int]]) -> Gap:
    healed = not row.lost or any(begun <= row.begun and row.ended <= end for begun, end in known)
    begun, ended = from_microseconds(row.begun), from_microseconds(row.ended)
    return Gap(row.boot, row.first, row.last, begun, ended, row.lost, healed)


def _known(connection: Connection, key: int) -> list[tuple[int, int]]:
    """The times of which imports know all, none of which touches another."""
    query = select(HEALINGS.c.begun, HEALINGS.c.ended).where(HEALINGS.c.deployment == key)
    return list(_joined(sorted((row.begun, row.ended) for row in connection.execute(query))))


def _joined(times: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    begun, ended = None, 0
    for first, last in times:
        if begun is not None and first > ended:
            yield begun, ended
            begun = None
        begun, ended = (first, last) if begun is None else (begun, max(ended, last))
    if begun is not None:
        yield begun, ended
