"""Quantiles of any number of values in bounded memory, exact to a part in a thousand."""

from __future__ import annotations

import sys
from array import array
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable, Mapping
from math import ceil, floor, inf, log
from typing import Any

import numpy as np

from models.execution.records import Distribution

# The digest's relative error, and the sizes between which it holds: less is 0, more is the bound.
ERROR = 0.01
SMALLEST_BIN, LARGEST_BIN = 1e-9, 1e9
_GROWTH = (1 + ERROR) / (1 - ERROR)
_LOG_GROWTH = log(_GROWTH)
_MIDDLE = 1 + ceil(-log(SMALLEST_BIN) / _LOG_GROWTH)  # makes the bins of positive values positive


class Quantiles:
    """Values by rank: one by one at first, after `condense` counts in bins of growing width.

    A bin holds what lies between two powers of (1 + ERROR) / (1 - ERROR), so a value is known
    within `ERROR` of its size, however many came, in at most 4,150 bins. C. Masson, J. Rim and
    H. Lee: DDSketch, VLDB 2019.

    Attributes:
        n: Values so far.
        total: Their sum.
        low: The least; `high` is the greatest.
    """

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
        """Keep the bins from now on, no longer the values."""
        self._bins = self._counted()
        self._values = None

    def _counted(self) -> dict[int, int]:
        return self._bins if self._values is None else dict(Counter(map(_bin, self._values)))

    def distribution(self) -> Distribution:
        """The figure as it spreads."""
        if not self.n:
            return Distribution(0, None)
        p5, median, p95, p99 = self._at(0.05, 0.5, 0.95, 0.99)
        average, exact = self.total / self.n, self._values is not None
        return Distribution(self.n, average, self.low, p5, median, p95, p99, self.high, exact)

    def _at(self, *parts: float) -> list[float]:
        """The values below which these parts are, between two ranks in a straight line."""
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
        """All values of several; exact where all of them are."""
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

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        kept = self._values
        return {
            "ends": [self.n, self.total, self.low, self.high] if self.n else None,
            "values": None if kept is None else b64encode(_little(kept)).decode("ascii"),
            "bins": sorted(self._bins.items()),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Quantiles:
        """What `state` described."""
        made = cls(state["values"] is not None)
        if state["ends"]:
            made.n, made.total, made.low, made.high = state["ends"]
        if made._values is not None:
            made._values = _little(array("d", b64decode(state["values"])))
        made._bins = dict(state["bins"])
        return made


def _little(values: array[float]) -> array[float]:
    """The values in little-endian order of bytes, or back from it."""
    if sys.byteorder != "little":
        values = values[:]
        values.byteswap()
    return values


def _bin(value: float) -> int:
    """The bin of a value; bins are in the order of their values."""
    size = abs(value)
    if size < SMALLEST_BIN:
        return 0
    number = _MIDDLE + ceil(log(min(size, LARGEST_BIN)) / _LOG_GROWTH)
    return number if value > 0 else -number


def _middle(number: int) -> float:
    """The value that stands for a bin: within `ERROR` of all that is in it."""
    if not number:
        return 0.0
    size: float = 2 * _GROWTH ** (abs(number) - _MIDDLE) / (_GROWTH + 1)
    return size if number > 0 else -size
