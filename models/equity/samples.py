"""LEAN's daily samples, from which LEAN computes its own statistics."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from models.codec import packed, unpacked
from models.events.account import DayEnd

# Numbers in a row, whatever holds them.
Column = Sequence[float] | npt.NDArray[np.number[Any]]


class Samples(NamedTuple):
    """What LEAN samples at each midnight of the algorithm's clock, and once more at the end.

    The end's sample is left out where the instant has one; then that one has its sale volume. In a
    backtest the first is taken at the start, before anything happened; no warm-up is sampled.

    Attributes:
        time: Unix seconds, rising strictly.
        equity: Total portfolio value, account currency.
        benchmark: The benchmark's value; 0 where there is none.
        risk_free: Annual rate of the sample's date.
        sale_volume: `portfolio.total_sale_volume`, all that was traded so far, account currency.
    """

    time: Column
    equity: Column
    benchmark: Column
    risk_free: Column
    sale_volume: Column


class SampleLog:
    """What LEAN samples once a day, 40 bytes each."""

    def __init__(self) -> None:
        self._columns: list[array[float]] = [array("d") for _ in Samples._fields]

    def add(self, taken: DayEnd) -> None:
        """Keep a sample.

        One of the last one's instant tells only what was traded since, one before it nothing.
        """
        time, (times, *_, volumes) = taken.time.timestamp(), self._columns
        if times and time <= times[-1]:
            if time == times[-1]:
                volumes[-1] = taken.sale_volume
            return
        values = (time, taken.equity, taken.benchmark, taken.risk_free, taken.sale_volume)
        for column, value in zip(self._columns, values, strict=True):
            column.append(value)

    def samples(self) -> Samples:
        """Those so far; they do not grow."""
        return Samples(*(column[:] for column in self._columns))

    def state(self) -> dict[str, str]:
        """JSON-able and exact."""
        return dict(zip(Samples._fields, map(packed, self._columns), strict=True))

    def restore(self, state: Mapping[str, str]) -> None:
        """Take over what `state` returned."""
        self._columns = [unpacked("d", state[name]) for name in Samples._fields]
