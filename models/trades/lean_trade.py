"""A closed trade as LEAN states it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from models.records import record_codec


class LeanTrade(NamedTuple):
    """A closed trade as LEAN's trade builder states it.

    Money is in account currency and in cents; prices are in the quote currency. Profit, excursions
    and drawdown are those of the whole quantity.

    Attributes:
        symbols: The sids; LEAN's trade builder makes trades of one security each.
        entry_time: UTC of the entry.
        entry_price: Entry price; in a flat grouping the mean by quantity.
        direction: "LONG" or "SHORT".
        quantity: Positive: contracts, shares or units of base currency.
        exit_time: UTC of the exit.
        exit_price: Exit price; in the flat-to-flat grouping the mean by quantity.
        profit_loss: P&L before fees.
        total_fees: Fees, positive when paid; not rounded.
        mae: Maximum adverse excursion before fees; 0 in the flat groupings.
        mfe: Maximum favorable excursion before fees; 0 in the flat groupings.
        end_trade_drawdown: Deepest fall of the profit from its peak; 0 in the flat groupings.
        is_win: Whether LEAN counts it as won.
        order_ids: The orders, in rising order; in LEAN they are a set.
    """

    symbols: tuple[str, ...]
    entry_time: datetime
    entry_price: float
    direction: str
    quantity: float
    exit_time: datetime
    exit_price: float
    profit_loss: float
    total_fees: float
    mae: float
    mfe: float
    end_trade_drawdown: float
    is_win: bool
    order_ids: tuple[int, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON values by name, in the order of the fields; times in ISO 8601."""
        values: dict[str, Any] = record_codec(LeanTrade).encode(self)
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> LeanTrade:
        """The trade that `to_dict` described.

        Raises:
            StateError: A value is missing or of another type.
        """
        trade: LeanTrade = record_codec(cls).decode(values)
        return trade
