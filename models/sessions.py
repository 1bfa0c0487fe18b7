"""Sessions: what a scope made in each day, week, month and year of the algorithm's time zone.

Only the open day changes with a mark; `models.equity.Track` writes it and rolls it at midnight. All
else is merged from closed days when it is read, and merging loses nothing: sums add, extremes
compare, and the drawdown of two spans is the deepest of each and of the fall from the first one's
NAV peak to the second one's low. Invariants: session dates rise strictly; a session starts where
the one before ended, so P&L between two belongs to the later one, and the sessions of each kind add
up to the scope's totals; a month is folded into one session once all its days are older than two
years, so some 760 days are kept at most, and of all others their closing NAV.
"""

from __future__ import annotations

import enum
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, timedelta, tzinfo
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from models.events import DayEnd, packed, unpacked

ONE_DAY = timedelta(days=1)
# Days are kept for this many years before the open day's month; older months are folded.
YEARS_KEPT = 2
# A trade that made less than this, account currency, broke even.
BREAKEVEN = 1e-9
# Numbers in a row, whatever holds them.
Column = Sequence[float] | npt.NDArray[np.number[Any]]
# Before every time there is.
BEGINNING = datetime.min.replace(tzinfo=UTC)


class SessionKind(enum.Enum):
    """How long a session is, in the algorithm's time zone."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"
    INCEPTION = "since start"


# The date a session of that kind starts on, from a date in it; INCEPTION starts before them all.
_FIRST_DATE: dict[SessionKind, Callable[[date], date]] = {
    SessionKind.DAILY: lambda day: day,
    SessionKind.WEEKLY: lambda day: day - timedelta(days=day.weekday()),
    SessionKind.MONTHLY: lambda day: day.replace(day=1),
    SessionKind.YEARLY: lambda day: day.replace(month=1, day=1),
    SessionKind.INCEPTION: lambda _: date.min,
}

_START = attrgetter("start")


@dataclass(frozen=True, slots=True)
class SessionMetrics:
    """What a scope did in one session. Money is in account currency.

    Attributes:
        session_date: The date it starts on: the day, the Monday, the 1st, or the first day ever.
        kind: How long it is.
        trades: Trades that closed in it.
        winning_trades: Those with a profit net of fees.
        losing_trades: Those with a loss net of fees.
        breakeven_trades: Those with neither.
        gross_pnl: `net_pnl` before fees.
        net_pnl: Change of equity less flows, open positions included.
        commissions: Fees paid in it, positive when paid.
        volume: Value of what was bought and sold, both positive.
        max_drawdown: Deepest fall from a NAV peak, its start's included, as a positive fraction of
            the peak; None without a NAV, or where the peak is not above 0.
        peak_equity: Highest equity, the start's included.
        low_equity: Lowest equity, the start's included.
        start_equity: Equity at the last mark before it.
        end_equity: Equity at its last mark so far; `start_equity` without one.
        flows: Deposits less withdrawals, and capital that joined otherwise.
        start_nav: NAV of a unit at its start; None where the scope had no capital all along.
        end_nav: NAV at its last mark so far; None likewise.
        win_rate: Winning trades among those that won or lost, 0 to 1; None when none did.
        is_open: Whether more may come.
    """

    session_date: date
    kind: SessionKind
    trades: int
    winning_trades: int
    losing_trades: int
    breakeven_trades: int
    gross_pnl: float
    net_pnl: float
    commissions: float
    volume: float
    max_drawdown: float | None
    peak_equity: float
    low_equity: float
    start_equity: float
    end_equity: float
    flows: float
    start_nav: float | None
    end_nav: float | None
    win_rate: float | None
    is_open: bool

    def to_dict(self) -> dict[str, Any]:
        """JSON values; the date in ISO 8601."""
        values = asdict(self)
        return {**values, "session_date": self.session_date.isoformat(), "kind": self.kind.value}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> SessionMetrics:
        """The metrics that `to_dict` described."""
        start = date.fromisoformat(values["session_date"])
        return cls(**{**values, "session_date": start, "kind": SessionKind(values["kind"])})


@dataclass(slots=True, eq=False)
class Session:
    """One day, or days merged into one; its NAV stands still while the scope has no units.

    Attributes:
        start: The first day's local date.
        valued: Whether the scope had units at any time in it.
        low_nav: Lowest NAV; `high_nav` the highest.
        floor_nav: Lowest NAV since the highest; of the open day only.
        marked: Whether a mark came on the day; midnight or a fill can open one without.
    """

    start: date
    start_equity: float
    start_nav: float
    valued: bool
    end_equity: float
    end_nav: float
    high_equity: float
    low_equity: float
    high_nav: float
    low_nav: float
    floor_nav: float
    max_drawdown: float = 0.0
    flows: float = 0.0
    fees: float = 0.0
    volume: float = 0.0
    trades: int = 0
    wins: int = 0
    losses: int = 0
    marked: bool = False

    @classmethod
    def flat(cls, start: date, equity: float, nav: float, valued: bool) -> Session:
        """A day on which nothing has happened."""
        return cls(start, equity, nav, valued, equity, nav, equity, equity, nav, nav, nav)

    def stretch(self, equity: float) -> None:
        """Widen the range of equity."""
        self.high_equity = max(self.high_equity, equity)
        self.low_equity = min(self.low_equity, equity)

    def move(self, nav: float) -> None:
        """Take a NAV above the highest, or below the lowest since then."""
        self.high_nav = max(self.high_nav, nav)
        self.low_nav = min(self.low_nav, nav)
        self.floor_nav = nav
        if self.high_nav > 0.0:
            self.max_drawdown = max(self.max_drawdown, 1.0 - nav / self.high_nav)

    def extend(self, later: Session) -> None:
        """Merge the session that follows this one."""
        fall = 1.0 - later.low_nav / self.high_nav if self.high_nav > 0.0 else 0.0
        self.max_drawdown = max(self.max_drawdown, later.max_drawdown, fall)
        self.valued |= later.valued
        self.end_equity = later.end_equity
        self.end_nav = later.end_nav
        self.high_equity = max(self.high_equity, later.high_equity)
        self.low_equity = min(self.low_equity, later.low_equity)
        self.high_nav = max(self.high_nav, later.high_nav)
        self.low_nav = min(self.low_nav, later.low_nav)
        self.flows += later.flows
        self.fees += later.fees
        self.volume += later.volume
        self.trades += later.trades
        self.wins += later.wins
        self.losses += later.losses

    def metrics(self, kind: SessionKind, is_open: bool) -> SessionMetrics:
        """The session as users see it."""
        inception = kind is SessionKind.INCEPTION
        net = self.end_equity - self.start_equity - self.flows
        decided = self.wins + self.losses
        return SessionMetrics(
            session_date=self.start if inception else _FIRST_DATE[kind](self.start),
            kind=kind,
            trades=self.trades,
            winning_trades=self.wins,
            losing_trades=self.losses,
            breakeven_trades=self.trades - decided,
            gross_pnl=net + self.fees,
            net_pnl=net,
            commissions=self.fees,
            volume=self.volume,
            max_drawdown=self.max_drawdown if self.valued and self.high_nav > 0.0 else None,
            peak_equity=self.high_equity,
            low_equity=self.low_equity,
            start_equity=self.start_equity,
            end_equity=self.end_equity,
            flows=self.flows,
            start_nav=self.start_nav if self.valued else None,
            end_nav=self.end_nav if self.valued else None,
            win_rate=self.wins / decided if decided else None,
            is_open=is_open,
        )

    def state(self) -> list[Any]:
        """JSON-able and exact."""
        return [self.start.isoformat(), *_VALUES(self)[1:]]


_VALUES = attrgetter(*(field.name for field in fields(Session)))


class Moments(NamedTuple):
    """Running moments of the returns of trading days: days with a mark and a NAV.

    Attributes:
        n: How many days.
        mean: Mean return of a day; 0 while there is none.
        squares: Sum of the squared deviations from the mean.
        downside: Sum of the squares of the returns below 0.
    """

    n: int = 0
    mean: float = 0.0
    squares: float = 0.0
    downside: float = 0.0

    def after(self, day: Session) -> Moments:
        """With one more day's return (Welford's update), if it is a trading day."""
        if not (day.marked and day.valued and day.start_nav > 0.0):
            return self
        value = day.end_nav / day.start_nav - 1.0
        step = value - self.mean
        mean = self.mean + step / (self.n + 1)
        squares = self.squares + step * (value - mean)
        return Moments(self.n + 1, mean, squares, self.downside + min(value, 0.0) ** 2)

    @property
    def variance(self) -> float | None:
        """Sample variance of a day's return; None below two days."""
        return self.squares / (self.n - 1) if self.n > 1 else None

    @property
    def downside_variance(self) -> float | None:
        """Mean square of min(return, 0) over all days; None without a day."""
        return self.downside / self.n if self.n else None


