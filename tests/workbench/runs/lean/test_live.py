"""Tests of live results: days merged, deployments joined."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.workbench.runs.folders import documents, write
from workbench.runs.exactness import Exactness
from workbench.runs.lean.assembling import split_deployments
from workbench.runs.lean.parsing import events_of
from workbench.runs.reading import read_record, read_records


def live_folder(folder: Path, name: str, stem: str = "LiveRedeploy") -> Path:
    """A live result folder of a recording's deployment, its order events by days."""
    result, rows = documents(name)
    for row in rows:
        row["algorithmId"] = stem
    write(folder, result, None, stem)
    half = len(rows) // 2
    days = {"2026-11-25": rows[: half + 4], "2026-11-26": rows[half:]}
    for day, part in days.items():
        (folder / f"{stem}-{day}-order-events.json").write_text(json.dumps(part))
    return folder


def test_a_day_that_holds_events_of_the_next_counts_them_once(tmp_path: Path) -> None:
    """What comes again, with the same id and time, is dropped."""
    known = read_record(str(live_folder(tmp_path / "a", "live-redeploy-1")))
    result, rows = documents("live-redeploy-1")
    for row in rows:
        row["algorithmId"] = "LiveRedeploy"
    record = read_record(str(write(tmp_path / "b", result, rows)))
    assert (known.sheets, known.balance) == (record.sheets, record.balance)
    assert known.lean_trades == 14


def test_ids_that_begin_again_are_of_another_deployment() -> None:
    """LEAN counts its orders from 1 at each start: the same id at another time is another order."""
    _, rows = documents("live-redeploy-1")
    _, more = documents("live-redeploy-2")
    parts = split_deployments(list(events_of([*rows, *rows, *more, *more[3:]])))
    assert [len(part) for part in parts] == [len(rows), len(more)]


def test_deployments_are_joined_into_one_account(tmp_path: Path) -> None:
    """Between the first two the broker bought, between the others money came: nothing else did."""
    folders = [live_folder(tmp_path / f"d{n}", f"live-redeploy-{n}") for n in (1, 2, 3)]
    readers = read_records([str(folder) for folder in folders])
    assert len(readers) == 1
    record = readers[0]()
    assert record.balance["flows"] == pytest.approx(5_000.0, abs=1e-6)
    (flow,) = record.told.flows
    assert flow.cause == "while stopped"
    held: dict[str, float] = {}
    for fill in record.told.fills:
        held[f"{fill.strategy} {fill.symbol}"] = (
            held.get(f"{fill.strategy} {fill.symbol}", 0.0) + fill.quantity
        )
    assert held["s0 BTCUSD"] == pytest.approx(1.25)
    assert record.lean_trades == 14 + 31 + 20
    orders = [order.order_id for order in record.told.orders]
    assert len(orders) == len(set(orders)) == 28 + 38 + 32
    alone = read_record(str(folders[0]))
    assert alone.id == record.id  # the run goes on growing
    again = read_record(str(tmp_path))
    assert (again.id, again.balance) == (record.id, record.balance)


def test_what_was_held_before_comes_from_the_end(tmp_path: Path) -> None:
    """The account before the first fill is that of the end less all that was traded."""
    record = read_record(str(live_folder(tmp_path, "live-redeploy-2")))
    truth = read_record("live-redeploy-2")
    assert record.fees == pytest.approx(truth.fees)
    for name, sheet in truth.sheets.items():
        assert record.sheets[name].realized == pytest.approx(sheet.realized, abs=1e-6)
    assert record.equity == pytest.approx(truth.equity, abs=record.labels["equity"].bound)
    assert record.labels["unexplained"].exactness is Exactness.ABSENT
    assert record.id == truth.id


def test_an_empty_live_folder_says_that_it_has_no_time(tmp_path: Path) -> None:
    """A status without orders, points and a begin is of no run."""
    result: dict[str, Any] = {"holdings": {}, "cash": {}, "charts": {}, "orders": {}}
    with pytest.raises(LookupError, match="nothing of the run has a time"):
        read_record(str(write(tmp_path, result, [])))
