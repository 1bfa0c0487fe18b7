"""Sessions against what a brute-force reading of the same events finds, in several time zones.

The events go in through `NavSeries`, which writes the open day. The reading knows nothing of days
kept or merged: it sorts the marks by local date and chains their returns.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.equity import session_book
from models.equity.moments import Moments
from models.equity.nav_series import Change, NavSeries
from models.equity.session_metrics import SessionKind, SessionMetrics
from models.equity.sessions import Session

NEW_YORK = ZoneInfo("America/New_York")
ZONES = [NEW_YORK, ZoneInfo("UTC"), ZoneInfo("Asia/Kolkata")]
CAPITAL = 1_000.0
# Both changes of New York's clocks, a new year, and a leap day lie within days of these.
STARTS = [datetime(2024, 3, 9, 3, tzinfo=UTC), datetime(2024, 11, 2, 3, tzinfo=UTC)]
STARTS += [datetime(2023, 12, 29, 3, tzinfo=UTC), datetime(2024, 2, 28, 3, tzinfo=UTC)]
FIRST: dict[SessionKind, Callable[[date], date]] = {
    SessionKind.DAILY: lambda day: day,
    SessionKind.WEEKLY: lambda day: date.fromordinal((day.toordinal() - 1) // 7 * 7 + 1),
    SessionKind.MONTHLY: lambda day: date(day.year, day.month, 1),
    SessionKind.YEARLY: lambda day: date(day.year, 1, 1),
}
EXACT = ["session_date", "kind", "trades", "winning_trades", "losing_trades", "breakeven_trades"]
CLOSE = ["gross_pnl", "net_pnl", "commissions", "volume", "max_drawdown", "peak_equity"]
CLOSE += ["low_equity", "start_equity", "end_equity", "flows", "start_nav", "end_nav", "win_rate"]


class Event(NamedTuple):
    """A mark, roll, trade or fill that a `NavSeries` takes: its name and its figures."""

    call: str
    time: datetime
    amounts: tuple[float, ...]


def play(track: NavSeries, events: Sequence[Event]) -> NavSeries:
    """Send the events to the track."""
    for call, time, amounts in events:
        if call == "trade":
            trade(track, time, *amounts)
        elif call == "fill":
            fill(track, time, *amounts)
        else:
            getattr(track, call)(time, *amounts)
    return track


def trade(track: NavSeries, time: datetime, net: float) -> None:
    """Count a closed trade."""
    track.count(time, 0.0, 0.0, (net,))


def fill(track: NavSeries, time: datetime, fees: float, volume: float) -> None:
    """Count a fill that closed nothing."""
    track.count(time, fees, volume, ())


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """New York's time as UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


def mark(time: datetime, equity: float, flow: float = 0.0) -> Event:
    """A mark with its flow."""
    return Event("mark", time, (equity, flow))


@st.composite
def event_lists(draw: st.DrawFn) -> list[Event]:
    """Events in order of time: minutes, days or a month apart, some at the same instant."""
    time = draw(st.sampled_from(STARTS))
    steps = st.sampled_from([0, 1, 59, 60, 300, 719, 1440, 2880, 44_640])
    money = st.integers(500, 2_000).map(float)
    flows = st.sampled_from([0.0, 0.0, 0.0, 100.0, -100.0])
    nets = st.sampled_from([5.0, -3.0, 0.0, 1e-10])
    calls = st.one_of(
        st.tuples(st.just("mark"), st.tuples(money, flows)),
        st.tuples(st.just("roll"), st.just(())),
        st.tuples(st.just("trade"), st.tuples(nets)),
        st.tuples(st.just("fill"), st.tuples(st.just(1.25), money)),
    )
    events = []
    for step, (call, amounts) in draw(st.lists(st.tuples(steps, calls), max_size=40)):
        time += timedelta(minutes=step)
        events.append(Event(call, time, amounts))
    return events


def brute_force(events: Sequence[Event], zone: ZoneInfo, kind: SessionKind) -> list[dict[str, Any]]:
    """The sessions of a kind, read from the events one session at a time."""
    periods: dict[date, list[Event]] = defaultdict(list)
    days = [event.time.astimezone(zone).date() for event in events]
    for day, event in zip(days, events, strict=True):
        periods[days[0] if kind is SessionKind.INCEPTION else FIRST[kind](day)].append(event)
    found = []
    equity, nav = CAPITAL, 1.0
    for period, inside in periods.items():
        equities, navs, flows = [equity], [nav], [0.0]
        for event in inside:
            if event.call == "mark":
                navs.append(navs[-1] * (event.amounts[0] - event.amounts[1]) / equities[-1])
                equities.append(event.amounts[0])
                flows.append(event.amounts[1])
        equity, nav = equities[-1], navs[-1]
        found.append(_expected(kind, period, inside, equities, navs, sum(flows)))
    return found


