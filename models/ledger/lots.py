"""Lots: quantities opened at one price, and the executions that open and close them."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from models.events.orders import OrderType
from models.events.quantities import tidy
from models.records import Saved, object_codec


class Matching(enum.Enum):
    """Which open lot a closing quantity takes first."""

    FIFO = "fifo"
    LIFO = "lifo"


NEXT_LOT: dict[Matching, int] = {Matching.FIFO: 0, Matching.LIFO: -1}


class Execution(NamedTuple):
    """One strategy's part of a fill, as its position books it.

    Attributes:
        time: UTC.
        order_id: The order; 0 for a holding that no order explains.
        quantity: Signed.
        price: Quote currency.
        rate: Account currency per unit of P&L currency.
        fee: Account currency, positive when paid.
        arrival: Mid (or last) price at the order's submission; 0 where unknown.
        tag: The order's tag.
        seeded: Not a fill but a holding that the tracker found.
        order_type: The order's type.
        risk: What a unit could lose as the order planned, account currency; 0 where nothing was
            said.
    """

    time: datetime
    order_id: int
    quantity: float
    price: float
    rate: float
    fee: float = 0.0
    arrival: float = 0.0
    tag: str = ""
    seeded: bool = False
    order_type: OrderType = OrderType.MARKET
    risk: float = 0.0


@dataclass(slots=True, eq=False)
class Lot:
    """One opening execution, or what is left of it.

    Attributes:
        quantity: Signed quantity still open.
        price: Entry price, quote currency, split-adjusted.
        unit_value: `Instrument.unit_value` at that price.
        fee: Entry fee of the open quantity, account currency.
        rate: Account currency per unit of P&L currency at entry.
        arrival: Arrival price of the opening order, split-adjusted; 0 where unknown.
        time: UTC of entry.
        order_id: The order that opened it.
        tag: The opening order's tag.
        seeded: Held before the tracker started, or adopted: no fill opened it.
        order_type: The opening order's type.
        risk: What a unit could lose as planned, by the order's tag or else by the first stop that
            was set against it, account currency; 0 where nothing was said.
    """

    quantity: float
    price: float
    unit_value: float
    fee: float
    rate: float
    arrival: float
    time: datetime
    order_id: int
    tag: str
    seeded: bool
    order_type: OrderType
    risk: float

    def take(self, part: float) -> float:
        """Take a part of the quantity off; returns its part of the fee."""
        before, fee = self.quantity, self.fee * (part / self.quantity)
        quantity = before - part
        self.quantity = tidy(quantity, before) if quantity % 1 else quantity
        self.fee -= fee
        return fee

    def slippage(
        self, size: float, price: float, rate: float, arrival: float
    ) -> tuple[float, float]:
        """Slippage of a part and its exit: money, negative is cost, and the value on arrival.

        Args:
            size: The part's signed quantity times the multiplier.
            price: Exit price, quote currency.
            rate: Account currency per unit of P&L currency at the exit.
            arrival: The exit's arrival price; 0 where unknown.
        """
        cash = value = 0.0
        arrived = self.arrival
        if arrived:
            entry_rate = self.rate
            cash = size * (arrived - self.price) * entry_rate
            value = abs(size * arrived) * entry_rate
        if arrival:
            cash += size * (price - arrival) * rate
            value += abs(size * arrival) * rate
        return cash, value


LOT = object_codec(Lot, Saved(keys={"unit_value": "worth"}))


def hand_id(order_id: int) -> str:
    """The id of a trade that an order by hand opened; such orders have negative ids, else empty."""
    return f"h{-order_id}" if order_id < 0 else ""


# A NamedTuple from the tuple of its values: its own constructor takes three times as long.
build = tuple.__new__


class Match(NamedTuple):
    """A quantity matched against the lot that opened it.

    Attributes:
        lot: The lot; its quantity may have shrunk since.
        quantity: The part closed, signed like the lot.
        gross: P&L before fees, in the instrument's P&L currency.
        entry_fee: The lot's fee for that part, account currency.
        exit_fee: The closing execution's fee for that part, account currency.
        low: Lowest unit value since the lot's entry, the exit's included.
        high: Highest unit value since the lot's entry, the exit's included.
        slippage: Slippage of entry and exit, account currency; negative is cost.
        arrival_value: Value at the arrival prices that are known, account currency.
    """

    lot: Lot
    quantity: float
    gross: float
    entry_fee: float
    exit_fee: float
    low: float
    high: float
    slippage: float
    arrival_value: float
