"""Columns as they were at a moment."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from models.equity.prefix import Prefix

ROWS = st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9)), max_size=8)


@given(ROWS, ROWS, ROWS)
def test_what_comes_later_is_not_seen(
    before: list[tuple[float, float]],
    after: list[tuple[float, float]],
    later: list[tuple[float, float]],
) -> None:
    """Rows appended since, and a change of what was the last row, leave it as it was."""
    columns = tuple(array("d", (row[at] for row in before)) for at in (0, 1))
    taken = Prefix.of(columns, *after)
    if before:
        columns[1][-1] = 7.5
    for row in later:
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    assert [*zip(*taken.rows(), strict=True)] == [*before, *after]
    assert len(taken.rows()) == 2
    assert bool(taken) is bool(before or after)