def _expected(
    kind: SessionKind,
    period: date,
    inside: list[Event],
    equities: list[float],
    navs: list[float],
    flows: float,
) -> dict[str, Any]:
    nets = [event.amounts[0] for event in inside if event.call == "trade"]
    fills = [event.amounts for event in inside if event.call == "fill"]
    wins, losses = sum(net > 1e-9 for net in nets), sum(net < -1e-9 for net in nets)
    net, fees = equities[-1] - flows - equities[0], sum(fill[0] for fill in fills)
    return {
        "session_date": period,
        "kind": kind,
        "trades": len(nets),
        "winning_trades": wins,
        "losing_trades": losses,
        "breakeven_trades": len(nets) - wins - losses,
        "gross_pnl": net + fees,
        "net_pnl": net,
        "commissions": fees,
        "volume": sum(fill[1] for fill in fills),
        "max_drawdown": float(np.max(1.0 - np.array(navs) / np.maximum.accumulate(navs))),
        "peak_equity": max(equities),
        "low_equity": min(equities),
        "start_equity": equities[0],
        "end_equity": equities[-1],
        "flows": flows,
        "start_nav": navs[0],
        "end_nav": navs[-1],
        "win_rate": wins / (wins + losses) if wins + losses else None,
    }


def assert_alike(found: Sequence[SessionMetrics], expected: Sequence[dict[str, Any]]) -> None:
    """Names and counts must be equal, amounts within what float sums lose."""
    assert len(found) == len(expected)
    for session, wanted in zip(found, expected, strict=True):
        assert {name: getattr(session, name) for name in EXACT} == {n: wanted[n] for n in EXACT}
        for name in CLOSE:
            value, right = getattr(session, name), wanted[name]
            assert value == (None if right is None else pytest.approx(right, abs=1e-9)), name


def every_day(start: date, days: int, seed: int = 1) -> list[Event]:
    """A midnight, a fill and a trade each day, and two marks on weekdays; New York's time."""
    events: list[Event] = []
    equity = CAPITAL
    random = np.random.default_rng(seed)
    for day in (start + timedelta(days=number) for number in range(days)):
        events.append(Event("roll", local(day.year, day.month, day.day), ()))
        if day.weekday() < 5:
            for hour in (10, 16):
                flow = 50.0 if day.day == 15 and hour == 10 else 0.0
                equity = equity * float(1.0 + random.normal(0.0, 0.02)) + flow
                events.append(mark(local(day.year, day.month, day.day, hour), equity, flow))
            time = events[-1].time
            events.append(Event("fill", time, (0.5, 20.0)))
            events.append(Event("trade", time, (float(random.normal()),)))
    return events


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
def test_dates_rise_where_clocks_change_at_midnight(name: str, first: datetime) -> None:
    """A skipped or repeated midnight opens one session for each date there is, never two."""
    zone = ZoneInfo(name)
    times = [first + timedelta(minutes=number) for number in range(4 * 1440)]
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


def test_days_without_a_mark_are_no_trading_days() -> None:
    """Neither a weekend's midnights nor a fill make a return that would dilute the Sharpe ratio."""
    events = every_day(date(2024, 5, 1), 13)
    track = play(NavSeries(CAPITAL, NEW_YORK), events)
    fill(track, local(2024, 5, 18, 12), 1.0, 10.0)
    assert track.book.daily_returns_moments().n == 9
    days, navs = track.book.daily_closes()
    assert [date.fromordinal(int(day)).day for day in days] == [1, 2, 3, 6, 7, 8, 9, 10, 13]
    assert len(navs) == 9


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


@pytest.fixture(scope="module")
def decade() -> list[Event]:
    """Ten years of events, a leap day and twenty changes of the clocks among them."""
    return every_day(date(2014, 3, 20), 3_653)


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
            longest = max(longest, len(track.book.state()["days"]))
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


def test_moments_are_those_of_all_trading_days(decade: list[Event]) -> None:
    """Days that were folded count as much as those kept."""
    track = play(NavSeries(CAPITAL, NEW_YORK), decade)
    navs = [1.0]
    equity = CAPITAL
    for event in decade:
        if event.call == "mark":
            value = navs[-1] * (event.amounts[0] - event.amounts[1]) / equity
            equity = event.amounts[0]
            # The second mark of a day takes the first one's place.
            navs[len(navs) - (event.time.astimezone(NEW_YORK).hour == 16) :] = [value]
    returns = np.diff(navs) / navs[:-1]
    moments = track.book.daily_returns_moments()
    assert moments.n == len(returns) == sum(day.call == "trade" for day in decade)
    assert moments.mean == pytest.approx(returns.mean(), rel=1e-9)
    assert moments.variance == pytest.approx(returns.var(ddof=1), rel=1e-9)
    assert moments.downside_variance == pytest.approx(
        (np.minimum(returns, 0.0) ** 2).mean(), rel=1e-9
    )


def test_moments_are_undefined_where_days_are_missing() -> None:
    """No day has no moments, and one day no variance; the open day counts as it stands."""
    assert (Moments().variance, Moments().downside_variance, Moments().n) == (None, None, 0)
    track = NavSeries(CAPITAL, NEW_YORK)
    track.mark(local(2024, 5, 6, 12), 900.0)
    moments = track.book.daily_returns_moments()
    assert (moments.n, moments.variance) == (1, None)
    assert moments.mean == pytest.approx(-0.1)
    track.mark(local(2024, 5, 6, 13), 1_100.0)
    assert track.book.daily_returns_moments().mean == pytest.approx(0.1)


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
