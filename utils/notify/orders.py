"""The events of orders, as events of the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models.events.orders import Fill, OrderStatus, OrderUpdate
from utils.log.events import EVENTS
from utils.notify.event_writer import EventWriter

# What is logged of an update by its status; nothing where there is no row.
ORDER_EVENTS: dict[OrderStatus, str] = {
    OrderStatus.SUBMITTED: "order submitted",
    OrderStatus.UPDATE_SUBMITTED: "order updated",
    OrderStatus.CANCELED: "order cancelled",
    OrderStatus.INVALID: "order rejected",
}
# The statuses of updates after which an order has no more events.
OVER_STATUSES = frozenset({OrderStatus.CANCELED, OrderStatus.INVALID})


class OrderNarrator:
    """Logs the events of orders.

    Args:
        writer: It writes to the log.
        ticker: Returns an instrument's ticker by its symbol id.
    """

    def __init__(self, writer: EventWriter, ticker: Callable[[str], str]) -> None:
        self._writer = writer
        self._ticker = ticker
        self._tickers: dict[int, str] = {}  # of the orders under way, by order id

    def tell(self, event: OrderUpdate | Fill) -> None:
        """Log an order's event; a fill is to be told too, for the last one ends its order."""
        ticker = self._ticker_of(event)
        name = "order filled" if isinstance(event, Fill) else ORDER_EVENTS.get(event.status)
        if name is not None and self._writer.wants(EVENTS[name].level):
            fields = {"symbol": ticker, **_order_fields(event)}
            self._writer.write(name, event.time, fields, order_id=event.order_id)

    def _ticker_of(self, event: OrderUpdate | Fill) -> str:
        """Return the ticker of an event's instrument, which only an order's first event surely has.

        It is kept until the order's last event.
        """
        tickers = self._tickers
        ticker = self._ticker(event.sid) if event.sid else tickers.get(event.order_id, "")
        over = event.final if isinstance(event, Fill) else event.status in OVER_STATUSES
        if over:
            tickers.pop(event.order_id, None)
        else:
            tickers[event.order_id] = ticker
        return ticker


def _order_fields(event: OrderUpdate | Fill) -> dict[str, Any]:
    """Return what is logged of an order's event beside its ticker."""
    fields: dict[str, Any] = {
        "type": event.order_type,
        "quantity": event.quantity or None,
        "tag": event.tag,
        "message": event.message,
    }
    if isinstance(event, Fill):
        return {**fields, "price": event.price, "fee": event.fee}
    return {**fields, "limit": event.limit_price}
