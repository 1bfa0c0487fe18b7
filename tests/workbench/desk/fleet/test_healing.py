"""What an import of a run tells of a deployment: fills, closed trades, and the gaps it heals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workbench.desk.fleet.conftest import Heard
from tests.workbench.desk.fleet.senders import BEGUN, came, digest_of, fill_row, state_row
from tests.workbench.desk.fleet.senders import trade_row as trade_of
from tests.workbench.library.records import record
from workbench.desk.fleet.details import DetailKind
from workbench.desk.fleet.errors import UnknownDeploymentError
from workbench.desk.fleet.fleet import Fleet
from workbench.desk.fleet.healing import known_of
from workbench.frames.records import FillRow, MarkRow
from workbench.library.library import Library
from workbench.runs.reading import read_record
from workbench.runs.record import RunRecord

NOON = BEGUN + timedelta(hours=4)
SID = "SPY R735QTJ8XC9X"
MILLISECOND = timedelta(milliseconds=1)


def moment(order: int) -> datetime:
    """When an order of these tests is filled."""
    return BEGUN + timedelta(minutes=6 * order)


def told(order: int, quantity: float = 10.0, **changed: Any) -> FillRow:
    """A fill as an import tells it, a little beside the time that a digest tells."""
    row = FillRow(
        time=moment(order) + 300 * MILLISECOND,
        order_id=order,
        strategy="trend",
        sid=SID,
        symbol="SPY",
        order_type="MARKET",
        tag="strategy=trend",
        quantity=quantity,
        price=100.0 + order,
        multiplier=1.0,
        rate=1.0,
        value=0.0,
        fee=1.0,
        kind="opened",
    )
    return row._replace(**changed)


def imported(fills: Sequence[FillRow], **changed: Any) -> RunRecord:
    """The record of a live run of the project `rotation` with some fills."""
    made = record(live=True, project="rotation", begun=BEGUN, ended=NOON)
    kept = replace(made.told, lots=(), fills=fills, marks=())
    return replace(made, told=kept, **changed)


def sums(fleet: Fleet, name: str = "rotation") -> dict[int | None, float]:
    """What is known to be filled of each order."""
    found: dict[int | None, float] = {}
    for _, detail in fleet.details([DetailKind.FILL], 1_000, deployment=name).details:
        found[detail.order] = found.get(detail.order, 0.0) + detail.body["quantity"]
    return found


def gapped(fleet: Fleet) -> None:
    """A deployment whose digests 2 to 19 are lost."""
    for seq, orders in ((1, (1,)), (20, (18, 19))):
        rows = tuple(fill_row(order, moment(order)) for order in orders)
        digest = digest_of(seq, fills=rows)
        fleet.accept("rotation", digest, came(digest))


def test_an_import_heals_the_gap_of_its_fills(fleet: Fleet, heard: Heard) -> None:
    """What was lost is there, what was there is there once, and again changes nothing."""
    gapped(fleet)
    assert fleet.deployment("rotation", NOON)["gaps"] == 1
    run = imported([told(order) for order in range(1, 20)])
    for _ in range(2):
        assert fleet.heal(run, NOON) == ["rotation"]
        shown = fleet.deployment("rotation", NOON)
        assert (shown["gaps"], shown["known_gaps"][0]["healed"]) == (0, True)
        assert sums(fleet) == dict.fromkeys(range(1, 20), 10.0)
        assert len(shown["last_fills"]) == 19
    gaps = [each.data for each in heard.news if each.kind == "gap"]
    assert [gap["healed"] for gap in gaps[:3]] == [False, False, True]


def test_an_import_of_another_time_heals_nothing(fleet: Fleet) -> None:
    """It must know all of the gap's time; two that touch do."""
    gapped(fleet)
    half = moment(10)
    fleet.heal(imported([told(3)], ended=half), NOON)
    assert fleet.deployment("rotation", NOON)["gaps"] == 1
    fleet.heal(imported([told(12)], id="second", begun=half), NOON)
    assert fleet.deployment("rotation", NOON)["gaps"] == 0


def test_a_fill_that_comes_later_takes_its_place(fleet: Fleet) -> None:
    """Of an order that was filled in two parts at once the sum stays, to the end."""
    gapped(fleet)
    fleet.heal(imported([told(5, -25.0)]), NOON)
    for seq, quantities in ((2, (-10.0,)), (3, (-10.0, -15.0))):
        rows = tuple(
            fill_row(5, moment(5), event, quantity=quantity)
            for event, quantity in enumerate(quantities, 1)
        )
        digest = digest_of(seq, fills=rows)
        fleet.accept("rotation", digest, came(digest))
        assert sums(fleet)[5] == -25.0
    fills = fleet.deployment("rotation", NOON)["last_fills"]
    assert sorted(row["event"] for row in fills if row["order"] == 5) == [1, 2]


