"""The block: tables of columns as one piece of bytes, for the database, a report and an API alike.

    4 bytes    `PTB1`: the magic and the version of the layout
    4 bytes    how long the head is, little-endian
    the head   JSON, deflated (zlib's format)
    the rest   each table, deflated by itself (zlib's format)

The head is `{"tables": {NAME: {"rows", "at", "size", "columns": [COLUMN, ...]}}}`: a table's
deflated bytes begin `at` bytes after the head and are `size` long. Inflated, they are its columns
in their order, each

    1. where `missing` is true: a bit a row, the lowest bit of a byte first, 1 where the row has no
       value; what follows has the values of the other rows alone
    2. where `words` is more than 0: so many bytes of JSON, the list of the column's texts
    3. its `streams`, each `[count, width, delta]`: planes of whole numbers, `count * width` bytes,
       as `workbench.library.planes` says

A COLUMN has `name`, `kind`, `missing`, `words`, `streams`, and what makes values of the streams, as
`workbench.library.series` says:

    "base": "whole"       one stream: whole numbers, times in microseconds, dates in days, 0 and 1
    "base": "words"       one stream: places in the list of texts
    "base": "numbered"    one stream: the numbers behind the text `prefix`
    "base": "zero"        one stream: the bits of a number
    "base": "decimal"     two streams: units of 10**-digits, and the rest in bits
    "base": "formula"     one stream: the rest in bits; `formula` says what it is less

A float is read as `float_of_bits(bits(base) + rest)`, all in 64 bits.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.frames.columns import Kind
from workbench.library.planes import Planes, Wholes, cost, from_planes, to_planes
from workbench.library.series import (
    Floats,
    Formula,
    Series,
    best_digits,
    bits,
    computed,
    decimal,
    from_decimal,
    numbered,
    worded,
)

MAGIC = b"PTB1"
LEVEL = 6  # of deflate
JSON = dict[str, Any]
Columns = Mapping[str, Series]
Formulas = Mapping[str, Formula]


# What reading a damaged block raises.
DAMAGES = (ArithmeticError, LookupError, TypeError, ValueError, zlib.error, struct.error)


class BlockError(ValueError):
    """Bytes are no block, or one of another version."""


# --- writing


def pack(tables: Mapping[str, Columns], formulas: Mapping[str, Formulas] | None = None) -> bytes:
    """The tables as a block.

    Args:
        tables: Name -> its columns, all of one length.
        formulas: Table -> column -> what its numbers usually are, of columns before it.
    """
    head: JSON = {}
    bodies: list[bytes] = []
    for name, columns in tables.items():
        described, data = _table(columns, (formulas or {}).get(name, {}))
        body = zlib.compress(data, LEVEL)
        head[name] = {**described, "at": sum(map(len, bodies)), "size": len(body)}
        bodies.append(body)
    text = zlib.compress(json.dumps({"tables": head}, separators=(",", ":")).encode(), LEVEL)
    return b"".join((MAGIC, struct.pack("<I", len(text)), text, *bodies))


def _table(columns: Columns, formulas: Formulas) -> tuple[JSON, bytes]:
    parts: list[bytes] = []
    described = []
    for name, series in columns.items():
        missing = b"" if series.missing is None else _bit_mask(series.missing)
        kept = series.values if series.missing is None else series.values[~series.missing]
        base, words, streams = _coded(name, series, kept, columns, formulas)
        found = [to_planes(stream) for stream in streams]
        parts += [missing, words, *(each.data for each in found)]
        described.append(
            {
                "name": name,
                "kind": series.kind.value,
                "missing": series.missing is not None,
                "words": len(words),
                **base,
                "streams": [[kept.size, each.width, each.delta] for each in found],
            }
        )
    rows = next((series.values.size for series in columns.values()), 0)
    return {"rows": rows, "columns": described}, b"".join(parts)


def _bit_mask(missing: npt.NDArray[np.bool_]) -> bytes:
    return np.packbits(missing, bitorder="little").tobytes()


def _coded(
    name: str, series: Series, kept: npt.NDArray[Any], columns: Columns, formulas: Formulas
) -> tuple[JSON, bytes, list[Wholes]]:
    """What a column is made of: its base, its texts and its streams."""
    if series.kind is Kind.TEXT:
        return _coded_texts(kept.tolist())
    if series.kind is not Kind.NUMBER:
        return {"base": "whole"}, b"", [kept.astype(np.int64)]
    values = np.ascontiguousarray(kept, np.float64)
    if name in formulas:
        made = computed(formulas[name], columns)
        rest = bits(values) - bits(made if series.missing is None else made[~series.missing])
        if cost(rest) < 2 * values.size:
            return {"base": "formula", "formula": formulas[name]}, b"", [rest]
    return _coded_numbers(values)


def _coded_numbers(values: Floats) -> tuple[JSON, bytes, list[Wholes]]:
    digits = best_digits(values)
    if digits is None:
        return {"base": "zero"}, b"", [bits(values)]
    units = decimal(values, digits)
    rest = bits(values) - bits(from_decimal(units, digits))
    return {"base": "decimal", "digits": digits}, b"", [units, rest]


def _coded_texts(texts: list[str]) -> tuple[JSON, bytes, list[Wholes]]:
    ids = numbered(texts)
    if ids is not None:
        return {"base": "numbered", "prefix": ids[0]}, b"", [np.array(ids[1], np.int64)]
    words, places = worded(texts)
    text = json.dumps(words, separators=(",", ":")).encode() if words else b""
    return {"base": "words"}, text, [np.array(places, np.int64)]


# --- reading


def unpack(block: bytes, *names: str) -> dict[str, dict[str, Series]]:
    """The tables of a block.

    Args:
        block: Its bytes.
        names: Only these tables; all of them where none is named.

    Raises:
        BlockError: It is no block, or is damaged.
    """
    try:
        head, start = _head(block)
        wanted = {name: each for name, each in head.items() if not names or name in names}
        return {name: _read_table(block, start, each) for name, each in wanted.items()}
    except BlockError:
        raise
    except DAMAGES as fault:
        raise BlockError(f"the block is damaged: {fault}") from None


def names_of(block: bytes) -> list[str]:
    """The names of a block's tables; errors as of `unpack`."""
    try:
        return [*_head(block)[0]]
    except BlockError:
        raise
    except DAMAGES as fault:
        raise BlockError(f"the block is damaged: {fault}") from None


