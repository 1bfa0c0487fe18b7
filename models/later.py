"""What of a state is taken down at one moment and encoded later, a piece at a time.

A state is of one moment, so that nothing may happen while it is taken down. To make JSON of all of
it would take too long for that: what is large and does not change any more is only noted, and
becomes JSON when it is asked for.
"""

from __future__ import annotations

import json
import sys
from array import array
from base64 import b64encode
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from models.codec import Codec, packed

# Bytes of a column that become one piece of text: 131,072 characters, which never change again
# where the column only grows.
COLUMN_BYTES = 98_304
# How deep a state is taken apart, and how many values a list that is taken apart may have.
DEEPEST, LONGEST = 6, 32
# Characters of the text of several small values that go into one piece.
PIECE_LENGTH = 65_536
# Rows that become one piece; a few milliseconds.
ROWS_AT_ONCE = 250
# What stands between two rows.
BETWEEN_ROWS = "],["
# What is no part to take apart.
_PLAIN = (str, float, int, type(None))
# Made once; and no state holds itself, which takes a tenth of the time to make sure of.
_ENCODER = json.JSONEncoder(allow_nan=False, check_circular=False, separators=(",", ":"))


Made = TypeVar("Made")

# Something that is made in steps of a few milliseconds each; whoever makes it may pause between.
Steps = Generator[None, None, Made]


def finished_steps(steps: Steps[Made]) -> Made:
    """Take all steps at once, and return what they make."""
    while True:
        try:
            next(steps)
        except StopIteration as ended:
            made: Made = ended.value
            return made


class LaterColumn:
    """A copy of a column of numbers.

    Args:
        column: The column, which may grow meanwhile.
    """

    def __init__(self, column: array[Any]) -> None:
        self._column = column[:]

    def value(self) -> str:
        """The text of its bytes."""
        return packed(self._column)

    def texts(self) -> Iterator[str]:
        """The text in pieces that stay the same as long as the column only grows."""
        column = self._column
        if sys.byteorder == "big":
            column = column[:]
            column.byteswap()
        data = memoryview(column).cast("B")
        yield '"'
        for start in range(0, len(data), COLUMN_BYTES):
            yield b64encode(data[start : start + COLUMN_BYTES]).decode("ascii")
        yield '"'


class LaterRows:
    """Records that are saved as rows; the records never change.

    Args:
        records: The records.
        rows: Their codec.
    """

    def __init__(self, records: Sequence[Any], rows: Codec[Any]) -> None:
        self.records = records
        self._rows = rows

    def value(self) -> list[Any]:
        """The rows."""
        return [*self._rows.encode_all(self.records)]

    def texts(self) -> Iterator[str]:
        """The rows in pieces."""
        yield "["
        for start in range(0, len(self.records), ROWS_AT_ONCE):
            rows = self._rows.encode_all(self.records[start : start + ROWS_AT_ONCE])
            text = json_text([*rows])[1:-1]
            yield f",{text}" if start else text
        yield "]"


def json_text(value: Any) -> str:
    """A value as compact JSON.

    Raises:
        ValueError: It has a number that JSON does not have.
    """
    return _ENCODER.encode(value)


def row_texts(rows: Sequence[Any]) -> list[str]:
    """The compact JSON of each row without its brackets, in one call for all of them."""
    texts = json_text(rows)[2:-2].split(BETWEEN_ROWS)
    if len(texts) == len(rows):
        return texts
    return [json_text(row)[1:-1] for row in rows]  # a row has in it what stands between two


def whole(value: Any, depth: int = 3) -> Any:
    """A state with nothing in it that becomes JSON later."""
    if isinstance(value, LaterColumn | LaterRows):
        return value.value()
    if depth and isinstance(value, dict):
        return {key: whole(part, depth - 1) for key, part in value.items()}
    return value


def texts_of(value: Any, depth: int = DEEPEST) -> Iterator[str]:
    """The JSON text of a state, in pieces that take a few milliseconds each."""
    if isinstance(value, LaterColumn | LaterRows):
        yield from value.texts()
    elif depth and isinstance(value, Mapping) and value:
        yield from _texts_of_mapping(value, depth)
    elif depth and isinstance(value, list) and 0 < len(value) <= LONGEST and _is_large(value[0]):
        opening = "["
        for part in value:
            yield opening
            yield from texts_of(part, depth - 1)
            opening = ","
        yield "]"
    else:
        yield json_text(value)


def _is_large(value: Any) -> bool:
    """Whether a value of a list is worth a text of its own; most are rows, or plain objects."""
    if isinstance(value, Mapping):
        return not all(isinstance(part, _PLAIN) for part in value.values())
    return isinstance(value, list) and len(value) > LONGEST


def _texts_of_mapping(value: Mapping[str, Any], depth: int) -> Iterator[str]:
    """As `texts_of`; values that are no containers become one text with those beside them."""
    opening, plain = "{", dict[str, Any]()
    for key, part in value.items():
        if isinstance(part, _PLAIN):
            plain[key] = part
            continue
        if plain:
            yield opening + json_text(plain)[1:-1]
            opening, plain = ",", {}
        yield f"{opening}{json_text(key)}:"
        yield from texts_of(part, depth - 1)
        opening = ","
    yield opening + json_text(plain)[1:] if plain else "}"


def joined(texts: Iterable[str]) -> Iterator[str]:
    """The same text in fewer pieces: small ones together, large ones alone.

    An empty text is a pause, and comes as it is.
    """
    waiting, length = list[str](), 0
    for text in texts:
        if not text:
            yield text
            continue
        if len(text) < PIECE_LENGTH <= length + len(text) or len(text) >= PIECE_LENGTH:
            if waiting:
                yield "".join(waiting)
            waiting, length = [], 0
        if len(text) >= PIECE_LENGTH:
            yield text
        else:
            waiting.append(text)
            length += len(text)
    if waiting:
        yield "".join(waiting)
