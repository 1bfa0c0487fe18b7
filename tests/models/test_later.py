"""States that become JSON later: the same text in pieces, of the moment they were taken down."""

from __future__ import annotations

import json
from array import array
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from models.codec import packed
from models.later import (
    COLUMN_BYTES,
    PIECE_LENGTH,
    LaterColumn,
    LaterRows,
    finished_steps,
    joined,
    json_text,
    row_texts,
    texts_of,
    whole,
)
from models.trades.record import TRADE_ROW
from tests.models.tracker.feeds import bought_and_sold, tracker

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
)  # fmt: skip


@given(VALUES)
def test_the_pieces_make_the_same_text(value: Any) -> None:
    """However deep a state is taken apart."""
    assert "".join(joined(texts_of(value))) == json_text(value)


def test_only_what_is_large_in_a_list_has_a_text_of_its_own() -> None:
    """Rows and plain objects become one text with their list, long columns do not."""
    rows, spells = [[1, [2]]] * 9, [{"a": 1}] * 9
    assert len(list(texts_of(rows))) == len(list(texts_of(spells))) == 1
    assert len(list(texts_of([[0.0] * 9_000] * 3))) > 3
    assert len(list(texts_of([{"a": [1]}] * 9))) > 9


def test_a_column_is_that_of_its_moment() -> None:
    """What is added later is not in it, and its first pieces stay as they are when it grows."""
    column = array("d", range(30_000))
    taken = LaterColumn(column)
    before = packed(column)
    pieces = list(taken.texts())
    column.extend(range(30_000))
    assert taken.value() == before == "".join(pieces)[1:-1]
    grown = list(LaterColumn(column).texts())
    same = len(array("d", range(30_000)).tobytes()) // COLUMN_BYTES
    assert grown[: same + 1] == pieces[: same + 1]


def test_rows_are_those_of_the_records() -> None:
    """Rows in pieces are the rows at once."""
    made = tracker()
    bought_and_sold(made, 3)
    rows = LaterRows(made.trades(), TRADE_ROW)
    assert json.loads("".join(rows.texts())) == rows.value()
    assert whole({"a": {"b": rows}}) == {"a": {"b": rows.value()}}


def test_small_texts_are_joined_and_large_ones_are_not() -> None:
    """A pause comes as it is."""
    large = "x" * PIECE_LENGTH
    assert list(joined(["a", "b", large, "c", "", "d"])) == ["ab", large, "", "cd"]


def test_steps_make_what_they_return() -> None:
    """Taken all at once."""

    def steps() -> Any:
        yield
        yield
        return 7

    assert finished_steps(steps()) == 7


@given(st.lists(st.lists(VALUES | st.sampled_from(["],[", "a],[b"]), max_size=4), max_size=6))
def test_rows_are_told_apart(rows: list[Any]) -> None:
    """Also where a text has in it what stands between two rows."""
    assert [f"[{text}]" for text in row_texts(rows)] == [json_text(row) for row in rows]
