"""The budget of reads: what each kind of hook may read of LEAN, in number and in microseconds.

Microseconds are those of the table of prices, so what counts is what LEAN would take; conversions
such as `int(status)` are among the reads. A hook that needs less than its budget is welcome to it:
lower the budget then.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from benchmarks.market import Market, Resolution
from tests.workbench.engine import tapes
from utils.tracking import track
from workbench.engine.bill import Bill, Charge
from workbench.engine.engine import RecordedEngine
from workbench.engine.reads import observed
from workbench.engine.tape import Tape, read_tape
from workbench.replay.replay import TrackedAlgorithm


class Budget(NamedTuple):
    """The most that one call of a hook may read.

    Attributes:
        reads: How many reads and conversions.
        cost: What they may cost, microseconds.
    """

    reads: int
    cost: float


FIRST_LIMIT = Budget(16, 18.1)
FIRST = Budget(15, 17.0)
UPDATED = Budget(7, 6.6)
CANCELED = Budget(5, 4.4)
FIRST_FILL = Budget(19, 23.6)
LATER_FILL = Budget(11, 16.5)
# Of those that are booked together later.
FIRST_LATER = Budget(14, 12.9)
FILL_LATER = Budget(11, 13.5)
# By the number of instruments held.
SLICES = {0: Budget(3, 11.0), 1: Budget(4, 12.1), 5: Budget(8, 16.5)}
# Of those that are worked out together later.
PASSED_SLICES = {0: Budget(2, 2.6), 1: Budget(4, 11.3), 5: Budget(8, 15.7)}
FIRST_SLICES = {0: Budget(12, 34.8), 1: Budget(14, 36.7), 5: Budget(22, 44.3)}
MIDNIGHTS = {0: Budget(15, 204.0), 1: Budget(16, 205.1), 5: Budget(20, 209.5)}


class Tracked(TrackedAlgorithm):
    """An algorithm with a tracker of the default settings whose wall clock stands still."""

    def initialize(self) -> None:
        """Make the tracker."""
        algorithm: Any = self
        self.tracker = track(algorithm, clock=lambda: 0.0)


def charges(tape: Tape, kind: str) -> list[Charge]:
    """What each call of a hook reads while a tape is played."""
    bill = Bill()
    with observed(bill):
        RecordedEngine(tape, Tracked).run()
    return [charge for charge in bill.charges if charge.kind == kind]


def check(charge: Charge, budget: Budget) -> None:
    """The call keeps to its budget."""
    assert charge.reads.total() <= budget.reads, charge.reads
    assert round(charge.total, 6) <= budget.cost, charge.cost


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> list[Charge]:
    """The order events of a known stock: submitted, updated, canceled; filled; sent and filled.

    Each member of LEAN's enumerations came once before, when the tracker converted it.
    """
    quiet: dict[str, Any] = {"fill_qty": 0.0, "fill_price": 0.0, "fee": 0.0}
    lines = [
        tapes.order(order=1),
        tapes.order(order=5, event=1, status="SUBMITTED", order_type="LIMIT", limit=40.0, **quiet),
        tapes.order(order=5, event=2, status="UPDATE_SUBMITTED", limit=41.0, **quiet),
        tapes.order(order=5, event=3, status="CANCELED", limit=41.0, **quiet),
        tapes.order(order=2, event=1, status="SUBMITTED", order_type="LIMIT", limit=40.0, **quiet),
        tapes.order(order=2, event=2, status="UPDATE_SUBMITTED", limit=41.0, **quiet),
        tapes.order(order=2, event=3, status="CANCELED", limit=41.0, **quiet),
        tapes.order(order=3, event=1),
        tapes.order(order=4, event=1, status="SUBMITTED", **quiet),
        tapes.order(order=4, event=2),
    ]
    folder = tmp_path_factory.mktemp("events")
    return charges(tapes.tape(folder, tapes.security(), *lines), "on_order_event")


@pytest.mark.parametrize(
    ("event", "budget"),
    [(4, FIRST_LIMIT), (5, UPDATED), (6, CANCELED), (7, FIRST_FILL), (8, FIRST), (9, LATER_FILL)],
    ids=["limit order", "update", "cancel", "fill at once", "market order", "fill"],
)
def test_an_order_event_keeps_to_its_budget(
    events: list[Charge], event: int, budget: Budget
) -> None:
    """An event of an instrument that was seen before reads no more than its kind may."""
    check(events[event], budget)


@pytest.mark.parametrize(
    ("event", "budget"), [(3, FIRST_LATER), (4, FILL_LATER)], ids=["market order", "fill"]
)
def test_an_order_event_that_is_booked_later_reads_less(
    tmp_path: Path, event: int, budget: Budget
) -> None:
    """Once marks rest, neither the clock in UTC nor what a market order says twice is read."""
    quiet: dict[str, Any] = {"fill_qty": 0.0, "fill_price": 0.0, "fee": 0.0, "status": "SUBMITTED"}
    bought: dict[str, Any] = {"cash": {"USD": [499.0, 1.0]}, "tpv": 999.0, "position": 10.0}
    held = {tapes.STOCK: [10.0, 50.0, 50.0, 0.0, 500.0]}
    marks = [tapes.mark(f"14:4{at}", h=held, cash=bought["cash"], tpv=999.0) for at in range(6)]
    lines = [
        tapes.security(),
        tapes.order(order=1, event=1, **quiet),
        tapes.order(order=1, **bought),
        *marks,
        tapes.order("14:50", order=2, event=1, **quiet | bought),
        tapes.order("14:50", order=2, event=2, cash={"USD": [-2.0, 1.0]}, position=20.0),
    ]
    played = charges(tapes.tape(tmp_path, *lines), "on_order_event")
    check(played[event - 1], budget)


@pytest.mark.parametrize(("held", "budget"), SLICES.items())
def test_a_slice_keeps_to_its_budget(tmp_path: Path, held: int, budget: Budget) -> None:
    """A slice within a day reads no more than the number of instruments held allows."""
    market = Market(held, resolution=Resolution.SECOND, slices=5)
    played = charges(read_tape(market.write(tmp_path / "market")), "on_data")
    assert len(played) == market.slices
    for charge in played[1:]:
        check(charge, budget)
    for charge in played[3:]:
        check(charge, PASSED_SLICES[held])


@pytest.mark.parametrize(("held", "budget"), FIRST_SLICES.items())
def test_a_days_first_slice_keeps_to_its_budget(tmp_path: Path, held: int, budget: Budget) -> None:
    """It also asks for corporate actions, and for the quantity of each holding."""
    market = Market(held, resolution=Resolution.DAILY, slices=5)
    played = charges(read_tape(market.write(tmp_path / "market")), "on_data")
    assert len(played) == market.slices
    for charge in played:
        check(charge, budget)


@pytest.mark.parametrize(("held", "budget"), MIDNIGHTS.items())
def test_a_midnight_keeps_to_its_budget(tmp_path: Path, held: int, budget: Budget) -> None:
    """A midnight reads the account, LEAN's samples, what is held and, before any, the orders."""
    market = Market(held, resolution=Resolution.DAILY, slices=5)
    played = charges(read_tape(market.write(tmp_path / "market")), "schedule")
    assert len(played) >= market.slices
    for charge in played:
        check(charge, budget)
