"""The values of an entry's fields: plain JSON values of bounded size, shown on one line."""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal
from itertools import islice
from math import isfinite
from typing import Any

import numpy as np

from models.errors import Failure

LONGEST_TEXT = 1_000  # characters
MOST_ITEMS = 100  # items of a list or a mapping
DEEPEST_NESTING = 5  # levels of lists and mappings within each other
LARGEST_INTEGER = 10**100  # Python refuses to write out an integer of some thousand digits
CUT_MARK = "…"  # stands where something was cut off


def plain_value(value: Any, depth: int = DEEPEST_NESTING) -> Any:
    """Return a value in JSON's own types, cut where it is too long, too wide or too deep.

    Numbers that JSON does not have, dates, times and exceptions become text. Any other object
    becomes the name of its type: asking it for its text could fail, or call LEAN while the tracker
    is locked.

    Args:
        value: Any value.
        depth: How many more levels of lists and mappings may follow.
    """
    if value is None or value is True or value is False:
        return value
    if isinstance(value, BaseException):
        return _plain_text(str(Failure(value)))
    if not depth:
        return CUT_MARK
    common = _COMMON.get(type(value))
    if common is not None:
        return common(value)
    for types, convert in _CONVERTERS:
        if isinstance(value, types):
            return convert(value, depth - 1)
    return f"<{type(value).__name__}>"


def _plain_text(value: str) -> str:
    """Return a text, cut to `LONGEST_TEXT` characters."""
    short = value if len(value) <= LONGEST_TEXT else value[: LONGEST_TEXT - 1] + CUT_MARK
    return str.__str__(short)  # a subclass may say something else of itself


def _plain_integer(value: int) -> int | str:
    """Return an integer; one that is too large to be written out becomes text."""
    fits = -LARGEST_INTEGER < value < LARGEST_INTEGER
    return int.__int__(value) if fits else f"<int of {value.bit_length()} bits>"


def _plain_float(value: float) -> float | str:
    """Return a finite float; NaN and infinities become text."""
    # adding zero turns -0.0 into 0.0
    return float.__float__(value) + 0.0 if isfinite(value) else format(value, "g")


def _plain_key(value: Any) -> str:
    """Return a key of a mapping as text."""
    return _plain_text(value) if isinstance(value, str) else value_text(plain_value(value))


def _plain_items(values: Collection[Any], depth: int) -> list[Any]:
    """Return the items of a list, a tuple or a set, at most `MOST_ITEMS`."""
    items = [plain_value(value, depth) for value in islice(values, MOST_ITEMS)]
    return items if len(values) <= MOST_ITEMS else [*items[:-1], CUT_MARK]


def _plain_mapping(values: dict[Any, Any], depth: int) -> dict[str, Any]:
    """Return a mapping with text for its keys, of at most `MOST_ITEMS` pairs."""
    most = MOST_ITEMS - (len(values) > MOST_ITEMS)
    pairs = islice(values.items(), most)
    mapping: dict[str, Any] = {}
    for key, value in pairs:
        # most keys are short texts, and most values are of a type that needs no search for its row
        name = key if type(key) is str and len(key) <= LONGEST_TEXT else _plain_key(key)
        convert = _COMMON.get(type(value)) if depth else None
        mapping[name] = plain_value(value, depth) if convert is None else convert(value)
    return mapping if len(values) <= MOST_ITEMS else {**mapping, CUT_MARK: CUT_MARK}


# The first row whose types a value is of converts it, given how many more levels may follow.
_CONVERTERS: tuple[tuple[type | tuple[type, ...], Callable[[Any, int], Any]], ...] = (
    (enum.Enum, lambda value, _: value.value if isinstance(value.value, str) else value.name),
    (str, lambda value, _: _plain_text(value)),
    (int, lambda value, _: _plain_integer(value)),
    (float, lambda value, _: _plain_float(value)),
    (np.generic, lambda value, depth: plain_value(value.item(), depth)),
    (date, lambda value, _: value.isoformat()),
    (Decimal, lambda value, _: str(value)),
    (dict, _plain_mapping),
    ((list, tuple), _plain_items),
    ((set, frozenset), lambda value, depth: sorted(_plain_items(value, depth), key=value_text)),
)

# The types of most values, which are looked up before the rows are gone through.
_COMMON: dict[type, Callable[[Any], Any]] = {
    str: lambda value: value if len(value) <= LONGEST_TEXT else _plain_text(value),
    int: _plain_integer,
    float: lambda value: value + 0.0 if isfinite(value) else format(value, "g"),
}

# A text that needs no quotes: it has no spaces and is taken for no number and no word of JSON's.
_UNQUOTED = re.compile(r"(?!(?:null|true|false|[-+.]?\d[\d.eE+-]*)\Z)[\w.:/%+|@*#$<>-]+", re.ASCII)


def compact_json(value: Any) -> str:
    """Return a plain value as JSON without spaces, every character of it printable."""
    line = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return line if line.isprintable() else json.dumps(value, separators=(",", ":"))


def value_text(value: Any) -> str:
    """Return a plain value as text: floats to 12 digits, texts in quotes only where needed."""
    if isinstance(value, str):
        return value if _UNQUOTED.fullmatch(value) else compact_json(value)
    return format(value, ".12g") if isinstance(value, float) else compact_json(value)
