"""What is kept of a deployment is bounded, and what matters stays."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from tests.workbench.desk.fleet.senders import BEGUN, came, digest_of, fill_row
from workbench.desk.fleet.accepting import Outcome
from workbench.desk.fleet.details import DetailKind
from workbench.desk.fleet.fleet import Fleet
from workbench.desk.fleet.retention import prune
from workbench.library.library import Library
from workbench.library.schema import BOOTS, DIGESTS, EQUITY, GAPS
from workbench.library.shapes import to_microseconds

DAY = timedelta(days=1)


def counted(library: Library) -> dict[str, int]:
    """How many rows there are of what a deployment sent."""
    with library.database.reading() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (BOOTS, DIGESTS, EQUITY, GAPS)
        }


def test_what_is_old_is_thinned_by_what_comes(fleet: Fleet, library: Library) -> None:
    """Digests are forgotten after thirty days, and the curve has a point an hour after ninety."""
    for seq in range(1, 41):
        digest = digest_of(seq)
        fleet.accept("rotation", digest, came(digest))
    assert counted(library) == {"boots": 1, "digests": 40, "equity": 40, "gaps": 0}
    later = digest_of(1, boot=100)
    fleet.accept("rotation", later, came(later))
    assert counted(library) == {"boots": 2, "digests": 1, "equity": 6, "gaps": 0}
    again = fleet.accept("rotation", digest_of(3), came(later))
    assert again.outcome is Outcome.OLD
    points = fleet.equity("rotation", None, came(later), 20_000)["points"]
    assert [(point["equity"], point["low"]) for point in points][-2:] == [
        (1_040.0, 1_035.0),
        (11_001.0, 11_001.0),
    ]


def test_gaps_and_boots_are_forgotten_last(fleet: Fleet, library: Library) -> None:
    """After four hundred days, but for the boot whose state counts."""
    for digest in (digest_of(9), digest_of(9, boot=1)):
        fleet.accept("rotation", digest, came(digest))
    for days, boots, gaps in ((399, 2, 2), (402, 1, 0)):
        with library.database.writing() as connection:
            prune(connection, "rotation", to_microseconds(BEGUN + days * DAY))
        found = counted(library)
        assert (found["boots"], found["gaps"]) == (boots, gaps)
    assert fleet.deployment("rotation", BEGUN)["state"] == digest_of(9, boot=1).state


def test_the_newest_details_stay(fleet: Fleet, library: Library) -> None:
    """Of each kind so many at most."""
    rows = tuple(fill_row(order, BEGUN + timedelta(seconds=order)) for order in range(9))
    digest = digest_of(fills=rows)
    fleet.accept("rotation", digest, came(digest))
    with library.database.writing() as connection:
        prune(connection, "rotation", to_microseconds(BEGUN), most=4)
    part = fleet.details([DetailKind.FILL], 100, deployment="rotation")
    assert [detail.order for _, detail in part.details] == [8, 7, 6, 5]
