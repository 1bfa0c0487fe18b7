"""Markouts: what the price did after a fill, measured in time or missed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.events.orders import Fill, OrderStatus, OrderType
from models.execution import markouts as pending
from models.execution.order_quality import HORIZONS
from models.execution.quality import ExecutionQuality
from models.ledger.mark_columns import MarkColumns
from models.ledger.orders import Order
from tests.models.execution.desk import (
    INSTRUMENTS,
    MINUTE,
    NINE,
    SECOND,
    Desk,
    near,
)


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


@given(
    st.lists(
        st.tuples(st.sampled_from([20, 60, 130, 400, 90_000]), st.sampled_from("SC")), max_size=30
    ),
    st.lists(st.integers(1, 5), max_size=30),
    st.booleans(),
)
@settings(max_examples=100)
def test_marks_in_columns_decide_what_single_marks_decide(
    moments: list[tuple[int, str]], blocks: list[int], other: bool
) -> None:
    """Each with the prices of what is held, and of what is not where a markout is due."""
    single, together = ExecutionQuality(UTC), ExecutionQuality(UTC)
    order, time, held = Order("a", OrderType.MARKET, ""), NINE, ("S",)
    sids = ("C", "S") if other else held
    for number, (gap, sid) in enumerate(moments, 1):
        fill = Fill(time, number, 1, sid, 1.0, 100.0)
        for quality in (single, together):
            quality.fill(fill, order, INSTRUMENTS[sid], 1.0)
        times: list[datetime] = []
        prices: list[float] = []
        due: dict[str, float] = {}
        for _ in range(blocks[number - 1] if number <= len(blocks) else 0):
            time += gap * SECOND
            row = {each: 100.0 + number + len(prices) for each in sids}
            wanted = (single.due(time) & row.keys()) - {*held}
            due |= {each: row[each] for each in wanted}
            single.mark(time, {each: row[each] for each in (*held, *wanted)})
            times.append(time)
            prices += row.values()
        if times:
            marks = MarkColumns(times, [0.0] * len(times), sids, prices, 0.0)
            assert together.mark_all(marks, held) == due
    assert json.dumps(together.state()) == json.dumps(single.state())


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
