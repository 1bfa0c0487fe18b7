"""Numbers near the largest that a double has: refused where they come in, and nothing fails."""

from __future__ import annotations

import json
from datetime import timedelta
from math import inf, nan
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.creation import create_performance_tracker
from models.errors import (
    LARGEST_FIGURE,
    SMALLEST_FIGURE,
    CallError,
    EventError,
    require_finite,
)
from models.events.account import CashFlow, DayEnd, Mark, Opening
from models.events.corporate_actions import Dividend, Split, SplitKind
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from models.performance_tracker import PerformanceTracker
from models.settings import Settings, Switch
from tests.models.tracker.feeds import NOON
from tests.readings import check_answers

HUGE = st.sampled_from([1e17, LARGEST_FIGURE, 1e19, 1e100, 1e154, 1e200, 1e308, inf, nan])
SMALL = st.sampled_from([0.0, SMALLEST_FIGURE, 1e-18, 1e-9, 1.0, 10.0, 100.25, 1e9])
FIGURE = st.one_of(HUGE, HUGE.map(lambda number: -number), SMALL, SMALL.map(lambda each: -each))
KINDS = {"S": SecurityType.EQUITY, "F": SecurityType.FUTURE, "O": SecurityType.OPTION}


def event_of(number: int, kind: str, sid: str, figures: list[float]) -> Any:
    """An event of a kind with these figures, or what refuses them."""
    time, (one, two, three, four) = NOON + timedelta(hours=number + 1), figures
    rates = {"EUR": three}
    if kind == "order":
        return OrderUpdate(
            time, number, 1, sid, OrderStatus.SUBMITTED, "strategy=a", OrderType.LIMIT, one, two,
            three, four, limit_price=two, fee=four, fee_currency="EUR", rates=rates,
        )  # fmt: skip
    if kind == "fill":
        return Fill(
            time, number, 2, sid, one, two, four, "EUR", rates, "strategy=a", market=two,
            ordered=one,
        )  # fmt: skip
    if kind == "mark":
        held = {sid: (one, two)}
        return Mark(time, four, {sid: one}, {sid: (two, four)}, {"USD": two}, {}, rates, held)
    if kind == "day":
        return DayEnd(time, one, two, three, four)
    if kind == "flow":
        return CashFlow(time, "USD", one)
    if kind == "split":
        return Split(time, sid, SplitKind.SPLIT_OCCURRED, abs(one), two, three)
    return Dividend(time, sid, one)


EVENTS = st.tuples(
    st.sampled_from(["order", "fill", "fill", "mark", "day", "flow", "split", "dividend"]),
    st.sampled_from([*KINDS]),
    st.lists(FIGURE, min_size=4, max_size=4),
)


@pytest.mark.filterwarnings("error")
@settings(max_examples=60)
@given(st.tuples(FIGURE, FIGURE, FIGURE), st.lists(EVENTS, max_size=14), st.booleans())
@example((1e18, 1e18, 1e18), [("fill", "S", [1e17, 1e17, 1e18, 1e17])] * 3, False)
@example((1.0, 1.0, 9e17), [("fill", "F", [9e17, 1e16, 1e18, 1.0])] * 2, True)
def test_whatever_number_comes_is_refused_or_everything_stays_finite(
    opening: tuple[float, float, float], events: list[Any], live: bool
) -> None:
    """What is refused says so; of what is booked all figures are numbers, and the state is one."""
    tracker = PerformanceTracker(None, settings=Settings(execution=Switch.ON), live=live)
    cash, multiplier, rate = opening
    for sid, kind in KINDS.items():
        try:
            tracker.apply(Instrument(sid, sid, kind, "EUR", multiplier, underlying="S"))
        except EventError:
            tracker.apply(Instrument(sid, sid, kind, "EUR", 100.0, underlying="S"))
    try:
        tracker.apply(Opening(NOON, {"USD": cash}, {"USD": 1.0, "EUR": rate}))
    except EventError:
        tracker.apply(Opening(NOON, {"USD": 1e6}, {"USD": 1.0, "EUR": 1.25}))
    for number, (kind, sid, figures) in enumerate(events):
        try:
            event = event_of(number, kind, sid, figures)
        except EventError:
            continue
        tracker.apply(event)
    check_answers(tracker)
    again = PerformanceTracker(None, settings=Settings(execution=Switch.ON), live=live)
    again.restore(json.loads(json.dumps(tracker.state())))


@pytest.mark.parametrize("value", [1.01e18, -1.01e18, 1e308, inf, nan])
def test_no_event_has_a_number_that_is_too_large(value: float) -> None:
    """Also where another one makes up for it."""
    with pytest.raises(EventError, match="the figure is"):
        require_finite(value, "the figure")
    for made in (
        lambda: Fill(NOON, 1, 1, "S", value, 1.0),
        lambda: Fill(NOON, 1, 1, "S", value, -value),
        lambda: Mark(NOON, None, {"S": value, "T": -value}),
        lambda: Mark(NOON, None, cash={"USD": value}),
        lambda: Mark(NOON, None, holdings={"S": (value, -value)}),
        lambda: OrderUpdate(NOON, 1, 1, "S", OrderStatus.SUBMITTED, limit_price=value),
        lambda: Split(NOON, "S", SplitKind.SPLIT_OCCURRED, value, 1.0),
        lambda: Instrument("S", "S", SecurityType.EQUITY, "USD", value),
        lambda: Opening(NOON, {}, {}, {"S": (value, -value)}),
    ):
        with pytest.raises(EventError):
            made()


@pytest.mark.parametrize("value", [0.9e-28, -5e-324])
def test_nothing_trades_so_little_that_it_is_nothing(value: float) -> None:
    """What is divided by it would be no number."""
    with pytest.raises(EventError):
        Fill(NOON, 1, 1, "S", value, 1.0)
    with pytest.raises(EventError):
        Fill(NOON, 1, 1, "S", 1.0, value)
    with pytest.raises(EventError):
        Instrument("S", "S", SecurityType.EQUITY, "USD", abs(value))
    tracker = create_performance_tracker()
    with pytest.raises(CallError, match="smaller in size than 1e-28"):
        tracker.open_trade("A", abs(value), 1.0, time=NOON)
    with pytest.raises(CallError, match="smaller in size than 1e-28"):
        tracker.open_trade("A", 1, 1.0, time=NOON, multiplier=abs(value))


@pytest.mark.parametrize(
    "value", [1.01e18, -1.01e18, 1e308, inf, nan, pytest.param(10**400, id="of 401 digits")]
)
def test_no_call_takes_a_number_that_is_too_large(value: float) -> None:
    """It is refused, and the tracker as it was."""
    tracker = create_performance_tracker()
    tracker.open_trade("A", 1, 1.0, time=NOON)
    for call in (
        lambda: tracker.open_trade("A", value, 1.0),
        lambda: tracker.open_trade("A", 1, value),
        lambda: tracker.open_trade("A", 1, 1.0, commission=value),
        lambda: tracker.close_trade("A", price=value),
        lambda: tracker.record_flow(value),
        lambda: tracker.record_dividend("A", value),
        lambda: tracker.record_split("A", value),
        lambda: tracker.update_unrealized_pnl({"A": value}),
        lambda: create_performance_tracker(value),
    ):
        with pytest.raises(CallError):
            call()
    check_answers(tracker)
