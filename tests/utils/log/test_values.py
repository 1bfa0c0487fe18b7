"""The values of fields: what becomes of any value, and how it is shown."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.events.orders import OrderType
from tests.utils.log.field_values import VALUES, Stubborn
from tests.utils.log.logs import entry
from utils.log.events import Category
from utils.log.values import DEEPEST_NESTING, compact_json, plain_value, value_text


@given(VALUES)
def test_plain_values_stay_as_they_are(value: Any) -> None:
    """Making a value plain once more changes nothing."""
    once = plain_value(value)
    assert plain_value(once) == once


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_are_short_and_close(value: float) -> None:
    """A float's text has 12 digits, which read back as nearly the same; JSON is exact."""
    assert float(value_text(plain_value(value))) == pytest.approx(value, rel=1e-11, abs=0)
    assert json.loads(entry(x=value).json())["fields"]["x"] == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("SPY", "SPY"),
        ("two words", '"two words"'),
        ("", '""'),
        ("a=b", '"a=b"'),
        ('say "x"', '"say \\"x\\""'),
        ("line\nbreak\t\x00", '"line\\nbreak\\t\\u0000"'),
        ("\u2028\x85\x7f", '"\\u2028\\u0085\\u007f"'),
        ("\ud800", '"\\ud800"'),
        ("café", '"café"'),
        ("600000", '"600000"'),
        ("1e5", '"1e5"'),
        ("null", '"null"'),
        ("2024-01-02", '"2024-01-02"'),
        ("2024-01-02T12:00:00+00:00", "2024-01-02T12:00:00+00:00"),
        (None, "null"),
        (True, "true"),
        (5, "5"),
        (5.0, "5"),
        (-0.0, "0"),
        (0.1 + 0.2, "0.3"),
        (1234567890.12, "1234567890.12"),
        (1e300, "1e+300"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        ([1, "a", None], '[1,"a",null]'),
        ({"a": {1: 2.5}}, '{"a":{"1":2.5}}'),
        ({2, 1}, "[1,2]"),
        (date(2024, 1, 2), '"2024-01-02"'),
        (Decimal("1.10"), '"1.10"'),
        (OrderType.LIMIT, "LIMIT"),
        (Category.RISK, "risk"),
        (np.float32(0.5), "0.5"),
        (np.int64(7), "7"),
        (np.bool_(True), "true"),
        (10**200, '"<int of 665 bits>"'),
        (Stubborn(), "<Stubborn>"),
        ([[[[[1]]]]], '[[[[["…"]]]]]'),
    ],
)
def test_values_are_shown_without_doubt(value: Any, text: str) -> None:
    """Numbers, words and strings cannot be taken for one another, and nothing breaks the line."""
    assert value_text(plain_value(value)) == text


class SilentError(Exception):
    """An exception that fails when it is asked for its text."""

    def __str__(self) -> str:
        raise ValueError("no text")


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("no price"), "ValueError: no price"),
        (KeyError("A"), "KeyError: 'A'"),
        (SystemExit(2), "SystemExit: 2"),
        (SilentError(), "SilentError, which has no text"),
    ],
)
def test_an_error_is_shown(error: BaseException, text: str) -> None:
    """With its class and its text, also where other values are too deep to be shown."""
    assert plain_value(error) == text
    deep: Any = error
    for _ in range(DEEPEST_NESTING):
        deep = [deep]
    assert text in compact_json(plain_value(deep)).replace("\\", "")
