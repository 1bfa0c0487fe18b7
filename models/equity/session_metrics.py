"""The metrics of one session, and the kinds of session there are."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any


class SessionKind(enum.Enum):
    """How long a session is, in the algorithm's time zone."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"
    INCEPTION = "since start"


# The date a session of that kind starts on, from a date in it; INCEPTION starts before them all.
FIRST_DATE: dict[SessionKind, Callable[[date], date]] = {
    SessionKind.DAILY: lambda day: day,
    SessionKind.WEEKLY: lambda day: day - timedelta(days=day.weekday()),
    SessionKind.MONTHLY: lambda day: day.replace(day=1),
    SessionKind.YEARLY: lambda day: day.replace(month=1, day=1),
    SessionKind.INCEPTION: lambda _: date.min,
}


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
