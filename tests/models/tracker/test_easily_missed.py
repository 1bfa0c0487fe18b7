"""Rules that a small slip would break and nothing else would show."""

from __future__ import annotations

from datetime import UTC

import pytest

from models.equity.curve import CURVE_POINTS
from models.equity.nav_series import NavSeries
from models.events.account import Mark, Opening
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from models.ledger.accounts import Account
from models.ledger.financing import bearers, stakes
from models.ledger.lean_account import Holding
from models.ledger.lots import Execution
from models.performance_tracker import PerformanceTracker
from models.trades.record import POSITIONS
from tests.models.tracker.feeds import MINUTE, NOON, fill, tracker
from tests.scenario import play

MODEL = "BinanceFutureMarginInterestRateModel"


@pytest.mark.parametrize(
    ("tag", "order_type", "risk"),
    [
        ("strategy=trend risk=40", OrderType.MARKET, 40.0),
        ("risk=40", OrderType.MARKET, 40.0),
        ("strategy=trend", OrderType.MARKET, None),
        ("strategy=trend risk=40", OrderType.COMBO_MARKET, None),
    ],
)
def test_the_risk_that_a_tag_names_is_the_trades(
    tag: str, order_type: OrderType, risk: float | None
) -> None:
    """A leg of a combo has none: the tag tells that of the whole."""
    made = tracker()
    made.apply(fill(1, 10.0, 10.0, tag=tag, order_type=order_type))
    made.apply(fill(2, -10.0, 11.0, tag=tag, order_type=order_type))
    (trade,) = made.trades()
    assert trade.risk == risk


def test_perpetuals_share_funding_by_what_they_are_worth() -> None:
    """Ten units in a contract count ten times, though price, quantity and currency are alike."""
    held: list[Holding] = []
    account = Account("one", "USD")
    known = {}
    for sid, multiplier in (("P", 1.0), ("Q", 10.0)):
        contract = Instrument(
            sid, sid, SecurityType.CRYPTO_FUTURE, "USDT", multiplier, base="X", interest_model=MODEL
        )
        known[sid] = contract
        position = account.position(contract)
        position.trade(Execution(NOON, 1, 3.0, 2.0, 1.0), 0)
        account.open[sid] = position
        holding = Holding(contract)
        holding.fill(3.0, 2.0)
        holding.unit_value = 2.0
        held.append(holding)
    parts = bearers(stakes(held, [account]), known, "USDT")
    assert {stake.sid: part for stake, part in parts} == pytest.approx({"P": 1 / 11, "Q": 10 / 11})


def test_a_round_trip_has_the_slippage_of_its_fills() -> None:
    """Ten bought 0.1 above the mid, five and five sold 0.2 and 0.4 below it: together they cost 4.

    The lots of one trip add up to the trip.
    """
    made = tracker()
    deals = ((10.0, 10.1, 10.0), (-5.0, 10.8, 11.0), (-5.0, 11.6, 12.0))
    for order_id, (quantity, price, mid) in enumerate(deals, 1):
        time = NOON + order_id * MINUTE
        made.apply(
            OrderUpdate(
                time, order_id, 1, "S", OrderStatus.SUBMITTED, "strategy=trend", OrderType.MARKET,
                quantity, mid - 0.05, mid + 0.05,
            )
        )  # fmt: skip
        made.apply(Fill(time, order_id, 2, "S", quantity, price))
    lots = made.trades()
    assert [lot.slippage for lot in lots] == pytest.approx([-1.5, -2.5])
    (trip,) = made.trades(book=POSITIONS)
    assert trip.slippage == pytest.approx(-4.0)
    assert trip.slippage_bps == pytest.approx(-1e4 * 4.0 / (100.0 + 55.0 + 60.0))


def test_a_close_without_a_fill_is_no_volume() -> None:
    """Ten are gone at 11 without an event: a trade ended, and nobody traded here. So when new."""
    made = tracker()
    made.apply(fill(1, 10.0, 10.0))
    made.apply(Mark(NOON + 2 * MINUTE, prices={"S": 11.0}, holdings={"S": (10.0, 10.0)}))
    made.apply(Mark(NOON + 3 * MINUTE, prices={"S": 11.0}, holdings={}))
    (session,) = made.sessions(strategy="trend")
    assert (session.volume, session.trades) == (100.0, 1)
    made.apply(Mark(NOON + 4 * MINUTE, prices={"S": 11.0}, holdings={"S": (10.0, 11.0)}))
    assert made.sessions()[0].volume == 100.0


def test_an_adoption_of_one_is_taken_back() -> None:
    """One share, or one contract short, whose fill comes after the mark that showed it."""
    for side, gained in (("BUY", 3), ("SELL", -3)):
        lines = f"""ACCOUNT USD 1000
        STOCK A
        LATE {side} 1 A @ 100 by a
        MARK? A 100
        => anomaly adopted
        ARRIVE
        MARK A 103
        => a unrealized {gained}
        => unassigned unrealized 0"""
        play([line.strip() for line in lines.splitlines()])


def test_a_thinned_curve_values_each_point_by_its_own_units() -> None:
    """Deposits double the units again and again; each point that stays has its mark's NAV."""
    track = NavSeries(1_000.0, UTC)
    units, navs = 1_000.0, {}
    for number in range(3 * CURVE_POINTS):
        nav = 1.0 + number % 7 / 16
        flow = units * nav if number in (2_000, 5_000, 9_001) else 0.0
        units += flow / nav
        time = NOON + number * MINUTE
        track.mark(time, units * nav, flow)
        navs[time] = units * nav, nav
    points = track.curve()
    assert CURVE_POINTS / 4 < len(points) <= CURVE_POINTS
    assert {round(point.equity / (point.nav or 1.0)) for point in points} == {
        1_000, 2_000, 4_000, 8_000,
    }  # fmt: skip
    for point in points:
        assert (point.equity, point.nav) == pytest.approx(navs[point.time])


@pytest.mark.parametrize("price", [-0.25, -0.9, -0.01])
def test_a_price_just_below_zero_is_a_price(price: float) -> None:
    """As of a spread or of power: bought at 0.5, marked and sold below 0."""
    made = PerformanceTracker()
    made.apply(Instrument("F", "F", SecurityType.FUTURE, "USD", 100.0))
    made.apply(Opening(NOON, {"USD": 1_000.0}, {"USD": 1.0}))
    made.apply(Fill(NOON + MINUTE, 1, 1, "F", 1.0, 0.5, tag="strategy=a"))
    profit = (price - 0.5) * 100.0
    made.apply(
        Mark(
            NOON + 2 * MINUTE,
            1_000.0 + profit,
            {"F": price},
            {"F": (profit, 0.0)},
            {"USD": 1_000.0},
        )
    )
    assert made.balance()["unrealized"] == pytest.approx(profit)
    assert made.balance()["unexplained"] == pytest.approx(0.0)
    (position,) = made.positions().strategies["a"]
    assert position.price == pytest.approx(price)
    made.apply(Fill(NOON + 3 * MINUTE, 2, 1, "F", -1.0, price, tag="strategy=a"))
    (trade,) = made.trades()
    assert (trade.exit_price, trade.pnl) == (price, pytest.approx(profit))
