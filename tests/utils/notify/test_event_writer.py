"""The names of orders and instruments in the log."""

from __future__ import annotations

from models.events.orders import OrderStatus
from tests.utils.notify.story import (
    Story,
    update,
)
from utils.notify.event_writer import order_name


def test_an_orders_name() -> None:
    """An order of a later deployment has its number before it, and no order has an empty name."""
    ids = 12, 2_000_000_012, 0, -1, 11_000_000_001
    assert [order_name(each) for each in ids] == ["o12", "2-o12", "", "o-1", "11-o1"]


def test_orders_and_instruments_may_be_named_otherwise() -> None:
    """The names of orders and instruments come from the functions given."""

    def name(order_id: int) -> str:
        return f"2-o{order_id}"

    story = Story(name_order=name, name_event=name, ticker=lambda sid: f"<{sid}>")
    story.narrator.order(update(OrderStatus.SUBMITTED, sid="S"))
    story.fill(1, 5.0, 10.0)
    story.fill(2, -5.0, 10.0)
    assert story.entries[0].text() == "order submitted id=2-o12 symbol=<S>"
    assert story.told("trade closed")[0].startswith("trade closed id=2-o1 ")
    assert "closed_by=2-o2" in story.told("trade closed")[0]
