"""Equity of one scope, the account or a strategy, at every mark: NAV, drawdown, curve, sessions.

The NAV is the value of one unit of capital: 1 at the start, when units equal the capital. Capital
that joins or leaves changes the units at the NAV of that moment, so neither NAV nor drawdown sees
it. Invariants: equity is units times NAV while there are units; the first peak is the starting
capital; a spell of drawdown opens below the peak, deepens only, and ends at the peak; the open day
of the book holds the latest equity and NAV. The tracker holds one `Track` a scope and calls `mark`
at every bar, so that method calls nothing where nothing is new.
"""

from __future__ import annotations

import enum
from array import array
from collections import deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, tzinfo
from math import inf
from typing import Any, NamedTuple

from models.sessions import BEGINNING, SessionBook

# A NAV less than this part of the peak below it is at the peak, and below the trough no new low.
DUST = 1e-12
# Equity below this part of a withdrawal is what rounding left: everything was withdrawn.
WITHDRAWN = 1e-9
# Closed spells kept.
SPELLS_KEPT = 100
# Points of a curve, and of its store: two come at once, the open bucket and the last mark add 3.
CURVE_POINTS = 4_000
CURVE_FULL = CURVE_POINTS - 4


class Change(enum.IntFlag):
    """What an event brought that somebody may want to hear of."""

    NOTHING = 0
    NEW_LOW = 1
    RECOVERED = 2
    SESSION_CLOSED = 4


# What a mark returns, at hand; and the same when it closes a session: joining flags is slow.
NOTHING, NEW_LOW, RECOVERED = Change.NOTHING, Change.NEW_LOW, Change.RECOVERED
AFTER_CLOSE = tuple(change | Change.SESSION_CLOSED for change in (NOTHING, NEW_LOW, RECOVERED))


@dataclass(frozen=True, slots=True)
class Spell:
    """A drawdown: from a NAV peak to its trough and, once recovered, back.

    Attributes:
        start: UTC of the peak, the last mark on it.
        trough_time: UTC of the lowest NAV so far.
        end: UTC of the mark that reached the peak again; None while open.
        peak_nav: NAV at the peak.
        trough_nav: Lowest NAV so far.
        depth: The fall from peak to trough, positive, as a fraction of the peak.
        amount: The same in account currency, for the units there were at the trough.
    """

    start: datetime
    trough_time: datetime
    end: datetime | None
    peak_nav: float
    trough_nav: float
    depth: float
    amount: float

    def to_dict(self) -> dict[str, Any]:
        """JSON values; times in ISO 8601."""
        values = asdict(self)
        return {**values, **{name: values[name] and values[name].isoformat() for name in _TIMES}}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Spell:
        """The spell that `to_dict` described."""
        times = {name: values[name] and datetime.fromisoformat(values[name]) for name in _TIMES}
        return cls(**{**values, **times})


_TIMES = ("start", "trough_time", "end")


class CurvePoint(NamedTuple):
    """The mark of a curve: UTC, equity in account currency, NAV or None where undefined."""

    time: datetime
    equity: float
    nav: float | None


