"""Unit NAV of the account or of a strategy, with its drawdown periods, sessions and curve.

It is brought up to date at every mark. The NAV of a unit moves with profit alone, for deposits buy
units and withdrawals sell them.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, ClassVar, TypeAlias

from models.codec import NUMBER, TIME, deque_of, maybe
from models.equity.curve import Curve, CurvePoint
from models.equity.drawdown import DrawdownPeriod
from models.equity.session_book import BEGINNING, SessionBook
from models.equity.sessions import Session
from models.equity.tally import TALLY_SAVED, Tally
from models.fields import PART, Field, Restorable, Table
from models.records import record_codec, row_codec
from models.rows import row_of

# A NAV that is below the peak by less than this part of the peak is at the peak; one that is below
# the trough by less than it is no new low.
NAV_TOLERANCE = 1e-12

# Equity below this part of a withdrawal is what rounding left: everything was withdrawn.
WITHDRAWN_PART = 1e-9

# Drawdown periods kept once they recovered.
PERIODS_KEPT = 100

# The fee of a fill, the value that it traded, and the net of each trade that it closed.
Counted: TypeAlias = tuple[float, float, Sequence[float]]


class Change(enum.IntFlag):
    """What an event brought that listeners may want to hear of."""

    NOTHING = 0
    NEW_LOW = 1
    RECOVERED = 2
    SESSION_CLOSED = 4


# What a mark returns, with and without a session closed: joining flags at each mark is slow.
NOTHING, NEW_LOW, RECOVERED = Change.NOTHING, Change.NEW_LOW, Change.RECOVERED
SESSION_CLOSED = Change.SESSION_CLOSED
AFTER_CLOSE = tuple(change | SESSION_CLOSED for change in (NOTHING, NEW_LOW, RECOVERED))


class NavSeries(Restorable):
    """The unit NAV of one scope over time, and what is derived from it.

    Args:
        capital: Equity at the start, account currency; the NAV is undefined unless it is positive.
        zone: The algorithm's time zone.

    Attributes:
        time: UTC of the last mark; None before the first.
        book: The sessions, as of the last event.
        max_depth: Deepest drawdown so far, that of the open period included, as a positive fraction
            of the peak; None where there never was a NAV.
        periods: The last drawdown periods that recovered, the oldest first.
        tally: The closed trades.
    """

    STATE: ClassVar[Table] = Table(
        Field("time", maybe(TIME)),
        Field("units", NUMBER, "_units"),
        Field("peak", row_of(TIME, NUMBER), ("_peak_time", "_peak")),
        Field("trough", row_of(TIME, NUMBER, NUMBER), ("_trough_time", "_trough", "_trough_units")),
        Field("max_depth", maybe(NUMBER)),
        Field("spells", deque_of(record_codec(DrawdownPeriod), PERIODS_KEPT), "periods"),
        Field("curve", PART, "_curve"),
        Field("book", PART),
        Field("tally", row_codec(Tally, TALLY_SAVED)),
    )

    __slots__ = (
        "_curve",
        "_edge",
        "_floor",
        "_peak",
        "_peak_time",
        "_trough",
        "_trough_time",
        "_trough_units",
        "_units",
        "book",
        "max_depth",
        "periods",
        "tally",
        "time",
    )

    def __init__(self, capital: float, zone: tzinfo) -> None:
        self.time: datetime | None = None
        self.book = SessionBook(capital, zone)
        self.periods: deque[DrawdownPeriod] = deque(maxlen=PERIODS_KEPT)
        self.tally = Tally()
        self._curve = Curve()
        self._units = max(capital, 0.0)
        self.max_depth = 0.0 if capital > 0.0 else None
        self._peak = self._trough = 1.0  # equal while no drawdown period is open
        self._edge = self._floor = 1.0 - NAV_TOLERANCE
        self._peak_time = self._trough_time = BEGINNING
        self._trough_units = 0.0

    def mark(self, time: datetime, equity: float, flow: float = 0.0) -> Change:
        """Take the equity of a mark, account currency.

        Args:
            time: UTC, with `datetime.UTC` itself as its zone, or comparing it is slow.
            equity: Finite.
            flow: Deposits less withdrawals since the last mark, contained in `equity`.
        """
        book, closed = self.book, NOTHING
        if time >= book.until:
            closed = self.roll(time)
        day = book.day
        units = self._units
        nav = (equity - flow) / units if units else day.end_nav
        if flow:
            self._join(nav, equity, flow)
        self.time = time
        day.marked = True
        day.end_equity = equity
        day.end_nav = nav
        if not day.low_equity <= equity <= day.high_equity:
            day.stretch(equity)
        if not day.floor_nav <= nav <= day.high_nav:
            day.move(nav)
        curve = self._curve
        if curve.left == 1:
            curve.fill(time, equity, self._units)
        else:
            curve.left -= 1
            if not curve.low <= equity <= curve.high:
                curve.stretch(time, equity)
        change = NOTHING if self._floor <= nav < self._edge else self._move(time, nav)
        return change if closed is NOTHING else AFTER_CLOSE[change]

    def mark_all(self, times: list[datetime], equities: list[float]) -> None:
        """Take some marks without a flow, as if each had come alone; of what changed none is told.

        Args:
            times: Of each, as of `mark`.
            equities: Of each, as of `mark`.
        """
        if times[-1] >= self.book.until:
            for time, equity in zip(times, equities, strict=True):
                self.mark(time, equity)
            return
        self.time = times[-1]
        self._curve.take(times, equities, self._units)
        self._follow(times, equities)

    def _follow(self, times: list[datetime], equities: list[float]) -> None:
        """Take marks of the open day one after the other, for all but the curve.

        It does what `Session.stretch` and `Session.move` do, without asking the session again and
        again for what its open day saw until then.
        """
        day, units, nav = self.book.day, self._units, self.book.day.end_nav
        highest, lowest = day.high_equity, day.low_equity
        high, low, since_high, deepest = day.high_nav, day.low_nav, day.floor_nav, day.max_drawdown
        floor, edge = self._floor, self._edge
        for time, equity in zip(times, equities, strict=True):
            if equity > highest:
                highest = equity
            elif equity < lowest:
                lowest = equity
            if units:
                nav = equity / units
            if nav > high:
                high = since_high = nav
            elif nav < since_high:
                since_high = nav
                if nav < low:
                    low = nav
                if high > 0.0 and 1.0 - nav / high > deepest:
                    deepest = 1.0 - nav / high
            if nav < floor or nav >= edge:
                self._move(time, nav)
                floor, edge = self._floor, self._edge
        day.marked, day.end_equity, day.end_nav = True, equity, nav
        day.high_equity, day.low_equity = highest, lowest
        day.high_nav, day.low_nav, day.floor_nav, day.max_drawdown = high, low, since_high, deepest

    def _move(self, time: datetime, nav: float) -> Change:
        """Take a NAV that is a new low, or at the peak."""
        if nav < self._floor:
            self._trough = nav
            self._floor = nav - NAV_TOLERANCE * self._peak
            self._trough_time = time
            self._trough_units = self._units
            self.max_depth = max(self.max_depth or 0.0, 1.0 - nav / self._peak)
            return NEW_LOW
        if nav > self._peak or self._trough < self._peak:
            return self._rise(time, nav)
        self._peak_time = time
        return NOTHING

    @property
    def room(self) -> int:
        """How many marks with the last equity the curve takes while it stores nothing of them."""
        return self._curve.room

    def repeat(self, count: int, times: Sequence[datetime]) -> None:
        """Take the last mark's equity so many times more, on the same day.

        Args:
            count: How many times.
            times: UTC of each of them, or of the last where there are no more of them than `room`.
        """
        day = self.book.day
        self._curve.repeat(count, times, day.end_equity, self._units)
        self.time = times[-1]
        if day.end_nav >= self._edge:
            self._peak_time = self.time

    def _join(self, nav: float, equity: float, flow: float) -> None:
        """Buy or sell units for a flow at the NAV; equity contains it."""
        self._curve.flush(self._units)
        self.book.day.flows += flow
        # units of no value cannot be bought, and a withdrawal buys none
        bought = nav > 0.0 and equity > WITHDRAWN_PART * abs(flow) and (self._units or flow > 0.0)
        self._units = equity / nav if bought else 0.0
        if bought:
            self.book.day.valued = True
            self.max_depth = self.max_depth or 0.0

    def _rise(self, time: datetime, nav: float) -> Change:
        """Take a NAV that is a new peak, or that ends a drawdown period."""
        change = NOTHING
        if self._trough < self._peak:
            self.periods.append(self._period(time))
            change = RECOVERED
        self._peak = self._trough = max(self._peak, nav)
        self._edge = self._floor = self._peak - NAV_TOLERANCE * self._peak
        self._peak_time = time
        return change

    def rebase(self, time: datetime, amount: float) -> Change:
        """Take capital that joins between marks, account currency; the next equity contains it."""
        change = self.roll(time)
        if not amount:
            return change
        day = self.book.day
        equity = day.end_equity + amount
        self._join(day.end_nav, equity, amount)
        day.end_equity = equity
        day.stretch(equity)
        return change

    def roll(self, time: datetime) -> Change:
        """Close the open day and open that of the time, where it is another; midnight is in it."""
        if time < self.book.until:
            return NOTHING
        if self.book.roll(time, self._units > 0.0):
            return SESSION_CLOSED
        self._peak_time = time
        return NOTHING

    def count(self, time: datetime, fees: float, volume: float, nets: Sequence[float]) -> Change:
        """Count what the fills of a moment paid, traded and closed.

        Args:
            time: UTC.
            fees: Account currency, positive when paid.
            volume: Value of what was bought and sold, account currency, positive.
            nets: P&L net of fees of each trade that closed, account currency.
        """
        change = self.roll(time)
        self._count(self.book.at(time), ((fees, volume, nets),))
        return change

    def count_all(self, counts: Iterable[Counted]) -> None:
        """Count fills of the open day, each as `count` would."""
        self._count(self.book.day, counts)

    def _count(self, session: Session, counts: Iterable[Counted]) -> None:
        """Count fills in a session."""
        fees, volume = session.fees, session.volume
        nets: list[float] = []
        for fee, value, made in counts:
            fees += fee
            volume += value
            nets += made
        session.fees, session.volume = fees, volume
        if nets:
            wins, losses = self.tally.add(nets)
            session.trades += len(nets)
            session.wins += wins
            session.losses += losses

    @property
    def equity(self) -> float:
        """Equity at the last mark and the capital that joined since, account currency."""
        return self.book.day.end_equity

    @property
    def nav(self) -> float | None:
        """NAV of a unit at the last mark; None while there are no units."""
        return self.book.day.end_nav if self._units else None

    @property
    def depth(self) -> float | None:
        """The present drawdown as a positive fraction of the peak; None without a NAV."""
        depth = 1.0 - self.book.day.end_nav / self._peak if self._trough < self._peak else 0.0
        return depth if self._units else None

    @property
    def amount(self) -> float | None:
        """The present drawdown of all units, account currency; None without a NAV."""
        return None if self.depth is None else self.depth * self._peak * self._units

    @property
    def open_period(self) -> DrawdownPeriod | None:
        """The drawdown period that has not recovered; None at the peak."""
        return self._period(None) if self._trough < self._peak else None

    def _period(self, end: datetime | None) -> DrawdownPeriod:
        """The drawdown period since the last peak, which recovered at `end`, or is open."""
        return DrawdownPeriod(
            start=self._peak_time,
            trough_time=self._trough_time,
            end=end,
            peak_nav=self._peak,
            trough_nav=self._trough,
            depth=1.0 - self._trough / self._peak,
            amount=(self._peak - self._trough) * self._trough_units,
        )

    def curve(self) -> list[CurvePoint]:
        """At most 4,000 marks in order, the first, the last and the extremes among them."""
        points = self._curve.points(self._units)
        if self.time is not None:
            last = CurvePoint(self.time, self.equity, self.nav)
            if not points or points[-1][:2] != last[:2]:
                points.append(last)
        return points

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned of a series in the same zone.

        Raises:
            StateError: Something in it is missing or of another type.
        """
        super().restore(state)
        self._edge = self._peak - NAV_TOLERANCE * self._peak
        self._floor = self._trough - NAV_TOLERANCE * self._peak
