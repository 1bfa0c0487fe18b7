"""Groups of orders: one of every kind for each order, bounded, with what market orders paid."""

from __future__ import annotations

import pytest

from models.execution import groups
from models.execution import markouts as pending
from models.execution.followed import FINISHED_WHOLE
from models.execution.group_metrics import OrderGroup
from models.execution.groups import MOST_KEYS
from tests.models.execution.desk import (
    CALL,
    MINUTE,
    OIL,
    SECOND,
    Desk,
)


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
