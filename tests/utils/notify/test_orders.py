"""The events of orders as they are logged."""

from __future__ import annotations

import pytest

from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from tests.utils.notify.story import (
    NOON,
    Story,
    update,
)
from utils.log.events import Level


@pytest.mark.parametrize(
    ("event", "text", "level"),
    [
        (
            update(
                OrderStatus.SUBMITTED,
                sid="SPY R735QTJ8XC9X",
                order_type=OrderType.LIMIT,
                quantity=-5.0,
                tag="strategy=a",
            ),
            'order submitted id=o12 symbol=SPY type=LIMIT quantity=-5 tag="strategy=a"',
            Level.DEBUG,
        ),
        (
            update(OrderStatus.UPDATE_SUBMITTED, limit_price=9.5),
            "order updated id=o12 limit=9.5",
            Level.DEBUG,
        ),
        (
            update(OrderStatus.INVALID, message="no buying power"),
            'order rejected id=o12 message="no buying power"',
            Level.WARNING,
        ),
        (update(OrderStatus.CANCELED), "order cancelled id=o12", Level.INFO),
        (
            Fill(NOON, 12, 2, "SPY R735QTJ8XC9X", 100.0, 9.5, 1.0),
            "order filled id=o12 symbol=SPY quantity=100 price=9.5 fee=1",
            Level.DEBUG,
        ),
    ],
)
def test_orders_are_told(event: OrderUpdate | Fill, text: str, level: Level) -> None:
    """Each event of an order is an entry with the order's id, saying what is known of it."""
    story = Story()
    story.narrator.order(event)
    (made,) = story.entries
    assert (made.text(), made.level, made.time) == (text, level, NOON)


@pytest.mark.parametrize("status", [OrderStatus.NEW, OrderStatus.CANCEL_PENDING, OrderStatus.NONE])
def test_what_an_order_passes_through_is_not_told(status: OrderStatus) -> None:
    """Statuses that change nothing for the user make no entry."""
    story = Story()
    story.narrator.order(update(status))
    assert story.entries == []


def test_an_event_names_its_instrument_where_that_was_read() -> None:
    """An event is told with its instrument's ticker, one without an instrument without any."""
    story = Story("warning")
    story.narrator.order(update(OrderStatus.SUBMITTED, sid="SPY R735QTJ8XC9X"))
    story.narrator.order(update(OrderStatus.INVALID, sid="SPY R735QTJ8XC9X", message="why"))
    story.narrator.order(update(OrderStatus.INVALID, message="late"))
    assert [made.text() for made in story.entries] == [
        "order rejected id=o12 symbol=SPY message=why",
        "order rejected id=o12 message=late",
    ]
