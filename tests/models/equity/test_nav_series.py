"""Tracks against numpy: NAV as chained returns, drawdown from running peaks, and the curve."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.equity import curve
from models.equity.curve import CURVE_POINTS
from models.equity.drawdown import DrawdownPeriod
from models.equity.nav_series import NAV_TOLERANCE, PERIODS_KEPT, Change, NavSeries
from models.equity.session_metrics import SessionKind

ZONE = ZoneInfo("America/New_York")
START = datetime(2024, 5, 6, 14, 30, tzinfo=UTC)
CAPITAL = 1_000.0
MINUTE = timedelta(minutes=1)


class Marked(NamedTuple):
    """A mark: equity, the flow in it, and capital that joined just before it."""

    equity: float
    flow: float = 0.0
    joined: float = 0.0


# Few values, so that peaks and troughs are met again.
AMOUNTS = st.sampled_from([0.0, 0.0, 0.0, 0.0, 250.0, -250.0, 3_000.0])
MARKS = st.lists(st.builds(Marked, st.integers(4, 16).map(lambda n: 100.0 * n), AMOUNTS, AMOUNTS))


def fresh() -> NavSeries:
    """A track of the usual capital."""
    return NavSeries(CAPITAL, ZONE)


def play(track: NavSeries, marks: Sequence[Marked], since: int = 0) -> list[Change]:
    """Send marks an hour apart, so that sessions close between them; what each one brought.

    A mark's equity is what the capital of its flows comes on top of.
    """
    changes = []
    for number, (equity, flow, joined) in enumerate(marks, since):
        time = START + 60 * MINUTE * number
        if joined:
            track.rebase(time, joined)
        changes.append(track.mark(time, equity + max(flow, 0.0) + max(joined, 0.0), flow))
    return changes


def chained(marks: Sequence[Marked]) -> npt.NDArray[np.float64]:
    """The NAV at the start and at every mark, as the product of the returns between flows."""
    equity, factors = CAPITAL, [1.0]
    for marked in marks:
        before = equity + marked.joined
        equity = marked.equity + max(marked.flow, 0.0) + max(marked.joined, 0.0)
        factors.append((equity - marked.flow) / before)
    return np.cumprod(factors)


class Fall(NamedTuple):
    """A period as numpy finds it; positions count the marks from 1, the start is 0."""

    peak: int
    trough: int
    end: int | None
    depth: float


def falls(navs: npt.NDArray[np.float64]) -> list[Fall]:
    """The stretches below the running peak, an open one last."""
    peaks = np.maximum.accumulate(navs)
    below = np.r_[navs < peaks - 1e-9, False]
    begins = np.flatnonzero(below[1:] & ~below[:-1]) + 1
    ends = np.flatnonzero(below[:-1] & ~below[1:]) + 1
    found = []
    for begin, end in zip(begins, ends, strict=True):
        inside = np.round(navs[begin:end], 9)
        trough = int(begin + inside.argmin())
        depth = float(1.0 - navs[trough] / peaks[trough])
        found.append(Fall(int(begin) - 1, trough, int(end) if end < len(navs) else None, depth))
    return found


def seen(track: NavSeries) -> list[Fall]:
    """The track's periods in the same form."""

    def position(time: datetime) -> int:
        return max((time - START) // (60 * MINUTE) + 1, 0)

    periods = [*track.periods, *([track.open_period] if track.open_period else [])]
    return [
        Fall(
            position(period.start),
            position(period.trough_time),
            position(period.end) if period.end else None,
            period.depth,
        )
        for period in periods
    ]


# The first mark is on the first peak: where a period starts can be told from the marks then.
PATHS = MARKS.map(lambda marks: [Marked(CAPITAL), *marks])


@given(marks=PATHS)
def test_nav_is_the_chain_of_returns(marks: list[Marked]) -> None:
    """Deposits, withdrawals and joining capital leave no trace in the NAV."""
    track = fresh()
    play(track, marks)
    assert track.nav == pytest.approx(chained(marks)[-1], rel=1e-9)


@given(marks=PATHS)
def test_drawdown_is_what_numpy_finds(marks: list[Marked]) -> None:
    """Depth, deepest and every period with its times, the open one included."""
    track = fresh()
    play(track, marks)
    navs = chained(marks)
    depths = 1.0 - navs / np.maximum.accumulate(navs)
    assert track.depth == pytest.approx(depths[-1], abs=1e-9)
    assert track.max_depth == pytest.approx(depths.max(), abs=1e-9)
    expected = falls(navs)
    assert [fall[:3] for fall in seen(track)] == [fall[:3] for fall in expected]
    assert [fall.depth for fall in seen(track)] == pytest.approx([f.depth for f in expected])


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


def test_a_drawdown_period_from_peak_to_recovery() -> None:
    """It starts at the last mark on the peak and ends at the first one back on it."""
    track = fresh()
    equities = [1_200.0, 1_200.0, 1_080.0, 900.0, 960.0, 1_200.0, 1_300.0]
    changes = [track.mark(START + MINUTE * n, equity) for n, equity in enumerate(equities)]
    low, quiet = Change.NEW_LOW, Change.NOTHING
    assert changes == [quiet, quiet, low, low, quiet, Change.RECOVERED, quiet]
    assert list(track.periods) == [
        DrawdownPeriod(
            start=START + MINUTE,
            trough_time=START + 3 * MINUTE,
            end=START + 5 * MINUTE,
            peak_nav=1.2,
            trough_nav=0.9,
            depth=0.25,
            amount=(1.2 - 0.9) * CAPITAL,
        )
    ]
    assert (track.open_period, track.depth, track.max_depth) == (None, 0.0, 0.25)


def test_amounts_are_those_of_the_units_there_are() -> None:
    """The amount lost counts the units of now; that of a period, the units at its trough."""
    track = fresh()
    track.mark(START, 800.0)
    assert track.amount == pytest.approx(200.0)
    track.mark(START + MINUTE, 1_700.0, 800.0)  # NAV 0.9 after a deposit of as much as there was
    assert track.depth == pytest.approx(0.1)
    assert track.amount == pytest.approx(1_700.0 / 9.0)
    assert track.open_period is not None
    assert track.open_period.amount == pytest.approx(200.0)


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


def test_dust_is_no_drawdown() -> None:
    """What floats lose is neither a period nor a new low; ten times as much is."""
    track = fresh()
    assert track.mark(START, CAPITAL * (1.0 - NAV_TOLERANCE / 2)) is Change.NOTHING
    assert (track.open_period, track.depth) == (None, 0.0)
    assert track.mark(START, CAPITAL * (1.0 - NAV_TOLERANCE * 10)) is Change.NEW_LOW
    assert track.mark(START, CAPITAL * (1.0 - NAV_TOLERANCE * 10.5)) is Change.NOTHING
    assert track.mark(START, CAPITAL * (1.0 - NAV_TOLERANCE * 20)) is Change.NEW_LOW
    assert track.mark(START, CAPITAL * (1.0 - NAV_TOLERANCE / 2)) is Change.RECOVERED


def test_only_the_last_drawdown_periods_are_kept() -> None:
    """A hundred closed periods stay, and the deepest of all is still known."""
    track = fresh()
    for number in range(150):
        track.mark(START + number * MINUTE, 500.0 if number == 0 else 900.0 - number)
        track.mark(START + number * MINUTE, CAPITAL)
    assert len(track.periods) == PERIODS_KEPT
    assert track.periods[-1].trough_nav == pytest.approx(0.751)
    assert track.max_depth == 0.5


def test_a_drawdown_period_survives_json() -> None:
    """A period read back from its JSON is the same, open or closed."""
    track = fresh()
    for equity in (900.0, 1_000.0, 800.0):
        track.mark(START, equity)
    assert track.open_period is not None
    for period in (track.periods[0], track.open_period):
        text = json.dumps(period.to_dict(), allow_nan=False)
        assert DrawdownPeriod.from_dict(json.loads(text)) == period


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


def walk(count: int, seed: int = 3) -> npt.NDArray[np.float64]:
    """Equities of a random walk."""
    steps = np.random.default_rng(seed).normal(0.0, 1e-3, count)
    equities: npt.NDArray[np.float64] = CAPITAL * np.exp(np.cumsum(steps))
    return equities


@pytest.mark.parametrize("count", [1, 2, 100, 3_900])
def test_a_short_curve_is_every_mark(count: int) -> None:
    """Nothing is left out while there is room."""
    track = fresh()
    equities = walk(count).tolist()
    for number, equity in enumerate(equities):
        track.mark(START + number * MINUTE, equity)
    points = track.curve()
    assert [point.equity for point in points] == equities
    assert [point.time for point in points] == [START + n * MINUTE for n in range(count)]
    assert [point.nav for point in points] == [equity / CAPITAL for equity in equities]


def test_a_long_curve_keeps_its_extremes() -> None:
    """At most 4,000 points at any time, ends and extremes among them, and every spike."""
    track = fresh()
    equities = walk(40_000)
    spikes = np.random.default_rng(9).choice(np.arange(100, 39_900, 100), 60, replace=False)
    equities[spikes[:30]] *= 1.5
    equities[spikes[30:]] *= 0.5
    longest = 0
    for number, equity in enumerate(equities.tolist()):
        track.mark(START + number * MINUTE, equity)
        if number % 997 == 0 or 3_990 < number < 4_010:
            longest = max(longest, len(track.curve()))
    points = track.curve()
    assert 3_900 < longest <= CURVE_POINTS
    assert len(points) > CURVE_POINTS / 4
    assert points[0][:2] == (START, equities[0])
    assert points[-1][:2] == (START + 39_999 * MINUTE, equities[-1])
    kept = {point.equity for point in points}
    assert {equities.max(), equities.min(), *equities[spikes]} <= kept
    times = [point.time for point in points]
    assert times == sorted(set(times))
    index = [(time - START) // MINUTE for time in times]
    assert [point.equity for point in points] == equities[index].tolist()
    # Old times are shown as finely as late ones: of each 32 marks there are two.
    assert 16 < max(np.diff(index)) < 64


def test_a_curve_with_flows_keeps_the_extremes_of_both() -> None:
    """Where a flow comes with every mark, equity and NAV have their own extremes, both kept."""
    track = fresh()
    random = np.random.default_rng(4)
    equity, equities, navs = CAPITAL, [], []
    for number in range(9_000):
        flow = float(random.uniform(-0.1, 0.1)) * equity + (CAPITAL - equity) * 0.1
        equity = equity * float(random.uniform(0.98, 1.0204)) + flow
        track.mark(START + number * MINUTE, equity, flow)
        assert track.nav is not None
        equities.append(equity)
        navs.append(track.nav)
    points = track.curve()
    assert len(points) <= CURVE_POINTS
    assert {max(equities), min(equities)} <= {point.equity for point in points}
    shown = [point.nav for point in points if point.nav is not None]
    assert max(shown) == pytest.approx(max(navs), rel=1e-12)
    assert min(shown) == pytest.approx(min(navs), rel=1e-12)


def test_a_full_curve_is_restored() -> None:
    """A curve that was thinned out goes on with the same buckets."""
    whole, first, second = fresh(), fresh(), fresh()
    equities = walk(9_001).tolist()
    for number, equity in enumerate(equities):
        for track in (whole, first if number < 7_003 else second):
            track.mark(START + number * MINUTE, equity)
        if number == 7_002:
            second.restore(json.loads(json.dumps(first.state(), allow_nan=False)))
    assert second.curve() == whole.curve()
    assert second.state() == whole.state()


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
