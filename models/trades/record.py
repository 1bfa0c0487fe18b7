"""The record of one trade, immutable, with the unit of each field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from models.codec import Codec
from models.events.orders import OrderType
from models.records import Saved, object_codec, row_codec

LONG, SHORT = "long", "short"
LOTS, POSITIONS = "lots", "positions"  # the books that trades are in
# The exit time of a record that is built without one.
NOT_ENDED = datetime.max.replace(tzinfo=UTC)


class TradeRecord(NamedTuple):
    """One trade of one strategy: a match of a lot, or in the positions book a round trip.

    A round trip is everything that was traded from flat to flat.

    Attributes:
        trade_id: Unique within the tracker, in the order of closing.
        symbol: The ticker at the close.
        strategy: The strategy that traded.
        direction: "long" or "short".
        entry_time: UTC of the entry; of a round trip the first entry.
        exit_time: UTC of the exit; of a round trip the last exit.
        entry_price: Quote currency, split-adjusted; of a round trip the mean by quantity.
        exit_price: Quote currency, split-adjusted; of a round trip the mean by quantity.
        quantity: Positive: contracts, shares or units of base currency.
        pnl: P&L net of all fees, account currency.
        pnl_pct: `pnl` in percent of the entry notional; None where that is 0.
        commission: Fees of entry and exit, account currency, positive when paid.
        slippage_bps: Slippage of entry and exit against the arrival prices, in basis points of the
            value at arrival; negative is cost; None where no arrival price is known.
        is_closed: True for a closed trade, False for an open one valued at the last mark.
        sid: The Symbol's ID.
        gross_pnl: P&L before fees, account currency.
        slippage: Slippage of entry and exit, account currency; negative is cost; None where no
            arrival price is known.
        multiplier: Units of the underlying in a contract.
        order_ids: The opening order, then the closing one; 0 where it was no order. From the second
            deployment on LEAN's id has the deployment's number before it, as 2000000012.
        tag: The opening order's tag.
        exit_reason: order, assignment, exercise, expiry, delisting, margin call, liquidation,
            split or outside; assigned where it was handed to a strategy; "order of NAME" where
            a strategy's order closed what the tracker had found (`unassigned`).
        seeded: Whether it was opened before the tracker started, or outside it.
        mae: Maximum adverse excursion: the worst P&L before fees of its own quantity while it was
            open, at the marks and at its fills, account currency, 0 or negative.
        mfe: Maximum favorable excursion: the best P&L before fees while it was open, account
            currency, 0 or positive.
        book: "lots" or "positions".
        entry_notional: Value at entry, account currency; `stake` in JSON.
        order_type: The opening order's type, by LEAN's name.
        risk: What it could lose as planned, account currency: `risk=AMOUNT` in the opening order's
            tag, or else the distance to the first stop that was set against it; None without
            either.
    """

    trade_id: str
    symbol: str
    strategy: str
    direction: str
    entry_time: datetime
    exit_time: datetime = NOT_ENDED
    entry_price: float = 0.0
    exit_price: float = 0.0
    quantity: float = 0.0
    pnl: float = 0.0
    pnl_pct: float | None = None
    commission: float = 0.0
    slippage_bps: float | None = None
    is_closed: bool = False
    sid: str = ""
    gross_pnl: float = 0.0
    slippage: float | None = None
    multiplier: float = 1.0
    order_ids: tuple[int, int] = (0, 0)
    tag: str = ""
    exit_reason: str = ""
    seeded: bool = False
    mae: float = 0.0
    mfe: float = 0.0
    book: str = LOTS
    entry_notional: float = 0.0
    order_type: str = OrderType.MARKET.name
    risk: float | None = None

    @property
    def duration(self) -> float:
        """Seconds from entry to exit."""
        return (self.exit_time - self.entry_time).total_seconds()

    def to_dict(self) -> dict[str, Any]:
        """JSON values by name, `duration` among them; times in ISO 8601."""
        values: dict[str, Any] = _TRADE_OBJECT.encode(self)
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TradeRecord:
        """The record that `to_dict` described.

        Raises:
            StateError: A value is missing or of another type.
        """
        return _TRADE_OBJECT.decode(values)

    def to_row(self) -> list[Any]:
        """The JSON values of the fields alone, in order: for where many trades are kept."""
        row: list[Any] = TRADE_ROW.encode(self)
        return row

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> TradeRecord:
        """The record that `to_row` described.

        Raises:
            StateError: There are more or fewer values, or one is of another type.
        """
        return TRADE_ROW.decode(row)


_TRADE_OBJECT: Codec[TradeRecord] = object_codec(
    TradeRecord, Saved(keys={"entry_notional": "stake"}, derived=("duration",))
)
TRADE_ROW: Codec[TradeRecord] = row_codec(TradeRecord)
