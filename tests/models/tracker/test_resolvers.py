"""Resolvers: what a user's own may do wrong, and which strategies exist from the start."""

from __future__ import annotations

from typing import Any

import pytest

from models import CallError, PerformanceTracker, UnknownStrategyError, create_performance_tracker
from models.events.account import Opening
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill
from models.tracker.resolvers import check_resolver
from tests.models.tracker.feeds import NOON


class Warned:
    """A logger that keeps what it is warned of."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def warning(self, message: str, /) -> None:
        """Keep a warning."""
        self.messages.append(message)


def _raises(ticker: str, tag: str, order_type: object) -> str:
    raise RuntimeError("no such ticker")


def _number(ticker: str, tag: str, order_type: object) -> Any:
    return 7


@pytest.mark.parametrize(
    ("resolver", "kind", "said"),
    [
        (_raises, "resolver: RuntimeError", "no such ticker"),
        (_number, "resolver: int", "it gave 7, which is no text"),
    ],
)
def test_a_resolver_that_fails_costs_no_fill(resolver: Any, kind: str, said: str) -> None:
    """Its orders go to the default strategy; each failure is counted, and the first one told."""
    logger = Warned()
    tracker = PerformanceTracker(logger=logger, resolver=resolver)
    tracker.apply(Instrument("A", "A", SecurityType.EQUITY, "USD"))
    tracker.apply(Opening(NOON, {"USD": 1_000.0}, {"USD": 1.0}))
    for order_id in (1, 2):
        assert tracker.apply(Fill(NOON, order_id, 1, "A", 1.0, 10.0, tag="x"))
    assert [trade.strategy for trade in tracker.open_trades()] == ["main", "main"]
    assert tracker.errors == {kind: 2}
    (message,) = logger.messages
    assert said in message
    assert "the order in A goes to the default strategy" in message


@pytest.mark.parametrize("resolver", [lambda: "a", lambda ticker: "a", lambda *, tag: "a", "a"])
def test_a_resolver_that_cannot_be_called_is_refused(resolver: object) -> None:
    """One that does not take a ticker, a tag and an order type is found before any order."""
    with pytest.raises(CallError, match="the resolver"):
        check_resolver(resolver)
    check_resolver(lambda ticker, tag, *more: None)


def test_named_strategies_answer_before_they_trade() -> None:
    """Names of `capital` and `strategies` can be asked for from the start, before any event too."""
    tracker = create_performance_tracker(1_000.0, capital="trend=0.4", strategies="condor,mean rev")
    for _ in range(2):
        assert list(tracker.strategies()) == ["trend", "condor", "mean rev"]
        assert tracker.drawdown("condor").depth is not None or not tracker.ledger.books.opened
        assert tracker.open_trades("trend") == tracker.trades("mean rev") == []
        assert tracker.trade_statistics("condor").trades == 0
        tracker.record_flow(5.0, time=NOON)
    assert tracker.strategies()["trend"].capital == 400.0
    assert tracker.strategies()["condor"].capital == 1_000.0
    assert tracker.equity_curve("condor")[-1].nav == 1.0
    with pytest.raises(UnknownStrategyError, match=r"'trnd'; there are .*'condor'.*'trend'"):
        tracker.drawdown("trnd")
    with pytest.raises(UnknownStrategyError, match=r"'trnd'; there are .*'condor'.*'trend'"):
        tracker.strategies()["trnd"]


def test_a_name_that_is_new_to_a_state_starts_with_it() -> None:
    """A strategy that the settings name for the first time is there after a restore too."""
    before = create_performance_tracker(1_000.0, strategies="trend")
    before.open_trade("A", 1, price=10.0, time=NOON, strategy="old")
    after = create_performance_tracker(strategies="condor,trend")
    after.restore(before.state())
    assert sorted(after.strategies()) == ["condor", "old", "trend"]
    assert after.strategies()["condor"].capital == 1_000.0


def test_orders_without_a_name_are_counted_by_tag() -> None:
    """A few tags are told apart, the rest are counted together; named orders are counted too."""
    tracker = PerformanceTracker()
    tracker.apply(Instrument("A", "A", SecurityType.EQUITY, "USD"))
    tracker.apply(Opening(NOON, {"USD": 1_000.0}, {"USD": 1.0}))
    tags = ["", "strategy=a", "", "Liquidated", *(f"tag {number}" for number in range(6))]
    for order_id, tag in enumerate(tags, 1):
        tracker.apply(Fill(NOON, order_id, 1, "A", 1.0, 10.0, tag=tag))
    orders = tracker.ledger.books.orders
    assert orders.named == 1
    assert orders.unnamed == {"": 2, **{f"tag {n}": 1 for n in range(4)}, "other tags": 2}