def _head(block: bytes) -> tuple[JSON, int]:
    if block[:3] != MAGIC[:3]:
        raise BlockError("these bytes are no block")
    if block[:4] != MAGIC:
        raise BlockError("the block is of another version of the tracker")
    (size,) = struct.unpack_from("<I", block, 4)
    text = zlib.decompress(block[8 : 8 + size])
    tables: JSON = json.loads(text)["tables"]
    return tables, 8 + size


def _read_table(block: bytes, start: int, described: JSON) -> dict[str, Series]:
    begin = start + described["at"]
    data = memoryview(zlib.decompress(block[begin : begin + described["size"]]))
    columns: dict[str, Series] = {}
    at = 0
    for column in described["columns"]:
        columns[column["name"]], at = _read_column(data, at, described["rows"], column, columns)
    if at != len(data):
        raise BlockError("the block is damaged: a table is longer than its columns")
    return columns


def _read_column(
    data: memoryview, at: int, rows: int, column: JSON, before: Columns
) -> tuple[Series, int]:
    missing = None
    if column["missing"]:
        size = (rows + 7) // 8
        mask = np.frombuffer(data[at : at + size], np.uint8)
        missing = np.unpackbits(mask, count=rows, bitorder="little").astype(bool)
        at += size
    words = json.loads(bytes(data[at : at + column["words"]])) if column["words"] else []
    at += column["words"]
    streams = []
    for count, width, delta in column["streams"]:
        planes = Planes(b"", width, delta)
        streams.append(from_planes(data[at : at + count * width], count, planes.width, delta))
        at += count * width
    kept = READ[column["base"]](column, streams, words, missing, before)
    return _whole(Kind(column["kind"]), rows, kept, missing), at


def _whole(
    kind: Kind, rows: int, kept: npt.NDArray[Any], missing: npt.NDArray[np.bool_] | None
) -> Series:
    """A column with all its rows."""
    if missing is None:
        return Series(kind, kept)
    values = np.full(rows, "", object) if kind is Kind.TEXT else np.zeros(rows, kept.dtype)
    values[~missing] = kept
    return Series(kind, values, missing)


Mask = npt.NDArray[np.bool_] | None
Reading = Callable[[JSON, list[Wholes], list[str], Mask, Columns], npt.NDArray[Any]]


def _read_words(
    column: JSON, streams: list[Wholes], words: list[str], missing: Mask, before: Columns
) -> npt.NDArray[Any]:
    texts = np.empty(len(words), object)
    texts[:] = words
    return texts[streams[0]]


def _read_numbered(
    column: JSON, streams: list[Wholes], words: list[str], missing: Mask, before: Columns
) -> npt.NDArray[Any]:
    prefix = column["prefix"]
    texts = np.empty(streams[0].size, object)
    texts[:] = [f"{prefix}{number}" for number in streams[0].tolist()]
    return texts


def _read_decimal(
    column: JSON, streams: list[Wholes], words: list[str], missing: Mask, before: Columns
) -> npt.NDArray[Any]:
    units, rest = streams
    return (bits(from_decimal(units, column["digits"])) + rest).view(np.float64)


def _read_formula(
    column: JSON, streams: list[Wholes], words: list[str], missing: Mask, before: Columns
) -> npt.NDArray[Any]:
    made = computed(column["formula"], before)
    base = made if missing is None else made[~missing]
    return (bits(base) + streams[0]).view(np.float64)


READ: dict[str, Reading] = {
    "whole": lambda column, streams, *_: streams[0],
    "words": _read_words,
    "numbered": _read_numbered,
    "zero": lambda column, streams, *_: streams[0].view(np.float64),
    "decimal": _read_decimal,
    "formula": _read_formula,
}
