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


class OrderNarrator:
    """Logs the events of orders.

    Args:
        writer: It writes to the log.
        ticker: Returns an instrument's ticker by its symbol id.
    """

    def __init__(self, writer: EventWriter, ticker: Callable[[str], str]) -> None:
        self._writer = writer
        self._ticker = ticker

    def tell(self, event: OrderUpdate | Fill) -> None:
        """Log an order's event, if the log takes entries of its level."""
        name = "order filled" if isinstance(event, Fill) else ORDER_EVENTS.get(event.status)
        if name is not None and self._writer.wants(EVENTS[name].level):
            ticker = self._ticker(event.sid) if event.sid else ""
            fields = {"symbol": ticker, **_order_fields(event)}
            self._writer.write(name, event.time, fields, order_id=event.order_id)


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
