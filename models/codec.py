"""Columns of numbers as JSON text, exact to the bit on every machine."""

from __future__ import annotations

import sys
from array import array
from base64 import b64decode, b64encode
from typing import Any


def packed(column: array[Any]) -> str:
    """A column's bytes as text, exact whichever end the machine's numbers start with."""
    numbers = column[:]
    if sys.byteorder == "big":
        numbers.byteswap()
    return b64encode(numbers.tobytes()).decode("ascii")


def unpacked(typecode: str, text: str) -> array[Any]:
    """The column of that type that `packed` made the text of."""
    numbers = array(typecode, b64decode(text))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
