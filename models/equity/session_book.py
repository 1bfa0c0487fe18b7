"""The sessions of the account or of a strategy, from the open day to the months of the past."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, ClassVar

from models.codec import COUNT, FLAG, check_finite, maybe, packed_column
from models.equity.daily import SATURDAY, weekdays
from models.equity.moments import Moments
from models.equity.prefix import Prefix
from models.equity.session_columns import SESSIONS
from models.equity.session_metrics import FIRST_DATE, SessionKind, SessionMetrics
from models.equity.sessions import START_OF, Session, close_of, merge_sessions
from models.errors import StateError
from models.fields import Field, Restorable, Table
from models.records import Saved, row_codec
from models.rows import row_of

ONE_DAY = timedelta(days=1)
MIDNIGHT = datetime.min.time()

# Days are kept for this many years before the open day's month; older days are folded into months.
YEARS_KEPT = 2

# The time before all times.
BEGINNING = datetime.min.replace(tzinfo=UTC)

# How much later than midnight LEAN may call what is scheduled for it in live trading.
MIDNIGHT_TAKES = timedelta(minutes=1)


@lru_cache(maxsize=8)
def midnight_of(day: date, zone: tzinfo) -> datetime:
    """UTC of a date's first instant, also where clocks skip midnight or show it twice."""
    return datetime.combine(day, MIDNIGHT, zone).astimezone(UTC)


