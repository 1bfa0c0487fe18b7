"""Blocks: what is packed comes back to the last bit, and the layout is as it is written."""

from __future__ import annotations

import json
import struct
import zlib
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.frames.columns import Kind
from workbench.library.block import BlockError, pack, unpack
from workbench.library.planes import from_planes, to_planes
from workbench.library.series import Series, bits

WHOLES = st.integers(-(2**63), 2**63 - 1)
NUMBERS = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True, width=64),
    st.integers(-(10**9), 10**9).map(lambda cents: cents / 100),
)
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=8),
    st.integers(0, 10**6).map(lambda number: f"p{number}"),
)
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.NUMBER: NUMBERS,
    Kind.WHOLE: WHOLES,
    Kind.TIME: WHOLES,
    Kind.TEXT: TEXTS,
}


def series(kind: Kind, values: list[Any]) -> Series:
    """A column of values, some of which may be missing."""
    missing = np.array([value is None for value in values], bool)
    filler: Any = "" if kind is Kind.TEXT else 0
    dtype = {Kind.TEXT: object, Kind.NUMBER: np.float64}.get(kind, np.int64)
    column: Any = np.empty(len(values), dtype)
    column[:] = [filler if value is None else value for value in values]
    return Series(kind, column, missing if missing.any() else None)


def same(one: Series, other: Series) -> bool:
    """Whether two columns are the same to the last bit."""
    first, second = (
        bits(each.values).tolist() if each.kind is Kind.NUMBER else each.values.tolist()
        for each in (one, other)
    )
    masks = [None if each.missing is None else each.missing.tolist() for each in (one, other)]
    return (one.kind, first, masks[0]) == (other.kind, second, masks[1])


@st.composite
def tables(draw: st.DrawFn) -> dict[str, dict[str, Series]]:
    """Tables of columns of every kind, with holes."""
    found: dict[str, dict[str, Series]] = {}
    for name in draw(st.lists(st.sampled_from(["lots", "marks", "empty"]), unique=True)):
        rows = 0 if name == "empty" else draw(st.integers(0, 12))
        found[name] = {
            kind.value: series(
                kind, draw(st.lists(st.one_of(values, st.none()), min_size=rows, max_size=rows))
            )
            for kind, values in VALUES.items()
        }
    return found


@settings(max_examples=60)
@given(tables())
def test_what_is_packed_comes_back_to_the_last_bit(packed: dict[str, dict[str, Series]]) -> None:
    """Numbers that are none, halves of characters and missing values among them."""
    back = unpack(pack(packed))
    assert list(back) == list(packed)
    for name, columns in packed.items():
        assert list(back[name]) == list(columns)
        assert all(same(back[name][each], columns[each]) for each in columns)


@given(st.lists(WHOLES, max_size=40))
def test_planes_give_every_whole_number_back(values: list[int]) -> None:
    """Differences may be larger than what a number can be."""
    wholes = np.array(values, np.int64)
    planes = to_planes(wholes)
    assert len(planes.data) == planes.width * len(values)
    back = from_planes(memoryview(planes.data), len(values), planes.width, planes.delta)
    assert back.tolist() == values


@settings(max_examples=50)
@given(
    st.lists(st.tuples(NUMBERS, NUMBERS, st.sampled_from(["long", "short"])), max_size=20),
    st.data(),
)
def test_a_formula_is_only_a_guess(
    rows: list[tuple[float, float, str]], data: st.DataObject
) -> None:
    """A column comes back whether the formula that is said of it holds or not."""
    entry, leaving, side = ([row[at] for row in rows] for at in range(3))
    columns = {
        "entry": series(Kind.NUMBER, entry),
        "exit": series(Kind.NUMBER, leaving),
        "side": series(Kind.TEXT, side),
    }
    with np.errstate(all="ignore"):
        right = (columns["exit"].values - columns["entry"].values) * [
            1.0 if each == "long" else -1.0 for each in side
        ]
    right = np.where(np.isfinite(right), right, 0.0)
    wrong = data.draw(st.lists(NUMBERS, min_size=len(rows), max_size=len(rows)))
    columns["pnl"] = Series(Kind.NUMBER, right)
    columns["other"] = series(Kind.NUMBER, wrong)
    formula = ["*", ["-", "exit", "entry"], ["side", "side"]]
    block = pack({"lots": columns}, {"lots": {"pnl": formula, "other": formula}})
    back = unpack(block)["lots"]
    assert all(same(back[name], columns[name]) for name in columns)


def test_what_a_formula_tells_takes_no_room() -> None:
    """Thousands of numbers that others tell are a few bytes."""
    rng = np.random.default_rng(1)
    entry, fee = rng.normal(size=5_000), rng.normal(size=5_000)
    known = {"entry": Series(Kind.NUMBER, entry), "fee": Series(Kind.NUMBER, fee)}
    told = {**known, "pnl": Series(Kind.NUMBER, entry - fee)}
    formulas = {"lots": {"pnl": ["-", "entry", "fee"]}}
    assert len(pack({"lots": told}, formulas)) < len(pack({"lots": known})) + 200
    assert len(pack({"lots": told})) > len(pack({"lots": known})) + 20_000


