"""LEAN's order events, read into fills and order updates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from models.events.orders import COMBOS, NO_RATES, Fill, OrderStatus, OrderType, OrderUpdate
from models.ledger.orders import Order
from models.tracker.core import Core
from utils.lean.cash import KeptCash
from utils.lean.conversions import utc
from utils.lean.members import Members
from utils.lean.securities import KeptSecurity, Securities

if TYPE_CHECKING:
    from AlgorithmImports import OrderEvent, OrderTicket, QCAlgorithm

# The statuses whose events LEAN books: a quantity that another carries fills nothing.
FILL_STATUSES = frozenset({OrderStatus.FILLED, OrderStatus.PARTIALLY_FILLED})
# The statuses of an order that was over with its first event, so that no market ever saw it.
NEVER_SENT_STATUSES = frozenset({OrderStatus.INVALID, OrderStatus.CANCELED})
# The statuses after which an order has no more events.
OVER_STATUSES = frozenset({OrderStatus.FILLED, *NEVER_SENT_STATUSES})
LIMIT_PRICE_TYPES = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED})
STOP_PRICE_TYPES = frozenset({OrderType.STOP_MARKET, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP})


def combo_of(ticket: OrderTicket) -> int:
    """Read LEAN's id of the combo that an order is a leg of; 0 where it has none."""
    manager = ticket.submit_request.group_order_manager
    return manager.id if manager is not None else 0


