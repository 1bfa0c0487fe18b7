"""Plain events, and the events that they stand for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.events.orders import SUBMITTED, OrderType
from models.events.plain_events import UNPRICED_TYPES, PlainFill, Submission

NOON = datetime(2024, 1, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("kind", sorted(UNPRICED_TYPES))
def test_a_submission_tells_its_event(kind: OrderType) -> None:
    """An order that is followed is booked by it."""
    short = Submission(7, "S", kind, "strategy=trend", 9.0, 11.0, 0.0, 5.0)
    update = short.update(NOON)
    assert (update.time, update.created, update.status) == (NOON, NOON, SUBMITTED)
    assert (update.order_id, update.event_id, update.sid) == (7, 1, "S")
    assert (update.order_type, update.tag, update.quantity) == (kind, "strategy=trend", 5.0)
    assert (update.bid, update.ask, update.price) == (9.0, 11.0, 0.0)
    assert (update.limit_price, update.stop_price, update.fee, update.group) == (None, None, 0.0, 0)


@pytest.mark.parametrize(("fee", "currency"), [(1.5, "EUR"), (0.0, "")])
def test_a_plain_fill_tells_its_event(fee: float, currency: str) -> None:
    """A fee is in the account currency; without one there is no currency."""
    fill = PlainFill(7, 2, "S", False, -5.0, 10.5, fee).fill(NOON, "EUR")
    assert (fill.time, fill.order_id, fill.event_id, fill.sid) == (NOON, 7, 2, "S")
    assert (fill.quantity, fill.price, fill.fee, fill.fee_currency) == (-5.0, 10.5, fee, currency)
    assert (fill.final, fill.tag, fill.order_type, fill.rates) == (False, None, None, {})
