"""What happens to orders: updates that fill nothing, and fills."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from models.errors import LARGEST_FIGURE, SMALLEST_FIGURE, EventError, require_finite, require_utc


class OrderStatus(enum.IntEnum):
    """LEAN's order status, by LEAN's numbers."""

    NEW = 0
    SUBMITTED = 1
    PARTIALLY_FILLED = 2
    FILLED = 3
    CANCELED = 5
    NONE = 6
    INVALID = 7
    CANCEL_PENDING = 8
    UPDATE_SUBMITTED = 9


class OrderType(enum.IntEnum):
    """LEAN's order types, by LEAN's numbers."""

    MARKET = 0
    LIMIT = 1
    STOP_MARKET = 2
    STOP_LIMIT = 3
    MARKET_ON_OPEN = 4
    MARKET_ON_CLOSE = 5
    OPTION_EXERCISE = 6
    LIMIT_IF_TOUCHED = 7
    COMBO_MARKET = 8
    COMBO_LIMIT = 9
    COMBO_LEG_LIMIT = 10
    TRAILING_STOP = 11


COMBOS = frozenset({OrderType.COMBO_MARKET, OrderType.COMBO_LIMIT, OrderType.COMBO_LEG_LIMIT})

# Asked for at every event: a name of a module is found faster than a member of its enum.
SUBMITTED, WHOLLY_FILLED, MARKET = OrderStatus.SUBMITTED, OrderStatus.FILLED, OrderType.MARKET

# The rates of an event that touches no foreign currency.
NO_RATES: Mapping[str, float] = {}


# Nobody changes an update or a fill once it is made. They are not frozen all the same: a frozen
# dataclass of so many fields takes nine times as long to make, a twentieth of what a fill takes.
@dataclass(slots=True)
class OrderUpdate:
    """An order's event that fills nothing.

    Attributes:
        time: UTC of the event.
        order_id: LEAN's order id.
        event_id: LEAN's id of the event within its order.
        sid: The instrument's Symbol ID; empty where it was not read.
        status: LEAN's status.
        tag: The order's tag; None when it is not its first event.
        order_type: LEAN's order type; None when it is not its first event.
        quantity: The order's signed quantity; 0 where it was not read.
        bid: Best bid at submission, quote currency; 0 where unknown.
        ask: Best ask at submission; 0 where unknown.
        price: Last price at submission; 0 where unknown.
        limit_price: The limit of a new order or after an update; None where there is none.
        stop_price: The stop of a new order; None where there is none.
        created: UTC when the order was made, where LEAN says so; else None.
        message: LEAN's message, the reason of a reject or cancel.
        fee: What LEAN charges for the order with this event, in `fee_currency`, positive when paid.
        fee_currency: The currency of the fee.
        rates: Account currency per unit of each foreign currency that the fee touches.
        group: LEAN's id of the combo that the order is a leg of, where this is its first event; 0
            of what is no combo.
    """

    time: datetime
    order_id: int
    event_id: int
    sid: str
    status: OrderStatus
    tag: str | None = None
    order_type: OrderType | None = None
    quantity: float = 0.0
    bid: float = 0.0
    ask: float = 0.0
    price: float = 0.0
    limit_price: float | None = None
    message: str = ""
    stop_price: float | None = None
    created: datetime | None = None
    fee: float = 0.0
    fee_currency: str = ""
    rates: Mapping[str, float] = field(default_factory=dict)
    group: int = 0

    def __post_init__(self) -> None:
        if self.time.tzinfo is not UTC:  # asking for its offset from UTC is slow
            require_utc(self.time, f"order {self.order_id}")
        total = abs(self.quantity) + abs(self.bid) + abs(self.ask) + abs(self.price)
        if self.fee or self.limit_price or self.stop_price:
            total += abs(self.fee) + abs(self.limit_price or 0.0) + abs(self.stop_price or 0.0)
        if not total <= LARGEST_FIGURE:
            self._explain()
        if self.rates and not sum(map(abs, self.rates.values())) <= LARGEST_FIGURE:
            self._explain()

    def _explain(self) -> None:
        """Raise the `EventError` that names the figure which is no number."""
        what = f"order {self.order_id}"
        for name in ("quantity", "bid", "ask", "price", "fee", "limit_price", "stop_price"):
            require_finite(getattr(self, name) or 0.0, f"{what}: the {name.replace('_', ' ')}")
        for currency, rate in self.rates.items():
            require_finite(rate, f"{what}: the rate of {currency}")


@dataclass(slots=True)
class Fill:
    """A quantity traded.

    Attributes:
        time: UTC of the fill.
        order_id: LEAN's order id.
        event_id: LEAN's id of the event within its order.
        sid: The instrument's Symbol ID.
        quantity: Signed quantity filled, contracts or shares or units of base currency.
        price: Fill price in quote currency.
        fee: Fee in `fee_currency`, positive when paid.
        fee_currency: The currency of the fee.
        rates: Account currency per unit of each foreign currency the fill touches.
        tag: The order's tag; None when it is not its first event.
        order_type: LEAN's order type; None when it is not its first event.
        message: LEAN's message; an index option's exercise states the underlying's price in it.
        final: Whether the order is filled with it.
        market: The instrument's price at that moment, quote currency; 0 where it was not read.
        ordered: The order's whole quantity, signed, where this is its first event; 0 where it was
            not read.
        group: As of `OrderUpdate`.
    """

    time: datetime
    order_id: int
    event_id: int
    sid: str
    quantity: float
    price: float
    fee: float = 0.0
    fee_currency: str = ""
    rates: Mapping[str, float] = field(default_factory=lambda: NO_RATES)
    tag: str | None = None
    order_type: OrderType | None = None
    message: str = ""
    final: bool = True
    market: float = 0.0
    ordered: float = 0.0
    group: int = 0

    def __post_init__(self) -> None:
        size, price = abs(self.quantity), abs(self.price)
        total = size + price + abs(self.fee)
        if self.market or self.ordered:
            total += abs(self.market) + abs(self.ordered)
        if self.time.tzinfo is None or not total <= LARGEST_FIGURE:
            self._explain()
        if self.rates and not sum(map(abs, self.rates.values())) <= LARGEST_FIGURE:
            self._explain()
        if size < SMALLEST_FIGURE:
            raise EventError(f"fill of order {self.order_id}: the quantity is 0")
        if 0.0 < price < SMALLEST_FIGURE:
            raise EventError(f"fill of order {self.order_id}: the price is next to 0")

    def _explain(self) -> None:
        """Raise the `EventError` that names what is wrong."""
        what = f"fill of order {self.order_id}"
        require_utc(self.time, what)
        for name in ("quantity", "price", "fee", "market", "ordered"):
            require_finite(getattr(self, name), f"{what}: the {name}")
        for currency, rate in self.rates.items():
            require_finite(rate, f"{what}: the rate of {currency}")
