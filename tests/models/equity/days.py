"""Events of drawn days, and the sessions that brute force makes of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import strategies as st

from models.equity.nav_series import NavSeries
from models.equity.session_metrics import SessionKind, SessionMetrics

NEW_YORK = ZoneInfo("America/New_York")
ZONES = [NEW_YORK, ZoneInfo("UTC"), ZoneInfo("Asia/Kolkata")]
CAPITAL = 1_000.0
# Both changes of New York's clocks, a new year, and a leap day lie within days of these.
STARTS = [datetime(2024, 3, 9, 3, tzinfo=UTC), datetime(2024, 11, 2, 3, tzinfo=UTC)]
FIRST: dict[SessionKind, Callable[[date], date]] = {
    SessionKind.DAILY: lambda day: day,
    SessionKind.WEEKLY: lambda day: date.fromordinal((day.toordinal() - 1) // 7 * 7 + 1),
    SessionKind.MONTHLY: lambda day: date(day.year, day.month, 1),
    SessionKind.YEARLY: lambda day: date(day.year, 1, 1),
}
EXACT = ["session_date", "kind", "trades", "winning_trades", "losing_trades", "breakeven_trades"]
CLOSE = ["gross_pnl", "net_pnl", "commissions", "volume", "max_drawdown", "peak_equity"]


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
