"""Whose an order is, and how a fill that LEAN makes itself falls on the strategies.

The scenarios are read by `tests.scenario`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from models.ledger.orders import Orders
from models.ledger.tags import Resolver, strategy_in_tag, whole_tag
from tests.scenario import Scenario, play, scenarios

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)


SCENARIOS = """
a fee that comes without a fill is its order's
ACCOUNT USD 10000
STOCK AAPL
SUBMIT order 1 by a sid AAPL
BUY 10 AAPL @ 50 order 1 done no
SUBMIT order 1 sid AAPL status FILLED fee 5
MARK AAPL 50
=> a fees 5
=> flows none
SELL 10 AAPL @ 51 by a
=> trade a LONG 10 AAPL 50->51 gross 10 fees 5 net 5
MARK

a fee without a fill is paid in its own currency
ACCOUNT USD 10000
STOCK AAPL
RATE EUR 2
BUY 10 AAPL @ 50 order 1 done no by a
SUBMIT order 1 sid AAPL status FILLED fee 5 in EUR
RATE EUR 1
MARK AAPL 50
=> a fees 10 fx 5
=> flows none

LEAN flattening its net flattens everybody, longs and shorts alike
ACCOUNT USD 100000
STOCK AAPL
BUY 30 AAPL @ 100 fee 1 by bull
SELL 10 AAPL @ 101 fee 1 by bear
LEAN SELL 20 AAPL @ 105 fee 2
=> trade bull LONG 30 AAPL 100->105 gross 150 fees 2.5 reason liquidation
=> trade bear SHORT 10 AAPL 101->105 gross -40 fees 1.5 reason liquidation
MARK   # each pays by what it trades, and nobody is paid
=> bull realized 150 fees 2.5
=> bear realized -40 fees 1.5

a partial fill of LEAN's falls on the closing side alone, by largest remainder
ACCOUNT USD 100000
STOCK AAPL
BUY 50 AAPL @ 100 by one
BUY 30 AAPL @ 100 by two
BUY 20 AAPL @ 100 by three
SELL 20 AAPL @ 100 by bear
LEAN SELL 33 AAPL @ 105 tag Margin Call
=> trade one LONG 16 AAPL 100->105 gross 80 reason margin_call
=> trade two LONG 10 AAPL 100->105 gross 50 reason margin_call
=> trade three LONG 7 AAPL 100->105 gross 35 reason margin_call
MARK
=> lots bear AAPL -20 @ 100

what of LEAN's fill exceeds the closing side is nobody's
ACCOUNT USD 100000
STOCK AAPL
BUY 10 AAPL @ 100 by bull
LEAN SELL 25 AAPL @ 105 fee 5
=> trade bull LONG 10 AAPL 100->105 gross 50 fees 2 net 48 reason liquidation
MARK
=> lots unassigned AAPL -15 @ 105
=> bull realized 50 fees 2
=> unassigned unrealized 75 fees 3

LEAN's fill of what nobody holds is nobody's
ACCOUNT USD 100000
STOCK AAPL
LEAN BUY 5 AAPL @ 105
MARK AAPL 106
=> lots unassigned AAPL 5 @ 105
=> unassigned unrealized 5

LEAN's partial fills are shared one by one
ACCOUNT USD 100000
STOCK AAPL
BUY 6 AAPL @ 100 by one
BUY 3 AAPL @ 100 by two
LEAN SELL 5 AAPL @ 105 order 9 done no
=> trade one LONG 3 AAPL 100->105
=> trade two LONG 2 AAPL 100->105
LEAN SELL 4 AAPL @ 106 order 9
=> trade one LONG 3 AAPL 100->106
=> trade two LONG 1 AAPL 100->106
MARK

coins are shared in lots
ACCOUNT USD 100000
COIN BTCUSD base BTC in USD lot 0.01
RATE BTC 100
BUY 0.5 BTCUSD @ 100 by one
BUY 0.25 BTCUSD @ 100 by two
LEAN SELL 0.1 BTCUSD @ 100
=> trade one LONG 0.07 BTCUSD 100->100
=> trade two LONG 0.03 BTCUSD 100->100
MARK

a tag of the user's that names a strategy wins over LEAN's words
ACCOUNT USD 100000
STOCK AAPL
BUY 5 AAPL @ 100 by one
BUY 5 AAPL @ 100 by two
SELL 5 AAPL @ 101 tag Liquidate from delisting strategy=two
=> trade two LONG 5 AAPL 100->101 reason delisting
MARK
=> lots one AAPL 5 @ 100

an early assignment closes the short option and delivers at the strike by shares
ACCOUNT USD 100000
STOCK GOOG
OPTION P800 on GOOG put 800 x 100
SELL 2 P800 @ 44 fee 2 by one
SELL 1 P800 @ 45 fee 1 by two
MARK GOOG 750 P800 50
EXERCISE P800 spot 750 early yes
=> trade one SHORT 2 P800 44->0 gross 8800 fees 2 reason assignment
=> trade two SHORT 1 P800 45->0 gross 4500 fees 1 reason assignment
=> lots one GOOG 200 @ 800
=> lots two GOOG 100 @ 800
MARK GOOG 750
=> one realized 8800 unrealized -10000 fees 2
=> two realized 4500 unrealized -5000 fees 1

