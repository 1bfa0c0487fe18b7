"""The equity curve: points of unit NAV, thinned as the run grows, extremes kept."""

from __future__ import annotations

from array import array
from datetime import UTC, datetime
from math import inf
from typing import Any, NamedTuple

from models.equity.session_book import BEGINNING

# Points of a curve, and of its store: two come at once, the open bucket and the last mark add 3.
CURVE_POINTS = 4_000
CURVE_FULL = CURVE_POINTS - 4


class CurvePoint(NamedTuple):
    """The mark of a curve: UTC, equity in account currency, NAV or None where undefined."""

    time: datetime
    equity: float
    nav: float | None


class Curve:
    """Marks thinned out to at most 4,000 points, the first, the last and the extremes among them.

    Marks gather in a bucket, of which the highest and the lowest are stored. When the store is
    full, each four points leave their extremes, and buckets take more marks from then on. Units do
    not change within a bucket, so its extremes of equity are those of the NAV.

    Attributes:
        high: Highest equity in the bucket, at `high_time`.
        low: Lowest equity in the bucket, at `low_time`.
        left: Marks until the bucket is full.
    """

    __slots__ = ("_columns", "_stride", "high", "high_time", "left", "low", "low_time")

    def __init__(self) -> None:
        # Unix times, equities, units; the NAV is their quotient.
        self._columns = (array("d"), array("d"), array("d"))
        self._stride = 1
        self._begin()

    def _begin(self) -> None:
        self.high, self.low = -inf, inf
        self.high_time = self.low_time = BEGINNING
        self.left = self._stride

    def stretch(self, time: datetime, equity: float) -> None:
        """Take a mark that is the bucket's highest or lowest."""
        if equity > self.high:
            self.high, self.high_time = equity, time
        if equity < self.low:
            self.low, self.low_time = equity, time

    def flush(self, units: float) -> None:
        """Store the bucket's extremes, valued by its units, and begin the next bucket."""
        times, equities, all_units = self._columns
        for time, equity in self._extremes():
            times.append(time.timestamp())
            equities.append(equity)
            all_units.append(units)
        if len(times) >= CURVE_FULL:
            self._thin_out()
        self._begin()

    def _extremes(self) -> list[tuple[datetime, float]]:
        """The bucket's low and high in order of time; once where they are one."""
        if self.low >= self.high:
            return [(self.low_time, self.low)][: self.low == self.high]
        ends = [(self.low_time, self.low), (self.high_time, self.high)]
        return ends if self.low_time <= self.high_time else ends[::-1]

    def _thin_out(self) -> None:
        times, equities, units = self._columns
        keys = (lambda i: equities[i], lambda i: equities[i] / (units[i] or inf))
        size = 4
        while len(times) > CURVE_FULL * 3 // 4:
            kept = [0]
            for start in range(1, len(times), size):
                group = range(start, min(start + size, len(times)))
                kept += sorted({pick(group, key=key) for pick in (min, max) for key in keys})
            for column in self._columns:
                column[:] = array("d", [column[index] for index in kept])
            size *= 2  # where flows part the extremes of equity and NAV, all four may be kept
        self._stride = max(4, 2 * self._stride)

    def points(self, units: float) -> list[CurvePoint]:
        """The stored points, then the bucket's, valued by its units."""
        points = [
            CurvePoint(datetime.fromtimestamp(time, UTC), equity, equity / held if held else None)
            for time, equity, held in zip(*self._columns, strict=True)
        ]
        for time, equity in self._extremes():
            points.append(CurvePoint(time, equity, equity / units if units else None))
        return points

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        return {
            "columns": [list(column) for column in self._columns],
            "bucket": [[time.isoformat(), equity] for time, equity in self._extremes()],
            "left": self.left,
            "stride": self._stride,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        times, equities, units = (array("d", column) for column in state["columns"])
        self._columns = (times, equities, units)
        self._stride = state["stride"]
        self._begin()
        for time, equity in state["bucket"]:
            self.stretch(datetime.fromisoformat(time), equity)
        self.left = state["left"]
