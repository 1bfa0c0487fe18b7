"""Execution quality: hand-computed orders, groups that sum to the account, restarts, markouts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from models.execution import groups
from models.execution import markouts as pending
from models.execution.group_metrics import ExecutionMetrics, OrderGroup
from models.execution.groups import MOST_KEYS
from models.execution.order_quality import HORIZONS, Arrival, OrderQuality, Outcome
from models.execution.quality import FINISHED_WHOLE, ExecutionQuality
from models.execution.score import THRESHOLDS
from models.ledger.orders import Order

NINE = datetime(2024, 1, 2, 14, 0, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
NEW_YORK = ZoneInfo("America/New_York")
STOCK = Instrument("S", "STOCK", SecurityType.EQUITY, "USD")
OIL = Instrument("CL", "OIL", SecurityType.FUTURE, "USD", multiplier=1000.0)
CALL = Instrument(
    "C", "CALL", SecurityType.OPTION, "USD", multiplier=100.0, strike=100.0, right="CALL"
)
INVERSE = Instrument(
    "P", "BTCUSD", SecurityType.CRYPTO_FUTURE, "USD", multiplier=100.0, base="BTC", market="bybit"
)
INSTRUMENTS = {each.sid: each for each in (STOCK, OIL, CALL, INVERSE)}


class Desk:
    """Sends orders of one strategy a minute apart and tells what became of them."""

    def __init__(self, **thresholds: float) -> None:
        self.quality = ExecutionQuality(NEW_YORK, {**THRESHOLDS, **thresholds})
        self.now = NINE
        self._known: dict[int, tuple[Order, Instrument, float]] = {}
        self._events = 0

    def send(
        self,
        quantity: float,
        bid: float = 99.0,
        ask: float = 101.0,
        *,
        price: float = 0.0,
        limit: float | None = None,
        order_type: OrderType | None = None,
        strategy: str | None = "a",
        instrument: Instrument = STOCK,
        rate: float = 1.0,
        order_id: int | None = None,
        status: OrderStatus = OrderStatus.SUBMITTED,
        message: str = "",
        created: datetime | None = None,
    ) -> int:
        """Submit an order, of type market or limit; its id."""
        self.now += MINUTE
        if order_type is None:
            order_type = OrderType.MARKET if limit is None else OrderType.LIMIT
        order_id = order_id or len(self._known) + 1
        order = Order(strategy, order_type, "")
        self._known[order_id] = order, instrument, rate
        update = self._update(
            order_id,
            status,
            order_type=order_type,
            quantity=quantity,
            bid=bid,
            ask=ask,
            price=price,
            limit_price=limit,
            message=message,
        )
        self.quality.submit(update, order, instrument, rate, created)
        return order_id

    def get(
        self,
        order_id: int,
        quantity: float,
        price: float,
        *,
        fee: float = 0.0,
        final: bool = True,
        after: timedelta = timedelta(0),
    ) -> bool:
        """Fill an order."""
        order, instrument, rate = self._known[order_id]
        self._events += 1
        time = self.now + after
        fill = Fill(time, order_id, self._events, instrument.sid, quantity, price, final=final)
        return self.quality.fill(fill, order, instrument, rate, fee)

    def tell(self, order_id: int, status: OrderStatus, message: str = "", **more: Any) -> bool:
        """Let an event come that fills nothing."""
        return self.quality.update(self._update(order_id, status, message=message, **more))

    def trade(self, quantity: float, price: float, /, **submission: Any) -> OrderQuality:
        """An order filled at once; its record."""
        fee = submission.pop("fee", 0.0)
        assert self.get(self.send(quantity, **submission), quantity, price, fee=fee)
        return self.last

    def mark(self, after: timedelta, **prices: float) -> None:
        """Let a mark come so long after the last order."""
        self.quality.mark(self.now + after, prices)

    @property
    def last(self) -> OrderQuality:
        """The order that ended last."""
        return self.quality.orders(1)[0]

    @property
    def account(self) -> ExecutionMetrics:
        """All orders in figures."""
        return self.quality.metrics()[0]

    def by(self, group: OrderGroup) -> dict[str, ExecutionMetrics]:
        """A group's values in figures."""
        return {record.key: record for record in self.quality.metrics(group)}

    def _update(self, order_id: int, status: OrderStatus, **more: Any) -> OrderUpdate:
        self._events += 1
        return OrderUpdate(self.now, order_id, self._events, "", status, **more)


@pytest.fixture
def desk() -> Desk:
    """A desk without an order."""
    return Desk()


# --- one order


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
    assert not desk.get(order_id, 40.0, 99.8, final=False)
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


