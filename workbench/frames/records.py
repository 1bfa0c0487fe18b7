"""The records behind the rows of those tables that have none of the tracker's own."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple


class OrderRow(NamedTuple):
    """One order as far as it is known; the columns of the table say what the fields mean."""

    order_id: int
    strategy: str | None
    sid: str
    symbol: str
    order_type: str
    tag: str | None
    group: int
    submitted: datetime
    updated: datetime
    status: str
    quantity: float
    filled: float
    fills: int
    price: float | None
    limit_price: float | None
    stop_price: float | None
    fees: float
    message: str


class FillRow(NamedTuple):
    """One strategy's part of a fill; the columns of the table say what the fields mean."""

    time: datetime
    order_id: int
    strategy: str
    sid: str
    symbol: str
    order_type: str
    tag: str
    quantity: float
    price: float
    multiplier: float
    rate: float
    value: float
    fee: float
    kind: str


class MarkRow(NamedTuple):
    """The account or a strategy at one mark; the columns of the table say what the fields mean."""

    time: datetime
    strategy: str
    equity: float
    nav: float | None
    drawdown: float | None = None
    net_pnl: float | None = None
    lean_equity: float | None = None
    unexplained: float | None = None


class DayRow(NamedTuple):
    """One day of the account or a strategy; the columns of the table say what the fields mean."""

    date: date
    strategy: str
    nav: float
    daily_return: float
    benchmark_return: float | None


class OwnedRow(NamedTuple):
    """A record of the account or of a strategy.

    Attributes:
        strategy: Whose it is; empty for the account.
        record: The record.
    """

    strategy: str
    record: Any
