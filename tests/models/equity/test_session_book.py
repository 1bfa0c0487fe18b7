"""The book of sessions: days that open and close, fold into months and are told."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.equity import session_book
from models.equity.nav_series import Change, NavSeries
from models.equity.session_metrics import SessionKind
from tests.models.equity.days import (
    CAPITAL,
    CLOSE,
    EXACT,
    NEW_YORK,
    STARTS,
    Event,
    assert_alike,
    event_lists,
    fill,
    local,
    mark,
    play,
    trade,
)


@given(events=event_lists(), cut=st.integers(0, 40))
def test_a_restored_book_goes_on_as_if_never_stopped(events: list[Event], cut: int) -> None:
    """State taken anywhere, through JSON, leads to the same sessions, moments and state."""
    whole = play(NavSeries(CAPITAL, NEW_YORK), events)
    first = play(NavSeries(CAPITAL, NEW_YORK), events[:cut])
    second = NavSeries(0.0, NEW_YORK)
    second.restore(json.loads(json.dumps(first.state(), allow_nan=False)))
    assert second.book.since == first.book.since
    play(second, events[cut:])
    assert second.state() == whole.state()
    assert second.book.daily_returns_moments() == whole.book.daily_returns_moments()


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2024, 3, 10), 23), (date(2024, 11, 3), 25), (date(2024, 7, 4), 24)]
)
def test_a_day_lasts_from_midnight_to_midnight(day: date, hours: int) -> None:
    """When clocks change, New York's day has 23 or 25 hours."""
    track = NavSeries(CAPITAL, NEW_YORK)
    start = local(day.year, day.month, day.day)
    track.roll(start)
    track.mark(start + timedelta(hours=hours, microseconds=-1), CAPITAL)
    assert [found.session_date for found in track.book.sessions(SessionKind.DAILY)] == [day]
    track.mark(start + timedelta(hours=hours), CAPITAL)
    assert track.book.sessions(SessionKind.DAILY)[1].session_date == day + timedelta(days=1)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("America/Sao_Paulo", datetime(2018, 11, 2, 12, tzinfo=UTC)),  # no midnight on the 4th
        ("America/Havana", datetime(2024, 11, 1, 12, tzinfo=UTC)),  # two midnights on the 3rd
        ("America/St_Johns", datetime(2006, 10, 27, 12, tzinfo=UTC)),  # the 28th comes back
        ("Pacific/Apia", datetime(2011, 12, 28, 12, tzinfo=UTC)),  # no 30th at all
    ],
)
@pytest.mark.parametrize("step", [1, 7, 1440, 2000])
def test_dates_rise_where_clocks_change_at_midnight(name: str, first: datetime, step: int) -> None:
    """A skipped or repeated midnight opens one session for each date there is, never two."""
    zone = ZoneInfo(name)
    times = [first + timedelta(minutes=number) for number in range(0, 4 * 1440, step)]
    track = play(NavSeries(CAPITAL, zone), [mark(time, CAPITAL) for time in times])
    dates = [found.session_date for found in track.book.sessions(SessionKind.DAILY)]
    assert dates == sorted({time.astimezone(zone).date() for time in times})


def test_midnight_belongs_to_the_new_day() -> None:
    """A mark at midnight, as of a daily bar's end, is the first of the new session."""
    track = NavSeries(CAPITAL, NEW_YORK)
    assert track.mark(local(2024, 5, 6, 16), 1_010.0) is Change.NOTHING
    assert track.mark(local(2024, 5, 7), 1_030.0) is Change.SESSION_CLOSED
    assert [day.net_pnl for day in track.book.sessions(SessionKind.DAILY)] == [10.0, 20.0]


