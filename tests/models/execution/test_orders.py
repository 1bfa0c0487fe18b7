"""Followed orders: slippage and its parts, limits, shortfall and latency of one order."""

from __future__ import annotations

from datetime import UTC

import pytest

from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from models.execution.group_metrics import OrderGroup
from models.execution.order_quality import Arrival, Outcome
from models.execution.quality import ExecutionQuality
from models.ledger.orders import Order
from tests.models.execution.desk import (
    CALL,
    INVERSE,
    MINUTE,
    NINE,
    OIL,
    SECOND,
    STOCK,
    Desk,
)


@pytest.mark.parametrize(("quantity", "price"), [(100.0, 101.5), (-100.0, 98.5)])
def test_slippage_is_cost_below_zero_for_both_sides(
    desk: Desk, quantity: float, price: float
) -> None:
    """1.5 off a mid of 100 costs 150 on 100 shares: 100 are half the spread, 50 the rest."""
    order = desk.trade(quantity, price)
    assert (order.arrival, order.arrival_price) == (100.0, Arrival.MID)
    assert (order.bid, order.ask) == (99.0, 101.0)
    assert (order.slippage, order.half_spread, order.rest) == (-150.0, -100.0, -50.0)
    assert order.slippage_bps == pytest.approx(-150.0)
    assert (order.outside, order.value, order.price) == (1, 10_000.0, price)
    assert (order.outcome, order.reason, order.shortfall) == (Outcome.FILLED, "", -150.0)


@pytest.mark.parametrize(("quantity", "price"), [(100.0, 99.5), (-100.0, 100.5)])
def test_a_fill_within_the_spread_gives_some_of_it_back(
    desk: Desk, quantity: float, price: float
) -> None:
    """Half a dollar better than the mid is a gain of 50 less the half spread of 100."""
    order = desk.trade(quantity, price)
    assert (order.slippage, order.half_spread, order.rest) == (50.0, -100.0, 150.0)
    assert order.outside == 0


def test_money_counts_the_multiplier_and_the_rate(desk: Desk) -> None:
    """A quarter off on two contracts of 100, at 1.1 to the unit, is 55."""
    order = desk.trade(2.0, 5.25, bid=4.9, ask=5.1, instrument=CALL, rate=1.1)
    assert order.slippage == pytest.approx(-55.0)
    assert order.half_spread == pytest.approx(-22.0)
    assert order.slippage_bps == pytest.approx(-500.0)
    assert order.value == pytest.approx(1_100.0)


def test_each_fill_counts_at_its_own_rate() -> None:
    """A dollar lost on a share before the rate rose and after it is 1.1 and 1.2."""
    quality = ExecutionQuality(UTC)
    order = Order("a", OrderType.MARKET, "")
    update = OrderUpdate(NINE, 1, 1, "S", OrderStatus.SUBMITTED, quantity=2.0, bid=99.0, ask=101.0)
    quality.submit(update, order, STOCK, 1.0)
    quality.fill(Fill(NINE, 1, 2, "S", 1.0, 101.0, final=False), order, STOCK, 1.1)
    quality.fill(Fill(NINE, 1, 3, "S", 1.0, 101.0), order, STOCK, 1.2)
    assert quality.orders(1)[0].slippage == pytest.approx(-2.3)


@pytest.mark.parametrize(("quantity", "price"), [(10.0, 40_400.0), (-10.0, 39_600.0)])
def test_an_inverse_contract_costs_coins(desk: Desk, quantity: float, price: float) -> None:
    """Ten contracts of 100 dollars, filled worse by 400 of 40,000, lose coins to both sides."""
    order = desk.trade(
        quantity, price, bid=40_000.0, ask=40_000.0, instrument=INVERSE, rate=40_000.0
    )
    assert order.slippage == pytest.approx(-1_000.0 * 400.0 / price)
    assert order.value == pytest.approx(1_000.0)


