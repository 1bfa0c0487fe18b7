"""Execution quality on recorded runs, against what the tape's own order lines say."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from models.events.account import Mark
from models.events.instruments import Instrument
from models.events.orders import Fill, OrderUpdate
from models.execution.followed import FINISHED_WHOLE
from models.execution.group_metrics import OrderGroup
from models.execution.quality import ExecutionQuality
from models.ledger.tags import LIQUIDATED
from workbench.engine.tape import read_tape
from workbench.recordings import find
from workbench.replay.replay import Replay

NAMES = ("order-types", "sliced-fills", "three-strategies", "live-paper", "option-combos")
ENDS = ("FILLED", "CANCELED", "INVALID")
HOLDER = "alpha"  # who alone holds what the one liquidation in these recordings closes


@dataclass
class OnTape:
    """One order as its lines on the tape tell it, worked out by hand."""

    tag: str
    symbol: str
    order_type: str
    bid: float
    ask: float
    limit: float | None
    created: datetime
    status: str = ""
    fills: list[tuple[float, float, float | None]] = field(default_factory=list)  # limit last
    fee: float = 0.0

    @property
    def strategy(self) -> str:
        """As its tag says, of a liquidation who held."""
        if self.tag == LIQUIDATED:
            return HOLDER
        return self.tag.removeprefix("strategy=") or "main"

    @property
    def outside(self) -> int:
        """Fills beyond the spread by more than a float's dust."""
        if self.bid == self.ask:
            return 0
        return sum(not self.bid - 1e-6 < price < self.ask + 1e-6 for _, price, _ in self.fills)

    @property
    def slippage(self) -> float:
        """Against the mid, before the multiplier."""
        mid = (self.bid + self.ask) / 2
        return sum(quantity * (mid - price) for quantity, price, _ in self.fills)

    @property
    def half_spread(self) -> float:
        """Paid for crossing half of it."""
        return -sum(abs(quantity) for quantity, *_ in self.fills) * (self.ask - self.bid) / 2


@cache
def on_tape(name: str) -> dict[int, OnTape]:
    """The ended orders of a recording, none of which LEAN made itself."""
    orders: dict[int, OnTape] = {}
    for each in read_tape(find(name)).lines():
        line = each.fields
        if line["type"] != "order":
            continue
        order = orders.get(line["order"])
        if order is None:
            order = orders[line["order"]] = OnTape(
                line["tag"],
                line["sid"],
                line["order_type"],
                line["bid"],
                line["ask"],
                line["limit"],
                datetime.fromisoformat(line["created"]),
            )
        order.status = line["status"]
        order.limit = line["limit"] if line["status"] == "UPDATE_SUBMITTED" else order.limit
        if line["fill_qty"]:
            order.fills.append((line["fill_qty"], line["fill_price"], order.limit))
        order.fee += line["fee_account"]
    return {number: order for number, order in orders.items() if order.status in ENDS}


@cache
def played(name: str) -> tuple[ExecutionQuality, dict[str, Instrument]]:
    """The execution quality of a replay, fed beside the tracker as a recorder would."""
    replay = Replay(read_tape(find(name)), lean_book=False)
    tracker: Any = replay.tracker
    books, apply = tracker.ledger.books, tracker.core.apply
    quality = ExecutionQuality(ZoneInfo(replay.tape.start["time_zone"]))
    taped = on_tape(name)

    def keep(event: Any) -> bool:
        first = isinstance(event, OrderUpdate) and books.orders.find(event.order_id) is None
        booked = bool(apply(event))
        if first:
            order, instrument = books.orders.find(event.order_id), books.instruments[event.sid]
            ended = taped.get(event.order_id)
            given = replace(event, limit_price=ended.limit if ended else None)
            rate = books.rates[instrument.currency]
            quality.submit(given, order, instrument, rate, ended.created if ended else None)
        elif isinstance(event, OrderUpdate):
            quality.update(event)
        elif isinstance(event, Fill) and booked:
            order, instrument = books.orders.find(event.order_id), books.instruments[event.sid]
            fee = event.fee * books.rates[event.fee_currency] if event.fee else 0.0
            quality.fill(event, order, instrument, books.rates[instrument.currency], fee)
        elif isinstance(event, Mark) and booked:
            quality.mark(event.time, event.prices)
        return booked

    see = tracker.core.see

    def look(time: datetime, prices: Any, cash: float, equity: float) -> bool:
        booked = bool(see(time, prices, cash, equity))
        if booked:
            quality.mark(time, prices)
        return booked

    tracker.core.apply, tracker.core.see = keep, look
    for _ in replay.play():
        pass
    return quality, books.instruments


