"""Slices: the time, and the corporate events in LEAN's dictionaries."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.workbench.engine import tapes
from workbench.engine.enums import DelistingType, SplitType
from workbench.engine.reads import ReadMeter
from workbench.engine.slices import CORPORATE_HOOKS, Slice, corporate_of, hooks_of
from workbench.engine.state import SecurityState
from workbench.engine.symbols import Symbol

NOON = datetime(2020, 1, 2, 17, 0, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")
STATE = SecurityState(tapes.security())


@pytest.fixture
def meter() -> ReadMeter:
    """A meter that has counted nothing."""
    return ReadMeter()


@pytest.fixture
def symbol(meter: ReadMeter) -> Symbol:
    """The stock's symbol."""
    return Symbol(meter, STATE)


def slice_of(meter: ReadMeter, symbol: Symbol, *lines: tapes.Line) -> Slice:
    """A slice at noon in New York."""
    events = [corporate_of(meter, line, symbol, STATE) for line in lines]
    return Slice(meter, NOON, NEW_YORK, events)


def test_a_slice_has_its_time(meter: ReadMeter, symbol: Symbol) -> None:
    """Local and naive, and UTC and aware."""
    data = slice_of(meter, symbol)
    assert data.time == datetime(2020, 1, 2, 12, 0)
    assert data.utc_time == NOON
    assert data.has_data


def test_a_plain_slice_has_empty_dictionaries(meter: ReadMeter, symbol: Symbol) -> None:
    """All four are there and count nothing."""
    data = slice_of(meter, symbol)
    found = (data.splits, data.dividends, data.delistings, data.symbol_changed_events)
    assert [each.count for each in found] == [0, 0, 0, 0]
    assert list(hooks_of(data)) == []


def test_a_split(meter: ReadMeter, symbol: Symbol) -> None:
    """It is found by symbol, with kind, factor and reference price."""
    split = slice_of(meter, symbol, tapes.corporate("split", factor=1)).splits[symbol]
    assert split.symbol == symbol
    assert split.type == SplitType.SPLIT_OCCURRED
    assert (split.split_factor, split.reference_price) == (1.0, 50.0)
    assert type(split.split_factor) is float


def test_a_dividend(meter: ReadMeter, symbol: Symbol) -> None:
    """It is found by symbol, with distribution and reference price."""
    dividend = slice_of(meter, symbol, tapes.corporate("dividend")).dividends[symbol]
    assert dividend.symbol == symbol
    assert (dividend.distribution, dividend.reference_price) == (0.25, 50.0)


def test_a_delisting(meter: ReadMeter, symbol: Symbol) -> None:
    """It is found by symbol, with kind and the last price."""
    STATE.price = 49.0
    delisting = slice_of(meter, symbol, tapes.corporate("delisting")).delistings[symbol]
    STATE.price = 48.0
    assert delisting.type == DelistingType.WARNING
    assert delisting.price == 49.0


def test_a_change_of_symbol(meter: ReadMeter, symbol: Symbol) -> None:
    """It is found by symbol, with both tickers."""
    line = tapes.corporate("symbol_changed")
    change = slice_of(meter, symbol, line).symbol_changed_events[symbol]
    assert (change.old_symbol, change.new_symbol) == ("AAA", "BBB")


def test_a_slice_sorts_its_events_by_kind(meter: ReadMeter, symbol: Symbol) -> None:
    """Each dictionary holds its own kind, and of two of one instrument the later."""
    lines = (
        tapes.corporate("dividend", distribution=1.0),
        tapes.corporate("split"),
        tapes.corporate("dividend", distribution=2.0),
    )
    data = slice_of(meter, symbol, *lines)
    assert [(key, item.distribution) for key, item in data.dividends.items()] == [(symbol, 2.0)]
    assert [pair.key for pair in data.splits] == [symbol]
    assert data.dividends.contains_key(symbol)
    assert not data.delistings.contains_key(symbol)


def test_the_hooks_come_in_leans_order(meter: ReadMeter, symbol: Symbol) -> None:
    """Whatever the order of the lines, changes of symbol are told first, delistings last."""
    kinds = ("delisting", "dividend", "split", "symbol_changed")
    data = slice_of(meter, symbol, *map(tapes.corporate, kinds))
    told = dict(hooks_of(data))
    assert tuple(told) == CORPORATE_HOOKS
    assert told["on_splits"][symbol].split_factor == 0.5


def test_only_what_is_there_is_told(meter: ReadMeter, symbol: Symbol) -> None:
    """A slice with a dividend calls for that hook alone."""
    data = slice_of(meter, symbol, tapes.corporate("dividend"))
    assert [hook for hook, _ in hooks_of(data)] == ["on_dividends"]


def test_what_a_read_of_a_slice_costs(meter: ReadMeter, symbol: Symbol) -> None:
    """Asking how many splits there are is two reads."""
    data = slice_of(meter, symbol)
    assert meter.total == 0
    assert data.splits.count == 0
    assert meter.total == 2
    assert len(data.dividends) == 0
    assert meter.total == 4
