"""Sessions against what a brute-force reading of the same events finds, in several time zones.

The events go in through `NavSeries`, which writes the open day. The reading knows nothing of days
kept or merged: it sorts the marks by local date and chains their returns.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.equity.moments import Moments
from models.equity.nav_series import NavSeries
from models.equity.session_metrics import SessionKind, SessionMetrics
from models.equity.sessions import Session
from tests.models.equity.days import (
    CAPITAL,
    CLOSE,
    NEW_YORK,
    STARTS,
    ZONES,
    Event,
    assert_alike,
    brute_force,
    event_lists,
    local,
    mark,
    play,
    trade,
)

STARTS += [datetime(2023, 12, 29, 3, tzinfo=UTC), datetime(2024, 2, 28, 3, tzinfo=UTC)]
CLOSE += ["low_equity", "start_equity", "end_equity", "flows", "start_nav", "end_nav", "win_rate"]


@pytest.mark.parametrize("zone", ZONES, ids=str)
@given(events=event_lists())
def test_sessions_are_what_the_events_say(zone: ZoneInfo, events: list[Event]) -> None:
    """Merged from days or not, each session of each kind is that of its own marks and trades."""
    track = play(NavSeries(CAPITAL, zone), events)
    for kind in SessionKind:
        assert_alike(track.book.sessions(kind), brute_force(events, zone, kind))


@given(events=event_lists(), kind=st.sampled_from(SessionKind))
def test_sessions_add_up_to_the_scope(events: list[Event], kind: SessionKind) -> None:
    """The P&L of the sessions of any kind is the scope's, and each starts where one ended."""
    track = play(NavSeries(CAPITAL, NEW_YORK), events)
    found = track.book.sessions(kind)
    flows = sum(event.amounts[1] for event in events if event.call == "mark")
    assert sum(session.net_pnl for session in found) == pytest.approx(
        track.equity - CAPITAL - flows, abs=1e-9
    )
    ends = [CAPITAL, *(session.end_equity for session in found)]
    assert [session.start_equity for session in found] == ends[:-1]
    assert [session.is_open for session in found] == [False] * (len(found) - 1) + [True] * bool(
        found
    )


@given(events=event_lists(), order=st.permutations(["mark", "trade", "fill"]))
def test_the_order_within_an_instant_does_not_matter(events: list[Event], order: list[str]) -> None:
    """A trade and a fill may come before the mark of their time or after it, at midnight too."""
    time = (events[-1].time if events else STARTS[0]) + timedelta(days=1)
    time = time.astimezone(NEW_YORK).replace(hour=0, minute=0).astimezone(UTC)
    calls = {
        "mark": mark(time, 900.0),
        "trade": Event("trade", time, (3.0,)),
        "fill": Event("fill", time, (1.0, 5.0)),
    }
    one = play(NavSeries(CAPITAL, NEW_YORK), [*events, *(calls[name] for name in order)])
    other = play(NavSeries(CAPITAL, NEW_YORK), [*events, *calls.values()])
    assert one.state() == other.state()


def test_a_trade_wins_loses_or_breaks_even() -> None:
    """Less than a billionth is neither a win nor a loss, and neither counts for the win rate."""
    track = NavSeries(CAPITAL, NEW_YORK)
    for net in (3.0, 1e-9, -2.0, -1e-9, 1e-10, -1e-10, 0.0):
        trade(track, local(2024, 5, 6, 12), net)
    day = track.book.sessions(SessionKind.DAILY)[0]
    assert (day.trades, day.winning_trades, day.losing_trades, day.breakeven_trades) == (7, 2, 2, 3)
    assert day.win_rate == 0.5
    trade(track, local(2024, 5, 7, 12), 0.0)
    assert track.book.sessions(SessionKind.DAILY)[1].win_rate is None


