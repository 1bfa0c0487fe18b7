"""Columns as bytes: what is read back is what was written, to the last bit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.report.packing import Form, deflated, inflated, pack, packed_column, unpack

NUMBERS = st.floats(allow_infinity=True, allow_nan=False)
AMOUNTS = st.integers(-(10**9), 10**9).map(lambda cents: cents / 100)
COLUMNS = st.integers(0, 40).flatmap(
    lambda rows: st.fixed_dictionaries(
        {
            "numbers": st.lists(NUMBERS | st.none(), min_size=rows, max_size=rows),
            "amounts": st.lists(AMOUNTS, min_size=rows, max_size=rows),
            "texts": st.lists(st.text(), min_size=rows, max_size=rows),
            "whole": st.lists(st.integers(-(2**49), 2**49), min_size=rows, max_size=rows),
        }
    )
)


def same(left: Any, right: Any) -> bool:
    """Whether two numbers are one to the last bit, the sign of a zero too."""
    if left is None or math.isnan(left):
        return math.isnan(right)
    return left == right and math.copysign(1.0, left) == math.copysign(1.0, right)


@settings(max_examples=40)
@given(COLUMNS)
def test_what_is_packed_is_read_back_to_the_last_bit(columns: dict[str, list[Any]]) -> None:
    """Numbers, missing ones, amounts, texts and whole numbers come back as they were."""
    found = unpack(inflated(deflated(pack({"table": columns}))))["table"]
    assert list(found["texts"]) == columns["texts"]
    assert list(found["whole"]) == columns["whole"]
    for name in ("numbers", "amounts"):
        assert all(map(same, columns[name], found[name]))


def test_amounts_of_cents_take_fewer_bytes_than_numbers() -> None:
    """A column of cents is whole numbers, and a few that are none stand apart."""
    values = np.round(np.linspace(0.0, 9.99, 1_000), 2)
    values[500] = math.pi
    found = packed_column(values)
    assert (found.form, found.more["decimals"], found.more["apart"]) == (Form.DECIMAL, 2, [500])
    assert len(found.parts) < 3 * values.size
    assert unpack(pack({"t": {"c": values}}))["t"]["c"][500] == math.pi


def test_columns_of_different_lengths_are_no_table() -> None:
    """A table whose columns do not fit each other is refused."""
    with pytest.raises(ValueError, match="different lengths"):
        pack({"table": {"a": [1.0], "b": [1.0, 2.0]}})


def test_a_number_that_no_page_can_tell_is_refused() -> None:
    """A whole number of more bits than a page's numbers have would come out as another."""
    with pytest.raises(ValueError, match="more bits"):
        packed_column([2**60])
