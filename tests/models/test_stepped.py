"""Stepped columns: each number comes back with all its bits, and what is no column is refused."""

from __future__ import annotations

import json
import zlib
from array import array
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.codec import packed
from models.errors import StateError
from models.stepped import stepped, stepped_column, unstepped

WHOLE = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(st.floats()), st.lists(WHOLE))
def test_a_stepped_column_comes_back_exactly(numbers: list[float], wholes: list[int]) -> None:
    """Through text every double and every whole number of 8 bytes keeps all its bits."""
    for column in (array("d", numbers), array("q", wholes)):
        found = unstepped(column.typecode, json.loads(json.dumps(stepped(column))))
        assert (found.typecode, found.tobytes()) == (column.typecode, column.tobytes())


def test_the_farthest_steps_come_back() -> None:
    """Between the ends of a type, and from any double to any other, nothing is lost."""
    for column in (
        array("q", [2**63 - 1, -(2**63), 2**63 - 1, 0]),
        array("d", [-0.0, nan, -inf, 5e-324, inf, 0.0]),
    ):
        assert unstepped(column.typecode, stepped(column)).tobytes() == column.tobytes()


def test_a_column_grows_while_its_text_is_kept() -> None:
    """What was saved, or read, can be appended to."""
    column = array("d", [1.0])
    text = stepped(column)
    column.append(2.0)
    read = unstepped("d", text)
    read.append(2.0)
    assert read == column
    assert stepped(array("d")) == ""


def test_a_stepped_column_is_the_same_on_every_machine() -> None:
    """The bytes are little-endian, and of the first number they are its own."""
    assert stepped(array("q", [7, 10, 9])) == packed(array("q", [7, 3, -1]))
    assert stepped(array("d", [1.0])) == packed(array("d", [1.0]))


def test_even_steps_are_compressed_away() -> None:
    """The times of a curve, one a minute, take a thirtieth of what they take as numbers."""
    times = array("d", range(1_400_000_000, 1_400_240_000, 60))
    small, large = (len(zlib.compress(text.encode())) for text in (stepped(times), packed(times)))
    assert 30 * small < large


@pytest.mark.parametrize(
    ("saved", "problem"),
    [
        ([1.0], "it is [1.0], not a text"),
        (None, "it is None, not a text"),
        ("AAA=", "it cannot be read: bytes length not a multiple"),
        ("AAAAAAAAA", "it cannot be read: "),
        ("?", "it cannot be read: "),
    ],
)
def test_what_is_no_column_is_refused(saved: Any, problem: str) -> None:
    """Another type, a part of a number, and what is not base64."""
    with pytest.raises(StateError) as caught:
        stepped_column("d").decode(saved)
    assert str(caught.value).startswith(problem)
