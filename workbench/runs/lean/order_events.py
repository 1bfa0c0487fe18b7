"""LEAN's order events as the events that the tracker is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.events.instruments import Instrument
from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from workbench.runs.lean.facts import LeanEvent, LeanFacts, LeanOrder
from workbench.runs.lean.rates import Rates

LIMITS = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED})
STOPS = frozenset({OrderType.STOP_MARKET, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP})
NEVER_SENT = frozenset({OrderStatus.INVALID, OrderStatus.CANCELED})


class OrderReader:
    """Makes fills and updates of the order events of a deployment.

    Args:
        facts: Its result.
        instruments: By Symbol ID.
        rates: The foreign rates, as far as they are known.

    Attributes:
        guessed: How many events of foreign instruments have a rate that lies between known ones.
    """

    def __init__(
        self, facts: LeanFacts, instruments: Mapping[str, Instrument], rates: Rates
    ) -> None:
        self._facts, self._instruments, self._rates = facts, instruments, rates
        self.guessed = 0

    def read(self, event: LeanEvent, *, first: bool) -> Fill | OrderUpdate:
        """What the tracker is told of an event.

        Args:
            event: The event.
            first: Whether it is the first of its order.
        """
        order = self._facts.orders.get(event.order_id)
        if event.fills:
            return self._fill(event, order, first=first)
        return self._update(event, order, first=first)

    def line(self, event: LeanEvent) -> dict[str, Any]:
        """An event by the names of a tape's line, of which the table of orders is made."""
        order = self._facts.orders.get(event.order_id)
        fee = event.fee * self._rate(event.fee_currency, event) if event.fee else 0.0
        return _line(event, order, fee)

    def value(self, event: LeanEvent) -> float:
        """What a fill traded, account currency."""
        instrument = self._instruments[event.sid]
        each = instrument.multiplier * self._rate(instrument.quote, event)
        return event.quantity * event.price * each

    def _fill(self, event: LeanEvent, order: LeanOrder | None, *, first: bool) -> Fill:
        instrument = self._instruments[event.sid]
        kind = _type_of(order)
        at_once = order is not None and order.created == event.time and order.sid == event.sid
        return Fill(
            time=event.time,
            order_id=event.order_id,
            event_id=event.event_id,
            sid=event.sid,
            quantity=event.quantity,
            price=event.price,
            fee=event.fee,
            fee_currency=event.fee_currency,
            rates=self._rates_at(instrument, event),
            tag=(order.tag if order else "") if first else None,
            order_type=kind if first else None,
            message=event.message if kind is OrderType.OPTION_EXERCISE else "",
            final=event.status is OrderStatus.FILLED,
            market=order.last if order is not None and at_once else 0.0,
            ordered=event.ordered if first else 0.0,
            group=order.group if order is not None and first else 0,
        )

    def _update(self, event: LeanEvent, order: LeanOrder | None, *, first: bool) -> OrderUpdate:
        kind, sent = _type_of(order), event.status not in NEVER_SENT
        rates = self._rates_at(self._instruments[event.sid], event) if event.fee else {}
        update = OrderUpdate(
            event.time,
            event.order_id,
            event.event_id,
            event.sid,
            event.status,
            message=event.message if not first or not sent else "",
            fee=event.fee,
            fee_currency=event.fee_currency,
            rates=rates,
        )
        if event.status is OrderStatus.UPDATE_SUBMITTED:
            update.limit_price, update.quantity = event.limit, event.ordered
        if first:
            update.tag, update.order_type = order.tag if order else "", kind
            update.quantity = event.ordered
            update.group = order.group if order else 0
        if first and sent and order is not None:
            update.bid, update.ask = order.bid, order.ask
            update.price = 0.0 if order.bid and order.ask else order.last
            update.limit_price = event.limit if kind in LIMITS else None
            update.stop_price = event.stop if kind in STOPS else None
            update.created = order.created if self._facts.live else event.time
        return update

    def _rates_at(self, instrument: Instrument, event: LeanEvent) -> dict[str, float]:
        """The rates that an event touches."""
        home = self._facts.currency
        named = dict.fromkeys((instrument.quote, instrument.currency, event.fee_currency))
        if instrument.quote != home and not self._rates.knows(instrument.quote, event.time):
            self.guessed += 1
        return {name: self._rate(name, event) for name in named if name and name != home}

    def _rate(self, currency: str, event: LeanEvent) -> float:
        """The rate of a currency at an event: of a pair with the account's its price tells it."""
        instrument, time = self._instruments[event.sid], event.time
        coin = currency == instrument.base and event.price and currency != self._facts.currency
        if coin and not self._rates.knows(currency, time):
            return (self._rates.at(instrument.quote, time) or 1.0) * event.price
        home = instrument.base == self._facts.currency and currency == instrument.quote
        if home and event.price > 0.0 and not self._rates.knows(currency, time):
            return 1.0 / event.price
        return self._rates.at(currency, time) or 1.0


def _type_of(order: LeanOrder | None) -> OrderType:
    return OrderType.MARKET if order is None else order.order_type


def _line(event: LeanEvent, order: LeanOrder | None, fee: float) -> dict[str, Any]:
    """An event by the names of a tape's line, of which the table of orders is made."""
    exercise = order is not None and order.sid != event.sid
    return {
        "order": event.order_id,
        "sid": event.sid,
        "t": event.time.isoformat(),
        "status": event.status.name,
        "fill_qty": event.quantity,
        "fill_price": event.price,
        "fee_account": fee,
        "qty": 0.0 if exercise else event.ordered,
        "limit": event.limit,
        "stop": event.stop,
        "message": event.message,
        "order_type": _type_of(order).name,
        "tag": order.tag if order else "",
        "order_qty": order.quantity if order else event.ordered,
        "created": order.created.isoformat() if order else "",
        "group": order.group if order else 0,
    }
