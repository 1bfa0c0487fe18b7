"""Unit NAV of one scope, its drawdown periods and its sessions, brought up to date at every mark.

A unit's NAV moves with profit alone: deposits buy units and withdrawals sell them.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from models.equity.curve import Curve, CurvePoint
from models.equity.drawdown import Spell
from models.equity.session_book import BEGINNING, SessionBook
from models.equity.tally import Tally

# A NAV less than this part of the peak below it is at the peak, and below the trough no new low.
WORTHLESS = 1e-12

# Equity below this part of a withdrawal is what rounding left: everything was withdrawn.
WITHDRAWN = 1e-9

# Closed spells kept.
SPELLS_KEPT = 100


class Change(enum.IntFlag):
    """What an event brought that somebody may want to hear of."""

    NOTHING = 0
    NEW_LOW = 1
    RECOVERED = 2
    SESSION_CLOSED = 4


# What a mark returns, at hand; and the same when it closes a session: joining flags is slow.
NOTHING, NEW_LOW, RECOVERED = Change.NOTHING, Change.NEW_LOW, Change.RECOVERED
AFTER_CLOSE = tuple(change | Change.SESSION_CLOSED for change in (NOTHING, NEW_LOW, RECOVERED))


class NavSeries:
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
        tally: Its closed trades.
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
        "tally",
        "time",
    )

    def __init__(self, capital: float, zone: tzinfo) -> None:
        self.time: datetime | None = None
        self.book = SessionBook(capital, zone)
        self.spells: deque[Spell] = deque(maxlen=SPELLS_KEPT)
        self.tally = Tally()
        self._curve = Curve()
        self._units = max(capital, 0.0)
        self.max_depth = 0.0 if capital > 0.0 else None
        self._peak = self._trough = 1.0  # the same while there is no spell
        self._edge = self._floor = 1.0 - WORTHLESS
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
            self._floor = nav - WORTHLESS * self._peak
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
        self._edge = self._floor = self._peak - WORTHLESS * self._peak
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

    def count(self, time: datetime, fees: float, volume: float, nets: Sequence[float]) -> Change:
        """Count what fills of a moment paid and closed.

        Args:
            time: UTC.
            fees: Account currency, positive when paid.
            volume: Value of what was bought and sold, account currency, positive.
            nets: What each trade that closed made net of fees, account currency.
        """
        book, change = self.book, NOTHING
        if book.since <= time < book.until:
            session = book.day
        else:
            change = self.roll(time)
            session = book.at(time)
        session.fees += fees
        session.volume += volume
        if nets:
            wins, losses = self.tally.add(nets)
            session.trades += len(nets)
            session.wins += wins
            session.losses += losses
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
            "tally": self.tally.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.time = datetime.fromisoformat(state["time"]) if state["time"] else None
        self._units = state["units"]
        peak_time, self._peak = state["peak"]
        trough_time, self._trough, self._trough_units = state["trough"]
        self._peak_time = datetime.fromisoformat(peak_time)
        self._trough_time = datetime.fromisoformat(trough_time)
        self._edge = self._peak - WORTHLESS * self._peak
        self._floor = self._trough - WORTHLESS * self._peak
        self.max_depth = state["max_depth"]
        self.spells = deque(map(Spell.from_dict, state["spells"]), SPELLS_KEPT)
        self._curve.restore(state["curve"])
        self.book.restore(state["book"])
        self.tally = Tally(*state["tally"])