@pytest.mark.parametrize("name", NAMES)
def test_every_order_of_the_tape_is_counted(name: str) -> None:
    """Outcomes, fills and fees of each strategy are those of its lines."""
    quality, _ = played(name)
    expected: defaultdict[str, list[OnTape]] = defaultdict(list)
    for order in on_tape(name).values():
        expected[order.strategy].append(order)
    found = {record.key: record for record in quality.metrics(OrderGroup.STRATEGY)}
    assert {key for key, record in found.items() if record.orders} == set(expected)
    for strategy, orders in expected.items():
        record = found[strategy]
        counts = [record.outcomes[each] for each in ("filled", "canceled", "rejected")]
        assert counts == [sum(order.status == end for order in orders) for end in ENDS]
        assert record.fills == sum(len(order.fills) for order in orders)
        assert record.fees == pytest.approx(sum(order.fee for order in orders))
        assert record.outside == sum(order.outside for order in orders)


@pytest.mark.parametrize("name", NAMES)
def test_slippage_is_what_the_lines_make(name: str) -> None:
    """In money by symbol, with the half spread of those that were quoted."""
    quality, instruments = played(name)
    slippage: defaultdict[str, float] = defaultdict(float)
    half_spread: defaultdict[str, float] = defaultdict(float)
    for order in on_tape(name).values():
        slippage[order.symbol] += order.slippage
        half_spread[order.symbol] += order.half_spread
    total = 0.0
    for record in quality.metrics(OrderGroup.SYMBOL):
        multiplier = instruments[record.key].multiplier
        assert record.slippage == pytest.approx(multiplier * slippage[record.key], abs=1e-6)
        assert (record.half_spread or 0.0) == pytest.approx(
            multiplier * half_spread[record.key], abs=1e-6
        )
        total += record.slippage or 0.0
    assert quality.metrics()[0].slippage == pytest.approx(total)


@pytest.mark.parametrize("name", ["order-types", "sliced-fills"])
def test_limits_are_those_in_force(name: str) -> None:
    """An updated limit counts from its update on."""
    quality, _ = played(name)
    expected = sum(
        quantity * (limit - price)
        for order in on_tape(name).values()
        for quantity, price, limit in order.fills
        if limit is not None
    )
    assert quality.metrics()[0].versus_limit == pytest.approx(expected, abs=1e-9)
    assert expected >= 0  # a limit order never fills beyond its limit


@pytest.mark.recording("order-types")
def test_rejects_of_one_kind_are_one_reason() -> None:
    """LEAN's messages differ in every figure."""
    (record,) = played("order-types")[0].metrics()
    reason = "rejected: Insufficient buying power to complete orders"
    assert record.reasons[reason] == record.outcomes["rejected"] == 4


@pytest.mark.recording("sliced-fills")
def test_a_live_run_has_latency_and_a_backtest_has_none() -> None:
    """Four orders were acknowledged a second late; in a backtest all come at once."""
    (live,) = played("live-paper")[0].metrics()
    acknowledged = live.latency["acknowledged"]
    assert acknowledged.n == 4
    assert acknowledged.maximum == pytest.approx(1.0, abs=0.01)
    (backtest,) = played("sliced-fills")[0].metrics()
    assert backtest.latency["acknowledged"].n == 0


@pytest.mark.recording("order-types")
def test_leans_fill_models_cost_half_the_spread() -> None:
    """Market orders fill at the touch: in a backtest nothing is left beyond it, live hardly."""
    for name, most in (("order-types", 1e-9), ("live-paper", 1e-3)):
        found = {record.key: record for record in played(name)[0].metrics(OrderGroup.ORDER_TYPE)}
        market = found["MARKET"]
        assert market.half_spread is not None
        assert market.rest is not None
        assert market.half_spread < 0
        assert abs(market.rest) < most * -market.half_spread
    (suggestion,) = played("order-types")[0].suggested_slippage()
    assert suggestion.with_quotes == pytest.approx(0.0, abs=1e-12)
    assert suggestion.with_trades > 0


@pytest.mark.recording("three-strategies")
def test_markouts_exist_where_marks_do() -> None:
    """On minute bars every held fill has them; on hourly bars there is no minute to look at."""
    minutes = played("order-types")[0].metrics()[0].markouts
    assert minutes["1m"].fills > 0
    hours = played("three-strategies")[0].metrics()[0].markouts
    assert (hours["1m"].fills, hours["15m"].fills) == (0, 0)
    assert hours["1d"].fills > 1_000
    for each in (*minutes.values(), *hours.values()):
        assert (each.bps is None) == (each.fills == 0)


@pytest.mark.recording("three-strategies")
def test_orders_are_kept_with_their_prices() -> None:
    """The last of them, each with the quotes of its lines."""
    quality, _ = played("three-strategies")
    kept, taped = quality.orders(), on_tape("three-strategies")
    assert len(kept) == FINISHED_WHOLE
    for record in kept:
        order = taped[record.order_id]
        assert (record.bid, record.ask) == (order.bid, order.ask)
        assert record.slippage == pytest.approx(order.slippage, abs=1e-9)
