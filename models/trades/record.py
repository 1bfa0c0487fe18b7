"""The record of one trade, immutable, with the unit of each field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from models.events.orders import OrderType

LONG, SHORT = "long", "short"
LOTS, POSITIONS = "lots", "positions"  # the books a trade may be of


class TradeRecord(NamedTuple):
    """One trade of one strategy: a lot, or of the positions book all from flat to flat.

    Attributes:
        trade_id: Unique within the tracker, in the order of closing.
        symbol: The ticker at the close.
        strategy: Whose trade it is.
        direction: "long" or "short".
        entry_time: UTC.
        exit_time: UTC.
        entry_price: Quote currency, split-adjusted; of a position the mean by quantity.
        exit_price: Quote currency, likewise.
        quantity: Positive; contracts, shares or units of base currency.
        pnl: Net of all fees, account currency.
        pnl_pct: `pnl` in percent of the entry value; None where that is 0.
        commission: Fees of entry and exit, account currency, positive when paid.
        slippage_bps: Slippage of entry and exit against the arrival prices, in basis points of the
            arrival value; negative is cost; None where no arrival price is known.
        is_closed: True for a closed trade, False for an open one valued at the last mark.
        sid: The Symbol's ID.
        gross_pnl: Before fees, account currency.
        slippage: The same slippage in account currency.
        multiplier: Units of the underlying in a contract.
        order_ids: The opening order, then the closing one; 0 where no order did it.
        tag: The opening order's tag.
        exit_reason: order, assignment, exercise, expiry, delisting, margin call, liquidation,
            split or outside.
        seeded: Opened before the tracker started, or outside it.
        mae: Maximum adverse excursion: the worst P&L before fees while it was open, of its own
            quantity at the marks and at its fills, account currency, 0 or negative.
        mfe: Maximum favorable excursion: the best, 0 or positive.
        book: "lots" or "positions".
        stake: Value at entry, account currency.
        order_type: The opening order's type, by LEAN's name.
        risk: What it could lose as planned (`risk=AMOUNT` in the opening order's tag, or else the
            distance to the first stop that was set against it), account currency; None if unsaid.
    """

    trade_id: str
    symbol: str
    strategy: str
    direction: str
    entry_time: datetime
    exit_time: datetime
    entry_price: float
    exit_price: float
    quantity: float
    pnl: float
    pnl_pct: float | None
    commission: float
    slippage_bps: float | None
    is_closed: bool
    sid: str
    gross_pnl: float
    slippage: float | None
    multiplier: float
    order_ids: tuple[int, int]
    tag: str
    exit_reason: str
    seeded: bool
    mae: float
    mfe: float
    book: str
    stake: float = 0.0
    order_type: str = OrderType.MARKET.name
    risk: float | None = None

    @property
    def duration(self) -> float:
        """Seconds from entry to exit."""
        return (self.exit_time - self.entry_time).total_seconds()

    def to_dict(self) -> dict[str, Any]:
        """JSON values, `duration` among them; times in ISO 8601."""
        return {
            **self._asdict(),
            "entry_time": self.entry_time.isoformat(),
            "exit_time": self.exit_time.isoformat(),
            "order_ids": list(self.order_ids),
            "duration": self.duration,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TradeRecord:
        """The record that `to_dict` described."""
        given = {name: values[name] for name in cls._fields}
        for name in ("entry_time", "exit_time"):
            given[name] = datetime.fromisoformat(given[name])
        return cls(**{**given, "order_ids": tuple(given["order_ids"])})

    def to_row(self) -> list[Any]:
        """The fields' JSON values alone, in order: for where many trades are kept."""
        row: list[Any] = [*self]
        row[_ENTERED], row[_LEFT] = self.entry_time.isoformat(), self.exit_time.isoformat()
        row[_ORDERS] = list(self.order_ids)
        return row

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> TradeRecord:
        """The record that `to_row` described."""
        values = list(row)
        for at in (_ENTERED, _LEFT):
            values[at] = datetime.fromisoformat(values[at])
        values[_ORDERS] = tuple(values[_ORDERS])
        return cls(*values)


_ENTERED, _LEFT, _ORDERS = map(TradeRecord._fields.index, ("entry_time", "exit_time", "order_ids"))
