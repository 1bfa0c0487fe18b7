"""Order events: fills, and LEAN's numbers of statuses and types."""

from __future__ import annotations

from datetime import UTC, datetime
from math import inf

import pytest

from models.errors import EventError
from models.events.orders import Fill, OrderStatus, OrderType

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)


def test_infinities_that_cancel_out_are_refused() -> None:
    """Quantity and price are each looked at, not their sum."""
    with pytest.raises(EventError, match="the quantity is inf"):
        Fill(NOON, 7, 1, "AAPL", inf, -inf)


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_a_fill_of_nothing_is_refused(zero: float) -> None:
    """A fill must have a quantity."""
    with pytest.raises(EventError, match="fill of order 7: the quantity is 0"):
        Fill(NOON, 7, 1, "AAPL", zero, 10.0)


def test_leans_numbers_are_leans() -> None:
    """The numbers of statuses and types are those LEAN gives Python."""
    statuses = {"NEW": 0, "SUBMITTED": 1, "PARTIALLY_FILLED": 2, "FILLED": 3, "CANCELED": 5}
    statuses |= {"NONE": 6, "INVALID": 7, "CANCEL_PENDING": 8, "UPDATE_SUBMITTED": 9}
    assert {status.name: int(status) for status in OrderStatus} == statuses
    assert [int(order_type) for order_type in OrderType] == list(range(12))
