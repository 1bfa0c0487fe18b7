"""Rows: values of different types saved together, one row or many at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.codec import NUMBER, TEXT, TIME, WHOLE, list_of, maybe
from models.errors import StateError
from models.rows import RowFormat, row_of

ROW = row_of(TIME, NUMBER, maybe(TEXT), list_of(WHOLE))
ROWS = st.lists(
    st.tuples(
        st.datetimes(max_value=datetime(9998, 12, 30), timezones=st.just(UTC)),
        st.floats(allow_nan=False) | st.integers(),
        st.none() | st.text(),
        st.lists(st.integers()),
    )
)


@given(ROWS)
def test_many_rows_are_those_one_by_one(rows: list[tuple[Any, ...]]) -> None:
    """Column by column comes the same as row by row, in both directions."""
    one_by_one = [ROW.encode(row) for row in rows]
    assert list_of(ROW).encode(rows) == one_by_one
    assert list_of(ROW).decode(one_by_one) == [ROW.decode(row) for row in one_by_one] == rows


@pytest.mark.parametrize(
    ("saved", "problem"),
    [
        ([["2024-01-02T12:00:00+00:00", 1.0, None]], "[0] has 3 values, not 4"),
        ([["2024-01-02T12:00:00+00:00", 1.0, None, [], 0]], "[0] has 5 values, not 4"),
        ([["2024-01-02T12:00:00+00:00", "1", None, []]], "[0][1] is '1', not a number"),
        ([["2024-01-02T12:00:00+00:00", 1.0, None, [1, 0.5]]], "[0][3][1] is 0.5, not a whole"),
        ([["x", 1.0, None, []]], "[0][0] cannot be read: Invalid isoformat string: 'x'"),
        ([7], "[0] is 7, not a list"),
    ],
)
def test_a_wrong_row_is_refused_with_its_place(saved: list[Any], problem: str) -> None:
    """The place among the rows and in the row is named, whatever comes before it."""
    good = ["2024-01-02T12:00:00+00:00", 1, "a", [1]]
    for before in ([], [good], [good, good]):
        with pytest.raises(StateError) as caught:
            list_of(ROW).decode([*before, *saved])
        assert str(caught.value).startswith(problem.replace("[0]", f"[{len(before)}]", 1))


def test_a_row_becomes_what_it_is_made_into() -> None:
    """`make` takes the list of the values, or with `spread` each of them."""
    codecs = (WHOLE, WHOLE)
    assert RowFormat(range(2), codecs, sum).read([1, 2]) == 3
    assert RowFormat(range(2), codecs, divmod, spread=True).read([7, 2]) == (3, 1)
    many = RowFormat(range(2), codecs, divmod, spread=True).read_all([[7, 2], [9, 4]])
    assert [*many] == [(3, 1), (2, 1)]


def test_what_is_read_is_not_changed() -> None:
    """A state that was read can be read again."""
    saved = [["2024-01-02T12:00:00+00:00", 1.0, None, [1]]]
    first = list_of(ROW).decode(saved)
    assert list_of(ROW).decode(saved) == first
    assert first[0][0] == datetime(2024, 1, 2, 12, tzinfo=UTC)
