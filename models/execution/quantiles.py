"""Quantiles of any number of values in bounded memory, within one percent of each value."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from math import ceil, floor, inf, log
from typing import ClassVar

import numpy as np

from models.codec import COUNT, NUMBER, WHOLE, check_finite, list_of, maybe, packed_column
from models.errors import StateError
from models.execution.group_metrics import Distribution
from models.fields import Field, Restorable, Table
from models.rows import row_of

# The relative error of the bins, and the sizes between which it holds: a smaller value counts as 0,
# a larger one as the largest.
ERROR = 0.01
SMALLEST_BIN, LARGEST_BIN = 1e-9, 1e9
_BIN_GROWTH = (1 + ERROR) / (1 - ERROR)
_LOG_GROWTH = log(_BIN_GROWTH)
# Added to the numbers of bins, so that those of positive values are positive.
_BIN_OFFSET = 1 + ceil(-log(SMALLEST_BIN) / _LOG_GROWTH)


def _check_quantiles(quantiles: Quantiles) -> None:
    """Raise `StateError` where the values, or their bins, are not as many as were counted."""
    values, bins = quantiles._values, quantiles._bins
    check_finite(values or ())
    kept = sum(bins.values()) if values is None else len(values)
    if kept != quantiles.n or (values is not None and bins):
        raise StateError(f"has {kept} values, not {quantiles.n}")


class Quantiles(Restorable):
    """Values by rank: each value at first, and after `condense` counts in bins of growing width.

    A bin counts the values between two powers of (1 + ERROR) / (1 - ERROR), so that each value is
    known within `ERROR` of its size, however many there are, in at most 4,150 bins. C. Masson,
    J. Rim and H. Lee: DDSketch, VLDB 2019.

    Args:
        exact: Whether to keep each value at first.

    Attributes:
        n: Values so far.
        total: Their sum.
        low: The least value; infinite without one.
        high: The greatest value; negative infinite without one.
    """

    STATE: ClassVar[Table] = Table(
        Field("ends", maybe(row_of(COUNT, NUMBER, NUMBER, NUMBER)), "_ends"),
        Field("values", maybe(packed_column("d")), "_values"),
        Field("bins", list_of(row_of(WHOLE, COUNT)), "_bin_counts"),
        check=_check_quantiles,
    )

    __slots__ = ("_bins", "_values", "high", "low", "n", "total")

    def __init__(self, exact: bool = True) -> None:
        self.n = 0
        self.total = 0.0
        self.low = inf
        self.high = -inf
        self._values = array("d") if exact else None
        self._bins: dict[int, int] = {}

    def add(self, value: float) -> None:
        """Count a value."""
        self.n += 1
        self.total += value
        if value < self.low:
            self.low = value
        if value > self.high:
            self.high = value
        if self._values is not None:
            self._values.append(value)
        else:
            bin_ = _bin(value)
            self._bins[bin_] = self._bins.get(bin_, 0) + 1

    def condense(self) -> None:
        """Keep counts in bins from now on instead of the values."""
        self._bins = self._counted()
        self._values = None

    def _counted(self) -> dict[int, int]:
        """The number of values in each bin that has some."""
        return self._bins if self._values is None else dict(Counter(map(_bin, self._values)))

    def distribution(self) -> Distribution:
        """How the values are distributed."""
        if not self.n:
            return Distribution(0, None)
        p5, median, p95, p99 = self._at(0.05, 0.5, 0.95, 0.99)
        average, exact = self.total / self.n, self._values is not None
        return Distribution(
            n=self.n,
            average=average,
            minimum=self.low,
            p5=p5,
            median=median,
            p95=p95,
            p99=p99,
            maximum=self.high,
            exact=exact,
        )

    def _at(self, *parts: float) -> list[float]:
        """The quantiles at these fractions, interpolated in a straight line between two ranks."""
        if self._values is not None:
            ordered = np.sort(np.array(self._values))
        else:
            bins = sorted(self._bins)
            through = np.cumsum([self._bins[each] for each in bins])
            middles = np.clip([_middle(each) for each in bins], self.low, self.high)
        found: list[float] = []
        for part in parts:
            ranks = np.array([floor(part * (self.n - 1)), ceil(part * (self.n - 1))])
            if self._values is None:
                pair = middles[np.searchsorted(through, ranks, side="right")]
            else:
                pair = ordered[ranks]
            first, second = pair.tolist()
            found.append(first + (second - first) * (part * (self.n - 1) - ranks[0].item()))
        return found

    @classmethod
    def together(cls, each: Iterable[Quantiles]) -> Quantiles:
        """The quantiles of the values of all of them; exact where all of them are."""
        parts = list(each)
        made = cls(all(part._values is not None for part in parts))
        for part in parts:
            made.n += part.n
            made.total += part.total
            made.low, made.high = min(made.low, part.low), max(made.high, part.high)
            if made._values is not None and part._values is not None:
                made._values.extend(part._values)
            else:
                for bin_, count in part._counted().items():
                    made._bins[bin_] = made._bins.get(bin_, 0) + count
        return made

    @property
    def _ends(self) -> tuple[int, float, float, float] | None:
        """Number, sum, least and greatest of the values; None without one."""
        return (self.n, self.total, self.low, self.high) if self.n else None

    @_ends.setter
    def _ends(self, ends: tuple[int, float, float, float] | None) -> None:
        self.n, self.total, self.low, self.high = ends or (0, 0.0, inf, -inf)

    @property
    def _bin_counts(self) -> list[tuple[int, int]]:
        """The number of each bin, in order, and of the values in it."""
        return sorted(self._bins.items())

    @_bin_counts.setter
    def _bin_counts(self, counts: list[tuple[int, int]]) -> None:
        self._bins = dict(counts)


def _bin(value: float) -> int:
    """The number of a value's bin; the numbers are in the order of the values."""
    size = abs(value)
    if size < SMALLEST_BIN:
        return 0
    number = _BIN_OFFSET + ceil(log(min(size, LARGEST_BIN)) / _LOG_GROWTH)
    return number if value > 0 else -number


def _middle(number: int) -> float:
    """The value that stands for a bin, within `ERROR` of the size of each value in it."""
    if not number:
        return 0.0
    size: float = 2 * _BIN_GROWTH ** (abs(number) - _BIN_OFFSET) / (_BIN_GROWTH + 1)
    return size if number > 0 else -size
