"""The metrics of one session, and the kinds of session there are."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from models.records import Record


class SessionKind(enum.Enum):
    """How long a session is, in the algorithm's time zone."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"
    INCEPTION = "since start"


# The first date of the session of each kind that a date is in; INCEPTION starts before all dates.
FIRST_DATE: dict[SessionKind, Callable[[date], date]] = {
    SessionKind.DAILY: lambda day: day,
    SessionKind.WEEKLY: lambda day: day - timedelta(days=day.weekday()),
    SessionKind.MONTHLY: lambda day: day.replace(day=1),
    SessionKind.YEARLY: lambda day: day.replace(month=1, day=1),
    SessionKind.INCEPTION: lambda _: date.min,
}


@dataclass(frozen=True, slots=True)
class SessionMetrics(Record):
    """What the account or a strategy did in one session. Money is in account currency.

    Attributes:
        session_date: The date the session starts on: the day, the Monday, the 1st, or the first
            day of all.
        kind: How long the session is.
        trades: Trades that closed in the session.
        winning_trades: Trades with a profit net of fees.
        losing_trades: Trades with a loss net of fees.
        breakeven_trades: Trades with neither a profit nor a loss.
        gross_pnl: `net_pnl` before fees.
        net_pnl: Change of equity less flows, open positions included.
        commissions: Fees of the session, positive when paid.
        volume: Value of what was bought and sold, both positive.
        max_drawdown: Deepest fall from a peak of the NAV within the session, its start included,
            as a positive fraction of the peak; None without a NAV, or where the peak is not above
            0.
        peak_equity: Highest equity, that at the start included.
        low_equity: Lowest equity, that at the start included.
        start_equity: Equity at the last mark before the session.
        end_equity: Equity at the last mark of the session; `start_equity` where it has no mark.
        flows: Deposits less withdrawals, and capital that joined otherwise.
        start_nav: NAV of a unit at the start; None where there was no capital in the whole session.
        end_nav: NAV of a unit at the last mark; None where there was no capital in the whole
            session.
        win_rate: Winning trades over winning and losing trades, 0 to 1; None when there are none.
        is_open: Whether the session has not ended yet.
    """

    session_date: date
    kind: SessionKind = SessionKind.DAILY
    trades: int = 0
    winning_trades: int = 0
    losing_trades: int = 0
    breakeven_trades: int = 0
    gross_pnl: float = 0.0
    net_pnl: float = 0.0
    commissions: float = 0.0
    volume: float = 0.0
    max_drawdown: float | None = None
    peak_equity: float = 0.0
    low_equity: float = 0.0
    start_equity: float = 0.0
    end_equity: float = 0.0
    flows: float = 0.0
    start_nav: float | None = None
    end_nav: float | None = None
    win_rate: float | None = None
    is_open: bool = True
