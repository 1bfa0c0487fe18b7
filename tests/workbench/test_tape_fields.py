"""The tape's format: which fields a line needs, and of which kind."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.workbench import tapes
from workbench.tape_fields import instant, line_fault, named_sids

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
        (tapes.order(), "limit", "1", "a number or null"),
        (tapes.order(), "group", 1.5, "a whole number or null"),
        (tapes.order(), "fill_qty", True, "a number"),
        (tapes.order(), "assignment", 0, "true or false"),
        (tapes.order(), "tag", None, "a text"),
        (tapes.order(), "status", "DONE", "one of NEW, SUBMITTED"),
        (tapes.order(), "t", "2020-01-02T14:31:00", "an ISO time with its offset"),
        (tapes.order(), "cash", {"USD": [1.0]}, "{currency: [amount, rate]}"),
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


def test_a_line_names_the_instruments_it_is_about() -> None:
    """Orders and corporate lines name one, a mark all it holds, a security line none before it."""
    assert list(named_sids(tapes.order())) == [tapes.STOCK]
    assert list(named_sids(tapes.corporate("split"))) == [tapes.STOCK]
    assert list(named_sids(tapes.mark(h={"A": [], "B": []}))) == ["A", "B"]
    assert list(named_sids(tapes.mark())) == []
    assert list(named_sids(tapes.option())) == []


def test_an_instant_is_read_as_utc() -> None:
    """A time with an offset becomes UTC; one without is none."""
    assert instant("2020-01-02T09:32:00-05:00") == datetime(2020, 1, 2, 14, 32, tzinfo=UTC)
    assert instant("2020-01-02T14:32:00.000001Z") == datetime(2020, 1, 2, 14, 32, 0, 1, UTC)
    assert instant("2020-01-02T14:32:00") is None
    assert instant("noon") is None
