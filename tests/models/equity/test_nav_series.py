"""Tracks against numpy: NAV as chained returns, drawdown from running peaks."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.equity import curve
from models.equity.nav_series import Change, NavSeries
from models.equity.session_metrics import SessionKind
from tests.models.equity.marks import (
    CAPITAL,
    MINUTE,
    PATHS,
    START,
    ZONE,
    Marked,
    chained,
    fresh,
    play,
)


@given(marks=PATHS)
def test_nav_is_the_chain_of_returns(marks: list[Marked]) -> None:
    """Deposits, withdrawals and joining capital leave no trace in the NAV."""
    track = fresh()
    play(track, marks)
    assert track.nav == pytest.approx(chained(marks)[-1], rel=1e-9)


@given(marks=PATHS)
def test_changes_tell_lows_and_recoveries(marks: list[Marked]) -> None:
    """A mark says so exactly when it is below the period's low, or ends the period."""
    navs = np.round(chained(marks), 9).tolist()
    peak = low = navs[0]
    for nav, change in zip(navs[1:], play(fresh(), marks), strict=True):
        assert bool(change & Change.NEW_LOW) == (nav < low)
        assert bool(change & Change.RECOVERED) == (low < peak <= nav)
        peak, low = (nav, nav) if nav >= peak else (peak, min(low, nav))


@given(marks=PATHS, cut=st.integers(0, 50))
def test_a_restored_track_goes_on_as_if_never_stopped(marks: list[Marked], cut: int) -> None:
    """State taken anywhere, through JSON, leads to the same changes, curve and state."""
    whole, first, second = fresh(), fresh(), NavSeries(0.0, ZONE)
    changes = play(whole, marks)
    before = play(first, marks[:cut])
    second.restore(json.loads(json.dumps(first.state(), allow_nan=False)))
    assert second.curve() == first.curve()
    assert before + play(second, marks[cut:], len(marks[:cut])) == changes
    assert second.state() == whole.state()
    assert second.curve() == whole.curve()


def test_nothing_yet() -> None:
    """Before the first mark the NAV is that of the start, with no drawdown and no curve."""
    track = fresh()
    assert (track.time, track.equity, track.nav) == (None, CAPITAL, 1.0)
    assert (track.depth, track.amount, track.max_depth, track.open_period) == (0.0, 0.0, 0.0, None)
    assert track.curve() == []
    track.roll(START)
    assert track.curve() == []


def test_a_loss_at_the_first_mark_is_a_drawdown() -> None:
    """The first peak is the starting capital, at the time of the first event."""
    track = fresh()
    track.roll(START - MINUTE)
    assert track.mark(START, 900.0) is Change.NEW_LOW
    assert track.depth == pytest.approx(0.1)
    assert track.open_period is not None
    assert (track.open_period.start, track.open_period.trough_time) == (START - MINUTE, START)


def test_flows_alone_never_move_the_nav() -> None:
    """A thousand deposits and withdrawals of odd amounts leave no drawdown, dust included."""
    track = fresh()
    random = np.random.default_rng(5)
    equity = CAPITAL
    for number in range(1_000):
        flow = float(random.normal(0.0, 400.0))
        flow = flow if equity + flow > 1.0 else -flow
        equity += flow
        if number % 2:
            track.rebase(START, flow)
            assert track.mark(START, equity) is Change.NOTHING
        else:
            assert track.mark(START, equity, flow) is Change.NOTHING
    assert track.nav == pytest.approx(1.0, abs=1e-11)
    assert (track.max_depth, list(track.periods)) == (0.0, [])


@pytest.mark.parametrize("capital", [0.0, -500.0])
def test_without_capital_there_is_no_nav(capital: float) -> None:
    """Equity and P&L go on; NAV and drawdown are unknown, and a withdrawal makes no units."""
    track = NavSeries(capital, ZONE)
    for equity, flow in [(capital + 50.0, 0.0), (capital - 50.0, 0.0), (600.0, -10.0)]:
        assert track.mark(START, equity, flow) is Change.NOTHING
    assert (track.nav, track.depth, track.amount, track.max_depth) == (None,) * 4
    assert track.equity == 600.0
    assert [point.nav for point in track.curve()] == [None] * 3


@pytest.mark.parametrize("by_mark", [True, False])
def test_the_nav_begins_when_capital_joins(by_mark: bool) -> None:
    """The first capital buys units at a NAV of 1, whether a mark brings it or something else."""
    track = NavSeries(0.0, ZONE)
    track.mark(START, 0.0)
    if by_mark:
        track.mark(START, 2_000.0, 2_000.0)
    else:
        track.rebase(START, 2_000.0)
    assert (track.nav, track.max_depth) == (1.0, 0.0)
    assert track.mark(START + MINUTE, 1_500.0) is Change.NEW_LOW
    assert (track.nav, track.depth) == (0.75, 0.25)
    day = track.book.sessions(SessionKind.DAILY)[0]
    assert (day.net_pnl, day.flows, day.max_drawdown) == (-500.0, 2_000.0, 0.25)


