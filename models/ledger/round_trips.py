"""Round trips: what a strategy held of an instrument from flat to flat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models.events.orders import OrderType


@dataclass(slots=True, eq=False)
class RoundTrip:
    """A position from flat to flat; money in account currency, quantities unsigned.

    Attributes:
        time: UTC of its first entry.
        order_id: The order that opened it.
        tag: That order's tag.
        seeded: Held before the tracker started, or adopted.
        order_type: That order's type.
        risk: What all that came in could lose as planned; 0 where unsaid.
        entered: Quantity that came in, split-adjusted; `exited` what went out.
        paid: Sum of entered quantity times price, quote currency; `received` of the exited.
        stake: Value at entry.
        gross: P&L before fees of what was closed; `fees` are those of what was closed.
        slippage: As of `Closed`, summed; so is `arrival_value`.
        low: Lowest P&L before fees at any mark or fill, 0 at the start included; `high` highest.
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
    stake: float = 0.0
    gross: float = 0.0
    fees: float = 0.0
    slippage: float = 0.0
    arrival_value: float = 0.0
    low: float = 0.0
    high: float = 0.0
    risk: float = 0.0
