"""Order events: what a fill and an update say, by the order's first or later event."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from tests.utils.lean.wired import events_of
from tests.workbench.engine import tapes


def test_a_first_event_carries_tag_type_quantity_and_quotes(tmp_path: Path) -> None:
    """An order's first event is an update with all that is fixed there."""
    line = tapes.order(
        status="SUBMITTED", event=1, fill_qty=0.0, fill_price=0.0, fee=0.0, tag="strategy=x"
    )
    (event,) = events_of(tmp_path, tapes.security(), line)
    assert isinstance(event, OrderUpdate)
    assert (event.status, event.tag, event.order_type) == (
        OrderStatus.SUBMITTED,
        "strategy=x",
        OrderType.MARKET,
    )
    assert (event.quantity, event.bid, event.ask) == (10.0, 49.5, 50.5)


def test_a_fill_carries_price_fee_and_its_currency(tmp_path: Path) -> None:
    """A fill that is its order's first event says both what was filled and whose it is."""
    (event,) = events_of(tmp_path, tapes.security(), tapes.order())
    assert isinstance(event, Fill)
    assert (event.quantity, event.price, event.fee, event.fee_currency) == (10.0, 50.0, 1.0, "USD")
    assert (event.order_id, event.event_id, event.tag, event.final) == (1, 2, "strategy=a", True)
    assert event.rates == {}


@pytest.mark.parametrize(("live", "minute"), [(False, 31), (True, 29)])
@pytest.mark.parametrize("quantity", [0.0, 10.0])
def test_the_time_is_the_events_own_live_and_the_algorithms_in_a_backtest(
    tmp_path: Path, live: bool, minute: int, quantity: float
) -> None:
    """Live an event comes later than it happened; in a backtest it never does."""
    status = "FILLED" if quantity else "SUBMITTED"
    line = tapes.order(clock="14:31", t=tapes.utc("14:29"), fill_qty=quantity, status=status)
    (event,) = events_of(tmp_path, tapes.start(live=live), tapes.security(clock="14:29"), line)
    assert (event.time.hour, event.time.minute) == (14, minute)


@pytest.mark.parametrize("status", ["SUBMITTED", "FILLED"])
def test_a_leg_of_a_combo_carries_the_combos_id_at_its_first_event(
    tmp_path: Path, status: str
) -> None:
    """It is read once an order, and only of the types that have one."""
    leg: dict[str, Any] = {"order_type": "COMBO_MARKET", "group": 7, "group_count": 2}
    first = tapes.order(status=status, event=1, fill_qty=1.0 if status == "FILLED" else 0.0, **leg)
    later = tapes.order(status="FILLED", event=2, **leg)
    other = tapes.order(status=status, order=2, event=1, group=8, group_count=2)
    one, two, three = events_of(tmp_path, tapes.security(), first, later, other)
    assert (one.group, two.group, three.group) == (7, 0, 0)


def test_a_quantity_on_an_update_fills_nothing(tmp_path: Path) -> None:
    """LEAN books only what is filled, in part or whole: another status's quantity is none."""
    submitted = tapes.order(status="SUBMITTED", event=1, fill_qty=0.0)
    updated = tapes.order(status="UPDATE_SUBMITTED", event=2)
    filled = tapes.order(status="FILLED", event=3)
    _, second, third = events_of(tmp_path, tapes.security(), submitted, updated, filled)
    assert isinstance(second, OrderUpdate)
    assert second.fee == 0.0
    assert isinstance(third, Fill)


def test_a_fee_without_a_fill_is_read(tmp_path: Path) -> None:
    """A filled event of no quantity is an update that carries its fee and the instrument."""
    submitted = tapes.order(status="SUBMITTED", event=1, fill_qty=0.0)
    filled = tapes.order(status="FILLED", event=2, fill_qty=0.0, fee=5.0)
    _, second = events_of(tmp_path, tapes.security(), submitted, filled)
    assert isinstance(second, OrderUpdate)
    assert (second.status, second.fee, second.fee_currency) == (OrderStatus.FILLED, 5.0, "USD")
    assert second.sid


def test_a_later_event_carries_its_message_or_limit(tmp_path: Path) -> None:
    """A cancel says why, an update says the new limit."""
    submitted = tapes.order(status="SUBMITTED", event=1, fill_qty=0.0, limit=49.0)
    updated = tapes.order(status="UPDATE_SUBMITTED", event=2, fill_qty=0.0, limit=48.0, qty=8.0)
    canceled = tapes.order(status="CANCELED", event=3, fill_qty=0.0, message="too late")
    _, second, third = events_of(tmp_path, tapes.security(), submitted, updated, canceled)
    assert isinstance(second, OrderUpdate)
    assert second.limit_price == 48.0
    assert second.quantity == 8.0
    assert isinstance(third, OrderUpdate)
    assert third.message == "too late"