class Curve:
    """Marks thinned out to at most 4,000 points, the first, the last and the extremes among them.

    Marks gather in a bucket, of which the highest and the lowest are stored. When the store is
    full, each four points leave their extremes, and buckets take more marks from then on. Units do
    not change within a bucket, so its extremes of equity are those of the NAV.

    Attributes:
        high: Highest equity in the bucket, at `high_time`.
        low: Lowest equity in the bucket, at `low_time`.
        left: Marks until the bucket is full.
    """

    __slots__ = ("_columns", "_stride", "high", "high_time", "left", "low", "low_time")

    def __init__(self) -> None:
        # Unix times, equities, units; the NAV is their quotient.
        self._columns = (array("d"), array("d"), array("d"))
        self._stride = 1
        self._begin()

    def _begin(self) -> None:
        self.high, self.low = -inf, inf
        self.high_time = self.low_time = BEGINNING
        self.left = self._stride

    def stretch(self, time: datetime, equity: float) -> None:
        """Take a mark that is the bucket's highest or lowest."""
        if equity > self.high:
            self.high, self.high_time = equity, time
        if equity < self.low:
            self.low, self.low_time = equity, time

    def flush(self, units: float) -> None:
        """Store the bucket's extremes, valued by its units, and begin the next bucket."""
        times, equities, all_units = self._columns
        for time, equity in self._extremes():
            times.append(time.timestamp())
            equities.append(equity)
            all_units.append(units)
        if len(times) >= CURVE_FULL:
            self._thin_out()
        self._begin()

    def _extremes(self) -> list[tuple[datetime, float]]:
        """The bucket's low and high in order of time; once where they are one."""
        if self.low >= self.high:
            return [(self.low_time, self.low)][: self.low == self.high]
        ends = [(self.low_time, self.low), (self.high_time, self.high)]
        return ends if self.low_time <= self.high_time else ends[::-1]

    def _thin_out(self) -> None:
        times, equities, units = self._columns
        keys = (lambda i: equities[i], lambda i: equities[i] / (units[i] or inf))
        size = 4
        while len(times) > CURVE_FULL * 3 // 4:
            kept = [0]
            for start in range(1, len(times), size):
                group = range(start, min(start + size, len(times)))
                kept += sorted({pick(group, key=key) for pick in (min, max) for key in keys})
            for column in self._columns:
                column[:] = array("d", [column[index] for index in kept])
            size *= 2  # where flows part the extremes of equity and NAV, all four may be kept
        self._stride = max(4, 2 * self._stride)

    def points(self, units: float) -> list[CurvePoint]:
        """The stored points, then the bucket's, valued by its units."""
        points = [
            CurvePoint(datetime.fromtimestamp(time, UTC), equity, equity / held if held else None)
            for time, equity, held in zip(*self._columns, strict=True)
        ]
        for time, equity in self._extremes():
            points.append(CurvePoint(time, equity, equity / units if units else None))
        return points

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        return {
            "columns": [list(column) for column in self._columns],
            "bucket": [[time.isoformat(), equity] for time, equity in self._extremes()],
            "left": self.left,
            "stride": self._stride,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        times, equities, units = (array("d", column) for column in state["columns"])
        self._columns = (times, equities, units)
        self._stride = state["stride"]
        self._begin()
        for time, equity in state["bucket"]:
            self.stretch(datetime.fromisoformat(time), equity)
        self.left = state["left"]


class Track:
    """The time series of one scope.

    Args:
        capital: Equity at the start, account currency; the NAV is undefined unless it is positive.
        zone: The algorithm's time zone.

    Attributes:
        time: UTC of the last mark; None before the first.
        book: Its sessions, as of the last event.
        max_depth: Deepest drawdown so far, the open spell included, as a positive fraction of the
            peak; None where there never was a NAV.
        spells: The last closed spells, the oldest first.
    """

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
        "spells",
        "time",
    )

    def __init__(self, capital: float, zone: tzinfo) -> None:
        self.time: datetime | None = None
        self.book = SessionBook(capital, zone)
        self.spells: deque[Spell] = deque(maxlen=SPELLS_KEPT)
        self._curve = Curve()
        self._units = max(capital, 0.0)
        self.max_depth = 0.0 if capital > 0.0 else None
        self._peak = self._trough = 1.0  # the same while there is no spell
        self._edge = self._floor = 1.0 - DUST
        self._peak_time = self._trough_time = BEGINNING
        self._trough_units = 0.0

    def mark(self, time: datetime, equity: float, flow: float = 0.0) -> Change:
        """Take the equity of a mark, account currency.

        Args:
            time: UTC, with `datetime.UTC` itself as its zone, or comparing it is slow.
            equity: Finite.
            flow: Deposits less withdrawals since the last mark, contained in `equity`.
        """
        book = self.book
        if time >= book.until:
            closed = self.roll(time)
            change = self.mark(time, equity, flow)
            return AFTER_CLOSE[change] if closed else change
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
        if not curve.low <= equity <= curve.high:
            curve.stretch(time, equity)
        curve.left -= 1
        if not curve.left:
            curve.flush(self._units)
        if nav < self._floor:
            self._trough = nav
            self._floor = nav - DUST * self._peak
            self._trough_time = time
            self._trough_units = self._units
            self.max_depth = max(self.max_depth or 0.0, 1.0 - nav / self._peak)
            return NEW_LOW
        if nav < self._edge:
            return NOTHING
        if nav > self._peak or self._trough < self._peak:
            return self._rise(time, nav)
        self._peak_time = time
        return NOTHING

    def _join(self, nav: float, equity: float, flow: float) -> None:
        """Buy or sell units for a flow at the NAV; equity contains it."""
        self._curve.flush(self._units)
        self.book.day.flows += flow
        # Units of no value cannot be bought; and a withdrawal does not make any.
        bought = nav > 0.0 and equity > WITHDRAWN * abs(flow) and (self._units or flow > 0.0)
        self._units = equity / nav if bought else 0.0
        if bought:
            self.book.day.valued = True
            self.max_depth = self.max_depth or 0.0

    def _rise(self, time: datetime, nav: float) -> Change:
        """Take a NAV at the peak that is a new one, or ends a spell."""
        change = NOTHING
        if self._trough < self._peak:
            self.spells.append(self._spell(time))
            change = RECOVERED
        self._peak = self._trough = max(self._peak, nav)
        self._edge = self._floor = self._peak - DUST * self._peak
        self._peak_time = time
        return change

    def rebase(self, time: datetime, amount: float) -> Change:
        """Take capital, account currency, that joins apart from a mark: the next equity has it."""
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
        """Close the day and open that of the time, where it is another; midnight is the new day."""
        if time < self.book.until:
            return NOTHING
        if self.book.roll(time, self._units > 0.0):
            return Change.SESSION_CLOSED
        self._peak_time = time
        return NOTHING

    def trade(self, exit_time: datetime, net: float) -> Change:
        """Count a closed trade by what it made net of fees, account currency."""
        change = self.roll(exit_time)
        self.book.trade(exit_time, net)
        return change

    def fill(self, time: datetime, fees: float, volume: float) -> Change:
        """Count what a fill paid in fees, and its value, account currency, both positive."""
        change = self.roll(time)
        self.book.fill(time, fees, volume)
        return change

    @property
    def equity(self) -> float:
        """Equity at the last mark, with what joined since; account currency."""
        return self.book.day.end_equity

    @property
    def nav(self) -> float | None:
        """NAV of a unit at the last mark; None while there are no units."""
        return self.book.day.end_nav if self._units else None

    @property
    def depth(self) -> float | None:
        """How far the NAV is below its peak, as a positive fraction; None without a NAV."""
        depth = 1.0 - self.book.day.end_nav / self._peak if self._trough < self._peak else 0.0
        return depth if self._units else None

    @property
    def amount(self) -> float | None:
        """The same in account currency, for the units there are; None without a NAV."""
        return None if self.depth is None else self.depth * self._peak * self._units

    @property
    def spell(self) -> Spell | None:
        """The open spell; None at the peak."""
        return self._spell(None) if self._trough < self._peak else None

    def _spell(self, end: datetime | None) -> Spell:
        depth = 1.0 - self._trough / self._peak
        amount = (self._peak - self._trough) * self._trough_units
        return Spell(
            self._peak_time, self._trough_time, end, self._peak, self._trough, depth, amount
        )

    def curve(self) -> list[CurvePoint]:
        """At most 4,000 marks in order, the first, the last and the extremes among them."""
        points = self._curve.points(self._units)
        if self.time is not None:
            last = CurvePoint(self.time, self.equity, self.nav)
            if not points or points[-1][:2] != last[:2]:
                points.append(last)
        return points

    def state(self) -> dict[str, Any]:
        """JSON-able and exact; a new track of the same zone that restores it goes on from there."""
        return {
            "time": self.time.isoformat() if self.time else None,
            "units": self._units,
            "peak": [self._peak_time.isoformat(), self._peak],
            "trough": [self._trough_time.isoformat(), self._trough, self._trough_units],
            "max_depth": self.max_depth,
            "spells": [spell.to_dict() for spell in self.spells],
            "curve": self._curve.state(),
            "book": self.book.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.time = datetime.fromisoformat(state["time"]) if state["time"] else None
        self._units = state["units"]
        peak_time, self._peak = state["peak"]
        trough_time, self._trough, self._trough_units = state["trough"]
        self._peak_time = datetime.fromisoformat(peak_time)
        self._trough_time = datetime.fromisoformat(trough_time)
        self._edge = self._peak - DUST * self._peak
        self._floor = self._trough - DUST * self._peak
        self.max_depth = state["max_depth"]
        self.spells = deque(map(Spell.from_dict, state["spells"]), SPELLS_KEPT)
        self._curve.restore(state["curve"])
        self.book.restore(state["book"])
