"""Columns of numbers as text in a saved state."""

from __future__ import annotations

import json
from array import array

from hypothesis import given
from hypothesis import strategies as st

from models.codec import packed, unpacked


@given(st.lists(st.floats()), st.lists(st.integers(0, 65_535)))
def test_a_packed_column_comes_back_exactly(numbers: list[float], counts: list[int]) -> None:
    """Through text every double keeps all its bits, and every count its value."""
    for column in (array("d", numbers), array("H", counts)):
        found = unpacked(column.typecode, json.loads(json.dumps(packed(column))))
        assert (found.typecode, found.tobytes()) == (column.typecode, column.tobytes())


def test_a_packed_column_is_the_same_on_every_machine() -> None:
    """The bytes are little-endian: a state may move."""
    assert packed(array("H", [1, 256])) == "AQAAAQ=="
    assert packed(array("d", [1.0])) == "AAAAAAAA8D8="
