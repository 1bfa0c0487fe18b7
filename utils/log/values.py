"""Plain values: whatever a field holds, as JSON values of bounded size and on one line."""

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

# Characters, items and levels of a value; names of events that are counted apart.
LONGEST, WIDEST, DEEPEST, NAMES = 1_000, 100, 5, 100
LARGEST = 10**100  # Python refuses to write out an integer of some thousand digits
CUT, OTHERS, UNSTORED = "…", "others", "lines not stored"


# --- values


def plain(value: Any, depth: int = DEEPEST) -> Any:
    """The value in JSON's own types, cut where it is too long, too wide or too deep.

    Numbers that JSON lacks and times become text. Any other object becomes its type's name:
    asking it for its text could fail, or call LEAN under a lock.
    """
    if value is None or value is True or value is False:
        return value
    if not depth:
        return CUT
    for kinds, convert in _CONVERTERS:
        if isinstance(value, kinds):
            return convert(value, depth - 1)
    return f"<{type(value).__name__}>"


def _text(value: str) -> str:
    return str.__str__(value if len(value) <= LONGEST else value[: LONGEST - 1] + CUT)


def _whole(value: int) -> int | str:
    fits = -LARGEST < value < LARGEST
    return int.__int__(value) if fits else f"<int of {value.bit_length()} bits>"


def _number(value: float) -> float | str:
    return float.__float__(value) + 0.0 if isfinite(value) else format(value, "g")


def _key(value: Any) -> str:
    return _text(value) if isinstance(value, str) else shown(plain(value))


def _items(values: Collection[Any], depth: int) -> list[Any]:
    items = [plain(value, depth) for value in islice(values, WIDEST)]
    return items if len(values) <= WIDEST else [*items[:-1], CUT]


def _pairs(values: dict[Any, Any], depth: int) -> dict[str, Any]:
    most = WIDEST - (len(values) > WIDEST)
    pairs = {_key(key): plain(value, depth) for key, value in islice(values.items(), most)}
    return pairs if len(values) <= WIDEST else {**pairs, CUT: CUT}


_CONVERTERS: tuple[tuple[type | tuple[type, ...], Callable[[Any, int], Any]], ...] = (
    (enum.Enum, lambda value, _: value.value if isinstance(value.value, str) else value.name),
    (str, lambda value, _: _text(value)),
    (int, lambda value, _: _whole(value)),
    (float, lambda value, _: _number(value)),
    (np.generic, lambda value, depth: plain(value.item(), depth)),
    (date, lambda value, _: value.isoformat()),
    (Decimal, lambda value, _: str(value)),
    (dict, _pairs),
    ((list, tuple), _items),
    ((set, frozenset), lambda value, depth: sorted(_items(value, depth), key=shown)),
)

# Needs no quotes: it has no spaces and is taken for no number and no word of JSON's.
_BARE = re.compile(r"(?!(?:null|true|false|[-+.]?\d[\d.eE+-]*)\Z)[\w.:/%+|@*#$<>-]+", re.ASCII)


def compact_json(value: Any) -> str:
    """The plain value as JSON, compact, every character printable."""
    line = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return line if line.isprintable() else json.dumps(value, separators=(",", ":"))


def shown(value: Any) -> str:
    """The plain value in compact text: floats to 12 digits, strings quoted where they must be."""
    if isinstance(value, str):
        return value if _BARE.fullmatch(value) else compact_json(value)
    return format(value, ".12g") if isinstance(value, float) else compact_json(value)


def cut(text: str, most: int) -> str:
    """The text in at most so many characters, as LEAN counts them: in UTF-16."""
    units = text.encode("utf-16-le")
    short = units[: 2 * (most - 1)].decode("utf-16-le", "ignore") + CUT
    return text if len(units) <= 2 * most else short
