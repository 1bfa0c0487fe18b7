"""Execution quality as a whole: whose orders it follows, how they end, and that it survives."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.events.orders import Fill, OrderStatus, OrderType
from models.execution.group_metrics import ExecutionMetrics, OrderGroup
from models.execution.order_quality import OrderQuality
from models.execution.quality import ExecutionQuality
from models.ledger.orders import Order
from tests.models.execution.desk import (
    CALL,
    INSTRUMENTS,
    MINUTE,
    NEW_YORK,
    NINE,
    STOCK,
    Desk,
    Step,
    feed,
    near,
    steps,
)


def test_an_order_may_be_first_heard_of_by_its_fill(desk: Desk) -> None:
    """It has no arrival and no latency; its size is what the fill was worth."""
    order = Order("a", OrderType.MARKET, "")
    fill = Fill(NINE, 7, 1, "S", 20.0, 100.0, order_type=OrderType.MARKET)
    desk.quality.fill(fill, order, STOCK, 1.0, 1.0)
    assert (desk.last.arrival, desk.last.first_fill, desk.last.value) == (None, None, 2_000.0)
    assert desk.account.fills == 1


def test_orders_of_leans_own_are_left_out(desk: Desk) -> None:
    """Neither a shared order nor an exercise, on any leg, is the user's execution."""
    shared = desk.send(10.0, strategy=None)
    exercise = desk.send(-1.0, order_type=OrderType.OPTION_EXERCISE, instrument=CALL)
    desk.get(shared, 10.0, 100.0)
    desk.get(exercise, -1.0, 0.0)
    assert not desk.tell(exercise, OrderStatus.CANCELED)
    assert (desk.account.orders, desk.quality.open_orders) == (0, 0)


def test_outcomes_and_their_reasons(desk: Desk) -> None:
    """Messages that differ in ids and figures are one reason; expiry is told by the message."""
    for number in (17, 33):
        reason = f"Order Error: ids: [{number}], Insufficient buying power (Value:[{number}.5])"
        desk.send(10.0, status=OrderStatus.INVALID, message=reason)
    assert desk.last.reason.startswith("Order Error: ids: [33]")
    assert desk.last.shortfall is None  # it never was in the market
    desk.tell(desk.send(10.0, limit=99.0), OrderStatus.CANCELED, "The order has expired.")
    order_id = desk.send(10.0, limit=99.0)
    assert not desk.tell(order_id, OrderStatus.CANCEL_PENDING)
    assert desk.tell(order_id, OrderStatus.CANCELED)
    assert not desk.tell(order_id, OrderStatus.CANCELED)
    desk.trade(10.0, 100.0)
    figures = desk.account
    assert figures.outcomes == {
        "filled": 1,
        "canceled": 1,
        "rejected": 2,
        "expired": 1,
        "unknown": 0,
    }
    assert figures.reasons == {
        "rejected: Insufficient buying power": 2,
        "expired: The order has expired.": 1,
        "canceled: no reason given": 1,
    }
    rates = (figures.cancel_rate, figures.reject_rate, figures.expiry_rate)
    assert rates == (0.2, 0.4, 0.2)
    assert figures.fill_rate == pytest.approx(1 / 3)  # of those not rejected
    assert figures.fills_per_order == 1.0


def test_fees_stand_against_what_was_filled(desk: Desk) -> None:
    """Two dollars on 2,000 are ten basis points."""
    desk.trade(10.0, 100.0, fee=1.5)
    desk.trade(-10.0, 100.0, fee=0.5)
    figures = desk.account
    assert (figures.fees, figures.value, figures.fees_bps) == (2.0, 2_000.0, 10.0)


def test_the_score_is_what_the_parts_make_of_it() -> None:
    """10 bps of 20, half the quoted fills worse of half; one of two accepted orders unfilled."""
    desk = Desk(slippage=20.0, unfilled=1.0)
    desk.trade(100.0, 100.2, bid=99.9, ask=100.1)
    desk.trade(100.0, 100.0, bid=99.9, ask=100.1)
    desk.tell(desk.send(200.0, limit=99.0), OrderStatus.CANCELED)
    figures = desk.account
    assert figures.slippage_bps == pytest.approx(-10.0)
    assert (figures.worse_rate, figures.fill_rate_quantity) == (0.5, 0.5)
    points = {"slippage": 20.0, "unfilled": 10.0, "rejected": 15.0, "outside": 0.0}
    assert figures.score == pytest.approx(100 * sum(points.values()) / 85)
    assert Desk().account.score is None


def test_an_open_order_is_in_no_figure(desk: Desk) -> None:
    """It is counted when it has ended, fills and all."""
    order_id = desk.send(10.0)
    desk.get(order_id, 4.0, 100.0, final=False)
    assert (desk.quality.open_orders, desk.account.fills) == (1, 0)
    desk.get(order_id, 6.0, 100.0)
    assert (desk.quality.open_orders, desk.account.fills) == (0, 2)


def test_a_fill_after_the_end_is_counted_apart(desk: Desk) -> None:
    """It changes no figure, and makes no second order."""
    order_id = desk.send(10.0)
    desk.tell(order_id, OrderStatus.CANCELED)
    desk.get(order_id, 10.0, 100.0)
    assert (desk.quality.late_fills, desk.account.orders, desk.account.fills) == (1, 1, 0)


def test_an_id_that_comes_again_ends_the_order_before(desk: Desk) -> None:
    """After a redeployment ids start again: what the old order got is kept."""
    order_id = desk.send(10.0)
    desk.get(order_id, 4.0, 100.0, final=False)
    desk.send(5.0, order_id=order_id)
    desk.get(order_id, 5.0, 100.0)
    assert desk.account.outcomes["unknown"] == 1
    assert (desk.account.orders, desk.account.fills) == (2, 2)


