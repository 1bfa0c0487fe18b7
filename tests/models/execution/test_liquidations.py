"""The user's own `liquidate()` in the figures of execution, by the shares of the holders."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from models.events.account import Mark
from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from models.execution.group_metrics import ExecutionMetrics
from models.performance_tracker import PerformanceTracker
from models.settings import Settings, Switch
from tests.models.tracker.feeds import MINUTE, NOON, tracker

LIQUIDATED = "Liquidated"


def holders(**shares: float) -> PerformanceTracker:
    """An account whose strategies hold so much each of a stock at 10."""
    made = tracker(Settings(execution=Switch.ON))
    for order_id, (name, quantity) in enumerate(shares.items(), 1):
        time = NOON + order_id * MINUTE
        made.apply(Fill(time, order_id, 1, "S", quantity, 10.0, tag=f"strategy={name}"))
    return made


def sent(made: PerformanceTracker, quantity: float, status: OrderStatus, **given: Any) -> None:
    """An event of LEAN's order that fills nothing; its number is 9."""
    time = NOON + timedelta(minutes=20, seconds=int(status))
    values = {"tag": LIQUIDATED, "order_type": OrderType.MARKET, "bid": 9.9, "ask": 10.1}
    event_id = 1 if status is OrderStatus.SUBMITTED else 8
    made.apply(
        OrderUpdate(time, 9, event_id, "S", status, quantity=quantity, **{**values, **given})
    )


def filled(made: PerformanceTracker, event_id: int, quantity: float, **given: Any) -> None:
    """A fill of it at 9.8."""
    time = NOON + (30 + event_id) * MINUTE
    made.apply(Fill(time, 9, event_id, "S", quantity, 9.8, fee_currency="USD", **given))


def figures(made: PerformanceTracker, by: str) -> dict[str, ExecutionMetrics]:
    """The figures of each group of a kind, less the fills that opened the positions."""
    return {each.key: each for each in made.execution_quality(by)}


def test_a_liquidation_is_shared_by_what_each_holds() -> None:
    """Thirty of `a` and ten of `b` sold at 9.8 against a mid of 10, for a fee of 4."""
    made = holders(a=30.0, b=10.0)
    before = figures(made, "strategy")
    sent(made, -40.0, OrderStatus.SUBMITTED)
    filled(made, 2, -40.0, fee=4.0)
    found = figures(made, "strategy")
    assert found.keys() == {"a", "b"}
    fees = {name: found[name].fees - before[name].fees for name in found}
    assert fees == pytest.approx({"a": 3.0, "b": 1.0})
    slippage = {name: each.slippage for name, each in found.items()}
    assert slippage == pytest.approx({"a": -6.0, "b": -2.0})
    assert {name: each.orders for name, each in found.items()} == {"a": 2, "b": 2}
    account = made.execution_quality()[0]
    assert (account.slippage, account.fees) == pytest.approx((-8.0, 4.0))
    orders = [each for each in made.orders() if each.order_id == 9]
    assert {each.strategy: (each.quantity, each.filled) for each in orders} == {
        "a": (-30.0, -30.0),
        "b": (-10.0, -10.0),
    }


def test_it_may_be_filled_in_parts_and_saved_between() -> None:
    """The parts of each holder go on in the deployment's next process."""
    made = holders(a=30.0, b=10.0)
    sent(made, -40.0, OrderStatus.SUBMITTED)
    filled(made, 2, -20.0, final=False)
    again = tracker(Settings(execution=Switch.ON))
    again.restore(json.loads(json.dumps(made.state())))
    for each in (made, again):
        filled(each, 3, -20.0)
    assert made.state() == again.state()
    assert made.execution_quality("strategy") == again.execution_quality("strategy")
    assert [each.filled for each in made.orders()][:2] == [-10.0, -30.0]


def test_who_stands_on_the_other_side_meets_no_market() -> None:
    """`a` is long ten and `b` short four: LEAN sells six, and that is `a`'s execution."""
    made = holders(a=10.0, b=-4.0)
    sent(made, -6.0, OrderStatus.SUBMITTED)
    filled(made, 2, -6.0)
    (order,) = [each for each in made.orders() if each.order_id == 9]
    assert (order.strategy, order.quantity, order.filled) == ("a", -6.0, -6.0)


def test_one_that_never_fills_is_counted_by_what_was_held() -> None:
    """Canceled: each holder had an order that did not fill."""
    made = holders(a=30.0, b=10.0)
    sent(made, -40.0, OrderStatus.SUBMITTED)
    sent(made, 0.0, OrderStatus.CANCELED, message="no")
    found = figures(made, "strategy")
    assert {name: each.outcomes["canceled"] for name, each in found.items()} == {"a": 1, "b": 1}


def test_one_without_a_holder_is_nobodys() -> None:
    """As where the broker holds what the books do not."""
    made = holders(a=1.0)
    sent(made, -40.0, OrderStatus.INVALID, message="no", order_type=OrderType.MARKET)
    assert "unassigned" not in figures(made, "strategy")
    assert figures(made, "strategy")["a"].outcomes["rejected"] == 1
    made = holders()
    sent(made, -40.0, OrderStatus.INVALID, message="no")
    assert figures(made, "strategy")["unassigned"].outcomes["rejected"] == 1


def test_what_lean_sells_on_its_own_is_no_execution() -> None:
    """A margin call is not the user's order."""
    made = holders(a=30.0)
    sent(made, -30.0, OrderStatus.SUBMITTED, tag="Margin Call")
    filled(made, 2, -30.0)
    assert [each.order_id for each in made.orders()] == [1]


def test_it_waits_for_its_markouts() -> None:
    """A minute later the price is 9.9: what was sold at 9.8 lost 0.1 a share, by shares."""
    made = holders(a=30.0, b=10.0)
    sent(made, -40.0, OrderStatus.SUBMITTED)
    filled(made, 2, -40.0)
    made.apply(Mark(NOON + 33 * MINUTE, prices={"S": 9.9}))
    orders = {each.strategy: each for each in made.orders() if each.order_id == 9}
    found = {name: each.markouts["1m"] for name, each in orders.items()}
    assert found == pytest.approx({"a": -3.0, "b": -1.0})
