"""LEAN's daily samples, from which LEAN computes its own statistics."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from models.codec import Codec, check_finite, check_lengths, check_times, packed_column
from models.equity.prefix import Prefix
from models.events.account import DayEnd
from models.records import Saved, object_codec

Floats = npt.NDArray[np.float64]

# A column of numbers: an array, a list or a numpy array.
Column = Sequence[float] | npt.NDArray[np.number[Any]]


class Samples(NamedTuple):
    """What LEAN samples at each midnight of the algorithm's clock, and once more at the end.

    Where the end falls on an instant that has a sample already, no further sample is taken, and the
    sample there has the sale volume of the end. In a backtest the first sample is taken at the
    start, before anything happened. Nothing is sampled during warm-up.

    Attributes:
        time: Unix seconds, rising strictly.
        equity: Total portfolio value, account currency.
        benchmark: The benchmark's value; 0 where there is no benchmark.
        risk_free: Annual rate of the sample's date.
        sale_volume: LEAN's `portfolio.total_sale_volume`, which is the value of all that was traded
            since the start, account currency.
    """

    time: Column
    equity: Column
    benchmark: Column
    risk_free: Column
    sale_volume: Column


_SAMPLE_COLUMNS: Codec[Any] = object_codec(
    Samples, Saved(codecs=dict.fromkeys(Samples._fields, packed_column("d")))
)


class SampleLog:
    """LEAN's daily samples as they are taken, 40 bytes each."""

    def __init__(self) -> None:
        self._columns: list[array[float]] = [array("d") for _ in Samples._fields]

    def add(self, taken: DayEnd) -> None:
        """Keep a sample.

        A sample of the last one's instant only brings that one's sale volume up to date; a sample
        from before it is left out.
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
        """A copy of the samples so far."""
        return Samples(*(column[:] for column in self._columns))

    def samples_now(self) -> Prefix:
        """Time, benchmark and risk-free rate of the samples so far, to be read later."""
        times, _, benchmark, risk_free, _ = self._columns
        return Prefix.of((times, benchmark, risk_free))

    @property
    def first(self) -> float | None:
        """When the first was taken, Unix seconds; None without one."""
        return self._columns[0][0] if self._columns[0] else None

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        columns: dict[str, Any] = _SAMPLE_COLUMNS.encode(Samples(*self._columns))
        return columns

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned; `StateError` where a column is missing or no column."""
        columns = [*_SAMPLE_COLUMNS.decode(state)]
        check_lengths(columns)
        check_finite(*columns)
        check_times(columns[0])
        self._columns = columns
