"""LEAN's order events, read into fills and order updates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from models.events.instruments import Instrument
from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from models.ledger.orders import Order
from models.tracker.core import Core
from utils.lean.cash import KeptCash
from utils.lean.conversions import utc
from utils.lean.securities import KeptSecurity, Securities

if TYPE_CHECKING:
    from AlgorithmImports import OrderEvent

# The statuses whose events LEAN books: a quantity that another carries fills nothing.
FILL_STATUSES = frozenset({OrderStatus.FILLED, OrderStatus.PARTIALLY_FILLED})
# The statuses of an order that was over with its first event, so that no market ever saw it.
NEVER_SENT_STATUSES = frozenset({OrderStatus.INVALID, OrderStatus.CANCELED})
LIMIT_PRICE_TYPES = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED})
STOP_PRICE_TYPES = frozenset({OrderType.STOP_MARKET, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP})


class EventHead(NamedTuple):
    """What is read of every order event."""

    order_id: int  # LEAN's id of the order
    event_id: int  # LEAN's id of the event within its order
    status: OrderStatus


class OrderEventReader:
    """Reads each of LEAN's order events with the fewest reads that its kind allows.

    Args:
        core: It knows which orders had an event already.
        securities: The securities seen so far.
        cash: The cash objects, for the rates of foreign currencies.
    """

    def __init__(self, core: Core, securities: Securities, cash: KeptCash) -> None:
        self._core = core
        self._books = core.ledger.books
        self._account_currency = self._books.account_currency
        self._has_follower = core.follower is not None
        self._securities = securities
        self._cash = cash

    def read(self, event: OrderEvent) -> Fill | OrderUpdate:
        """Return a `Fill` where the event carries a quantity, else an `OrderUpdate`.

        Raises:
            EventError: The event holds what cannot be booked, such as a price of NaN.
        """
        head = EventHead(event.order_id, event.id, OrderStatus(int(event.status)))
        order = self._books.orders.find(head.order_id)
        booked = head.status in FILL_STATUSES
        quantity = event.fill_quantity if booked else 0.0
        if quantity:
            return self._fill(event, head, order, quantity)
        update = self._first(event, head) if order is None else self._later(event, head)
        return self._with_fee(update, event) if booked else update

    def _with_fee(self, update: OrderUpdate, event: OrderEvent) -> OrderUpdate:
        """Read what LEAN charges with an event that fills nothing."""
        fee = event.order_fee.value
        if not fee.amount:
            return update
        kept = self._securities.of(event.symbol)
        return replace(
            update,
            sid=kept.instrument.sid,
            fee=fee.amount,
            fee_currency=fee.currency,
            rates=self._rates_of(kept.instrument, fee.currency),
        )

    def _fill(
        self, event: OrderEvent, head: EventHead, order: Order | None, quantity: float
    ) -> Fill:
        """Read a fill; of an order without an earlier event the tag and the type too."""
        kept = self._securities.of(event.symbol)
        tag: str | None = None
        order_type: OrderType | None = None
        if order is None:
            ticket = event.ticket
            tag, order_type = ticket.tag, OrderType(int(ticket.order_type))
        exercise = (order_type if order is None else order.order_type) is OrderType.OPTION_EXERCISE
        fee = event.order_fee.value
        amount = fee.amount
        currency = fee.currency if amount else ""
        return Fill(
            time=utc(event.utc_time),
            order_id=head.order_id,
            event_id=head.event_id,
            sid=kept.instrument.sid,
            quantity=quantity,
            price=event.fill_price,
            fee=amount,
            fee_currency=currency,
            rates=self._rates_of(kept.instrument, currency),
            tag=tag,
            order_type=order_type,
            message=event.message if exercise else "",
            final=head.status is OrderStatus.FILLED,
            market=kept.security.price if self._has_follower else 0.0,
        )

    def _rates_of(self, instrument: Instrument, fee_currency: str) -> dict[str, float]:
        """Read the rates of the foreign currencies that a fill of an instrument touches."""
        rates: dict[str, float] = {}
        for currency in {instrument.quote, instrument.currency, fee_currency}:
            if currency and currency != self._account_currency:
                rates[currency] = self._cash.of(currency).conversion_rate
        return rates

    def _first(self, event: OrderEvent, head: EventHead) -> OrderUpdate:
        """Read an order's first event, with all that is fixed there."""
        kept = self._securities.of(event.symbol)
        ticket = event.ticket
        order_type = OrderType(int(ticket.order_type))
        time = utc(event.utc_time)
        sent = head.status not in NEVER_SENT_STATUSES
        more: dict[str, Any] = (
            {"message": event.message}
            if not sent
            else {
                **_terms(event, kept, order_type),
                "created": utc(ticket.time) if self._core.live else time,
            }
        )
        return OrderUpdate(
            time=time,
            order_id=head.order_id,
            event_id=head.event_id,
            sid=kept.instrument.sid,
            status=head.status,
            tag=ticket.tag,
            order_type=order_type,
            quantity=event.quantity,
            **more,
        )

    def _later(self, event: OrderEvent, head: EventHead) -> OrderUpdate:
        """Read a later event without a fill; the time of the last booked event stands for its own.

        Nothing is computed from the time of such an event, so that it is not worth a read.
        """
        time = self._books.time
        if time is None:
            time = utc(event.utc_time)
        order_id, event_id, status = head
        if status is OrderStatus.UPDATE_SUBMITTED:
            limit, quantity = event.limit_price, event.quantity
            return OrderUpdate(
                time, order_id, event_id, "", status, quantity=quantity, limit_price=limit
            )
        return OrderUpdate(time, order_id, event_id, "", status, message=event.message)


def _terms(event: OrderEvent, kept: KeptSecurity, order_type: OrderType) -> dict[str, Any]:
    """Read the market and the prices of an order that was sent, as `OrderUpdate` names them."""
    bid, ask = kept.security.bid_price, kept.security.ask_price
    return {
        "bid": bid,
        "ask": ask,
        "price": 0.0 if bid and ask else kept.security.price,
        "limit_price": event.limit_price if order_type in LIMIT_PRICE_TYPES else None,
        "stop_price": event.stop_price if order_type in STOP_PRICE_TYPES else None,
    }
