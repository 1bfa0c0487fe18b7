"""Closed trades as columns of numbers, and what the statistics compute of such columns."""

from __future__ import annotations

from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.equity.samples import Floats

# Times are counted in microseconds, in which differences of doubles are exact.
MICROSECONDS = 1e6  # in a second


class TradeColumns(NamedTuple):
    """Closed trades as columns, in the order of closing; money is in account currency.

    Attributes:
        net: P&L after fees.
        fees: Fees, positive when paid.
        entry_notional: Value at entry; 0 where there is none.
        entry: Time of the entry, whole microseconds since 1970.
        exit: Time of the exit, whole microseconds since 1970.
        mae: Maximum adverse excursion, 0 or negative.
        mfe: Maximum favorable excursion, 0 or positive.
        risk: What the trade could lose as planned; NaN where that is not known.
        sign: 1 for a long, -1 for a short.
    """

    net: Floats
    fees: Floats
    entry_notional: Floats
    entry: Floats
    exit: Floats
    mae: Floats
    mfe: Floats
    risk: Floats
    sign: Floats

    def take(self, which: Any) -> TradeColumns:
        """The trades that an index, a mask or a slice picks."""
        return TradeColumns(*(column[which] for column in self))


def scaled_ratio(part: float | None, whole: float | None, scale: float = 1.0) -> float | None:
    """The part over the whole, times the scale; None where either is None or the whole is 0."""
    return scale * part / whole if part is not None and whole else None


def mean(values: Floats) -> float | None:
    """The mean; None of no values."""
    return float(values.mean()) if values.size else None


def median_of_sorted(ranked: Floats) -> float | None:
    """The median of values in rising order: of an even number the mean of the middle two."""
    low, high = (ranked.size - 1) // 2, ranked.size // 2
    return float((ranked[low] + ranked[high]) / 2.0) if ranked.size else None


def least(values: Floats) -> float | None:
    """The least value; None of no values."""
    return float(values.min()) if values.size else None


def greatest(values: Floats) -> float | None:
    """The greatest value; None of no values."""
    return float(values.max()) if values.size else None


def quality_number(values: Floats) -> float | None:
    """The root of n times mean over sample deviation; None below two values or of equal values.

    V. Tharp's system quality number, without its cut of n at 100.
    """
    if values.size < 2 or values.min() == values.max():
        return None
    return sqrt(values.size) * float(values.mean() / values.std(ddof=1))


def longest_streak(hits: NDArray[np.bool_]) -> int:
    """Most hits in a row."""
    misses = np.flatnonzero(~hits)
    edges = np.concatenate(([-1], misses, [hits.size]))
    return int(np.diff(edges).max()) - 1


def last_streak(hits: NDArray[np.bool_]) -> int:
    """Hits in a row at the end."""
    misses = np.flatnonzero(~hits)
    return hits.size - 1 - int(misses[-1]) if misses.size else hits.size


def covered(columns: TradeColumns) -> float:
    """Microseconds in which at least one of the trades was open."""
    order = np.argsort(columns.entry, kind="stable")
    entry, until = columns.entry[order], np.maximum.accumulate(columns.exit[order])
    began = entry.copy()
    began[1:] = np.maximum(entry[1:], until[:-1])
    return float(np.maximum(until - began, 0.0).sum())
