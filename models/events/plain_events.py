"""Plain events: most of what happens to orders, as the few values that the books need of it.

Nobody is told of them at once, so that they are booked many at a time. They carry no time: those of
one moment follow each other, and whoever hands them over says the moment before.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from models.events.orders import NO_RATES, SUBMITTED, Fill, OrderType, OrderUpdate

# LEAN's id of the first event of each order.
FIRST_EVENT = 1

# The types of orders without a price, whose first event may be a `Submission`.
UNPRICED_TYPES = frozenset({OrderType.MARKET, OrderType.MARKET_ON_OPEN, OrderType.MARKET_ON_CLOSE})


class Submission(NamedTuple):
    """The first event of an order without a price, whose tag says no more than whose it is.

    LEAN counts the events of each order from 1, so that its id is known.

    Most orders begin so, and of such a one this is all that the books need. Its figures are sound:
    whoever makes one has looked.

    Attributes:
        order_id: LEAN's order id.
        sid: The instrument's Symbol ID.
        order_type: Of `UNPRICED_TYPES`.
        tag: The order's tag.
        bid: Best bid at submission, quote currency; 0 where unknown.
        ask: Best ask at submission; 0 where unknown.
        price: Last price at submission; 0 where unknown.
        quantity: The order's signed quantity; 0 where it was not read.
    """

    order_id: int
    sid: str
    order_type: OrderType
    tag: str
    bid: float
    ask: float
    price: float
    quantity: float

    def update(self, time: datetime) -> OrderUpdate:
        """The same as an event of any order, at a time in UTC."""
        order_id, sid, order_type, tag, bid, ask, price, quantity = self
        return OrderUpdate(
            time,
            order_id,
            FIRST_EVENT,
            sid,
            SUBMITTED,
            tag,
            order_type,
            quantity,
            bid=bid,
            ask=ask,
            price=price,
            created=time,
        )


class PlainFill(NamedTuple):
    """A fill of an order that is known, which touches no foreign currency but that of its price.

    Its figures are sound: whoever makes one has looked.

    Attributes:
        order_id: LEAN's order id.
        event_id: LEAN's id of the event within its order.
        sid: The instrument's Symbol ID.
        final: Whether the order is filled with it.
        quantity: Signed quantity filled.
        price: Fill price in quote currency.
        fee: Account currency, positive when paid.
    """

    order_id: int
    event_id: int
    sid: str
    final: bool
    quantity: float
    price: float
    fee: float

    def fill(self, time: datetime, home: str) -> Fill:
        """The same as a fill of any kind.

        Args:
            time: UTC.
            home: The account currency.
        """
        order_id, event_id, sid, final, quantity, price, fee = self
        currency = home if fee else ""
        known = time, order_id, event_id, sid
        return Fill(*known, quantity, price, fee, currency, NO_RATES, final=final)