@given(
    navs=st.lists(st.lists(st.floats(0.1, 10.0), min_size=0, max_size=6), min_size=3, max_size=3)
)
def test_merging_is_associative(navs: list[list[float]]) -> None:
    """Whichever neighbours are merged first, the drawdown is that of the whole path."""
    path, spans = [1.0], []
    for day, moves in enumerate(navs, 1):
        span = Session.flat(date(2024, 5, day), path[-1], path[-1], True)
        for nav in moves:
            span.stretch(nav)
            span.move(nav)
            span.end_equity = span.end_nav = nav
        spans.append(span)
        path += moves
    left = Session.flat(date(2024, 5, 1), 1.0, 1.0, True)
    for span in spans:
        left.extend(span)
    spans[1].extend(spans[2])
    spans[0].extend(spans[1])
    deepest = float(np.max(1.0 - np.array(path) / np.maximum.accumulate(path)))
    for whole in (left, spans[0]):
        assert whole.max_drawdown == pytest.approx(deepest, abs=1e-12)
        assert (whole.high_nav, whole.low_nav, whole.end_nav) == (max(path), min(path), path[-1])


def test_nothing_yet() -> None:
    """A scope that no event reached has no sessions and answers everything else."""
    book = NavSeries(CAPITAL, NEW_YORK).book
    assert [book.sessions(kind) for kind in SessionKind] == [[]] * len(SessionKind)
    assert (book.folded(), book.closed(), book.daily_closes()) == ([], [], ([], []))
    assert book.daily_returns_moments() == Moments()


@pytest.mark.parametrize("capital", [0.0, -500.0])
def test_a_scope_without_capital_has_profit_but_no_nav(capital: float) -> None:
    """Its sessions tell the P&L; NAV and drawdown are unknown and its days have no return."""
    track = NavSeries(capital, NEW_YORK)
    track.mark(local(2024, 5, 6, 12), capital + 10.0)
    track.mark(local(2024, 5, 7, 12), capital - 10.0)
    days = track.book.sessions(SessionKind.DAILY)
    assert [day.net_pnl for day in days] == [10.0, -20.0]
    assert {(day.max_drawdown, day.start_nav, day.end_nav) for day in days} == {(None,) * 3}
    assert track.book.daily_closes() == ([], [])
    assert track.book.daily_returns_moments().n == 0


def test_a_month_has_a_nav_if_a_day_of_it_had_one() -> None:
    """After everything is withdrawn the days have none, the month still shows where it stood."""
    track = NavSeries(CAPITAL, NEW_YORK)
    track.mark(local(2024, 5, 6, 12), 0.0, -1_100.0)
    track.mark(local(2024, 5, 7, 12), 0.0)
    assert [day.end_nav for day in track.book.sessions(SessionKind.DAILY)] == [1.1, None]
    month = track.book.sessions(SessionKind.MONTHLY)[0]
    assert (month.start_nav, month.end_nav, month.max_drawdown) == (1.0, 1.1, 0.0)
    assert track.book.daily_returns_moments().n == 1


def test_a_session_that_starts_with_nothing_has_no_drawdown() -> None:
    """Below a peak of 0 or less there is no fraction to fall by, and no return."""
    track = NavSeries(CAPITAL, NEW_YORK)
    track.mark(local(2024, 5, 3, 12), 0.0)
    track.mark(local(2024, 5, 6, 12), -100.0)
    track.mark(local(2024, 5, 7, 12), -200.0)
    for kind, falls in [(SessionKind.DAILY, [1.0, None, None]), (SessionKind.WEEKLY, [1.0, None])]:
        assert [session.max_drawdown for session in track.book.sessions(kind)] == falls
    assert track.book.sessions(SessionKind.INCEPTION)[0].max_drawdown == pytest.approx(1.2)
    assert track.book.daily_returns_moments().n == 1


@given(events=event_lists(), kind=st.sampled_from(SessionKind))
def test_metrics_survive_json(events: list[Event], kind: SessionKind) -> None:
    """A session read back from its JSON is the same, to the last bit."""
    for session in play(NavSeries(CAPITAL, NEW_YORK), events).book.sessions(kind):
        text = json.dumps(session.to_dict(), allow_nan=False)
        assert SessionMetrics.from_dict(json.loads(text)) == session
