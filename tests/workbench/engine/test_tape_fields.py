"""The tape's format: which fields a line needs, and of which kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.workbench.engine import tapes
from workbench.engine.tape_fields import LARGEST, SMALLEST, instant, line_fault, named_sids

SOUND = [
    tapes.start(),
    tapes.security(),
    tapes.option(),
    tapes.future(),
    tapes.coin(),
    tapes.order(),
    tapes.order(limit=1.5, stop=2, trigger=3.5, group=4, group_count=2, thread=7),
    tapes.mark(),
    tapes.mark(tpv=1, cash={}, unsettled={"USD": 1}, h={tapes.STOCK: [1, 2, 3, 4, 5.5, 6]}),
    tapes.day(),
    *map(tapes.corporate, ("split", "dividend", "delisting", "symbol_changed")),
    tapes.end(),
]


@pytest.mark.parametrize("line", SOUND, ids=lambda line: line["type"])
def test_a_sound_line_has_no_fault(line: tapes.Line) -> None:
    """Whole numbers do where numbers are asked for, and unknown fields are let be."""
    assert line_fault(line) is None
    assert line_fault(line | {"beyond": 1}) is None


@pytest.mark.parametrize("line", SOUND, ids=lambda line: line["type"])
def test_no_field_of_a_line_may_be_missing(line: tapes.Line) -> None:
    """Without any one of its fields a line has a fault that names it, a mark's apart."""
    free = {"type", "thread"} | ({"tpv", "cash", "unsettled", "h"} & line.keys())
    needed = line.keys() - (free if line["type"] == "mark" else {"type", "thread"})
    for field in needed:
        rest = {key: value for key, value in line.items() if key != field}
        assert f"field {field!r} is missing" in str(line_fault(rest))


@pytest.mark.parametrize(
    ("line", "field", "value", "kind"),
    [
        (tapes.order(), "order", 1.0, "a whole number"),
        (tapes.order(), "order", True, "a whole number"),
        (tapes.order(), "limit", "1", "a number of at most 1e+15 in size, or null"),
        (tapes.order(), "group", 1.5, "a whole number or null"),
        (tapes.order(), "fill_qty", True, "a number"),
        (tapes.order(), "assignment", 0, "true or false"),
        (tapes.order(), "tag", None, "a text"),
        (tapes.order(), "status", "DONE", "one of NEW, SUBMITTED"),
        (tapes.order(), "t", "noon", "an ISO time"),
        (tapes.order(), "cash", {"USD": [1.0]}, "{currency: [amount, rate]}, each number"),
        (tapes.order(), "cash", {"USD": 1.0}, "{currency: [amount, rate]}"),
        (tapes.order(), "cash", [], "{currency: [amount, rate]}"),
        (tapes.mark(), "unsettled", {"USD": None}, "{currency: amount}"),
        (tapes.mark(), "h", {tapes.STOCK: [1, 2, 3, 4]}, "{sid: five or six numbers}"),
        (tapes.mark(), "h", {tapes.STOCK: [1, 2, 3, 4, None]}, "{sid: five or six numbers}"),
        (tapes.security(), "kind", "STOCK", "one of BASE, EQUITY"),
        (tapes.security(), "normalization", "NONE", "one of RAW, ADJUSTED"),
        (tapes.option(), "right", "LONG", "one of CALL, PUT"),
        (tapes.option(), "expiry", "soon", "an ISO time"),
        (tapes.start(), "time_zone", "Mars/Olympus", "the name of a time zone"),
        (tapes.start(), "time_zone", "../etc", "the name of a time zone"),
        (tapes.end(), "closed_trades", {}, "a list"),
    ],
)
def test_a_field_of_the_wrong_kind_is_a_fault(
    line: tapes.Line, field: str, value: Any, kind: str
) -> None:
    """The fault names the field, the kind it should be of and the value it has."""
    fault = str(line_fault(line | {field: value}))
    assert fault.startswith(f"field {field!r} should be {kind}")
    assert fault.endswith(f"but is {value!r}")


UNREAL = {"inf": 1e999, "-inf": -1e999, "NaN": float("nan"), "1e308": 1e308, "10**400": 10**400}


@pytest.mark.parametrize("number", UNREAL.values(), ids=UNREAL)
@pytest.mark.parametrize(
    "line",
    [
        tapes.start(), tapes.option(), tapes.order(limit=1.5, stop=2.5, trigger=3.5),
        tapes.mark(tpv=1.0), tapes.day(), tapes.corporate("split"), tapes.corporate("dividend"),
        tapes.end(),
    ],
    ids=lambda line: line["type"],
)  # fmt: skip
def test_no_number_may_be_infinite_or_absurd(line: tapes.Line, number: float) -> None:
    """What is not finite, or above the largest size, is a fault of whichever field has it."""
    fields = [field for field, value in line.items() if type(value) is float]
    assert fields
    for field in fields:
        assert f"field {field!r} should be a number" in str(line_fault(line | {field: number}))