an exercise closes stock that its holder was short
ACCOUNT USD 100000
STOCK GOOG
OPTION C740 on GOOG call 740 x 100
SELL 100 GOOG @ 750 by one
BUY 1 C740 @ 14 by one
EXERCISE C740 spot 748.4
=> trade one LONG 1 C740 14->0 gross -1400 reason exercise
=> trade one SHORT 100 GOOG 750->740 gross 1000 reason exercise
MARK
=> one realized -400

an assignment's delivery closes stock for that reason
ACCOUNT USD 100000
STOCK GOOG
OPTION C740 on GOOG call 740 x 100
BUY 100 GOOG @ 700 by one
SELL 1 C740 @ 14 by one
EXERCISE C740 spot 748.4
=> trade one SHORT 1 C740 14->0 gross 1400 reason assignment
=> trade one LONG 100 GOOG 700->740 gross 4000 reason assignment
MARK
=> one realized 5400

an option out of the money expires
ACCOUNT USD 100000
STOCK GOOG
OPTION C760 on GOOG call 760 x 100
BUY 1 C760 @ 0.8 by one
SELL 2 C760 @ 0.9 by two
EXERCISE C760 spot 748.4
=> trade one LONG 1 C760 0.8->0 gross -80 reason expiry
=> trade two SHORT 2 C760 0.9->0 gross 180 reason expiry
MARK
=> one realized -80
=> two realized 180

strategies opposed in an option deliver to each other what LEAN does not see
ACCOUNT USD 100000
STOCK GOOG
OPTION C735 on GOOG call 735 x 100
BUY 3 C735 @ 20 by bull
SELL 1 C735 @ 21 by bear
EXERCISE C735 spot 748.4
=> trade bull LONG 3 C735 20->0 gross -6000 reason exercise
=> trade bear SHORT 1 C735 21->0 gross 2100
=> lots bull GOOG 300 @ 735
=> lots bear GOOG -100 @ 735
MARK GOOG 748.4
=> bull realized -6000 unrealized 4020
=> bear realized 2100 unrealized -1340

a part of a position may be assigned
ACCOUNT USD 100000
STOCK GOOG
OPTION P800 on GOOG put 800 x 100
SELL 2 P800 @ 44 by one
SELL 1 P800 @ 44 by two
EXERCISE P800 spot 750 q -1
=> trade one SHORT 1 P800 44->0 reason assignment
=> lots one GOOG 100 @ 800
=> lots two P800 -1 @ 44
MARK GOOG 750

a third of an odd assignment leaves no dust
ACCOUNT USD 1000000
STOCK GOOG
OPTION P800 on GOOG put 800 x 100
SELL 3 P800 @ 44 by one
SELL 3 P800 @ 44 by two
SELL 1 P800 @ 44 by three
EXERCISE P800 spot 750
=> trade one SHORT 3 P800 44->0
=> trade two SHORT 3 P800 44->0
=> trade three SHORT 1 P800 44->0
MARK GOOG 750
SELL 300 GOOG @ 750 by one
SELL 300 GOOG @ 750 by two
SELL 100 GOOG @ 750 by three
=> trade one LONG 300 GOOG 800->750
=> trade two LONG 300 GOOG 800->750
=> trade three LONG 100 GOOG 800->750
=> lots one GOOG none
MARK

a future option becomes a future at the strike
ACCOUNT USD 100000
FUTURE ES x 50
FUTURE_OPTION C3200 on ES call 3200 x 50
BUY 1 C3200 @ 178 by one
EXERCISE C3200 spot 3242.5
=> trade one LONG 1 C3200 178->0 gross -8900 reason exercise
MARK ES 3242.5
=> one realized -8900 unrealized 2125
LIQUIDATE ES @ 3242.5 tag Liquidate from delisting
=> trade one LONG 1 ES 3200->3242.5 gross 2125 reason delisting
MARK
=> one realized -6775

an exercise that its order's tag gives to a strategy is that strategy's
ACCOUNT USD 100000
STOCK GOOG
OPTION C740 on GOOG call 740 x 100
BUY 1 C740 @ 14 by one
BUY 1 C740 @ 14 by two
EXERCISE C740 q 1 spot 748.4 by two
=> trade two LONG 1 C740 14->0 reason exercise
=> lots two GOOG 100 @ 740
=> lots one C740 1 @ 14
MARK GOOG 748.4
"""


@pytest.mark.parametrize("partial", [False, True], ids=["whole", "partial"])
@pytest.mark.parametrize("scenario", scenarios(SCENARIOS))
def test_scenarios(scenario: Scenario, partial: bool) -> None:
    """Each scenario holds, whether marks come whole or only when asked for."""
    play(scenario.lines, partial=partial)


def update(order_id: int, tag: str | None = "", **given: Any) -> OrderUpdate:
    """An order's first event."""
    values = {"order_type": OrderType.MARKET, **given}
    return OrderUpdate(NOON, order_id, 1, "AAPL", OrderStatus.SUBMITTED, tag, **values)