def test_the_nav_rests_while_everything_is_withdrawn() -> None:
    """It goes on from where it was when capital comes back; dust left behind is no capital."""
    track = fresh()
    track.mark(START, 1_100.0)
    track.mark(START + MINUTE, 1e-10, -1_210.0)
    assert (track.nav, track.depth) == (None, None)
    assert track.max_depth == 0.0
    track.mark(START + 2 * MINUTE, 2e-10)
    track.mark(START + 3 * MINUTE, 500.0, 500.0)
    assert track.nav == pytest.approx(1.21)
    track.mark(START + 4 * MINUTE, 250.0)
    assert track.depth == pytest.approx(0.5)
    day = track.book.sessions(SessionKind.DAILY)[0]
    assert day.net_pnl == pytest.approx(-40.0)
    assert [point.nav is None for point in track.curve()] == [False, True, True, False, False]


@pytest.mark.parametrize("left", [0.0, -200.0])
def test_who_loses_everything_has_no_nav_any_more(left: float) -> None:
    """Worthless units cannot be bought: the drawdown stays, later profit is P&L alone."""
    track = fresh()
    track.mark(START, left)
    depth = 1.0 - left / CAPITAL
    track.rebase(START, 0.0)
    assert [track.nav, track.depth] == [left / CAPITAL, depth]
    track.mark(START, left + 1_000.0, 1_000.0)
    track.mark(START + MINUTE, left + 1_100.0, 50.0)
    assert [track.nav, track.depth, track.max_depth] == [None, None, depth]
    assert track.open_period is not None
    assert track.open_period.end is None
    assert track.book.sessions(SessionKind.DAILY)[0].net_pnl == left - CAPITAL + 50.0


def test_a_mark_that_opens_a_day_tells_both() -> None:
    """The close of the session before and the new low come as one answer."""
    track = fresh()
    track.mark(START, CAPITAL)
    change = track.mark(START + timedelta(days=1), 900.0)
    assert change == Change.SESSION_CLOSED | Change.NEW_LOW
    change = track.mark(START + timedelta(days=2), CAPITAL)
    assert change == Change.SESSION_CLOSED | Change.RECOVERED


@pytest.mark.parametrize(
    ("call", "amounts"),
    [
        ("roll", ()),
        ("count", (0.0, 0.0, (1.0,))),
        ("count", (1.0, 2.0, ())),
        ("rebase", (10.0,)),
        ("rebase", (0.0,)),
    ],
)
def test_whatever_opens_a_day_closes_the_one_before(call: str, amounts: tuple[Any, ...]) -> None:
    """Only the first event of a day does, and the first of all has nothing to close."""
    track = fresh()
    for day, change in enumerate([Change.NOTHING, Change.SESSION_CLOSED, Change.SESSION_CLOSED]):
        time = START + timedelta(days=day)
        assert getattr(track, call)(time, *amounts) is change
        assert getattr(track, call)(time, *amounts) is Change.NOTHING


@pytest.mark.parametrize("full", [12, 4_000])
@given(moves=st.lists(st.tuples(st.integers(-3, 3), st.integers(1, 60)), min_size=1, max_size=30))
def test_marks_taken_together_are_as_marks_taken_one_by_one(
    moves: list[tuple[int, int]], full: int
) -> None:
    """Equal marks in a row, with all their times or the last one, leave the same series."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(curve, "CURVE_FULL", full)
        one, together = NavSeries(100.0, UTC), NavSeries(100.0, UTC)
        time, equity = datetime(2024, 1, 2, tzinfo=UTC), 100.0
        for move, count in moves:
            time, equity = time + timedelta(seconds=1), equity + move
            times = [time + timedelta(seconds=number + 1) for number in range(count)]
            for each in (time, *times):
                one.mark(each, equity)
            together.mark(time, equity)
            together.repeat(count, times[-1:] if count <= together.room else times)
            time = times[-1]
        assert together.state() == one.state()


@pytest.mark.parametrize("full", [12, 4_000])
@pytest.mark.parametrize("capital", [100.0, 0.0])
@given(blocks=st.lists(st.lists(st.integers(-3, 3), min_size=1, max_size=60), max_size=12))
def test_a_block_of_marks_comes_to_what_single_marks_come_to(
    blocks: list[list[int]], capital: float, full: int
) -> None:
    """Short blocks, long ones and single marks leave the same series, to the last digit."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(curve, "CURVE_FULL", full)
        one, together = NavSeries(capital, ZONE), NavSeries(capital, ZONE)
        time, equity = START, capital
        for series in (one, together):
            series.mark(time, equity)
        for moves in blocks:
            times, equities = [], []
            for move in moves:
                time, equity = time + timedelta(seconds=1), equity + move / 3
                times.append(time)
                equities.append(equity)
                one.mark(time, equity)
            together.mark_all(times, equities)
            assert together.state() == one.state()
        assert together.curve() == one.curve()


@given(st.integers(0, 3_000))
def test_a_block_over_midnight_closes_its_sessions(minutes: int) -> None:
    """Marks of two days and more in one block close what single marks close."""
    one, together = fresh(), fresh()
    times = [START + MINUTE * minutes * number for number in range(20)]
    equities = [CAPITAL + number % 7 for number in range(20)]
    for time, equity in zip(times, equities, strict=True):
        one.mark(time, equity)
    together.mark_all(times, equities)
    assert together.state() == one.state()