def test_without_different_quotes_the_last_price_is_the_arrival(desk: Desk) -> None:
    """LEAN shows the last price for quotes it lacks: there is slippage, but no spread."""
    for quotes in ({"bid": 0.0, "ask": 0.0, "price": 100.0}, {"bid": 100.0, "ask": 100.0}):
        order = desk.trade(10.0, 101.0, **quotes)
        assert (order.arrival, order.arrival_price) == (100.0, Arrival.LAST)
        assert (order.slippage, order.half_spread, order.rest) == (-10.0, None, None)
        assert order.outside == 0
    figures = desk.account
    assert (figures.slippage, figures.unquoted, figures.half_spread) == (-20.0, -20.0, None)
    assert (figures.outside_rate, figures.worse_rate) == (None, None)


def test_without_a_price_there_is_no_slippage(desk: Desk) -> None:
    """An order that no price was read for counts, with what is known of it."""
    order = desk.trade(10.0, 101.0, bid=0.0, ask=0.0, fee=1.0)
    assert (order.arrival, order.arrival_price, order.value) == (None, Arrival.NONE, None)
    unknown = (order.slippage, order.slippage_bps, order.half_spread, order.rest, order.shortfall)
    assert unknown == (None,) * 5
    assert desk.account.slippage is None
    assert desk.account.fees_bps == pytest.approx(1e4 / 1010.0)
    assert set(desk.by(OrderGroup.SIZE)) == {"unknown"}


def test_prices_may_be_negative(desk: Desk) -> None:
    """Oil at -37: a dollar more on a contract of 1000 barrels costs 1000, of 37,000."""
    order = desk.trade(1.0, -36.0, bid=-38.0, ask=-36.0, instrument=OIL)
    assert (order.arrival, order.slippage, order.half_spread, order.rest) == (
        -37.0,
        -1000.0,
        -1000.0,
        0.0,
    )
    assert order.slippage_bps == pytest.approx(-1e4 / 37)
    assert order.outside == 0
    order = desk.trade(-1.0, -1.5, bid=-1.0, ask=1.0, instrument=OIL)
    assert (order.arrival, order.slippage) == (None, None)  # a mid of 0 measures nothing


def test_a_crossed_quote_has_no_spread(desk: Desk) -> None:
    """A bid above the ask gives a mid, and nothing to be outside of."""
    order = desk.trade(10.0, 105.0, bid=101.0, ask=99.0)
    assert (order.arrival, order.slippage, order.half_spread) == (100.0, -50.0, None)
    assert order.outside == 0


def test_a_limit_order_is_held_against_its_limit(desk: Desk) -> None:
    """40 shares 20 cents and 60 shares 10 cents better than the limit in force are 14 dollars."""
    order_id = desk.send(100.0, limit=100.5)
    assert not desk.tell(order_id, OrderStatus.UPDATE_SUBMITTED, limit_price=100.0)
    desk.get(order_id, 40.0, 99.8, final=False)
    desk.get(order_id, 60.0, 99.9)
    order = desk.last
    assert order.limit_price == 100.0
    assert order.versus_limit == pytest.approx(14.0)
    assert desk.account.versus_limit_bps == pytest.approx(14.0)
    assert (order.fills, order.filled) == (2, 100.0)
    assert order.price == pytest.approx(99.86)
    assert order.slippage == pytest.approx(14.0)


def test_the_limit_of_a_combo_is_not_its_legs(desk: Desk) -> None:
    """A leg at 5 of a combo with a limit of 1 is held against no limit; a leg's own one counts."""
    order = desk.trade(1.0, 5.0, limit=1.0, order_type=OrderType.COMBO_LIMIT)
    assert (order.limit_price, order.versus_limit) == (None, None)
    order = desk.trade(1.0, 5.0, limit=6.0, order_type=OrderType.COMBO_LEG_LIMIT)
    assert order.versus_limit == 1.0


