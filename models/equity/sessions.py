"""Sessions: days, and days merged into weeks, months and years."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter
from typing import Any

from models.codec import list_of, packed
from models.equity.session_metrics import FIRST_DATE, SessionKind, SessionMetrics
from models.records import row_codec

START_OF = attrgetter("start")


@dataclass(slots=True, eq=False)
class Session:
    """One day, or consecutive days merged into one session. Money is in account currency.

    The NAV stands still while there are no units, which is while there is no capital.

    Attributes:
        start: The first day's local date.
        start_equity: Equity before the session.
        start_nav: NAV of a unit before the session.
        valued: Whether there were units at any time in the session.
        end_equity: Equity at the last mark.
        end_nav: NAV at the last mark.
        high_equity: Highest equity, the start included.
        low_equity: Lowest equity, the start included.
        high_nav: Highest NAV, the start included.
        low_nav: Lowest NAV, the start included.
        floor_nav: Lowest NAV since the highest one; of the open day only.
        max_drawdown: Deepest fall from a peak of the NAV, as a positive fraction of the peak.
        flows: Deposits less withdrawals.
        fees: Fees paid, positive.
        volume: Value of what was bought and sold.
        trades: Trades that closed.
        wins: Trades with a profit net of fees.
        losses: Trades with a loss net of fees.
        marked: Whether a mark came on the day; midnight or a fill can open a day without a mark.
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
        """Widen the range of equity to an equity outside it."""
        if equity > self.high_equity:
            self.high_equity = equity
        if equity < self.low_equity:
            self.low_equity = equity

    def move(self, nav: float) -> None:
        """Take a NAV that is above the highest, or below the lowest since the highest."""
        if nav > self.high_nav:
            self.high_nav = nav
        if nav < self.low_nav:
            self.low_nav = nav
        self.floor_nav = nav
        if self.high_nav > 0.0:
            fall = 1.0 - nav / self.high_nav
            if fall > self.max_drawdown:
                self.max_drawdown = fall

    def extend(self, later: Session) -> None:
        """Merge the next session into this one."""
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
            session_date=self.start if inception else FIRST_DATE[kind](self.start),
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


SESSION_ROW = row_codec(Session)


def close_of(day: Session) -> tuple[float, float]:
    """The ordinal of a day's date, and its closing NAV."""
    return float(day.start.toordinal()), day.end_nav


def closes_of(days: Iterable[list[Any]]) -> list[str]:
    """The saved columns of closes of some saved days, for states that have the days alone."""
    sessions = list_of(SESSION_ROW).decode([*days])
    closes = [close_of(day) for day in sessions if day.marked and day.valued]
    return [packed(array("d", column)) for column in zip(*closes, strict=True)] or ["", ""]


def merge_sessions(kind: SessionKind, parts: Iterable[Session]) -> list[Session]:
    """Sessions of a kind, merged from their parts in order of time; the parts do not change."""
    first_date = FIRST_DATE[kind]
    merged: list[Session] = []
    for part in parts:
        if merged and first_date(merged[-1].start) == first_date(part.start):
            merged[-1].extend(part)
        else:
            merged.append(replace(part))
    return merged
