"""Rows of a run over HTTP: parts by cursor, and files."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workbench.desk.asking import Asking, desk_with
from tests.workbench.library.records import record, trade
from workbench.desk.desk import Desk
from workbench.desk.problems import ProblemError
from workbench.desk.runs.opened import OpenedRun
from workbench.desk.runs.rows import FRAMES, NEWEST, OLDEST, Choice, rows_of
from workbench.desk.runs.runs_api import RUNS
from workbench.frames.tables import TABLES
from workbench.library.library import open_library
from workbench.runs.record import RunRecord

PLACES = {
    "lots": "trades?book=lots",
    "positions": "trades?book=positions",
    "structures": "trades?book=structures",
    "orders": "orders?order=oldest",
    "executions": "executions?order=oldest",
}


def expected(records: Any, table: str) -> list[dict[str, Any]]:
    """The rows that the frames have of some records, as JSON."""
    columns = TABLES[FRAMES[table]].columns
    values = {column.name: column.values(records) for column in columns}
    return [
        {
            name: each[at].isoformat() if isinstance(each[at], datetime) else each[at]
            for name, each in values.items()
        }
        for at in range(len(records))
    ]


@pytest.mark.parametrize("table", PLACES)
def test_rows_are_those_of_the_frames(shelf: Asking, combos: RunRecord, table: str) -> None:
    """Of each table, column for column, however they are cut into parts."""
    wanted = expected(getattr(combos.told, table), table)
    assert wanted
    seen: list[Any] = []
    cursor = ""
    while cursor is not None:
        path = f"{RUNS}/{combos.id}/{PLACES[table]}&limit=7"
        part = shelf.get(f"{path}&cursor={cursor}" if cursor else path)
        assert part["total"] == len(wanted)
        assert len(part[table]) == min(7, len(wanted) - len(seen))
        seen += part[table]
        cursor = part["cursor"]
    assert seen == wanted


def test_rows_of_one_strategy_the_newest_first(shelf: Asking, combos: RunRecord) -> None:
    """With the unit of each column that has one, and how far the rows can be trusted."""
    asked = {"strategy": "condor", "order": "newest", "limit": 10_000}
    told = shelf.get(f"{RUNS}/{combos.id}/trades", params=asked)
    lots = [each for each in combos.told.lots if each.strategy == "condor"]
    assert told["lots"] == expected(lots[::-1], "lots")
    assert 0 < len(lots) < len(combos.told.lots)
    assert told["units"]["pnl"] == "account currency"
    assert told["exactness"]["trades"] == "exact"


def test_structures_have_a_route_of_their_own(shelf: Asking, combos: RunRecord) -> None:
    """It answers what the book of structures does."""
    one, other = (
        shelf.get(f"{RUNS}/{combos.id}/{path}") for path in ("structures", PLACES["structures"])
    )
    assert one == other


def test_a_csv_has_all_rows(shelf: Asking, combos: RunRecord) -> None:
    """Those of the strategy that is asked for, with the columns of the frames."""
    asked = {"format": "csv", "strategy": "condor", "limit": 1}
    response = shelf("GET", f"{RUNS}/{combos.id}/trades", params=asked)
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    name = f"lots-{combos.id[:8]}.csv"
    assert response.headers["content-disposition"] == f'attachment; filename="{name}"'
    rows = [*csv.DictReader(io.StringIO(response.text))]
    lots = [each for each in combos.told.lots if each.strategy == "condor"]
    assert [float(row["pnl"]) for row in rows] == [each.pnl for each in lots]
    assert [*rows[0]] == [column.name for column in TABLES["lots"].columns]


def test_a_parquet_file_has_all_rows(shelf: Asking, combos: RunRecord) -> None:
    """With units as the metadata of its columns."""
    asked = {"format": "parquet", "book": "positions"}
    response = shelf("GET", f"{RUNS}/{combos.id}/trades", params=asked)
    table = parquet.read_table(io.BytesIO(response.content))
    assert table["pnl"].to_pylist() == [each.pnl for each in combos.told.positions]
    assert table.schema.field("pnl").metadata[b"unit"] == b"account currency"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("book=lot", "book is 'lot', and is one of lots, positions, structures"),
        ("format=xlsx", "format is 'xlsx', and is one of json, csv, parquet"),
        ("order=up", "order is 'up', and is one of oldest, newest"),
        ("strategy=trends", "there is no strategy 'trends' in this run; it has condor, put_spread"),
        ("cursor=xyz", "the cursor is of other rows than these: begin without one"),
        ("offset=10", "there is no parameter 'offset' here"),
    ],
)
def test_what_rows_cannot_be_asked(shelf: Asking, combos: RunRecord, query: str, said: str) -> None:
    """The problem says what is allowed."""
    assert said in shelf.refused(400, f"{RUNS}/{combos.id}/trades?{query}")["detail"]


def test_a_cursor_is_of_its_own_rows(shelf: Asking, combos: RunRecord) -> None:
    """Of another book, strategy or order it is refused."""
    path = f"{RUNS}/{combos.id}/trades"
    cursor = shelf.get(path, params={"limit": 2})["cursor"]
    for other in ({"book": "positions"}, {"strategy": "condor"}, {"order": "newest"}):
        said = shelf.refused(400, path, params={"cursor": cursor, **other})["detail"]
        assert "the cursor is of other rows" in said


def test_rows_that_come_meanwhile_move_nothing(tmp_path: Path) -> None:
    """Whoever reads on from the newest sees no row twice after an import of a longer run."""
    with desk_with(tmp_path, record(lots=4)) as ask:
        path = f"{RUNS}/run-1/trades"
        asked: dict[str, Any] = {"order": "newest", "limit": 2}
        first = ask.get(path, params=asked)
        ask.desk.library.put(record(lots=6))
        second = ask.get(path, params={**asked, "cursor": first["cursor"]})
    assert [row["trade_id"] for row in first["lots"] + second["lots"]] == ["3", "2", "1", "0"]
    assert second["total"] == 6
    assert second["cursor"] is None


def test_a_number_that_json_has_not_is_null(tmp_path: Path) -> None:
    """As is what is missing."""
    run = record()
    lots = [trade(1)._replace(mae=float("nan"), mfe=float("inf"), risk=None)]
    with desk_with(tmp_path, replace(run, told=replace(run.told, lots=lots))) as ask:
        (row,) = ask.get(f"{RUNS}/run-1/trades")["lots"]
    assert (row["mae"], row["mfe"], row["risk"]) == (None, None, None)


def test_a_strategy_without_rows_has_none(tmp_path: Path) -> None:
    """It is one of the run, so that nothing is refused."""
    with desk_with(tmp_path, record(lots=0)) as ask:
        told = ask.get(f"{RUNS}/run-1/trades", params={"strategy": "trend"})
        assert (told["total"], told["lots"], told["cursor"]) == (0, [], None)
        assert (
            "there is no strategy" in ask.refused(400, f"{RUNS}/run-1/trades?strategy=x")["detail"]
        )


def test_a_run_of_many_trades_is_unpacked_once(tmp_path: Path) -> None:
    """Parts of it are cut out of what is kept, and each has its own trades."""
    count = 20_000
    lots = [trade(1)._replace(trade_id=str(number)) for number in range(count)]
    run = record()
    with open_library(str(tmp_path / "library.db")) as library:
        library.put(replace(run, told=replace(run.told, lots=lots)))
        desk = Desk(library)
        opened = OpenedRun(desk, library.version("run-1"))
        table = opened.table("lots")
        choice = Choice("lots", None, OLDEST)
        part = rows_of(opened, choice, choice.cursor(count - 10, count), 100)
        assert [row["trade_id"] for row in part["lots"]] == [
            str(count - 10 + at) for at in range(10)
        ]
        assert OpenedRun(desk, library.version("run-1")).table("lots") is table


@given(
    size=st.integers(0, 50),
    cut=st.integers(0, 50),
    more=st.integers(0, 9),
    order=st.sampled_from([OLDEST, NEWEST]),
)
def test_a_cursor_says_where_it_was(size: int, cut: int, more: int, order: str) -> None:
    """However many rows came since, the same rows are before it or are the new ones."""
    choice, after = Choice("lots", "a b", order), min(cut, size)
    place = choice.place(choice.cursor(after, size), size + more)
    assert place == (after + more if order == NEWEST else after)


@given(st.text(max_size=40))
def test_a_text_that_is_no_cursor_is_refused(text: str) -> None:
    """Whatever it is."""
    with pytest.raises(ProblemError, match="begin without one"):
        Choice("lots", None, OLDEST).place(text, 10)