def by_the_book(block: bytes) -> dict[str, dict[str, list[Any]]]:
    """A block read by nothing but what the page says of its bytes, without numpy."""
    assert block[:4] == b"PTB1"
    (size,) = struct.unpack("<I", block[4:8])
    head = json.loads(zlib.decompress(block[8 : 8 + size]))
    found: dict[str, dict[str, list[Any]]] = {}
    for name, table in head["tables"].items():
        start = 8 + size + table["at"]
        data = zlib.decompress(block[start : start + table["size"]])
        found[name] = {}
        for column in table["columns"]:
            values, data = read_column(data, table["rows"], column)
            found[name][column["name"]] = values
        assert data == b""
    return found


def read_column(data: bytes, rows: int, column: dict[str, Any]) -> tuple[list[Any], bytes]:
    """One column, and the bytes behind it."""
    present = [True] * rows
    if column["missing"]:
        size = (rows + 7) // 8
        present = [not data[row // 8] >> row % 8 & 1 for row in range(rows)]
        data = data[size:]
    words = json.loads(data[: column["words"]]) if column["words"] else []
    data = data[column["words"] :]
    streams = []
    for count, width, delta in column["streams"]:
        planes, data = data[: count * width], data[count * width :]
        streams.append(read_stream(planes, count, width, delta))
    kept = iter(read_values(column, streams, words))
    return [next(kept) if there else None for there in present], data


def read_stream(planes: bytes, count: int, width: int, delta: bool) -> list[int]:
    """Whole numbers out of their planes."""
    found, last = [], 0
    for row in range(count):
        folded = sum(planes[plane * count + row] << 8 * plane for plane in range(width))
        value = folded // 2 if folded % 2 == 0 else -(folded + 1) // 2
        last = last + value if delta else value
        found.append((last + 2**63) % 2**64 - 2**63)
    return found


def read_values(column: dict[str, Any], streams: list[list[int]], words: list[str]) -> list[Any]:
    """Values out of whole numbers."""
    base = column["base"]
    if base == "words":
        return [words[place] for place in streams[0]]
    if base == "numbered":
        return [f"{column['prefix']}{number}" for number in streams[0]]
    if base == "zero":
        return [of_bits(rest) for rest in streams[0]]
    if base == "decimal":
        units = [unit / 10.0 ** column["digits"] for unit in streams[0]]
        pairs = zip(units, streams[1], strict=True)
        return [
            of_bits(struct.unpack("<q", struct.pack("<d", unit))[0] + rest) for unit, rest in pairs
        ]
    return streams[0]


def of_bits(whole: int) -> float:
    """The number of some bits."""
    number: float = struct.unpack("<d", struct.pack("<Q", whole % 2**64))[0]
    return number


@settings(max_examples=40)
@given(tables())
def test_a_block_can_be_read_by_what_is_written_of_it(
    packed: dict[str, dict[str, Series]],
) -> None:
    """A reader of the layout's page alone finds the same values."""
    found = by_the_book(pack(packed))
    for name, columns in packed.items():
        for each, column in columns.items():
            assert repr(found[name][each]) == repr(column.listed())


def test_one_table_is_read_without_the_others() -> None:
    """Whoever wants the marks does not unpack the trades."""
    time = round(datetime(2024, 1, 2, tzinfo=UTC).timestamp()) * 1_000_000
    marks = {"time": series(Kind.TIME, [time, time + 60_000_000])}
    block = pack({"lots": {"pnl": series(Kind.NUMBER, [1.5])}, "marks": marks})
    (found,) = unpack(block, "marks").values()
    assert found["time"].listed() == [time, time + 60_000_000]


BLOCK = pack({"lots": {"pnl": series(Kind.NUMBER, [1.5, None, -2.25])}})


@pytest.mark.parametrize(
    ("damaged", "says"),
    [
        (b"", "no block"),
        (b"hello", "no block"),
        (b"PTB2" + BLOCK[4:], "another version"),
        (BLOCK[:-3], "damaged"),
        (BLOCK[:20], "damaged"),
        (BLOCK[:-1] + bytes([BLOCK[-1] ^ 1]), "damaged"),
    ],
)
def test_a_damaged_block_is_refused(damaged: bytes, says: str) -> None:
    """Bytes that are cut, changed or of something else are no block, and nothing else is raised."""
    with pytest.raises(BlockError, match=says):
        unpack(damaged)


@given(st.integers(0, len(BLOCK) - 1), st.integers(1, 255))
def test_a_changed_byte_never_raises_anything_else(at: int, change: int) -> None:
    """A block with one byte changed is refused, or is read."""
    damaged = bytearray(BLOCK)
    damaged[at] ^= change
    with suppress(BlockError):
        unpack(bytes(damaged))