def test_a_midnight_without_bars_opens_a_flat_session() -> None:
    """LEAN's midnights make a session of a weekend day; without them there is none."""
    friday, monday = mark(local(2024, 5, 3, 16), 1_010.0), mark(local(2024, 5, 6, 16), 1_000.0)
    midnights = [Event("roll", local(2024, 5, day), ()) for day in (4, 5, 6)]
    rolled = play(NavSeries(CAPITAL, NEW_YORK), [friday, *midnights, monday])
    plain = play(NavSeries(CAPITAL, NEW_YORK), [friday, monday])
    flat = rolled.book.sessions(SessionKind.DAILY)[1:3]
    assert [(day.net_pnl, day.max_drawdown, day.start_equity) for day in flat] == [
        (0.0, 0.0, 1_010.0)
    ] * 2
    # What the weekend brought is Monday's, either way.
    for track in (rolled, plain):
        assert track.book.sessions(SessionKind.DAILY)[-1].net_pnl == -10.0
    assert len(plain.book.sessions(SessionKind.DAILY)) == 2


@pytest.mark.parametrize(
    ("late", "kind", "booked"),
    [
        (local(2024, 5, 2, 23, 59), SessionKind.DAILY, date(2024, 5, 2)),
        (local(2024, 5, 3), SessionKind.DAILY, date(2024, 5, 3)),
        (local(2024, 5, 4, 12), SessionKind.DAILY, date(2024, 5, 6)),  # a Saturday without session
        (local(2021, 6, 30, 12), SessionKind.MONTHLY, date(2021, 6, 1)),  # folded
        (local(2021, 7, 15, 12), SessionKind.MONTHLY, date(2021, 8, 1)),  # a month without session
        (local(2021, 8, 31, 12), SessionKind.MONTHLY, date(2021, 8, 1)),
        (local(2021, 12, 1, 12), SessionKind.MONTHLY, date(2024, 5, 1)),
        (local(2019, 1, 1, 12), SessionKind.MONTHLY, date(2021, 6, 1)),  # before everything
        (local(2024, 5, 6, 1), SessionKind.DAILY, date(2024, 5, 6)),
    ],
)
def test_a_late_trade_goes_where_it_belongs(
    late: datetime, kind: SessionKind, booked: date
) -> None:
    """It is booked in its day, else in its month, else in the next session there is."""
    days = [(2021, 6, 3), (2021, 6, 4), (2021, 8, 1), (2024, 5, 2), (2024, 5, 3), (2024, 5, 6)]
    track = play(NavSeries(CAPITAL, NEW_YORK), [mark(local(*day, 12), CAPITAL) for day in days])
    trade(track, late, 1.0)
    fill(track, late, 2.0, 3.0)
    for one_kind in (kind, SessionKind.MONTHLY, SessionKind.YEARLY, SessionKind.INCEPTION):
        found = {s.session_date: s for s in track.book.sessions(one_kind) if s.trades}
        assert [(s.trades, s.commissions, s.volume) for s in found.values()] == [(1, 2.0, 3.0)]
        assert one_kind is not kind or list(found) == [booked]


def test_old_days_fold_into_months(decade: list[Event], monkeypatch: pytest.MonkeyPatch) -> None:
    """Daily sessions of the last two years stay, and the longer ones do not know of the others."""
    track = play(NavSeries(CAPITAL, NEW_YORK), decade)
    days = track.book.sessions(SessionKind.DAILY)
    today = days[-1].session_date
    assert (today, days[0].session_date) == (date(2024, 3, 19), date(2022, 3, 1))
    monkeypatch.setattr(session_book, "YEARS_KEPT", 100)
    unfolded = play(NavSeries(CAPITAL, NEW_YORK), decade)
    assert unfolded.book.folded() == []
    assert unfolded.book.sessions(SessionKind.DAILY)[-len(days) :] == days
    for kind in (SessionKind.MONTHLY, SessionKind.YEARLY, SessionKind.INCEPTION):
        expected = [
            {name: getattr(session, name) for name in EXACT + CLOSE}
            for session in unfolded.book.sessions(kind)
        ]
        assert_alike(track.book.sessions(kind), expected)
    assert track.book.daily_returns_moments() == unfolded.book.daily_returns_moments()


