"""Columns that only grow, as they were at a moment: taken at no cost, read when somebody does."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import NamedTuple


class Prefix(NamedTuple):
    """The rows that there were of some columns; what is appended later is not seen.

    Attributes:
        columns: The columns; none of their rows but the last is ever changed.
        whole: How many of their rows are taken from them.
        tail: The rows after these.
    """

    columns: Sequence[array[float]]
    whole: int
    tail: tuple[Sequence[float], ...] = ()

    @classmethod
    def of(cls, columns: Sequence[array[float]], *after: Sequence[float]) -> Prefix:
        """All rows that there are now, and those that come after them."""
        count = len(columns[0])
        last = ([column[-1] for column in columns],) if count else ()
        return cls(columns, max(count - 1, 0), (*last, *after))

    def __len__(self) -> int:
        return self.whole + len(self.tail)

    def rows(self) -> list[list[float]]:
        """The columns with these rows alone, as lists."""
        ends = zip(*self.tail, strict=True) if self.tail else ((),) * len(self.columns)
        parts = zip(self.columns, ends, strict=True)
        return [[*column[: self.whole], *end] for column, end in parts]