@pytest.mark.parametrize("resolver", [strategy_in_tag, whole_tag])
@pytest.mark.parametrize("tag", ["Liquidated", "Margin Call", "Simulated option assignment x"])
def test_an_order_of_leans_belongs_to_nobody(resolver: Resolver, tag: str) -> None:
    """However tags are read, LEAN's words are no strategy."""
    assert Orders("main", resolver).begin(update(1, tag), "AAPL").strategy is None


def test_no_order_is_given_to_unassigned_by_name() -> None:
    """That name is the ledger's own: who says it gets the default strategy."""
    orders = Orders("main")
    assert orders.begin(update(1, "strategy=unassigned"), "AAPL").strategy == "main"


def test_an_exercise_without_a_tag_belongs_to_nobody() -> None:
    """LEAN exercises by itself without a tag; all else without one is the default's."""
    orders = Orders("main")
    exercise = update(1, "", order_type=OrderType.OPTION_EXERCISE)
    assert orders.begin(exercise, "C150").strategy is None
    assert orders.begin(update(2, None, order_type=None), "AAPL").strategy == "main"


def test_a_resolver_of_the_users_sees_ticker_tag_and_type() -> None:
    """What it returns is the strategy; None or an empty name is the default's."""
    seen: list[tuple[str, str, OrderType]] = []

    def resolver(ticker: str, tag: str, order_type: OrderType) -> str | None:
        seen.append((ticker, tag, order_type))
        return {"AAPL": "tech", "KO": ""}.get(ticker)

    orders = Orders("main", resolver)
    first = [orders.begin(update(n, "x"), t).strategy for n, t in enumerate(["AAPL", "KO", "X"])]
    assert first == ["tech", "main", "main"]
    assert seen == [(ticker, "x", OrderType.MARKET) for ticker in ("AAPL", "KO", "X")]


@pytest.mark.parametrize(
    ("bid", "ask", "price", "arrival"),
    [(99.0, 101.0, 90.0, 100.0), (99.0, 0.0, 90.0, 90.0), (0.0, 101.0, 90.0, 90.0), (0, 0, 0, 0)],
)
def test_the_arrival_price_is_the_mid_or_else_the_last(
    bid: float, ask: float, price: float, arrival: float
) -> None:
    """It is known only when the order's first event is its submission."""
    orders = Orders("main")
    assert orders.begin(update(1, bid=bid, ask=ask, price=price), "AAPL").arrival == arrival
    assert orders.begin(Fill(NOON, 2, 1, "AAPL", 1.0, 100.0), "AAPL").arrival == 0.0


def test_finished_orders_are_remembered_for_a_thousand_more() -> None:
    """Open ones are never forgotten; what comes under a forgotten id is a new order."""
    orders = Orders("main")
    for order_id in range(1002):
        order = orders.begin(update(order_id, "strategy=trend"), "AAPL")
        if order_id:
            orders.finish(order_id, order)
    assert orders.find(1) is None
    assert [found.strategy for n in (0, 2, 1001) if (found := orders.find(n))] == ["trend"] * 3
    assert orders.begin(update(1, None), "AAPL").strategy == "main"


def test_orders_survive_json() -> None:
    """Strategies, types, shares and what was seen come back, in their order."""
    orders = Orders("main")
    for order_id in (7, 3, 9):
        orders.begin(update(order_id, "strategy=trend", bid=1.0, ask=2.0), "AAPL")
        orders.seen.add(order_id, 1)
    found = orders.find(3)
    assert found is not None
    found.shares = {"one": 0.25, "two": 0.75}
    orders.finish(7, orders.known[7])
    restored = Orders("main")
    restored.restore(json.loads(json.dumps(orders.state())))
    assert restored.state() == orders.state()
    again = restored.find(3)
    assert again is not None
    assert again.shares == found.shares
    assert not restored.seen.add(9, 1)


def test_a_name_that_a_tag_says_is_looked_up_by_the_tag() -> None:
    """The second order of a tag is counted as the first one was; LEAN's own tags name nobody."""
    orders = Orders("main")
    owners = [
        orders.begin(update(number, tag), "AAPL").strategy
        for number, tag in enumerate(["strategy=trend", "mine", "strategy=trend", "mine"])
    ]
    assert owners == ["trend", "main", "trend", "main"]
    assert (orders.named, dict(orders.unnamed)) == (2, {"mine": 2})


def test_a_users_resolver_is_asked_of_every_order() -> None:
    """It may look at more than the tag."""
    orders = Orders("main", lambda ticker, tag, order_type: ticker)
    tickers = ["AAPL", "MSFT", "AAPL"]
    owners = [orders.begin(update(n, "tag"), ticker).strategy for n, ticker in enumerate(tickers)]
    assert owners == tickers
