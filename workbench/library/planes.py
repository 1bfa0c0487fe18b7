"""Whole numbers as bytes that deflate well: differences, folded, in planes of bytes.

A stream of n numbers of 64 bits is written as

1. differences, where that is shorter: each number less the one before it, the first less 0, modulo
   2**64;
2. folded, so that small ones of either sign are small: 0, -1, 1, -2 become 0, 1, 2, 3;
3. planes: the lowest byte of all n numbers, then the next higher byte of all, up to the highest
   byte that is not 0 everywhere.

What is needed to read it stands beside it: n, how many planes there are, and whether they are
differences.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Wholes = npt.NDArray[np.int64]
Folded = npt.NDArray[np.uint64]

BYTE = 8  # bits


@dataclass(frozen=True, slots=True)
class Planes:
    """Whole numbers as bytes.

    Attributes:
        data: The planes, one after the other.
        width: How many there are, 0 to 8.
        delta: Whether they are of differences.
    """

    data: bytes
    width: int
    delta: bool


def to_planes(values: Wholes) -> Planes:
    """The numbers as planes, of themselves or of their differences, whichever says less."""
    if not values.any():
        return Planes(b"", 0, False)
    plain, steps = _fold(values), _fold(np.diff(values, prepend=np.int64(0)))
    both = [(_split(plain), False), (_split(steps), True)]
    planes, delta = min(both, key=lambda each: _bits(each[0]))
    return Planes(planes.tobytes(), len(planes), delta)


def cost(values: Wholes) -> float:
    """About how many bits the numbers take as planes, once they are deflated."""
    if not values.any():
        return 0.0
    steps = np.diff(values, prepend=np.int64(0))
    return min(_bits(_split(_fold(each))) for each in (values, steps))


def from_planes(data: memoryview, count: int, width: int, delta: bool) -> Wholes:
    """The numbers of which these are the planes.

    Args:
        data: `width` planes of `count` bytes.
        count: How many numbers.
        width: How many planes, 0 to 8.
        delta: Whether they are of differences.
    """
    found = np.zeros((count, BYTE), np.uint8)
    found[:, :width] = np.frombuffer(data, np.uint8).reshape(width, count).T
    folded = found.view("<u8").reshape(count)
    values = _unfold(folded)
    return np.cumsum(values, dtype=np.int64) if delta else values


def _fold(values: Wholes) -> Folded:
    return ((values << np.int64(1)) ^ (values >> np.int64(63))).view(np.uint64)


def _unfold(folded: Folded) -> Wholes:
    half = (folded >> np.uint64(1)).view(np.int64)
    return half ^ -(folded & np.uint64(1)).view(np.int64)


def _split(folded: Folded) -> npt.NDArray[np.uint8]:
    """The planes that are needed, a row each."""
    size = (int(folded.max(initial=0)).bit_length() + BYTE - 1) // BYTE
    columns = folded.astype("<u8").view(np.uint8).reshape(folded.size, BYTE)
    return np.ascontiguousarray(columns[:, :size].T)


def _bits(planes: npt.NDArray[np.uint8]) -> float:
    """What the planes tell, in bits: the entropy of the bytes of each (C. Shannon, 1948)."""
    rows = np.arange(len(planes), dtype=np.int64)[:, np.newaxis] * 256
    counts = np.bincount((planes + rows).ravel())
    counts = counts[counts > 0]
    size = max(planes.shape[1], 1)
    return float((counts * (np.log2(size) - np.log2(counts))).sum())
