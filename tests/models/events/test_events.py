"""Events: what cannot be booked is refused when it is built, in words that say which value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from math import inf, nan
from typing import Any

import pytest

from models.errors import EventError, Failure, TrackerError, guarded
from models.events.account import CashFlow, DayEnd, Mark, Opening
from models.events.anomalies import Anomaly
from models.events.corporate_actions import (
    Delisting,
    DelistingKind,
    Dividend,
    Split,
    SplitKind,
    SymbolChange,
)
from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)
NAIVE = datetime(2024, 1, 2, 12)
ELSEWHERE = NOON.astimezone(timezone(timedelta(hours=1)))

BUILD: dict[str, Callable[[datetime], Any]] = {
    "opening": lambda time: Opening(time, {"USD": 1.0}, {"USD": 1.0}),
    "update": lambda time: OrderUpdate(time, 7, 1, "AAPL", OrderStatus.SUBMITTED),
    "fill": lambda time: Fill(time, 7, 1, "AAPL", 1.0, 10.0),
    "mark": lambda time: Mark(time, 1.0),
    "split": lambda time: Split(time, "AAPL", SplitKind.SPLIT_OCCURRED, 0.5, 10.0),
    "dividend": lambda time: Dividend(time, "AAPL", 0.5),
    "flow": lambda time: CashFlow(time, "USD", 1.0),
    "change": lambda time: SymbolChange(time, "AAPL", "FB", "META"),
    "delisting": lambda time: Delisting(time, "AAPL", DelistingKind.DELISTED),
    "day": lambda time: DayEnd(time, 1.0),
}

BAD: dict[str, Callable[[float], Any]] = {
    "opening: the cash in USD": lambda bad: Opening(NOON, {"USD": bad}, {}),
    "fill of order 7: the quantity": lambda bad: Fill(NOON, 7, 1, "AAPL", bad, 10.0),
    "fill of order 7: the price": lambda bad: Fill(NOON, 7, 1, "AAPL", 1.0, bad),
    "fill of order 7: the fee": lambda bad: Fill(NOON, 7, 1, "AAPL", 1.0, 10.0, bad),
    "mark: the equity": lambda bad: Mark(NOON, bad),
    "mark: the price of AAPL": lambda bad: Mark(NOON, 1.0, {"AAPL": bad}),
    "split of AAPL: the factor": lambda bad: Split(
        NOON, "AAPL", SplitKind.SPLIT_OCCURRED, bad, 10.0
    ),
    "split of AAPL: the reference price": lambda bad: Split(
        NOON, "AAPL", SplitKind.SPLIT_OCCURRED, 0.5, bad
    ),
    "dividend of AAPL: the distribution": lambda bad: Dividend(NOON, "AAPL", bad),
    "cash flow: the amount": lambda bad: CashFlow(NOON, "USD", bad),
    "day end: the equity": lambda bad: DayEnd(NOON, bad),
    "day end: the benchmark": lambda bad: DayEnd(NOON, 1.0, bad),
    "day end: the risk-free rate": lambda bad: DayEnd(NOON, 1.0, 0.0, bad),
    "day end: the sale volume": lambda bad: DayEnd(NOON, 1.0, 0.0, 0.0, bad),
}


@pytest.mark.parametrize("kind", BUILD)
def test_a_naive_time_is_refused(kind: str) -> None:
    """An event whose time has no zone raises, and the text says so."""
    BUILD[kind](NOON)
    with pytest.raises(EventError, match="is not aware UTC"):
        BUILD[kind](NAIVE)


@pytest.mark.parametrize("kind", sorted(BUILD.keys() - {"fill", "mark"}))
def test_another_zones_time_is_refused(kind: str) -> None:
    """An event whose time is not UTC raises; fills and marks, being many, need only have a zone."""
    with pytest.raises(EventError, match="is not aware UTC"):
        BUILD[kind](ELSEWHERE)


@pytest.mark.parametrize("bad", [nan, inf, -inf])
@pytest.mark.parametrize("what", BAD)
def test_what_is_no_number_is_refused_by_name(what: str, bad: float) -> None:
    """NaN and the infinities raise, and the text names the value and shows it."""
    with pytest.raises(EventError, match=f"^{what} is {bad}"):
        BAD[what](bad)


def test_infinities_that_cancel_out_are_refused() -> None:
    """Quantity and price are each looked at, not their sum."""
    with pytest.raises(EventError, match="the quantity is inf"):
        Fill(NOON, 7, 1, "AAPL", inf, -inf)


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_a_fill_of_nothing_is_refused(zero: float) -> None:
    """A fill must have a quantity."""
    with pytest.raises(EventError, match="fill of order 7: the quantity is 0"):
        Fill(NOON, 7, 1, "AAPL", zero, 10.0)


@pytest.mark.parametrize("factor", [0.0, -0.5])
def test_a_splits_factor_is_positive(factor: float) -> None:
    """Quantities are divided by it."""
    with pytest.raises(EventError, match=f"split of AAPL: the factor is {factor}"):
        Split(NOON, "AAPL", SplitKind.SPLIT_OCCURRED, factor, 10.0)


def test_an_event_error_is_the_projects_and_a_value_error() -> None:
    """Users can catch all errors of the project by one name."""
    assert issubclass(EventError, TrackerError)
    assert issubclass(EventError, ValueError)


def test_leans_numbers_are_leans() -> None:
    """The numbers of statuses and types are those LEAN gives Python."""
    statuses = {"NEW": 0, "SUBMITTED": 1, "PARTIALLY_FILLED": 2, "FILLED": 3, "CANCELED": 5}
    statuses |= {"NONE": 6, "INVALID": 7, "CANCEL_PENDING": 8, "UPDATE_SUBMITTED": 9}
    assert {status.name: int(status) for status in OrderStatus} == statuses
    assert [int(order_type) for order_type in OrderType] == list(range(12))


def test_an_anomaly_survives_json() -> None:
    """What `to_dict` describes `from_dict` makes again, time and all."""
    anomaly = Anomaly(NOON, "adopted", "LEAN holds 5", "AAPL", -12.5)
    assert anomaly.to_dict()["time"] == "2024-01-02T12:00:00+00:00"
    assert Anomaly.from_dict(anomaly.to_dict()) == anomaly


# --- the guard


def test_a_guarded_call_hands_back_what_came_of_it() -> None:
    """The result as it is, None included, or the failure with its class and words."""
    assert guarded(divmod, 7, 2) == (3, 1)
    assert guarded([].clear) is None
    failure = guarded({"a": 1}.__getitem__, "b")
    assert isinstance(failure, Failure)
    assert (failure.kind, str(failure)) == ("KeyError", "KeyError: 'b'")


def test_a_guard_lets_the_run_be_stopped() -> None:
    """What ends the interpreter is no failure of a call."""
    with pytest.raises(KeyboardInterrupt):
        guarded(_interrupt)


def _interrupt() -> None:
    raise KeyboardInterrupt