NAMES = count()
PARTS = st.lists(st.sampled_from([5.0, 10.0, 15.0]), min_size=1, max_size=4)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PARTS, st.data())
def test_sums_follow_from_what_came(
    library: Library, parts: list[float], data: st.DataObject
) -> None:
    """Digests and imports in any order, again and again: what was filled is counted once."""
    name, fleet = f"h{next(NAMES)}", Fleet(library.database)
    whole = imported([told(5, sum(parts))])
    rows = [fill_row(5, moment(5), event, quantity=part) for event, part in enumerate(parts, 1)]
    digest = digest_of(deployment=name)
    fleet.accept(name, digest, came(digest))
    steps = data.draw(st.lists(st.sampled_from([None, *range(len(rows))]), max_size=8))
    healed = False
    for step in [*steps, None]:
        if step is None:
            fleet.heal(whole, NOON, name)
        else:
            fleet.observe(name, state_row(NOON, 1.0), [rows[step]], [], [], NOON)
        healed = healed or step is None
        if healed:
            assert sums(fleet, name)[5] == sum(parts)
    fleet.observe(name, state_row(NOON, 1.0), rows, [], [], NOON)
    found = fleet.details([DetailKind.FILL], 100, deployment=name).details
    assert sorted(detail.name for _, detail in found) == sorted(row["id"] for row in rows)


def test_closed_trades_are_told_once(fleet: Fleet) -> None:
    """Those that are known are left; one that comes later takes the place of the import's."""
    lots = record(lots=2).told.lots
    run = replace(imported([told(1)]), told=replace(imported([told(1)]).told, lots=lots))
    gapped(fleet)
    fleet.heal(run, NOON)
    fleet.heal(run, NOON)
    trades = fleet.deployment("rotation", NOON)["last_trades"]
    assert sorted(row["orders"] for row in trades) == [[0, 1], [1, 2]]
    own = trade_of(0, lots[0].exit_time, sid=lots[0].sid, quantity=1.0)
    fleet.observe("rotation", state_row(NOON, 1.0), [], [own], [], NOON)
    trades = fleet.deployment("rotation", NOON)["last_trades"]
    assert sorted(row["orders"] for row in trades) == [[0, 1], [1, 2]]
    assert own in trades


def test_a_state_tells_the_fills_of_its_trades(fleet: Fleet) -> None:
    """It keeps no fills: what its closed lots bought and sold was filled."""
    lots = record(lots=2).told.lots
    made = imported([])
    known = known_of(replace(made, told=replace(made.told, lots=lots)))
    assert known is not None
    assert [(each.order, each.body["quantity"]) for each in known.fills] == [
        (1, -1.0),
        (1, 1.0),
        (2, -1.0),
    ]
    assert known.begun == lots[0].exit_time


def test_an_import_fills_the_curve(fleet: Fleet) -> None:
    """The marks of the account are points of it, where there is none."""
    gapped(fleet)
    run = imported([told(1)])
    marks = [MarkRow(moment(7), "", 1_234.0, 1.0), MarkRow(moment(8), "trend", 1.0, 1.0)]
    fleet.heal(replace(run, told=replace(run.told, marks=marks)), NOON)
    points = fleet.equity("rotation", None, NOON, 100)["points"]
    assert [point["equity"] for point in points] == [1_001.0, 1_234.0, 1_020.0]


def test_whose_an_import_is(fleet: Fleet) -> None:
    """By its project, or by LEAN's ids that are of one run alone; and never a backtest."""
    fill = [told(1)]
    names = {"deployments": [{"name": "L-123456789"}, {"name": "Algorithm"}]}
    digest = digest_of(state=state_row(BEGUN, 1.0, **names))
    fleet.accept("rotation", digest, came(digest))
    other = {"project": "x"}
    assert fleet.heal(imported(fill, **other, deployments=("Algorithm",)), NOON) == []
    assert fleet.heal(imported(fill, **other, deployments=("L-123456789",)), NOON) == ["rotation"]
    assert fleet.heal(imported(fill, live=False), NOON) == []
    assert fleet.heal(imported([]), NOON) == []
    with pytest.raises(UnknownDeploymentError):
        fleet.heal(imported(fill), NOON, "nobody")


@pytest.mark.recording("live-paper")
def test_a_recorded_run_heals_with_all_its_fills(fleet: Fleet) -> None:
    """Every fill and every closed trade of the recording is there afterwards."""
    run, digest = read_record("live-paper"), digest_of(seq=30)
    fleet.accept("rotation", digest, came(digest))
    assert fleet.heal(run, NOON, "rotation") == ["rotation"]
    filled: dict[int | None, float] = {}
    for row in run.told.fills:
        filled[row.order_id] = filled.get(row.order_id, 0.0) + row.quantity
    assert sums(fleet) == pytest.approx(filled)
    trades = fleet.details([DetailKind.TRADE], 1_000, deployment="rotation").details
    assert len(trades) == len(run.told.lots) == 39
