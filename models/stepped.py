"""Stepped columns: numbers that are saved by what their bits are beyond those of the one before.

Where each number of a column is near the one before it, or the same, or as far from it as that one
was from its own, the text of such a column is compressed to far less than that of the numbers.
"""

from __future__ import annotations

from array import array
from functools import partial
from typing import Any

import numpy as np

from models.codec import Codec, packed, unpacked


def stepped(column: array[Any]) -> str:
    """A column of numbers of 8 bytes as text: each one's bits less those of the one before it."""
    # bits are told as whole numbers that begin anew beyond their ends, so that none is lost
    steps = np.diff(np.asarray(column).view(np.int64), prepend=np.int64(0))
    return packed(array("q", steps.tobytes()))


def unstepped(typecode: str, text: str) -> array[Any]:
    """The column of that type that `stepped` made the text of."""
    bits = np.cumsum(np.asarray(unpacked("q", text)), dtype=np.int64)
    return array(typecode, bits.tobytes())


def stepped_column(typecode: str) -> Codec[array[Any]]:
    """Arrays of numbers of a type of 8 bytes, saved as the text of their steps."""
    return Codec((str,), stepped, partial(unstepped, typecode))