def test_an_order_may_be_first_heard_of_by_its_fill(desk: Desk) -> None:
    """It has no arrival and no latency; its size is what the fill was worth."""
    order = Order("a", OrderType.MARKET, "")
    fill = Fill(NINE, 7, 1, "S", 20.0, 100.0, order_type=OrderType.MARKET)
    assert desk.quality.fill(fill, order, STOCK, 1.0, 1.0)
    assert (desk.last.arrival, desk.last.first_fill, desk.last.value) == (None, None, 2_000.0)
    assert desk.account.fills == 1


def test_orders_of_leans_own_are_left_out(desk: Desk) -> None:
    """Neither a shared order nor an exercise, on any leg, is the user's execution."""
    shared = desk.send(10.0, strategy=None)
    exercise = desk.send(-1.0, order_type=OrderType.OPTION_EXERCISE, instrument=CALL)
    assert not desk.get(shared, 10.0, 100.0)
    assert not desk.get(exercise, -1.0, 0.0)
    assert not desk.tell(exercise, OrderStatus.CANCELED)
    assert (desk.account.orders, desk.quality.open_orders) == (0, 0)


# --- ends, latency, score


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


def test_a_suggestion_is_the_cost_of_market_orders(desk: Desk) -> None:
    """On quotes what they cost beyond the touch, on trades all of it; limits do not count."""
    desk.trade(100.0, 101.5)
    desk.trade(-100.0, 98.9)
    desk.trade(100.0, 80.0, limit=100.0)
    desk.trade(100.0, 101.0, bid=0.0, ask=0.0, price=100.0)
    desk.trade(1.0, 95.0, bid=0.0, ask=0.0, price=100.0, instrument=OIL)
    stock, oil = sorted(desk.quality.suggested_slippage(), key=lambda each: each.symbol)[::-1]
    assert (stock.symbol, stock.orders) == ("STOCK", 3)
    assert stock.with_trades == pytest.approx(360.0 / 30_000)
    assert stock.with_quotes == pytest.approx(60.0 / 20_000)
    assert (oil.with_trades, oil.with_quotes) == (0.0, None)  # it gained


# --- groups


def test_an_order_is_in_one_group_of_every_kind(desk: Desk) -> None:
    """By strategy, sid, security type, order type, local hour of submission, and value."""
    desk.trade(2.0, 100.0)
    desk.trade(1.0, 5.0, instrument=CALL, limit=5.0, strategy="b", bid=4.0, ask=6.0)
    keys = {group: [record.key for record in desk.quality.metrics(group)] for group in OrderGroup}
    assert keys == {
        OrderGroup.ACCOUNT: [""],
        OrderGroup.STRATEGY: ["a", "b"],
        OrderGroup.SYMBOL: ["C", "S"],
        OrderGroup.SECURITY_TYPE: ["EQUITY", "OPTION"],
        OrderGroup.ORDER_TYPE: ["LIMIT", "MARKET"],
        OrderGroup.HOUR: ["09"],
        OrderGroup.SIZE: ["<1k"],
    }
    assert desk.by(OrderGroup.SYMBOL)["C"].name == "CALL"
    assert (desk.account.key, desk.account.name) == ("", "")
    assert desk.by(OrderGroup.STRATEGY)["a"].slippage_spread.n == 1


@pytest.mark.parametrize(
    ("quantity", "size"),
    [(9.99, "<1k"), (10.0, "1k-10k"), (-100.0, "10k-100k"), (1e3, "100k-1M"), (1e4, ">=1M")],
)
def test_sizes_are_values_at_submission(desk: Desk, quantity: float, size: str) -> None:
    """A bound belongs to the size above it, for both sides."""
    desk.trade(quantity, 100.0)
    assert set(desk.by(OrderGroup.SIZE)) == {size}


def test_groups_are_bounded(desk: Desk) -> None:
    """Strategies beyond those kept apart are put together; so many orders are kept, no more."""
    for number in range(MOST_KEYS + 3):
        desk.trade(1.0, 100.0, strategy=f"s{number}")
    desk.trade(1.0, 100.0, strategy="s0")
    found = desk.by(OrderGroup.STRATEGY)
    assert len(found) == MOST_KEYS + 1
    assert (found["other"].orders, found["s0"].orders) == (3, 2)
    assert len(desk.quality.orders()) == FINISHED_WHOLE
    assert desk.quality.orders(2)[1].strategy == f"s{MOST_KEYS + 2}"


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
    assert not desk.get(order_id, 10.0, 100.0)
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
    assert desk.get(ended, 5.0, 100.0)
    assert desk.get(still_open, 6.0, 100.0)
    assert [order.filled for order in desk.quality.orders(2)] == [6.0, 5.0]
    assert (desk.quality.late_fills, desk.account.orders) == (0, 4)


