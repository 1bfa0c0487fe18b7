"""Columns of figures and texts as few bytes, read back to the last bit by the report's page.

    a pack = length of the header, 4 bytes, little-endian; the header, JSON; the columns' bytes

Whole numbers become differences where that is shorter, in as many bytes as the largest needs, all
lowest bytes first, then all second ones and so on: equal bytes stand together for the compression
of the whole. A number with few decimals is a whole number of its last decimal; what is none of
them stands apart as it is. A text is its place in a list. `page/unpacking.js` is the other side.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_DECIMALS = 12
MOST_APART = 0.02  # of the values may be apart from the whole numbers
LARGEST_WHOLE = (
    2.0**50
)  # in a page numbers have 53 bits, of which differences take two and a sign one
RAW_DEFLATE = -15  # zlib's word for a stream without a header, which browsers call deflate-raw


class Form(StrEnum):
    """How a column is written."""

    WHOLE = "whole"
    DECIMAL = "decimal"
    FLOAT = "float"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Packed:
    """A column's bytes and what its reader must know.

    Attributes:
        form: How it is written.
        more: What the header says of it beside its form and its length.
        parts: Its bytes.
    """

    form: Form
    more: Mapping[str, Any]
    parts: bytes


def pack(tables: Mapping[str, Mapping[str, Sequence[Any] | npt.NDArray[Any]]]) -> bytes:
    """Tables of columns as bytes.

    Args:
        tables: Table -> column -> its values: numbers, None or NaN for what is missing, or texts.

    Raises:
        ValueError: The columns of a table have different lengths, or a whole number has more bits
            than a page can tell.
    """
    header: dict[str, Any] = {}
    parts: list[bytes] = []
    for table, columns in tables.items():
        sizes = {len(values) for values in columns.values()}
        if len(sizes) > 1:
            raise ValueError(f"the columns of {table} have different lengths: {sorted(sizes)}")
        described = {}
        for name, values in columns.items():
            found = packed_column(values)
            parts.append(found.parts)
            described[name] = {"form": found.form, "bytes": len(found.parts), **found.more}
        header[table] = {"rows": max(sizes, default=0), "columns": described}
    head = json.dumps(header, separators=(",", ":"), allow_nan=False).encode()
    return len(head).to_bytes(4, "little") + head + b"".join(parts)


def unpack(content: bytes) -> dict[str, dict[str, Any]]:
    """What `pack` was given: numbers as arrays with NaN for what is missing, texts as lists."""
    end = 4 + int.from_bytes(content[:4], "little")
    tables: dict[str, dict[str, Any]] = {}
    for table, described in json.loads(content[4:end]).items():
        tables[table] = {}
        for name, column in described["columns"].items():
            part = content[end : end + column["bytes"]]
            end += column["bytes"]
            tables[table][name] = _column(part, column, described["rows"])
    return tables


def deflated(content: bytes) -> bytes:
    """The bytes compressed as browsers take them apart."""
    stream = zlib.compressobj(9, zlib.DEFLATED, RAW_DEFLATE, 9)
    return stream.compress(content) + stream.flush()


def inflated(content: bytes) -> bytes:
    """The bytes that were compressed."""
    return zlib.decompress(content, RAW_DEFLATE)


# --- to bytes


def packed_column(values: Sequence[Any] | npt.NDArray[Any]) -> Packed:
    """A column in the form that suits its values."""
    if len(values) and isinstance(values[0], str):
        return _packed_texts(values)
    array = np.asarray(values)
    if array.dtype.kind in "iub":
        return _packed_whole(array.astype(np.int64))
    return _packed_floats(np.asarray(values, np.float64))


def _packed_texts(values: Sequence[str] | npt.NDArray[Any]) -> Packed:
    places: dict[str, int] = {}
    codes = np.fromiter((places.setdefault(each, len(places)) for each in values), np.int64)
    found = _packed_whole(codes)
    return Packed(Form.TEXT, {**found.more, "texts": list(places)}, found.parts)


def _packed_whole(values: Ints) -> Packed:
    if values.size and float(np.abs(values).max()) > LARGEST_WHOLE:
        raise ValueError("a whole number has more bits than a page can tell")
    choices = [_planes(values, order) for order in range(min(3, values.size + 1))]
    best = min(choices, key=lambda each: len(zlib.compress(each.parts, 1)))
    return Packed(Form.WHOLE, best.more, best.parts)


def _planes(values: Ints, order: int) -> Packed:
    """Whole numbers, differenced so often, with the sign in the lowest bit."""
    apart = values
    for _ in range(order):
        apart = np.diff(apart, prepend=0)
    folded = ((apart << 1) ^ (apart >> 63)).astype("<u8")
    width = max(1, (int(folded.max(initial=0)).bit_length() + 7) // 8)
    rows = folded.view(np.uint8).reshape(-1, 8)[:, :width]
    return Packed(Form.WHOLE, {"order": order, "width": width}, rows.T.tobytes())


def _packed_floats(values: Floats) -> Packed:
    missing = np.isnan(values)
    known = values[~missing]
    mask = np.packbits(missing).tobytes() if missing.any() else b""
    decimals = _decimals(known)
    more: dict[str, Any] = {"known": known.size} if mask else {}
    if decimals is None:
        planes = known.astype("<f8").view(np.uint8).reshape(-1, 8)
        return Packed(Form.FLOAT, more, mask + planes.T.tobytes())
    whole, apart = _whole_of(known, decimals)
    found = _packed_whole(whole)
    places = apart.nonzero()[0]
    more |= {**found.more, "decimals": decimals, "apart": places.tolist()}
    return Packed(Form.DECIMAL, more, mask + found.parts + known[places].astype("<f8").tobytes())


def _decimals(values: Floats) -> int | None:
    """The fewest decimals that nearly all values have; None where they have more."""
    for decimals in range(MOST_DECIMALS + 1):
        if _whole_of(values, decimals)[1].sum() <= MOST_APART * values.size:
            return decimals
    return None


def _whole_of(values: Floats, decimals: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """The values in units of their last decimal, and which of them are none of those."""
    scale = 10.0**decimals
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = np.rint(values * scale)
        apart = ~((np.abs(scaled) < LARGEST_WHOLE) & (scaled / scale == values))
    apart |= (values == 0.0) & np.signbit(values)  # -0.0 has no whole number
    return np.where(apart, 0.0, scaled).astype(np.int64), apart


# --- from bytes


def _column(part: bytes, column: Mapping[str, Any], rows: int) -> Any:
    if column["form"] == Form.WHOLE:
        return _whole(part, column, rows)
    if column["form"] == Form.TEXT:
        return [column["texts"][code] for code in _whole(part, column, rows)]
    size = column.get("known", rows)
    mask = (rows + 7) // 8 if "known" in column else 0
    known = _floats(part[mask:], column, size)
    if not mask:
        return known
    missing = np.unpackbits(np.frombuffer(part[:mask], np.uint8), count=rows).astype(bool)
    values = np.full(rows, np.nan)
    values[~missing] = known
    return values


def _floats(part: bytes, column: Mapping[str, Any], size: int) -> Floats:
    if column["form"] == Form.FLOAT:
        planes = np.frombuffer(part, np.uint8).reshape(8, size)
        return np.asarray(np.ascontiguousarray(planes.T).view("<f8").reshape(size), np.float64)
    end = size * column["width"]
    values: Floats = _whole(part[:end], column, size) / 10.0 ** column["decimals"]
    values[column["apart"]] = np.frombuffer(part[end:], "<f8")
    return values


def _whole(part: bytes, column: Mapping[str, Any], rows: int) -> Ints:
    bytes_of, width = np.zeros((rows, 8), np.uint8), column["width"]
    bytes_of[:, :width] = np.frombuffer(part, np.uint8).reshape(width, rows).T
    folded = bytes_of.view("<u8").reshape(rows)
    values: Ints = (folded >> 1).astype(np.int64) ^ -(folded & 1).astype(np.int64)
    for _ in range(column["order"]):
        values = np.cumsum(values)
    return values