def test_what_was_not_filled_is_valued_at_the_end(desk: Desk) -> None:
    """60 of 100 shares were missed while the price rose by 3 over the arrival: 180."""
    order_id = desk.send(100.0, limit=100.0)
    desk.get(order_id, 40.0, 100.0, final=False)
    desk.mark(MINUTE, S=103.0)
    assert desk.tell(order_id, OrderStatus.CANCELED)
    order = desk.last
    assert (order.outcome, order.filled, order.slippage) == (Outcome.CANCELED, 40.0, 0.0)
    assert order.shortfall == pytest.approx(-180.0)
    figures = desk.account
    assert (figures.partial, figures.outcomes["canceled"]) == (1, 1)
    desk.trade(1e-9, 100.0)
    assert desk.account.partial == 1  # not those filled whole
    assert figures.fill_rate == 0.0
    assert figures.fill_rate_quantity == pytest.approx(0.4)
    assert figures.shortfall_bps == pytest.approx(-180.0)


def test_the_price_at_the_end_may_come_with_the_event(desk: Desk) -> None:
    """The event's own quotes or price win over a mark's; without any price there is no figure."""
    desk.tell(desk.send(-10.0, limit=105.0), OrderStatus.CANCELED, bid=95.0, ask=97.0)
    assert desk.last.shortfall == pytest.approx(-40.0)  # the seller missed 4 dollars a share
    desk.tell(desk.send(-10.0, limit=105.0), OrderStatus.CANCELED, price=98.0)
    assert desk.last.shortfall == pytest.approx(-20.0)
    desk.tell(desk.send(-10.0, limit=105.0), OrderStatus.CANCELED)
    assert desk.last.shortfall is None
    assert desk.account.shortfall == pytest.approx(-60.0)
    assert desk.account.shortfall_bps == pytest.approx(-300.0)


def test_a_change_of_quantity_is_the_quantity_ordered(desk: Desk) -> None:
    """An order cut to what it had got is not missing the rest."""
    order_id = desk.send(100.0, limit=100.0)
    desk.get(order_id, 40.0, 100.0, final=False)
    desk.tell(order_id, OrderStatus.UPDATE_SUBMITTED, quantity=50.0)
    desk.tell(order_id, OrderStatus.CANCELED, price=101.0)
    assert desk.last.quantity == 50.0
    assert desk.last.shortfall == pytest.approx(-10.0)


def test_more_than_ordered_leaves_nothing_unfilled(desk: Desk) -> None:
    """A larger quantity that no event told makes no negative rest."""
    order_id = desk.send(10.0)
    desk.get(order_id, 15.0, 100.0, final=False)
    desk.tell(order_id, OrderStatus.CANCELED, price=200.0)
    assert desk.last.shortfall == 0.0
    assert desk.account.fill_rate_quantity == 1.0


def test_latency_is_from_submission(desk: Desk) -> None:
    """Acknowledged after half a second, filled after two and five; zero is not measured."""
    created = desk.now + MINUTE - SECOND / 2
    order_id = desk.send(10.0, created=created)
    desk.get(order_id, 4.0, 100.0, final=False, after=1.5 * SECOND)
    desk.get(order_id, 6.0, 100.0, after=4.5 * SECOND)
    desk.trade(10.0, 100.0)
    first, backtest = desk.quality.orders()[::-1]
    assert (first.acknowledged, first.first_fill, first.last_fill) == (0.5, 2.0, 5.0)
    assert (backtest.acknowledged, backtest.first_fill, backtest.last_fill) == (None, None, None)
    latency = desk.account.latency
    assert {name: (each.n, each.average, each.p99) for name, each in latency.items()} == {
        "acknowledged": (1, 0.5, 0.5),
        "first_fill": (1, 2.0, 2.0),
        "last_fill": (1, 5.0, 5.0),
    }
    by_symbol = desk.by(OrderGroup.SYMBOL)["S"].latency["last_fill"]
    assert (by_symbol.n, by_symbol.average, by_symbol.median) == (1, 5.0, None)


def test_a_clock_that_runs_backwards_measures_nothing(desk: Desk) -> None:
    """An acknowledgement before the submission is no latency."""
    desk.send(10.0, created=desk.now + 2 * MINUTE)
    desk.get(1, 10.0, 100.0)
    assert (desk.last.acknowledged, desk.last.last_fill) == (None, None)