def test_quantiles_turn_into_a_digest(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One order more than are exact, and they are known within one percent from then on."""
    monkeypatch.setattr(groups, "EXACT_ORDERS", 4)
    for cents in (10, 20, 30, 40):
        desk.trade(1.0, 100.0 + cents / 100, strategy="ab"[cents // 10 % 2])
    spread = desk.account.slippage_spread
    assert spread.exact
    assert spread.median == pytest.approx(-25.0)
    assert spread.p99 == pytest.approx(-10.3)
    desk.trade(1.0, 100.5, strategy="c")
    desk.trade(1.0, 100.5, strategy="d")
    spread = desk.account.slippage_spread
    assert (spread.exact, spread.n) == (False, 6)
    assert spread.maximum == pytest.approx(-10.0)
    assert spread.median == pytest.approx(-35.0, rel=0.011)


def test_what_is_kept_stops_growing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """After 1,500 orders no more is kept than after 500: not of orders, fills or quantiles."""
    monkeypatch.setattr(groups, "EXACT_ORDERS", 50)
    monkeypatch.setattr(pending, "MOST_PENDING", 50)
    kept: list[tuple[int, int, int]] = []
    for number in range(1_500):
        desk.trade(1.0, 100.0 + number % 40 / 100, created=desk.now + MINUTE - SECOND)
        if number in (499, 1_499):
            state = desk.quality.state()
            quantiles = [bins for _, *_, each in state["groups"]["strategy"] for bins in each]
            assert all(each["values"] is None for each in quantiles)
            bins = sum(len(each["bins"]) for each in quantiles)
            kept.append((len(state["orders"]), sum(map(len, state["markouts"])), bins))
    assert kept[0] == kept[1]


# --- markouts and splits


def test_markouts_are_what_the_price_did_after_the_fill(desk: Desk) -> None:
    """A buyer gains when it rises, a seller loses; the first mark in time decides."""
    desk.trade(10.0, 100.0)
    buy = desk.now
    desk.mark(59 * SECOND, S=90.0)
    assert desk.last.markouts["1m"] is None
    assert desk.quality.due(buy + 59 * SECOND) == set()
    assert desk.quality.due(buy + MINUTE) == {"S"}
    desk.mark(90 * SECOND, S=102.0)
    desk.mark(5 * MINUTE, S=99.0)
    desk.mark(31 * MINUTE, S=150.0)  # too late for a quarter of an hour
    desk.mark(timedelta(days=1), S=101.0)
    assert desk.last.markouts == {"1m": 20.0, "5m": -10.0, "15m": None, "1d": 10.0}
    found = {name: (each.fills, each.missed) for name, each in desk.account.markouts.items()}
    assert found == {"1m": (1, 0), "5m": (1, 0), "15m": (0, 1), "1d": (1, 0)}
    assert desk.account.markouts["1m"].bps == pytest.approx(200.0)
    desk.trade(-10.0, 100.0)
    desk.mark(MINUTE, S=102.0)
    assert desk.last.markouts["1m"] == -20.0
    assert desk.account.markouts["1m"].money == 0.0


def test_a_mark_without_the_price_misses_the_markout(desk: Desk) -> None:
    """What is no longer held has no price in marks, and 0 is none."""
    desk.trade(10.0, 100.0)
    desk.mark(MINUTE, C=1.0)
    desk.mark(5 * MINUTE, S=0.0)
    missed = [desk.account.markouts[name].missed for name in ("1m", "5m", "15m")]
    assert missed == [1, 1, 0]
    assert desk.quality.due(desk.now + timedelta(days=2)) == {"S"}


def test_fills_that_wait_are_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest of too many misses the horizon it waits for and those after it."""
    monkeypatch.setattr(pending, "MOST_PENDING", 2)
    for _ in range(3):
        desk.trade(1.0, 100.0)
    markouts = desk.account.markouts
    assert [each.missed for each in markouts.values()] == [1, 1, 1, 1]


def test_a_split_scales_what_is_open_and_what_waits(desk: Desk) -> None:
    """2:1 turns 100 shares at 100 into 200 at 50: no slippage, shortfall or markout is made."""
    desk.trade(100.0, 100.0)
    order_id = desk.send(100.0, limit=100.0)
    desk.get(order_id, 40.0, 100.0, final=False)
    desk.mark(SECOND, S=100.0)
    desk.quality.split("S", 0.5)
    desk.quality.split("C", 7.0)
    desk.get(order_id, 20.0, 50.0, final=False)
    desk.tell(order_id, OrderStatus.CANCELED)
    order = desk.last
    assert (order.quantity, order.filled, order.limit_price) == (200.0, 100.0, 50.0)
    assert (order.slippage, order.versus_limit, order.shortfall) == (0.0, 0.0, 0.0)
    desk.mark(MINUTE, S=51.0)
    assert desk.last.markouts["1m"] == pytest.approx(80.0 + 20.0)
    desk.mark(5 * MINUTE, S=51.0)
    assert desk.quality.orders()[1].markouts["5m"] == pytest.approx(200.0)


# --- anything


Step = tuple[str, int, float, float, int]
steps = st.lists(
    st.tuples(
        st.sampled_from(["send", "fill", "fill", "part", "end", "mark", "mark", "split"]),
        st.integers(0, 3),
        st.sampled_from([-30.0, -1.0, 1.0, 2.5, 100.0]),
        st.floats(50.0, 150.0).map(lambda price: round(price, 2)),
        st.sampled_from([0, 1, 20, 61, 200, 900, 40_000, 100_000]),
    ),
    max_size=60,
)
KEYS = (STOCK, OIL, CALL, INVERSE)


def feed(desk: Desk, drawn: list[Step]) -> Iterator[int]:
    """Play drawn steps, seconds apart; yields the number of each once it is done."""
    opened: list[tuple[int, float]] = []
    for number, (what, which, quantity, price, seconds) in enumerate(drawn):
        desk.now += seconds * SECOND
        if what == "send":
            half = (0.0, 0.25, 1.0, -0.5)[which]
            bid, ask = (price - half, price + half) if seconds else (0.0, 0.0)
            order_id = desk.send(
                quantity,
                bid,
                ask,
                limit=price if which == 2 else None,
                strategy="abcd"[which],
                instrument=KEYS[(which + seconds) % 4],
                order_id=number + 1,
                created=desk.now if which else None,
            )
            opened.append((order_id, quantity))
        elif what in ("fill", "part") and opened:
            order_id, ordered = opened[which % len(opened)]
            final = what == "fill"
            desk.get(order_id, ordered / (1 if final else 3), price, fee=0.5, final=final)
            if final:
                opened.remove((order_id, ordered))
        elif what == "end" and opened:
            order_id, _ = opened.pop(which % len(opened))
            status = OrderStatus.INVALID if which == 3 else OrderStatus.CANCELED
            desk.tell(order_id, status, ("", "The order has expired.", "No 1", "")[which])
        elif what == "mark":
            held = KEYS[: which + 1]
            desk.mark(0 * SECOND, **{each.sid: price for each in held})
        elif what == "split":
            desk.quality.split(STOCK.sid, (0.5, 2.0, 0.25, 3.0)[which])
        yield number


def near(one: float | None, other: float | None) -> bool:
    """Whether two sums are equal but for rounding."""
    return one == pytest.approx(other, rel=1e-9, abs=1e-6)


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
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from("SC")), max_size=40),
    st.lists(
        st.tuples(st.sampled_from([20, 60, 70, 130, 400, 90_000, 500_000]), st.sampled_from("SC")),
        max_size=40,
    ),
)
@settings(max_examples=150)
def test_markouts_are_those_of_a_search(
    trades: list[tuple[int, str]], marks: list[tuple[int, str]]
) -> None:
    """For each fill and horizon: the first mark at or after its time, in time and with a price."""
    quality, time = ExecutionQuality(UTC), NINE
    timeline: list[tuple[datetime, int, str]] = []
    for gap, sid in trades:
        time += gap * SECOND
        timeline.append((time, 0, sid))
    time = NINE
    for gap, sid in marks:
        time += gap * SECOND
        timeline.append((time, 1, sid))
    timeline.sort(key=lambda each: each[:2])
    order = Order("a", OrderType.MARKET, "")
    prices: list[tuple[datetime, dict[str, float]]] = []
    fills: list[Fill] = []
    for number, (moment, is_mark, sid) in enumerate(timeline, 1):
        if is_mark:
            prices.append((moment, {sid: 100.0 + number}))
            quality.mark(*prices[-1])
        else:
            fills.append(Fill(moment, number, 1, sid, 1.0, 100.0))
            quality.fill(fills[-1], order, INSTRUMENTS[sid], 1.0)
    for name, after, patience in HORIZONS:
        expected: list[float] = []
        missed = 0
        for fill in fills:
            later = [each for each in prices if each[0] >= fill.time + after]
            if later and later[0][0] <= fill.time + after + patience and fill.sid in later[0][1]:
                multiplier = INSTRUMENTS[fill.sid].multiplier
                expected.append(multiplier * (later[0][1][fill.sid] - fill.price))
            else:
                missed += bool(later)
        found = quality.metrics()[0].markouts[name]
        assert (found.fills, found.missed) == (len(expected), missed)
        assert near(found.money or 0.0, sum(expected))


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
