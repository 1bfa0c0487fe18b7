"""Order events: what on_order_event is given, in LEAN's types."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.workbench.engine import tapes
from workbench.engine.enums import OrderDirection, OrderStatus, OrderType, SecurityType
from workbench.engine.events import OrderEvent, order_at
from workbench.engine.objects import GMT
from workbench.engine.reads import ReadMeter
from workbench.engine.state import SecurityState
from workbench.engine.symbols import Symbol


def event_of(**changes: Any) -> OrderEvent:
    """The event of an order line."""
    return metered(ReadMeter(), tapes.order(**changes))


def metered(meter: ReadMeter, line: tapes.Line) -> OrderEvent:
    """The event of a line, its reads counted by `meter`."""
    return OrderEvent(meter, line, Symbol(meter, SecurityState(tapes.security())))


def test_an_event_shows_its_line() -> None:
    """Ids, words and flags are the line's."""
    event = event_of(message="hello", assignment=True, itm=True)
    assert (event.order_id, event.id) == (1, 2)
    assert str(event.symbol.id) == tapes.STOCK
    assert event.status == OrderStatus.FILLED
    assert event.direction == OrderDirection.BUY
    assert event.message == "hello"
    assert event.is_assignment
    assert event.is_in_the_money
    assert event.fill_price_currency == "USD"


def test_an_event_has_its_own_time() -> None:
    """It is the event's and not the line's, aware, in LEAN's zone."""
    event = event_of(t="2020-01-02T14:30:59.000007+00:00")
    assert event.utc_time == datetime(2020, 1, 2, 14, 30, 59, 7, UTC)
    assert type(event.utc_time.tzinfo) is GMT


@pytest.mark.parametrize(
    ("member", "field"),
    [("fill_price", "fill_price"), ("fill_quantity", "fill_qty"), ("quantity", "qty")],
)
def test_figures_are_floats(member: str, field: str) -> None:
    """A whole number of the tape becomes a float, as LEAN's decimals do."""
    value = getattr(event_of(**{field: -7}), member)
    assert value == -7.0
    assert type(value) is float


def test_the_absolute_quantity_has_no_sign() -> None:
    """A sale of ten fills ten."""
    assert event_of(fill_qty=-10).absolute_fill_quantity == 10.0


@pytest.mark.parametrize(
    ("member", "field"),
    [("limit_price", "limit"), ("stop_price", "stop"), ("trigger_price", "trigger")],
)
def test_prices_an_order_may_lack_are_none(member: str, field: str) -> None:
    """Without one it is None, with one a float."""
    assert getattr(event_of(), member) is None
    value = getattr(event_of(**{field: 5}), member)
    assert value == 5.0
    assert type(value) is float


def test_the_fee_has_an_amount_and_a_currency() -> None:
    """A submission carries none of LEAN's null currency."""
    fee = event_of(fee=1).order_fee.value
    assert (fee.amount, fee.currency) == (1.0, "USD")
    assert type(fee.amount) is float
    none = event_of(fee=0.0, fee_currency="QCC").order_fee.value
    assert (none.amount, none.currency) == (0.0, "QCC")


def test_the_ticket_is_the_order() -> None:
    """Its tag, type, quantity, status and time are those of the order at the event."""
    ticket = event_of(order_qty=30, qty=10, order_type="LIMIT").ticket
    assert (ticket.order_id, ticket.tag, ticket.quantity) == (1, "strategy=a", 30.0)
    assert ticket.order_type == OrderType.LIMIT
    assert ticket.status == OrderStatus.FILLED
    assert ticket.security_type == SecurityType.EQUITY
    assert str(ticket.symbol.id) == tapes.STOCK
    assert ticket.time == datetime(2020, 1, 2, 14, 30, tzinfo=UTC)


def test_a_combos_leg_knows_its_group() -> None:
    """A single order has none."""
    group = event_of(group=3, group_count=4).ticket.submit_request.group_order_manager
    assert group is not None
    assert (group.id, group.count) == (3, 4)
    assert event_of().ticket.submit_request.group_order_manager is None


def test_what_a_read_of_an_event_costs() -> None:
    """Each step of the way is one read; turning a status into its number is none."""
    meter = ReadMeter()
    event = metered(meter, tapes.order())
    assert int(event.status) == 3
    assert meter.total == 1
    assert event.ticket.tag == "strategy=a"
    assert meter.total == 3
    assert event.order_fee.value.amount == 1.0
    assert meter.total == 6


def test_an_event_has_no_other_members() -> None:
    """What LEAN's event does not have is an AttributeError, and nothing can be set."""
    event = event_of()
    assert not hasattr(event, "rate")
    assert not hasattr(event, "fee")
    with pytest.raises(AttributeError):
        event.seen = True  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("kind", "prices", "shown"),
    [
        ("MARKET", {}, {}),
        ("LIMIT", {"limit": 49.0}, {"limit_price": 49.0}),
        ("STOP_MARKET", {"stop": 48.0}, {"stop_price": 48.0}),
        ("STOP_LIMIT", {"limit": 49.0, "stop": 48.0}, {"limit_price": 49.0, "stop_price": 48.0}),
    ],
)
def test_an_order_has_the_prices_of_its_type(
    kind: str, prices: dict[str, Any], shown: dict[str, float]
) -> None:
    """As in LEAN, where an order of another type has no such member."""
    meter = ReadMeter()
    symbol = Symbol(meter, SecurityState(tapes.security()))
    order = order_at(meter, tapes.order(order_type=kind, **prices), symbol)
    assert (order.id, order.type, order.quantity) == (1, getattr(OrderType, kind), 10.0)
    names = ("limit_price", "stop_price")
    assert {name: getattr(order, name) for name in names if hasattr(order, name)} == shown
