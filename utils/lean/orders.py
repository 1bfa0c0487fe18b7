"""LEAN's order events, read into fills and order updates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from models.errors import LARGEST_FIGURE, SMALLEST_FIGURE
from models.events.orders import (
    COMBOS,
    NO_RATES,
    SUBMITTED,
    WHOLLY_FILLED,
    Fill,
    OrderStatus,
    OrderType,
    OrderUpdate,
)
from models.events.plain_events import UNPRICED_TYPES, PlainFill, Submission
from models.ledger.lots import build
from models.ledger.tags import says_no_more
from models.tracker.core import Core
from utils.lean.cash import KeptCash
from utils.lean.clock import AlgorithmClock
from utils.lean.conversions import utc
from utils.lean.journal import Journal
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


# What is kept of an order until its last event: what it trades, and its type.
UnderWay: TypeAlias = tuple[KeptSecurity, OrderType]


class OrderEventReader:
    """Reads each of LEAN's order events with the fewest reads that its kind allows.

    What an order trades is read once an order and kept until its end; a restored tracker reads it
    once more. An exercise's option and its underlying come under one order, which keeps nothing.
    A backtest's events are all of the algorithm's own time, which LEAN converts in half the time
    that it takes for an event's; live they come later than they happened.

    Args:
        algorithm: The running algorithm.
        clock: Its clock.
        core: It knows which orders had an event already.
        securities: The securities seen so far.
        cash: The cash objects, for the rates of foreign currencies.
        journal: The events that were read and are not booked yet.
    """

    def __init__(
        self,
        algorithm: QCAlgorithm,
        clock: AlgorithmClock,
        core: Core,
        securities: Securities,
        cash: KeptCash,
        journal: Journal,
    ) -> None:
        self._algorithm, self._core, self._journal = algorithm, core, journal
        self._live = core.live
        self._clock = clock
        self._books = core.ledger.books
        self._orders = self._books.orders
        self._account_currency = self._books.account_currency
        self._has_follower = core.follower is not None
        self._follows_orders = core.execution is not None
        self._securities = securities
        self._by_sid = securities.by_sid
        self._cash = cash
        self._statuses = Members(OrderStatus)
        self._types = Members(OrderType)
        self._under_way: dict[int, UnderWay] = {}  # by order id
        self._newest = 0  # the highest id of an order that was read

    def read(self, event: OrderEvent) -> Fill | OrderUpdate:
        """Return a `Fill` where the event carries a quantity, else an `OrderUpdate`.

        Raises:
            EventError: The event holds what cannot be booked, such as a price of NaN.
        """
        order_id, status = event.order_id, self._statuses[event.status]
        order = self._under_way.get(order_id) or self._booked(event, order_id)
        quantity = event.fill_quantity if status in FILL_STATUSES else 0.0
        if quantity:
            return self._fill(event, order_id, status, order, quantity)
        return self._update(event, order_id, status, order)

    def read_later(self, event: OrderEvent) -> Fill | OrderUpdate | None:
        """Write most first events and fills into the journal, and return the others as `read` does.

        Returns:
            None where it went into the journal.
        """
        order_id, status = event.order_id, self._statuses[event.status]
        order = self._under_way.get(order_id)
        new = order is None and order_id > self._newest and order_id not in self._orders.known
        if new and status is SUBMITTED:  # as most orders begin
            return self._first(event, order_id, status)
        quantity = event.fill_quantity if status in FILL_STATUSES else 0.0
        if order is None:
            order = self._booked(event, order_id)
        elif quantity and self._fill_later(event, order_id, status, order[0], quantity):
            return None
        if quantity:
            return self._fill(event, order_id, status, order, quantity)
        return self._update(event, order_id, status, order)

    def _update(
        self, event: OrderEvent, order_id: int, status: OrderStatus, order: UnderWay | None
    ) -> OrderUpdate:
        """Read the rest of an event that fills nothing; the other arguments were read of it."""
        if order is None:
            update = self._first_update(event, order_id, status)
        else:
            update = self._later(event, order_id, status, order)
        return self._with_fee(update, event) if status in FILL_STATUSES else update

    def _booked(self, event: OrderEvent, order_id: int) -> UnderWay | None:
        """Look an order up that had its last event, or its first one before a restart."""
        if order_id > self._newest and order_id not in self._orders.known:
            return None
        order = self._core.ledger.books.orders.known.get(order_id)
        if order is None:
            return None
        return self._securities.of(event.symbol), order.order_type

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

    def _keep(self, order_id: int, status: OrderStatus, order: UnderWay) -> None:
        """Keep what was read of an order, unless this was its last event."""
        if order_id > self._newest:
            self._newest = order_id
        if status in OVER_STATUSES:
            self._under_way.pop(order_id, None)
        elif order[1] is not OrderType.OPTION_EXERCISE:
            self._under_way[order_id] = order

    def _time_of(self, event: OrderEvent) -> datetime:
        """Read the time of an event, UTC."""
        return utc(event.utc_time) if self._live else self._clock.utc()

    def _fill_later(
        self,
        event: OrderEvent,
        order_id: int,
        status: OrderStatus,
        kept: KeptSecurity,
        quantity: float,
    ) -> bool:
        """Read a fill into the journal, unless it moves more than the usual or is unsound."""
        journal = self._journal
        if not (kept.multiplier and (journal.ready or journal.stands)):
            return False
        fee, price, size = event.order_fee.value, event.fill_price, abs(quantity)
        amount = fee.amount
        if amount and fee.currency != self._account_currency:
            return False
        total = size + price + abs(amount)
        if not (price >= SMALLEST_FIGURE <= size and total <= LARGEST_FIGURE):
            return False
        final = status is WHOLLY_FILLED
        traded = order_id, event.id, kept.sid, final, quantity, price, amount
        journal.write_plainly(build(PlainFill, traded))
        journal.move(kept, quantity, price, amount)
        if final:
            del self._under_way[order_id]
        return True

    def _fill(
        self,
        event: OrderEvent,
        order_id: int,
        status: OrderStatus,
        order: UnderWay | None,
        quantity: float,
    ) -> Fill:
        """Read a fill; of an order without an earlier event the tag and the type too."""
        tag: str | None = None
        order_type: OrderType | None = None
        ordered, group = 0.0, 0
        if order is None:
            ticket = event.ticket
            tag, order_type = ticket.tag, self._types[ticket.order_type]
            ordered = event.quantity
            group = combo_of(ticket) if order_type in COMBOS else 0
            order = self._securities.of(event.symbol), order_type
        kept, known_type = order
        fee = event.order_fee.value
        amount = fee.amount
        currency = fee.currency if amount else ""
        rates = NO_RATES
        if kept.foreign or (currency and currency != self._account_currency):
            rates = self._rates_of(kept, currency)
        fill = Fill(
            self._time_of(event),
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
            status is WHOLLY_FILLED,
            kept.security.price if self._has_follower else 0.0,
            ordered,
            group,
        )
        self._keep(order_id, status, order)
        return fill

    def _rates_of(self, kept: KeptSecurity, fee_currency: str) -> Mapping[str, float]:
        """Read the rates of the foreign currencies that a fill of an instrument touches."""
        rates: dict[str, float] = {}
        for currency in {*kept.foreign, fee_currency}:
            if currency and currency != self._account_currency:
                rates[currency] = self._cash.of(currency).conversion_rate
        return rates

    def _first(self, event: OrderEvent, order_id: int, status: OrderStatus) -> OrderUpdate | None:
        """Read an order's first event, which says that it was submitted, as `read_later` does.

        Where an order without a price says no more than whose it is its quantity is of use to the
        execution quality alone.
        """
        ticket, symbol = event.ticket, event.symbol
        order_type, tag = self._types[ticket.order_type], ticket.tag
        sid = str(symbol.id)
        kept = self._by_sid.get(sid)
        if kept is None:  # which is an event of its own
            kept = self._securities.see(symbol)
        elif order_type in UNPRICED_TYPES and tag is not None:
            journal, security = self._journal, kept.security
            if says_no_more(tag) and (journal.ready or journal.stands):
                bid, ask = security.bid_price, security.ask_price
                price = 0.0 if bid and ask else security.price
                size = event.quantity if self._follows_orders else 0.0
                if abs(bid) + abs(ask) + abs(price) + abs(size) <= LARGEST_FIGURE:
                    told = order_id, sid, order_type, tag, bid, ask, price, size
                    journal.write_plainly(build(Submission, told))
                    self._newest, self._under_way[order_id] = order_id, (kept, order_type)
                    return None
        return self._first_update(event, order_id, status, (kept, ticket, order_type, tag))

    def _first_update(
        self,
        event: OrderEvent,
        order_id: int,
        status: OrderStatus,
        read: tuple[KeptSecurity, OrderTicket, OrderType, str] | None = None,
    ) -> OrderUpdate:
        """Read an order's first event, with all that is fixed there; `read` was read of it."""
        if read is None:
            ticket = event.ticket
            order_type, tag = self._types[ticket.order_type], ticket.tag
            kept = self._securities.of(event.symbol)
        else:
            kept, ticket, order_type, tag = read
        bid = ask = price = 0.0
        sent = status not in NEVER_SENT_STATUSES
        if sent:
            security = kept.security
            bid, ask = security.bid_price, security.ask_price
            if not (bid and ask):
                price = security.price
        time = self._time_of(event)
        update = OrderUpdate(
            time,
            order_id,
            event.id,
            kept.instrument.sid,
            status,
            tag,
            order_type,
            event.quantity,
            bid,
            ask,
            price,
            event.limit_price if sent and order_type in LIMIT_PRICE_TYPES else None,
            "" if sent else event.message or "",
            event.stop_price if sent and order_type in STOP_PRICE_TYPES else None,
            (utc(ticket.time) if self._live else time) if sent else None,
        )
        self._keep(order_id, status, (kept, order_type))
        if order_type in COMBOS:
            update.group = combo_of(ticket)
        return update

    def _later(
        self, event: OrderEvent, order_id: int, status: OrderStatus, order: UnderWay
    ) -> OrderUpdate:
        """Read a later event without a fill; the time of the last event stands for its own.

        Nothing is computed from the time of such an event, so that it is not worth a read.
        """
        time = self._journal.time or self._books.time
        if time is None:
            time = utc(event.utc_time)
        sid = order[0].instrument.sid
        self._keep(order_id, status, order)
        if status is OrderStatus.UPDATE_SUBMITTED:
            limit, quantity = event.limit_price, event.quantity
            return OrderUpdate(
                time, order_id, event.id, sid, status, quantity=quantity, limit_price=limit
            )
        return OrderUpdate(time, order_id, event.id, sid, status, message=event.message or "")