@lru_cache(maxsize=8)
def ends_of(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """UTC of a date's first instant and of the next date's; every scope asks for the same."""
    return midnight_of(day, zone), midnight_of(day + ONE_DAY, zone)


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
        settled: Whether no later mark of the open day changes which days count, or the close of the
            day before it.
    """

    STATE: ClassVar[Table] = Table(
        Field("days", SESSIONS, "_all_days"),
        Field("months", SESSIONS, "_months"),
        Field("moments", row_codec(Moments, Saved(codecs={"n": COUNT})), "_moments"),
        Field("closes", row_of(packed_column("d"), packed_column("d")), "_closes"),
        Field("day_counts", maybe(FLAG), "_counts", absent=None),
    )

    __slots__ = (
        "_begins",
        "_closes",
        "_counts",
        "_days",
        "_moments",
        "_months",
        "_weekends",
        "_zone",
        "day",
        "settled",
        "since",
        "until",
    )

    def __init__(self, capital: float, zone: tzinfo) -> None:
        self.day = Session.flat(date.min, capital, 1.0, False)
        self.since = self.until = self._begins = BEGINNING
        self.settled = True
        self._zone = zone
        self._days: list[Session] = []
        self._months: list[Session] = []
        self._moments = Moments()
        # date ordinals and closing NAVs of all days that ended and count
        self._closes = (array("d"), array("d"))
        self._weekends = 0  # how many of them are of weekends
        self._counts: bool | None = None  # whether the open day does, where a mark told

    def roll(self, time: datetime, valued: bool) -> bool:
        """Open the day of a time, which is not before `until`, where the open day ended.

        Returns:
            Whether a session was closed, which the first roll does not do.
        """
        before = self.day
        closed, today = before.start > date.min, before.start + ONE_DAY
        ends = ends_of(today, self._zone) if closed else None
        if ends is None or time >= ends[1]:
            # where clocks go back over midnight the old date comes twice: dates rise all the same
            today = max(time.astimezone(self._zone).date(), today)
            ends = ends_of(today, self._zone)
        if closed:
            self._close(before, today)
        self.day = Session.flat(today, before.end_equity, before.end_nav, valued)
        self.since = self.until
        self._begin_day(ends)
        return closed

    def _begin_day(self, ends: tuple[datetime, datetime]) -> None:
        """Wait for the marks that say whether the open day, which has these ends, counts."""
        self._begins, self.until = ends
        self._counts, self.settled = None, False

    def settle(self, *, held: bool, closing: bool) -> None:
        """Take note of a mark of the open day, which was taken, for the closes of days.

        A day of a weekend counts once something is held at a mark.

        Args:
            held: Whether anything is held.
            closing: Whether the mark is of the midnight that the day begins with, and shows what
                the day before closed at, as that of a daily bar.
        """
        if closing:
            self._counts = False
            self._close_before()
            return
        self.settled = self.day.start.weekday() < SATURDAY
        self._counts = bool(self._counts) or held or self.settled

    def end_day(self, time: datetime) -> None:
        """Take the mark before, which is of the time, for the close of the day that ended with it.

        Args:
            time: UTC, at midnight or, live, a moment after it.
        """
        if self.day.marked and time - self._begins < MIDNIGHT_TAKES:
            self._counts = self.settled = False
            self._close_before()

    def _close_before(self) -> None:
        """Take the last mark for the close of the day before the open one.

        Markets that are closed all day are marked at midnight too: a day of a weekend counts by
        such a mark alone only where the NAV moved.
        """
        days, navs = self._closes
        if self.since == BEGINNING or not self.day.valued:
            return  # the NAV of the opening is of no day before it
        before, nav = self.day.start - ONE_DAY, self.day.end_nav
        if days and days[-1] == before.toordinal():
            navs[-1] = nav
        elif before.weekday() < SATURDAY or nav != self._last_close():
            self._keep_close(float(before.toordinal()), nav)

    def _close(self, day: Session, today: date) -> None:
        """Keep a day that ended, and fold the months that are too old to keep their days."""
        self._moments = self._moments.after(day)
        if self._closes_at(day):
            self._keep_close(*close_of(day))
        days = self._days
        if days and today.year - days[0].start.year >= YEARS_KEPT:
            self._fold(date(today.year - YEARS_KEPT, today.month, 1))
        days.append(day)  # only after folding, for `closed` must find it

    def _fold(self, oldest: date) -> None:
        """Fold the months before that of the oldest day to keep."""
        if self._days[0].start < oldest:
            folded = bisect_left(self._days, oldest, key=START_OF)
            self._months[-1:] = merge_sessions(
                SessionKind.MONTHLY, self._months[-1:] + self._days[:folded]
            )
            del self._days[:folded]

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

    def _keep_close(self, day: float, nav: float) -> None:
        """Keep the close of a day that counts, by the ordinal of its date."""
        self._closes[0].append(day)
        self._closes[1].append(nav)
        self._weekends += (int(day) - 1) % 7 >= SATURDAY

    def daily_closes(self) -> tuple[list[float], list[float]]:
        """Date ordinals and closing NAVs of the days that count, the open one included.

        These are the weekdays with a mark and a NAV, and the days of a weekend that have a mark at
        which something was held, or on which the NAV moved.
        """
        days, navs = self.closes_now().rows()
        return days, navs

    def closes_now(self) -> Prefix:
        """What `daily_closes` returns, to be read later."""
        after = (close_of(self.day),) if self._closes_at(self.day) else ()
        return Prefix.of(self._closes, *after)

    def _closes_at(self, day: Session) -> bool:
        """Whether the open day has a close of its own."""
        counts = self._counts is not False or day.end_nav != self._last_close()
        return day.marked and day.valued and counts

    def days_between(self, first: date, last: date) -> int:
        """How many days count: the weekdays of a time, and the days of a weekend with a close.

        Args:
            first: The day of the opening.
            last: The last day.
        """
        day = self.day
        rests = day.start.weekday() >= SATURDAY and self._closes_at(day)
        return weekdays(first, last) + self._weekends + rests

    @property
    def last_close(self) -> date | None:
        """The date of the last close; None without one."""
        if self._closes_at(self.day):
            return self.day.start
        days = self._closes[0]
        return date.fromordinal(int(days[-1])) if days else None

    def _last_close(self) -> float:
        """The NAV at the last close, 1 before the first."""
        return self._closes[1][-1] if self._closes[1] else 1.0

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
            self.since = midnight_of(self._days[-1].start + ONE_DAY, self._zone)
        counts = self._counts
        self._begin_day(ends_of(self.day.start, self._zone))
        self._counts = counts
        days, navs = self._closes
        check_finite(days, navs)
        self._closes, self._weekends = (array("d"), array("d")), 0
        for close in zip(days, navs, strict=True):
            if "day_counts" in state or not self._is_idle(*close):
                self._keep_close(*close)

    def _is_idle(self, day: float, nav: float) -> bool:
        """Whether a close is one that older states kept of each day of a weekend with a mark."""
        return (int(day) - 1) % 7 >= SATURDAY and nav == self._last_close()