@pytest.mark.parametrize("kind", [SessionKind.DAILY, SessionKind.WEEKLY])
def test_folded_months_and_kept_days_add_up(decade: list[Event], kind: SessionKind) -> None:
    """Months before the first day kept, with the days or weeks, are the totals since the start."""
    track = play(NavSeries(CAPITAL, NEW_YORK), decade)
    total = track.book.sessions(SessionKind.INCEPTION)[0]
    months = track.book.sessions(SessionKind.MONTHLY)
    kept = track.book.sessions(kind)
    folded = track.book.folded()
    first_day = track.book.sessions(SessionKind.DAILY)[0].session_date
    assert folded == [month for month in months if month.session_date < first_day.replace(day=1)]
    for name in ("trades", "net_pnl", "gross_pnl", "commissions", "volume", "flows"):
        added = sum(getattr(session, name) for session in folded + kept)
        assert added == pytest.approx(getattr(total, name), abs=1e-6), name
    # The week that holds the first day kept shows its kept days alone.
    weeks = track.book.sessions(SessionKind.WEEKLY)
    assert weeks[0].session_date == date(2022, 2, 28)
    assert weeks[0].start_equity == folded[-1].end_equity


def test_memory_is_bounded(decade: list[Event]) -> None:
    """At any time at most two years and a month of days are kept."""
    track = NavSeries(CAPITAL, NEW_YORK)
    longest = 0
    for event in decade:
        play(track, [event])
        if event.call == "roll" and event.time.day == 1:
            longest = max(longest, len(track.book.state()["days"]["valued"]))
    assert 700 < longest <= 762


def test_a_gap_of_years_folds_what_was_before() -> None:
    """After a long pause the day just closed can still be heard of, and nothing is lost."""
    days = [(2020, 1, 30), (2020, 1, 31), (2024, 1, 2), (2024, 1, 3)]
    track = NavSeries(CAPITAL, NEW_YORK)
    for number, day in enumerate(days):
        track.mark(local(*day, 12), CAPITAL + number)
        assert sum(month.net_pnl for month in track.book.sessions(SessionKind.MONTHLY)) == number
        if number == 2:
            closed = track.book.closed()
            assert [
                session.session_date for session in closed if session.kind.value == "daily"
            ] == [date(2020, 1, 31)]
    assert [(month.session_date, month.net_pnl) for month in track.book.folded()] == [
        (date(2020, 1, 1), 1.0)
    ]


def test_a_roll_tells_what_it_closed() -> None:
    """A day always, and a week, month or year when it ended with it, each complete."""
    track = NavSeries(CAPITAL, NEW_YORK)
    assert track.roll(local(2023, 12, 30)) is Change.NOTHING
    assert track.book.closed() == []
    for time, kinds in [
        (local(2023, 12, 31), ["daily"]),
        (local(2024, 1, 1), ["daily", "weekly", "monthly", "yearly"]),
        (local(2024, 1, 2), ["daily"]),
        (local(2024, 1, 8), ["daily", "weekly"]),
        (local(2024, 2, 1), ["daily", "monthly"]),
    ]:
        trade(track, time - timedelta(minutes=1), 1.0)
        shown = {kind: track.book.sessions(kind)[-1] for kind in SessionKind}
        assert track.roll(time) is Change.SESSION_CLOSED
        closed = track.book.closed()
        assert [session.kind.value for session in closed] == kinds
        for session in closed:
            assert session.to_dict() == {**shown[session.kind].to_dict(), "is_open": False}


def test_the_closes_of_all_trading_days_are_kept() -> None:
    """Also of days that folded into months, through a saved state, and exactly."""
    track = NavSeries(100.0, UTC)
    marks = [(STARTS[0] + timedelta(days=day), 100.0 + day / 7) for day in range(0, 2_000, 3)]
    for time, equity in marks:
        track.mark(time, equity)
    days, navs = track.book.daily_closes()
    assert navs == [equity / 100.0 for _, equity in marks]
    assert [date.fromordinal(int(day)) for day in days] == [time.date() for time, _ in marks]
    restored = NavSeries(100.0, UTC)
    restored.restore(json.loads(json.dumps(track.state())))
    assert restored.book.daily_closes() == (days, navs)
    assert len(track.book.sessions(SessionKind.DAILY)) < 300