class OrderEventReader:
    """Reads each of LEAN's order events with the fewest reads that its kind allows.

    What an order trades is read once an order and kept until its end; a restored tracker reads it
    once more. An exercise's option and its underlying come under one order, which keeps nothing.
    A backtest's events are all of the algorithm's own time, which LEAN converts in half the time
    that it takes for an event's; live they come later than they happened.

    Args:
        algorithm: The running algorithm.
        core: It knows which orders had an event already.
        securities: The securities seen so far.
        cash: The cash objects, for the rates of foreign currencies.
    """

    def __init__(
        self, algorithm: QCAlgorithm, core: Core, securities: Securities, cash: KeptCash
    ) -> None:
        self._live = core.live
        self._clock = None if core.live else algorithm
        self._books = core.ledger.books
        self._orders = self._books.orders
        self._account_currency = self._books.account_currency
        self._has_follower = core.follower is not None
        self._securities = securities
        self._by_sid = securities.by_sid
        self._cash = cash
        self._statuses = Members(OrderStatus)
        self._types = Members(OrderType)
        self._traded: dict[int, KeptSecurity] = {}  # by order id, of the orders under way

    def read(self, event: OrderEvent) -> Fill | OrderUpdate:
        """Return a `Fill` where the event carries a quantity, else an `OrderUpdate`.

        Raises:
            EventError: The event holds what cannot be booked, such as a price of NaN.
        """
        order_id, status = event.order_id, self._statuses[event.status]
        order = self._orders.known.get(order_id)
        if order is None:
            self._traded.pop(order_id, None)
        booked = status in FILL_STATUSES
        quantity = event.fill_quantity if booked else 0.0
        if quantity:
            return self._fill(event, order_id, status, order, quantity)
        if order is None:
            update = self._first(event, order_id, status)
        else:
            update = self._later(event, order_id, status)
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
            rates=self._rates_of(kept, fee.currency),
        )

    def _traded_by(
        self, event: OrderEvent, order_id: int, status: OrderStatus, order_type: OrderType
    ) -> KeptSecurity:
        """Return what an order trades, and keep it unless this is the order's last event."""
        if order_type is OrderType.OPTION_EXERCISE:
            return self._securities.of(event.symbol)
        kept = self._traded.get(order_id)
        if kept is None:
            kept = self._traded[order_id] = self._securities.of(event.symbol)
        if status in OVER_STATUSES:
            del self._traded[order_id]
        return kept

    def _fill(
        self,
        event: OrderEvent,
        order_id: int,
        status: OrderStatus,
        order: Order | None,
        quantity: float,
    ) -> Fill:
        """Read a fill; of an order without an earlier event the tag and the type too."""
        tag: str | None = None
        order_type: OrderType | None = None
        ordered, group = 0.0, 0
        if order is None:
            ticket = event.ticket
            tag, order_type = ticket.tag, self._types[ticket.order_type]
            known_type, ordered = order_type, event.quantity
            group = combo_of(ticket) if order_type in COMBOS else 0
        else:
            known_type = order.order_type
        kept = self._traded.get(order_id)
        if kept is None or known_type is OrderType.OPTION_EXERCISE:
            kept = self._traded_by(event, order_id, status, known_type)
        elif status is OrderStatus.FILLED:
            del self._traded[order_id]
        fee = event.order_fee.value
        amount = fee.amount
        currency = fee.currency if amount else ""
        rates = NO_RATES
        if kept.foreign or (currency and currency != self._account_currency):
            rates = self._rates_of(kept, currency)
        # by position, in the order of the fields: naming each takes twice as long
        return Fill(
            utc((self._clock or event).utc_time),
            order_id,
            event.id,
            kept.instrument.sid,
            quantity,
            event.fill_price,
            amount,
            currency,
            rates,
            tag,
            order_type,
            event.message if known_type is OrderType.OPTION_EXERCISE else "",
            status is OrderStatus.FILLED,
            kept.security.price if self._has_follower else 0.0,
            ordered,
            group,
        )

    def _rates_of(self, kept: KeptSecurity, fee_currency: str) -> Mapping[str, float]:
        """Read the rates of the foreign currencies that a fill of an instrument touches."""
        rates: dict[str, float] = {}
        for currency in {*kept.foreign, fee_currency}:
            if currency and currency != self._account_currency:
                rates[currency] = self._cash.of(currency).conversion_rate
        return rates

    def _first(self, event: OrderEvent, order_id: int, status: OrderStatus) -> OrderUpdate:
        """Read an order's first event, with all that is fixed there."""
        ticket = event.ticket
        order_type = self._types[ticket.order_type]
        symbol = event.symbol
        kept = self._by_sid.get(str(symbol.id)) or self._securities.see(symbol)
        if status not in OVER_STATUSES and order_type is not OrderType.OPTION_EXERCISE:
            self._traded[order_id] = kept
        time = utc((self._clock or event).utc_time)
        bid = ask = price = 0.0
        limit: float | None = None
        stop: float | None = None
        created: datetime | None = None
        message = ""
        if status in NEVER_SENT_STATUSES:
            message = event.message
        else:
            security = kept.security
            bid, ask = security.bid_price, security.ask_price
            if not (bid and ask):
                price = security.price
            if order_type in LIMIT_PRICE_TYPES:
                limit = event.limit_price
            if order_type in STOP_PRICE_TYPES:
                stop = event.stop_price
            created = utc(ticket.time) if self._live else time
        # by position, as a fill
        update = OrderUpdate(
            time,
            order_id,
            event.id,
            kept.instrument.sid,
            status,
            ticket.tag,
            order_type,
            event.quantity,
            bid,
            ask,
            price,
            limit,
            message,
            stop,
            created,
        )
        if order_type in COMBOS:
            update.group = combo_of(ticket)
        return update

    def _later(self, event: OrderEvent, order_id: int, status: OrderStatus) -> OrderUpdate:
        """Read a later event without a fill; the time of the last booked event stands for its own.

        Nothing is computed from the time of such an event, so that it is not worth a read.
        """
        time = self._books.time
        if time is None:
            time = utc(event.utc_time)
        order = self._orders.known[order_id]
        sid = self._traded_by(event, order_id, status, order.order_type).instrument.sid
        if status is OrderStatus.UPDATE_SUBMITTED:
            limit, quantity = event.limit_price, event.quantity
            return OrderUpdate(
                time, order_id, event.id, sid, status, quantity=quantity, limit_price=limit
            )
        return OrderUpdate(time, order_id, event.id, sid, status, message=event.message)
