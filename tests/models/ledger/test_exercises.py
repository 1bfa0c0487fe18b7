"""Exercise and assignment: what LEAN's words and legs say of a fill."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill, OrderType
from models.ledger.exercises import exit_reason, underlying_price
from models.ledger.orders import Orders

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("order_type", "tag", "message", "strike", "quantity", "reason"),
    [
        (OrderType.MARKET, "Margin Call", "", None, -1.0, "margin call"),
        (OrderType.MARKET, "", "OTM. Underlying: 1", None, -1.0, "order"),
        (OrderType.OPTION_EXERCISE, "", "OTM. Underlying: 748.4000", 760.0, -1.0, "expiry"),
        (OrderType.OPTION_EXERCISE, "", "Automatic Exercise.", 740.0, -2.0, "exercise"),
        (OrderType.OPTION_EXERCISE, "", "Assigned.", 740.0, 2.0, "assignment"),
        (OrderType.OPTION_EXERCISE, "", "Option Exercise", None, 200.0, "exercise"),
        (OrderType.OPTION_EXERCISE, "Simulated option assignment", "x", None, 1.0, "assignment"),
    ],
)
def test_why_a_fill_closes(
    order_type: OrderType,
    tag: str,
    message: str,
    strike: float | None,
    quantity: float,
    reason: str,
) -> None:
    """An exercise is told by its leg, its side and LEAN's words, all else by the tag."""
    fill = Fill(NOON, 1, 1, "X", quantity, 0.0, tag=tag, order_type=order_type, message=message)
    order = Orders("main").begin(fill, "X")
    kind = SecurityType.EQUITY if strike is None else SecurityType.OPTION
    assert exit_reason(order, fill, Instrument("X", "X", kind, "USD", strike=strike)) == reason


START = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)


def fill(minute: int, quantity: float, price: float = 10.0, **given: Any) -> Fill:
    """A fill of the stock by an order of its own."""
    values = {"sid": "S", "event_id": 1, "tag": "strategy=trend", **given}
    return Fill(
        START + timedelta(minutes=minute), minute + 1, quantity=quantity, price=price, **values
    )


@pytest.mark.parametrize(
    ("message", "price"),
    [
        ("Automatic Exercise. Underlying: 748.4000. Loss: -2860.0", 748.4),
        ("OTM. Underlying: 3795. Profit: +1", 3795.0),
        ("Assigned. Underlying: -37.63. Profit: +1", -37.63),
        ("Option Exercise", None),
        ("", None),
    ],
)
def test_the_underlyings_price_is_read_from_leans_message(
    message: str, price: float | None
) -> None:
    """It stands after the word, with its decimals and without the full stop."""
    assert underlying_price(fill(1, 1.0, message=message)) == price
