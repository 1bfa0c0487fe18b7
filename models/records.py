"""Records: what the tracker hands out, immutable, with the unit of each field.

Every record turns into a dict of JSON values with `to_dict` and back with `from_dict`, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from models.lots import Closed, Execution, Position


@dataclass(frozen=True, slots=True)
class Sheet:
    """One column of the balance sheet, account currency: a strategy's, or the account's.

    Attributes:
        realized: P&L of closed lots before fees.
        unrealized: P&L of open lots at the last mark.
        fees: Positive when paid.
        dividends: Received less paid.
        financing: Interest, funding and borrow fees received less paid.
        settlement: Cash LEAN moved without a fill: index options, fractions of a split.
        fx: What the rates did to the cash.
    """

    realized: float = 0.0
    unrealized: float = 0.0
    fees: float = 0.0
    dividends: float = 0.0
    financing: float = 0.0
    settlement: float = 0.0
    fx: float = 0.0

    @property
    def net_pnl(self) -> float:
        """Everything but what the rates did to the cash."""
        earned = self.realized + self.unrealized - self.fees
        return earned + self.dividends + self.financing + self.settlement

    def to_dict(self) -> dict[str, float]:
        """The terms and `net_pnl`."""
        return {**asdict(self), "net_pnl": self.net_pnl}


def sum_sheets(sheets: Iterable[Sheet]) -> Sheet:
    """Column by column."""
    columns = zip(*(astuple(sheet) for sheet in sheets), strict=True)
    return Sheet(*(sum(column) for column in columns))


class TradeRecord(NamedTuple):
    """One closed trade of one strategy.

    Attributes:
        trade_id: Unique within the tracker, in the order of closing.
        symbol: The ticker at the close.
        strategy: Whose trade it is.
        direction: "long" or "short".
        entry_time: UTC.
        exit_time: UTC.
        entry_price: Quote currency, split-adjusted.
        exit_price: Quote currency.
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

    def to_dict(self) -> dict[str, Any]:
        """JSON values; times in ISO 8601."""
        return {
            **self._asdict(),
            "entry_time": self.entry_time.isoformat(),
            "exit_time": self.exit_time.isoformat(),
            "order_ids": list(self.order_ids),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TradeRecord:
        """The record that `to_dict` described."""
        return cls(
            **{
                **values,
                "entry_time": datetime.fromisoformat(values["entry_time"]),
                "exit_time": datetime.fromisoformat(values["exit_time"]),
                "order_ids": tuple(values["order_ids"]),
            }
        )


def trade_record(
    trade_id: str, ticker: str, position: Position, piece: Closed, execution: Execution, reason: str
) -> TradeRecord:
    """The record of a closed piece of a position.

    Args:
        trade_id: Its number.
        ticker: The instrument's ticker now.
        position: Whose lot it was.
        piece: What `Position.trade` matched.
        execution: What closed it.
        reason: Why (`TradeRecord.exit_reason`).
    """
    lot, signed, gross, entry_fee, exit_fee = piece
    instrument = position.instrument
    quantity = abs(signed)
    gross *= execution.rate
    commission = entry_fee + exit_fee
    stake = abs(signed * lot.worth) * instrument.multiplier * lot.rate
    pnl = gross - commission
    slippage, slippage_bps = _slippage(instrument.multiplier, piece, execution)
    return TradeRecord(
        trade_id,
        ticker,
        position.strategy,
        "long" if signed > 0 else "short",
        lot.time,
        execution.time,
        lot.price,
        execution.price,
        quantity,
        pnl,
        100.0 * pnl / stake if stake else None,
        commission,
        slippage_bps,
        True,
        instrument.sid,
        gross,
        slippage,
        instrument.multiplier,
        (lot.order_id, execution.order_id),
        lot.tag,
        reason,
        lot.seeded,
    )


def _slippage(
    multiplier: float, piece: Closed, execution: Execution
) -> tuple[float | None, float | None]:
    """Slippage of both sides in account currency and in basis points of the arrival value."""
    lot, signed = piece.lot, piece.quantity
    cash = value = 0.0
    if lot.arrival:
        cash += signed * (lot.arrival - lot.price) * multiplier * lot.rate
        value += abs(signed * lot.arrival) * multiplier * lot.rate
    if execution.arrival:
        cash += signed * (execution.price - execution.arrival) * multiplier * execution.rate
        value += abs(signed * execution.arrival) * multiplier * execution.rate
    return (cash, 1e4 * cash / value) if value else (None, None)