@pytest.mark.parametrize("number", UNREAL.values(), ids=UNREAL)
@pytest.mark.parametrize(
    ("line", "field", "wrap"),
    [
        (tapes.start(), "cash", lambda number: {"USD": [number, 1.0]}),
        (tapes.order(), "cash", lambda number: {"USD": [1.0, number]}),
        (tapes.mark(), "cash", lambda number: {"EUR": [1.0, 1.0], "USD": [1.0, number]}),
        (tapes.mark(), "unsettled", lambda number: {"USD": number}),
        (tapes.mark(), "h", lambda number: {tapes.STOCK: [1, 2, 3, 4, number]}),
        (tapes.end(), "cash", lambda number: {"USD": [number, 1.0]}),
    ],
)
def test_no_number_inside_a_field_may_be_infinite_or_absurd(
    line: tapes.Line, field: str, wrap: Callable[[float], Any], number: float
) -> None:
    """Balances, rates, amounts and holdings are held to the same limits."""
    fault = str(line_fault(line | {field: wrap(number)}))
    assert fault.startswith(f"field {field!r} should be ")
    assert "of at most 1e+15 in size" in fault


@pytest.mark.parametrize("sign", [1, -1])
def test_the_largest_numbers_are_sound(sign: int) -> None:
    """The limit itself is allowed, and nothing beyond it."""
    assert line_fault(tapes.order(fill_qty=sign * LARGEST, limit=sign * LARGEST)) is None
    assert line_fault(tapes.order(fill_qty=sign * LARGEST * 1.001)) is not None


@pytest.mark.parametrize("number", [0, 0.0, -1.0, SMALLEST / 2, LARGEST * 2, 1e999])
@pytest.mark.parametrize(
    ("line", "field"),
    [
        (tapes.security(), "multiplier"),
        (tapes.security(), "lot"),
        (tapes.corporate("split"), "factor"),
    ],
)
def test_what_is_divided_by_is_above_zero(line: tapes.Line, field: str, number: float) -> None:
    """A multiplier, a lot and a split factor are positive, neither tiny nor huge."""
    fault = str(line_fault(line | {field: number}))
    assert fault == f"field {field!r} should be a number from 1e-18 to 1e+15 but is {number!r}"
    assert line_fault(line | {field: 1e-8}) is None


@pytest.mark.parametrize("text", ["", " "])
@pytest.mark.parametrize(
    ("line", "fields"),
    [
        (tapes.start(), ["account_currency"]),
        (tapes.security(), ["sid", "ticker", "market", "quote", "exchange_tz"]),
        (tapes.option(), ["underlying"]),
        (tapes.order(), ["sid", "fee_currency"]),
        (tapes.corporate("dividend"), ["sid"]),
        (tapes.corporate("symbol_changed"), ["sid", "old", "new"]),
    ],
)
def test_a_name_may_not_be_empty(line: tapes.Line, fields: list[str], text: str) -> None:
    """Ids, tickers and currencies have letters; a tag, a message, a fill's currency need none."""
    for field in fields:
        fault = line_fault(line | {field: text})
        assert fault == f"field {field!r} should be a text that is not empty but is {text!r}"
    assert line_fault(tapes.order(tag="", message="", fill_currency="")) is None


@pytest.mark.parametrize(("field", "value"), [("cash", {"": [1.0, 1.0]}), ("unsettled", {"": 1.0})])
def test_a_balance_has_a_currency(field: str, value: tapes.Line) -> None:
    """An amount whose currency is empty is a fault."""
    assert f"field {field!r} should be {{currency: " in str(
        line_fault(tapes.mark() | {field: value})
    )


def test_a_long_value_is_cut_in_the_message() -> None:
    """A fault stays one readable line, whatever the field has."""
    fault = str(line_fault(tapes.order(fill_qty=10**400)))
    assert fault.endswith("000...")
    assert len(fault) < 200


def test_a_line_names_the_instruments_it_is_about() -> None:
    """Orders and corporate lines name one, a mark all it holds, a security line none before it."""
    assert list(named_sids(tapes.order())) == [tapes.STOCK]
    assert list(named_sids(tapes.corporate("split"))) == [tapes.STOCK]
    assert list(named_sids(tapes.mark(h={"A": [], "B": []}))) == ["A", "B"]
    assert list(named_sids(tapes.mark())) == []
    assert list(named_sids(tapes.option())) == []


def test_an_instant_is_read_as_utc() -> None:
    """A time becomes UTC, and is UTC without an offset; one before year 1 in UTC is none."""
    assert instant("2020-01-02T09:32:00-05:00") == datetime(2020, 1, 2, 14, 32, tzinfo=UTC)
    assert instant("2020-01-02T14:32:00.000001Z") == datetime(2020, 1, 2, 14, 32, 0, 1, UTC)
    assert instant("2020-01-02T14:32:00") == datetime(2020, 1, 2, 14, 32, tzinfo=UTC)
    assert instant("noon") is None
    assert instant("0001-01-01T00:00:00+23:00") is None
