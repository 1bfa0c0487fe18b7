"""Series over time, in buckets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workbench.desk.asking import Asking
from workbench.desk.runs.runs_api import RUNS
from workbench.desk.runs.series import bucketed
from workbench.runs.record import RunRecord

VALUES = st.one_of(st.floats(-1e9, 1e9), st.just(float("nan")))


def test_a_series_that_fits_is_as_it_is(shelf: Asking, combos: RunRecord) -> None:
    """Each mark is a bucket, of the account, of a strategy's P&L, and of a figure of it."""
    names = "equity,condor,condor.drawdown,lean_equity"
    asked = {"names": names, "points": 20_000}
    told = shelf.get(f"{RUNS}/{combos.id}/series", params=asked)["series"]
    assert [*told] == names.split(",")
    marks = combos.told.marks
    account = [mark for mark in marks if mark.strategy == ""]
    condor = [mark for mark in marks if mark.strategy == "condor"]
    assert told["equity"]["last"] == [mark.equity for mark in account]
    assert told["equity"]["time"] == [mark.time.isoformat() for mark in account]
    assert told["equity"]["min"] == told["equity"]["max"] == told["equity"]["last"]
    assert told["equity"]["n"] == len(account)
    assert told["condor"]["last"] == [mark.net_pnl for mark in condor]
    assert told["condor.drawdown"]["last"] == [mark.drawdown for mark in condor]
    assert told["lean_equity"]["unit"] == "account currency"
    assert told["equity"]["exactness"] == "exact"


def test_a_long_series_comes_in_buckets(shelf: Asking, combos: RunRecord) -> None:
    """The least and the most of all are in it, and its last value is the last."""
    asked = {"names": "equity", "points": 10}
    told = shelf.get(f"{RUNS}/{combos.id}/series", params=asked)["series"]["equity"]
    values = [mark.equity for mark in combos.told.marks if mark.strategy == ""]
    assert len(told["time"]) == len(told["last"]) <= 10 < len(values)
    assert min(told["min"]) == min(values)
    assert max(told["max"]) == max(values)
    assert told["last"][-1] == values[-1]


def test_a_value_that_is_missing_is_null(shelf: Asking) -> None:
    """A record may not know a drawdown at its marks."""
    told = shelf.get(f"{RUNS}/aa1/series", params={"names": "drawdown,equity"})["series"]
    assert told["drawdown"]["last"] == [None]
    assert told["equity"]["last"] == [1_000.0]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("names=wealth", "there is no series 'wealth': there are equity, net_pnl"),
        ("names=trend.equity", "the strategies are condor, put_spread"),
        ("names=condor.wealth", "there is no series 'condor.wealth'"),
        ("points=0", "points is '0', and is a whole number from 1 to 20000"),
        (f"names={','.join(f'x{at}' for at in range(51))}", "names has more than 50 series"),
    ],
)
def test_what_series_cannot_be_asked(
    shelf: Asking, combos: RunRecord, query: str, said: str
) -> None:
    """The problem says what there is."""
    assert said in shelf.refused(400, f"{RUNS}/{combos.id}/series?{query}")["detail"]


@given(
    st.lists(st.tuples(st.integers(0, 10_000), VALUES), min_size=1, max_size=80),
    st.integers(1, 20),
)
def test_buckets_keep_what_a_chart_shows(rows: list[tuple[int, float]], points: int) -> None:
    """No more than asked for, in order, each with its own extremes, which are those of all."""
    time = np.sort(np.array([each for each, _ in rows], np.int64))
    values = np.array([each for _, each in rows])
    found = bucketed(time, values, points)
    assert found.time.size <= max(points, 0) or time.size <= points
    assert (np.diff(found.time) >= 0).all()
    assert found.time[-1] == time[-1]
    known = np.isfinite(values)
    assert bool(np.isfinite(found.low).any()) == bool(known.any())
    if known.any():
        assert np.nanmin(found.low) == values[known].min()
        assert np.nanmax(found.high) == values[known].max()
    inside = np.isfinite(found.last)
    assert (found.low[inside] <= found.last[inside]).all()
    assert (found.last[inside] <= found.high[inside]).all()
    np.testing.assert_array_equal(found.last[-1], values[-1])


def test_a_gap_has_no_bucket() -> None:
    """Nothing is drawn where there was no mark."""
    time = np.array([0, 1, 2, 3, 97, 98, 99, 100], np.int64)
    found = bucketed(time, np.arange(8.0), 5)
    assert found.time.tolist() == [3, 100]
    assert (found.low.tolist(), found.high.tolist()) == ([0.0, 4.0], [3.0, 7.0])
