"""Events: what cannot be booked is refused when it is built, in words that say which value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from math import inf, nan
from typing import Any

import pytest

from models.errors import EventError
from models.events.account import CashFlow, DayEnd, Mark, Opening
from models.events.corporate_actions import (
    Delisting,
    DelistingKind,
    Dividend,
    Split,
    SplitKind,
    SymbolChange,
)
from models.events.orders import Fill, OrderStatus, OrderUpdate

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
