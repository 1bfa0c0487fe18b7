"""Statistics of a range of days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.workbench.desk.asking import Asking, desk_with
from tests.workbench.library.records import record, recorded, trade
from workbench.desk.runs.ranges import Span, closes_within
from workbench.desk.runs.runs_api import RUNS
from workbench.frames.records import DayRow
from workbench.runs.record import RunRecord

EVERYTHING = {"from": "1900-01-01"}
NOT_OF_A_RANGE = ("turnover",)


def same(one: Any, other: Any) -> None:
    """Two blocks of JSON are the same but for rounding."""
    if isinstance(one, dict):
        assert one.keys() <= other.keys()
        for name in one.keys() - {*NOT_OF_A_RANGE}:
            same(one[name], other[name])
    elif isinstance(one, list):
        assert len(one) == len(other)
        for mine, theirs in zip(one, other, strict=True):
            same(mine, theirs)
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=1e-9, abs=1e-12)
    else:
        assert one == other


@pytest.mark.parametrize("name", ["option-combos", "splits-and-shorts", "euro-futures"])
def test_a_range_of_every_day_says_what_the_whole_run_says(tmp_path: Path, name: str) -> None:
    """Of the account and each strategy: portfolio, trades by side and drawdowns."""
    with desk_with(tmp_path, recorded(name)) as ask:
        path = f"{RUNS}/{recorded(name).id}/statistics"
        ranged, whole = ask.get(path, params=EVERYTHING), ask.get(path)
    for one, other in (
        (ranged["own"], whole["own"]),
        *((each, whole["strategies"][key]) for key, each in ranged["strategies"].items()),
    ):
        for part in ("portfolio", "trades", "drawdowns"):
            same(one[part], other[part])
        same({**one["periods"], "since_deploy": None}, {**other["periods"], "since_deploy": None})
    assert ranged["strategies"].keys() == whole["strategies"].keys()
    assert ranged["lean"] is None


def test_a_range_counts_from_the_close_before_it(tmp_path: Path) -> None:
    """Its total return is that of its days alone, and its trades closed on them."""
    run = recorded("splits-and-shorts")
    days = [day for day in run.told.days if not day.strategy]
    first, last = len(days) // 3, 2 * len(days) // 3
    asked = {"from": days[first].date.isoformat(), "to": days[last].date.isoformat()}
    with desk_with(tmp_path, run) as ask:
        own = ask.get(f"{RUNS}/{run.id}/statistics", params=asked)["own"]
    total = own["portfolio"]["total_return"]
    assert total["value"] == pytest.approx(days[last].nav / days[first - 1].nav - 1.0, rel=1e-12)
    assert total["n"] == last - first + 1
    closed = [each.exit_time.date() for each in run.told.lots]
    inside = sum(days[first].date <= day <= days[last].date for day in closed)
    assert own["trades"]["all"]["trades"] == inside
    assert 0 < inside < len(closed)


def test_a_range_without_a_day_has_no_figure(shelf: Asking, combos: RunRecord) -> None:
    """Each is null and of 0 days, and no trade is in it."""
    own = shelf.get(f"{RUNS}/{combos.id}/statistics", params={"to": "1999-01-01"})["own"]
    assert {(each["value"], each["n"]) for each in own["portfolio"].values()} == {(None, 0)}
    assert own["trades"]["all"]["trades"] == 0
    assert own["drawdowns"] == []


def test_a_trade_is_of_the_local_day_on_which_it_closed(tmp_path: Path) -> None:
    """At 23:30 and 00:30 in New York, two days in which UTC has but one."""
    run = record()
    ends = [datetime(2024, 1, 3, hour, 30, tzinfo=UTC) for hour in (4, 5)]
    lots = [
        trade(at)._replace(entry_time=end - timedelta(hours=1), exit_time=end)
        for at, end in enumerate(ends)
    ]
    with desk_with(tmp_path, replace(run, told=replace(run.told, lots=lots))) as ask:
        path = f"{RUNS}/run-1/statistics"
        counts = [
            ask.get(path, params={"from": day, "to": day})["own"]["trades"]["all"]["trades"]
            for day in ("2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04")
        ]
    assert counts == [0, 1, 1, 0]


def test_closes_have_the_benchmark_where_the_days_have_it() -> None:
    """A day without a return leaves the next one without a value before it."""
    changes = [0.1, None, None, 0.2, -0.5]
    days = [DayRow(date(2024, 1, 2 + at), "", 1.0, 0.0, each) for at, each in enumerate(changes)]
    closes = closes_within(days, "", Span(None, None))
    assert closes.benchmark is not None
    before, after = closes.benchmark[:-1], closes.benchmark[1:]
    found = [
        then / now - 1.0 if now > 0.0 and then > 0.0 else None
        for now, then in zip(before, after, strict=True)
    ]
    assert [each is None for each in found] == [each is None for each in changes]
    assert [each for each in found if each is not None] == pytest.approx([0.1, 0.2, -0.5])


def test_a_record_without_days_has_ranges_without_figures(tmp_path: Path) -> None:
    """Its trades are counted all the same."""
    run = record()
    with desk_with(tmp_path, replace(run, told=replace(run.told, days=[]))) as ask:
        own = ask.get(f"{RUNS}/run-1/statistics", params=EVERYTHING)["own"]
    assert own["portfolio"]["sharpe"]["value"] is None
    assert own["trades"]["all"]["trades"] == 2
