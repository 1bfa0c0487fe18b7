"""A column of a block: its values, and how numbers and texts are told in whole numbers.

Every column comes down to streams of whole numbers of 64 bits (`workbench.library.planes`).

- Whole numbers, yes or no as 1 and 0, times in microseconds and dates in days since 1970-01-01 are
  one stream.
- Numbers are floating point of 64 bits and come back to the last bit. A number is the base that is
  nearest to what such columns hold, and a rest: the bits of the number less the bits of the base,
  both read as whole numbers, modulo 2**64. The base is a decimal, so that prices and money have a
  rest of 0 or a few units in the last place (then a first stream has the decimal's digits); what a
  formula makes of columns before it; or 0.
- Texts are numbered in the order in which they are first met, and one stream has the numbers. Texts
  that are a prefix and a whole number, as ids are, have that number itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.frames.columns import Kind
from workbench.library.planes import Wholes, cost

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

MOST_DIGITS = 7  # behind the point of a decimal
SAMPLE = 1_024  # values at either end that the base is chosen by
LARGEST = 2.0**62  # of a decimal without its point
NUMBERED = re.compile(r"(\D*)(0|[1-9]\d{0,17})", re.ASCII)

# A formula is a column's name, a number, or an operation and its operands.
Formula = Sequence[Any] | str | float


@dataclass(frozen=True, slots=True)
class Series:
    """A column.

    Attributes:
        kind: What its values are.
        values: One a row: numbers, texts as objects; where one is missing 0 or an empty text.
        missing: Which rows have none; None where each has one.
    """

    kind: Kind
    values: npt.NDArray[Any]
    missing: Mask | None = None

    def listed(self) -> list[Any]:
        """The values as Python's own, None where one is missing; times and dates as numbers."""
        found: list[Any] = self.values.tolist()
        if self.missing is not None:
            for at in np.flatnonzero(self.missing).tolist():
                found[at] = None
        return found

    def taken(self, rows: Any) -> Series:
        """The column with those rows alone that an index, a mask or a slice picks."""
        missing = None if self.missing is None else self.missing[rows]
        return Series(self.kind, self.values[rows], missing)


# --- numbers


def bits(values: Floats) -> Wholes:
    """The bits of numbers as whole numbers."""
    return np.ascontiguousarray(values, np.float64).view(np.int64)


def decimal(values: Floats, digits: int) -> Wholes:
    """The numbers in units of that digit behind the point, rounded; 0 for what has none."""
    with np.errstate(all="ignore"):
        scaled = np.rint(values * 10.0**digits)
    return np.where(np.abs(scaled) < LARGEST, scaled, 0.0).astype(np.int64)


def from_decimal(wholes: Wholes, digits: int) -> Floats:
    """The numbers of which these are the units."""
    return wholes.astype(np.float64) / 10.0**digits


def best_digits(values: Floats) -> int | None:
    """The digits behind the point that say most of the numbers; None where 0 is as good a base."""
    sample = np.concatenate((values[:SAMPLE], values[SAMPLE:][-SAMPLE:]))
    if not bits(sample).any():
        return None
    best, least = None, cost(bits(sample))
    for digits in range(MOST_DIGITS + 1):
        units = decimal(sample, digits)
        rest = bits(sample) - bits(from_decimal(units, digits))
        bound = cost(units) + cost(rest)
        if bound < least or (best is None and bound == least):
            best, least = digits, bound
        if not rest.any():  # more digits would say no more
            break
    return best


OPERATIONS: dict[str, Callable[..., Floats]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "abs": np.abs,
}


def computed(formula: Formula, columns: Mapping[str, Series]) -> Floats:
    """What a formula makes of the columns of its table, row by row.

    `["side", NAME]` is 1 where the text of that column is "long", and else -1. What has no finite
    result is 0, for machines differ in the bits of what is no number.
    """
    if isinstance(formula, str):
        return columns[formula].values.astype(np.float64)
    if not isinstance(formula, Sequence):
        return np.asarray(formula, np.float64)
    name, operands = formula[0], formula[1:]
    if name == "side":
        return np.where(columns[operands[0]].values == "long", 1.0, -1.0)
    with np.errstate(all="ignore"):
        made = OPERATIONS[name](*(computed(each, columns) for each in operands))
    return np.where(np.isfinite(made), made, 0.0)


# --- texts


def numbered(texts: Sequence[str]) -> tuple[str, list[int]] | None:
    """The prefix that all texts share, and their numbers; None where they are not of that form."""
    prefix, numbers = None, []
    for text in texts:
        found = NUMBERED.fullmatch(text)
        if found is None or found[1] != (found[1] if prefix is None else prefix):
            return None
        prefix = found[1]
        numbers.append(int(found[2]))
    return None if prefix is None else (prefix, numbers)


def worded(texts: Sequence[str]) -> tuple[list[str], list[int]]:
    """Each text once, in the order of first sight, and the number of each in that list."""
    places: dict[str, int] = {}
    numbers = [places.setdefault(text, len(places)) for text in texts]
    return list(places), numbers