class SessionBook:
    """The sessions of one scope: the open day, the days kept, the months that were folded.

    Args:
        capital: Equity before the first session.
        zone: The algorithm's time zone, a `zoneinfo.ZoneInfo` or another that knows its changes.

    Attributes:
        day: The open day; before the first event it only holds the capital.
        since: UTC of the end of the session before it.
        until: UTC of the next local midnight; an event from then on must `roll` first.
    """

    __slots__ = ("_closes", "_days", "_moments", "_months", "_zone", "day", "since", "until")

    def __init__(self, capital: float, zone: tzinfo) -> None:
        self.day = Session.flat(date.min, capital, 1.0, False)
        self.since = self.until = BEGINNING
        self._zone = zone
        self._days: list[Session] = []
        self._months: list[Session] = []
        self._moments = Moments()
        # of all trading days that ended: date ordinals, closing NAVs
        self._closes = (array("d"), array("d"))

    def roll(self, time: datetime, valued: bool) -> bool:
        """Open the day of a time not before `until`, flat, where the open one ended.

        Returns whether a session was closed: not for the first one.
        """
        before = self.day
        # Where clocks go back over midnight the old date comes twice: dates still rise.
        today = max(time.astimezone(self._zone).date(), before.start + ONE_DAY)
        closed = before.start > date.min
        if closed:
            self._close(before, today)
        self.day = Session.flat(today, before.end_equity, before.end_nav, valued)
        self.since = self.until
        self.until = self._midnight(today + ONE_DAY)
        return closed

    def _midnight(self, day: date) -> datetime:
        """The first instant of a date, also where clocks skip midnight or show it twice."""
        return datetime(day.year, day.month, day.day, tzinfo=self._zone).astimezone(UTC)

    def _close(self, day: Session, today: date) -> None:
        self._moments = self._moments.after(day)
        if day.marked and day.valued:
            for column, value in zip(self._closes, _close_of(day), strict=True):
                column.append(value)
        oldest = date(today.year - YEARS_KEPT, today.month, 1)
        folded = bisect_left(self._days, oldest, key=_START)
        if folded:
            self._months[-1:] = _merge(SessionKind.MONTHLY, self._months[-1:] + self._days[:folded])
            del self._days[:folded]
        self._days.append(day)  # after folding: `closed` must find it

    def at(self, time: datetime) -> Session:
        """The day of that time if it is kept, else its month; the next one where it has none."""
        if time >= self.since:
            return self.day
        day = time.astimezone(self._zone).date()
        if self._months and day.replace(day=1) <= self._months[-1].start:
            return self._months[bisect_left(self._months, day.replace(day=1), key=_START)]
        return self._days[bisect_left(self._days, day, key=_START)]

    def sessions(self, kind: SessionKind) -> list[SessionMetrics]:
        """Every session of a kind, the oldest first, the open one last.

        Months, years and the one since start are complete. Days are those kept: all of the last
        two years, and the rest of the oldest month. Weeks are made of these days, so the oldest
        one may begin inside the week. With `folded` either adds up to the scope's totals.
        """
        if self.day.start == date.min:
            return []
        merged = _merge(kind, [*self._closed_days(kind), self.day])
        return [session.metrics(kind, session is merged[-1]) for session in merged]

    def open_day(self) -> SessionMetrics | None:
        """The open day; None before the first event."""
        return None if self.day.start == date.min else self.day.metrics(SessionKind.DAILY, True)

    def folded(self) -> list[SessionMetrics]:
        """The months whose days are no longer kept, complete, the oldest first."""
        return [month.metrics(SessionKind.MONTHLY, False) for month in self._months]

    def closed(self) -> list[SessionMetrics]:
        """What the last roll closed: the day, and the week, month and year that ended with it."""
        found: list[SessionMetrics] = []
        for kind, first_date in _FIRST_DATE.items() if self._days else ():
            start = first_date(self._days[-1].start)
            if start != first_date(self.day.start):
                parts = self._closed_days(kind)
                ended = parts[bisect_left(parts, start, key=_START) :]
                found.append(_merge(kind, ended)[-1].metrics(kind, False))
        return found

    def _closed_days(self, kind: SessionKind) -> list[Session]:
        by_days = kind in {SessionKind.DAILY, SessionKind.WEEKLY}
        return self._days if by_days else self._months + self._days

    def daily_closes(self) -> tuple[list[float], list[float]]:
        """Date ordinals and closing NAVs of all trading days, the open one included."""
        days, navs = map(list, self._closes)
        if self.day.marked and self.day.valued:
            day, nav = _close_of(self.day)
            return [*days, day], [*navs, nav]
        return days, navs

    def daily_returns_moments(self) -> Moments:
        """Moments of the NAV's return over all trading days, the open one included."""
        return self._moments.after(self.day)

    def state(self) -> dict[str, Any]:
        """JSON-able and exact; the open day is the last one."""
        return {
            "days": [day.state() for day in (*self._days, self.day)],
            "months": [month.state() for month in self._months],
            "moments": list(self._moments),
            "closes": [packed(column) for column in self._closes],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self._days, self._months = (
            [Session(date.fromisoformat(start), *values) for start, *values in state[name]]
            for name in ("days", "months")
        )
        self.day = self._days.pop()
        self._moments = Moments(*state["moments"])
        days, navs = (unpacked("d", text) for text in state["closes"])
        self._closes = (days, navs)
        if self._days:
            self.since = self._midnight(self._days[-1].start + ONE_DAY)
        self.until = self._midnight(self.day.start + ONE_DAY)


def _close_of(day: Session) -> tuple[float, float]:
    return float(day.start.toordinal()), day.end_nav


def closes_of(days: Iterable[list[Any]]) -> list[str]:
    """The columns of closes of some days, as of a state that has the days alone."""
    sessions = (Session(date.fromisoformat(start), *values) for start, *values in days)
    closes = [_close_of(day) for day in sessions if day.marked and day.valued]
    return [packed(array("d", column)) for column in zip(*closes, strict=True)] or ["", ""]


def _merge(kind: SessionKind, parts: Iterable[Session]) -> list[Session]:
    """Sessions of a kind from their parts in order; the parts stay as they are."""
    first_date = _FIRST_DATE[kind]
    merged: list[Session] = []
    for part in parts:
        if merged and first_date(merged[-1].start) == first_date(part.start):
            merged[-1].extend(part)
        else:
            merged.append(Session(*_VALUES(part)))
    return merged


class Samples(NamedTuple):
    """What LEAN samples at each midnight of the algorithm's clock, and once more at the end.

    The end's sample is left out where the instant has one; then that one has its sale volume. In a
    backtest the first is taken at the start, before anything happened; no warm-up is sampled.

    Attributes:
        time: Unix seconds, rising strictly.
        equity: Total portfolio value, account currency.
        benchmark: The benchmark's value; 0 where there is none.
        risk_free: Annual rate of the sample's date.
        sale_volume: `portfolio.total_sale_volume`, all that was traded so far, account currency.
    """

    time: Column
    equity: Column
    benchmark: Column
    risk_free: Column
    sale_volume: Column


class SampleLog:
    """What LEAN samples once a day, 40 bytes each."""

    def __init__(self) -> None:
        self._columns: list[array[float]] = [array("d") for _ in Samples._fields]

    def add(self, taken: DayEnd) -> None:
        """Keep a sample.

        One of the last one's instant tells only what was traded since, one before it nothing.
        """
        time, (times, *_, volumes) = taken.time.timestamp(), self._columns
        if times and time <= times[-1]:
            if time == times[-1]:
                volumes[-1] = taken.sale_volume
            return
        values = (time, taken.equity, taken.benchmark, taken.risk_free, taken.sale_volume)
        for column, value in zip(self._columns, values, strict=True):
            column.append(value)

    def samples(self) -> Samples:
        """Those so far; they do not grow."""
        return Samples(*(column[:] for column in self._columns))

    def state(self) -> dict[str, str]:
        """JSON-able and exact."""
        return dict(zip(Samples._fields, map(packed, self._columns), strict=True))

    def restore(self, state: Mapping[str, str]) -> None:
        """Take over what `state` returned."""
        self._columns = [unpacked("d", state[name]) for name in Samples._fields]
