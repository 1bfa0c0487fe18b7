"""The sessions of one scope: the open day, the days kept, and the months that were folded."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from models.codec import packed, unpacked
from models.equity.moments import Moments
from models.equity.session_metrics import FIRST_DATE, SessionKind, SessionMetrics
from models.equity.sessions import START_OF, Session, close_of, merge_sessions

ONE_DAY = timedelta(days=1)

# Days are kept for this many years before the open day's month; older months are folded.
YEARS_KEPT = 2

# Before every time there is.
BEGINNING = datetime.min.replace(tzinfo=UTC)


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
            for column, value in zip(self._closes, close_of(day), strict=True):
                column.append(value)
        oldest = date(today.year - YEARS_KEPT, today.month, 1)
        folded = bisect_left(self._days, oldest, key=START_OF)
        if folded:
            self._months[-1:] = merge_sessions(
                SessionKind.MONTHLY, self._months[-1:] + self._days[:folded]
            )
            del self._days[:folded]
        self._days.append(day)  # after folding: `closed` must find it

    def at(self, time: datetime) -> Session:
        """The day of that time if it is kept, else its month; the next one where it has none."""
        if time >= self.since:
            return self.day
        day = time.astimezone(self._zone).date()
        if self._months and day.replace(day=1) <= self._months[-1].start:
            return self._months[bisect_left(self._months, day.replace(day=1), key=START_OF)]
        return self._days[bisect_left(self._days, day, key=START_OF)]

    def sessions(self, kind: SessionKind) -> list[SessionMetrics]:
        """Every session of a kind, the oldest first, the open one last.

        Months, years and the one since start are complete. Days are those kept: all of the last
        two years, and the rest of the oldest month. Weeks are made of these days, so the oldest
        one may begin inside the week. With `folded` either adds up to the scope's totals.
        """
        if self.day.start == date.min:
            return []
        merged = merge_sessions(kind, [*self._closed_days(kind), self.day])
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
        for kind, first_date in FIRST_DATE.items() if self._days else ():
            start = first_date(self._days[-1].start)
            if start != first_date(self.day.start):
                parts = self._closed_days(kind)
                ended = parts[bisect_left(parts, start, key=START_OF) :]
                found.append(merge_sessions(kind, ended)[-1].metrics(kind, False))
        return found

    def _closed_days(self, kind: SessionKind) -> list[Session]:
        by_days = kind in {SessionKind.DAILY, SessionKind.WEEKLY}
        return self._days if by_days else self._months + self._days

    def daily_closes(self) -> tuple[list[float], list[float]]:
        """Date ordinals and closing NAVs of all trading days, the open one included."""
        days, navs = map(list, self._closes)
        if self.day.marked and self.day.valued:
            day, nav = close_of(self.day)
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
