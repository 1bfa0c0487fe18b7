"""The sessions of the account or of a strategy, from the open day to the months of the past."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, ClassVar

from models.codec import list_of, packed_column
from models.equity.moments import Moments
from models.equity.session_metrics import FIRST_DATE, SessionKind, SessionMetrics
from models.equity.sessions import SESSION_ROW, START_OF, Session, close_of, merge_sessions
from models.errors import StateError
from models.fields import Field, Restorable, Table
from models.records import row_codec
from models.rows import row_of

ONE_DAY = timedelta(days=1)

# Days are kept for this many years before the open day's month; older days are folded into months.
YEARS_KEPT = 2

# The time before all times.
BEGINNING = datetime.min.replace(tzinfo=UTC)


class SessionBook(Restorable):
    """The sessions of one scope: the open day, the closed days that are kept, and folded months.

    A month is folded when its days become too old to keep: its days are merged into one session.

    Args:
        capital: Equity before the first session, account currency.
        zone: The algorithm's time zone: a `zoneinfo.ZoneInfo`, or another that knows its changes.

    Attributes:
        day: The open day; before the first event it only holds the capital.
        since: UTC of the end of the session before the open day.
        until: UTC of the next local midnight; an event from then on must `roll` first.
    """

    STATE: ClassVar[Table] = Table(
        Field("days", list_of(SESSION_ROW), "_all_days"),
        Field("months", list_of(SESSION_ROW), "_months"),
        Field("moments", row_codec(Moments), "_moments"),
        Field("closes", row_of(packed_column("d"), packed_column("d")), "_closes"),
    )

    __slots__ = ("_closes", "_days", "_moments", "_months", "_zone", "day", "since", "until")

    def __init__(self, capital: float, zone: tzinfo) -> None:
        self.day = Session.flat(date.min, capital, 1.0, False)
        self.since = self.until = BEGINNING
        self._zone = zone
        self._days: list[Session] = []
        self._months: list[Session] = []
        self._moments = Moments()
        # date ordinals and closing NAVs of all trading days that ended
        self._closes = (array("d"), array("d"))

    def roll(self, time: datetime, valued: bool) -> bool:
        """Open the day of a time, which is not before `until`, where the open day ended.

        Returns:
            Whether a session was closed, which the first roll does not do.
        """
        before = self.day
        # where clocks go back over midnight the old date comes twice: dates rise all the same
        today = max(time.astimezone(self._zone).date(), before.start + ONE_DAY)
        closed = before.start > date.min
        if closed:
            self._close(before, today)
        self.day = Session.flat(today, before.end_equity, before.end_nav, valued)
        self.since = self.until
        self.until = self._midnight(today + ONE_DAY)
        return closed

    def _midnight(self, day: date) -> datetime:
        """UTC of the first instant of a date, also where clocks skip midnight or show it twice."""
        return datetime(day.year, day.month, day.day, tzinfo=self._zone).astimezone(UTC)

    def _close(self, day: Session, today: date) -> None:
        """Keep a day that ended, and fold the months that are too old to keep their days."""
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
        self._days.append(day)  # only after folding, for `closed` must find it

    def at(self, time: datetime) -> Session:
        """The session that a time is counted in.

        That is its day where the day is kept, else its month; where the day or month has no
        session, the next session.
        """
        if time >= self.since:
            return self.day
        day = time.astimezone(self._zone).date()
        if self._months and day.replace(day=1) <= self._months[-1].start:
            return self._months[bisect_left(self._months, day.replace(day=1), key=START_OF)]
        return self._days[bisect_left(self._days, day, key=START_OF)]

    def sessions(self, kind: SessionKind) -> list[SessionMetrics]:
        """Every session of a kind, the oldest first, the open one last.

        Months, years and the session since the start are complete. The days are those that are
        kept: all of the last two years, and the rest of the oldest month. Weeks are made of these
        days, so the oldest week may begin in its middle. Days or weeks, together with `folded`,
        add up to the totals.
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
        """The sessions that the last roll closed: a day, and a week, month or year it ended."""
        found: list[SessionMetrics] = []
        for kind, first_date in FIRST_DATE.items() if self._days else ():
            start = first_date(self._days[-1].start)
            if start != first_date(self.day.start):
                parts = self._closed_days(kind)
                ended = parts[bisect_left(parts, start, key=START_OF) :]
                found.append(merge_sessions(kind, ended)[-1].metrics(kind, False))
        return found

    def _closed_days(self, kind: SessionKind) -> list[Session]:
        """The closed sessions that sessions of a kind are merged from."""
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

    @property
    def _all_days(self) -> list[Session]:
        """The days that are kept, the open one last."""
        return [*self._days, self.day]

    @_all_days.setter
    def _all_days(self, days: list[Session]) -> None:
        if not days:
            raise StateError("has no open day", "days")
        *self._days, self.day = days

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned; `StateError` where something is missing or mistyped."""
        super().restore(state)
        if self._days:
            self.since = self._midnight(self._days[-1].start + ONE_DAY)
        self.until = self._midnight(self.day.start + ONE_DAY)