def test_a_deployment_ends_what_is_open(desk: Desk) -> None:
    """LEAN counts its orders anew: a fill under an old id is another order's."""
    ended, still_open = desk.send(10.0), desk.send(10.0)
    desk.get(ended, 10.0, 100.0)
    desk.now += MINUTE
    desk.quality.deploy(desk.now)
    assert desk.quality.open_orders == 0
    assert desk.account.outcomes["unknown"] == 1
    desk.get(ended, 5.0, 100.0)
    desk.get(still_open, 6.0, 100.0)
    assert [order.filled for order in desk.quality.orders(2)] == [6.0, 5.0]
    assert (desk.quality.late_fills, desk.account.orders) == (0, 4)


@given(steps)
@settings(max_examples=150)
def test_half_the_spread_and_the_rest_are_the_slippage(drawn: list[Step]) -> None:
    """Of every order with a spread, and of every group with what has none."""
    desk = Desk()
    for _ in feed(desk, drawn):
        pass
    for order in desk.quality.orders():
        if order.half_spread is not None and order.rest is not None:
            assert near(order.slippage, order.half_spread + order.rest)
            assert order.half_spread <= 0
    for group in OrderGroup:
        for found in desk.quality.metrics(group):
            parts = (found.half_spread or 0.0) + (found.rest or 0.0) + (found.unquoted or 0.0)
            assert near(found.slippage or 0.0, parts)


@given(steps)
@settings(max_examples=150)
def test_groups_sum_to_the_account(drawn: list[Step]) -> None:
    """Orders, fills, money and markouts of every kind of group, and of the orders themselves."""
    desk = Desk()
    for _ in feed(desk, drawn):
        pass
    account, orders = desk.account, desk.quality.orders()
    assert account.orders == len(orders)
    for name in ("slippage", "shortfall", "versus_limit", "fees", "fills", "outside"):
        total = getattr(account, name) or 0.0
        assert near(total, sum(getattr(order, name) or 0.0 for order in orders))
        for group in OrderGroup:
            parts = (getattr(found, name) or 0.0 for found in desk.quality.metrics(group))
            assert near(total, sum(parts))
    for group in OrderGroup:
        found = desk.quality.metrics(group)
        assert sum(each.orders for each in found) == account.orders
        for name, total in account.markouts.items():
            assert sum(each.markouts[name].fills for each in found) == total.fills
            assert near(sum(each.markouts[name].money or 0.0 for each in found), total.money or 0.0)


@given(steps)
@settings(max_examples=100)
def test_asking_in_between_changes_nothing(drawn: list[Step]) -> None:
    """Events and marks are taken when somebody asks, as if each had been taken when it came."""
    unasked, asked = Desk(), Desk()
    for _ in feed(unasked, drawn):
        pass
    for _ in feed(asked, drawn):
        asked.quality.settle()
        due = asked.quality.due(asked.now)
        assert due <= asked.quality.watched
        assert asked.quality.waits == any(asked.quality.state()["markouts"])
    assert json.dumps(unasked.quality.state()) == json.dumps(asked.quality.state())


@given(steps, st.integers(0, 60))
@settings(max_examples=100)
def test_a_restart_changes_nothing(drawn: list[Step], stop: int) -> None:
    """What is restored from JSON in mid-run ends up as what never stopped."""
    straight, stopped = Desk(), Desk()
    for _ in feed(straight, drawn):
        pass
    for number in feed(stopped, drawn):
        if number == stop:
            saved = json.loads(json.dumps(stopped.quality.state(), allow_nan=False))
            stopped.quality = ExecutionQuality(NEW_YORK)
            stopped.quality.restore(saved, INSTRUMENTS)
            assert json.loads(json.dumps(stopped.quality.state())) == saved
    assert stopped.quality.state() == straight.quality.state()
    for group in OrderGroup:
        assert stopped.quality.metrics(group) == straight.quality.metrics(group)
    assert stopped.quality.orders() == straight.quality.orders()


@given(steps)
@settings(max_examples=100)
def test_records_come_back_from_json(drawn: list[Step]) -> None:
    """Orders and groups, whatever is known of them."""
    desk = Desk()
    for _ in feed(desk, drawn):
        pass
    for order in desk.quality.orders():
        assert OrderQuality.from_dict(json.loads(json.dumps(order.to_dict()))) == order
    for group in OrderGroup:
        for found in desk.quality.metrics(group):
            assert ExecutionMetrics.from_dict(json.loads(json.dumps(found.to_dict()))) == found


@given(
    st.lists(
        st.tuples(st.floats(1.0, 1e4), st.floats(90.0, 110.0), st.booleans(), st.booleans()),
        min_size=1,
        max_size=30,
    )
)
def test_reading_between_orders_changes_nothing(
    steps: list[tuple[float, float, bool, bool]],
) -> None:
    """Orders are summed when somebody reads, to the last bit as if each had been at its end."""
    unread, read = Desk(), Desk()
    for count, (quantity, price, fills, looks) in enumerate(steps, start=1):
        for desk in (unread, read):
            order_id = desk.send(quantity)
            if fills:
                desk.get(order_id, quantity, price)
            else:
                desk.tell(order_id, OrderStatus.CANCELED, "why")
        if looks:
            (account,) = read.quality.metrics()
            assert account.orders == count
    assert json.dumps(read.quality.state()) == json.dumps(unread.quality.state())
