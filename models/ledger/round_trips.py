"""Round trips: what a strategy held of an instrument from flat to flat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models.events.orders import OrderType
from models.records import Saved, object_codec


@dataclass(slots=True, eq=False)
class RoundTrip:
    """A position from flat to flat; money in account currency, quantities unsigned.

    Attributes:
        time: UTC of its first entry.
        order_id: The order that opened it.
        tag: The opening order's tag.
        seeded: Held before the tracker started, or adopted.
        order_type: The opening order's type.
        entered: Quantity that was opened so far, split-adjusted.
        exited: Quantity that was closed so far, split-adjusted.
        paid: Sum of the opened quantities times their prices, quote currency.
        received: Sum of the closed quantities times their prices, quote currency.
        entry_notional: Value of what was opened, at entry.
        gross: P&L of what was closed, before fees.
        fees: Fees of what was closed, at entry and exit.
        slippage: Slippage of what was closed; negative is cost.
        arrival_value: Value of what was closed at the arrival prices.
        low: Lowest P&L before fees at any mark or fill; at most 0, the P&L at the start.
        high: Highest P&L before fees at any mark or fill; at least 0.
        risk: What all that was opened could lose as planned; 0 where nothing was said.
    """

    time: datetime
    order_id: int
    tag: str
    seeded: bool
    order_type: OrderType
    entered: float = 0.0
    exited: float = 0.0
    paid: float = 0.0
    received: float = 0.0
    entry_notional: float = 0.0
    gross: float = 0.0
    fees: float = 0.0
    slippage: float = 0.0
    arrival_value: float = 0.0
    low: float = 0.0
    high: float = 0.0
    risk: float = 0.0

    def see(self, made: float) -> None:
        """Take a P&L before fees."""
        if made < self.low:
            self.low = made
        elif made > self.high:
            self.high = made


ROUND_TRIP = object_codec(RoundTrip, Saved(keys={"entry_notional": "stake"}))
