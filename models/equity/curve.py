"""The equity curve: points of unit NAV, thinned as the run grows, extremes kept."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import UTC, datetime
from math import inf
from typing import ClassVar, NamedTuple

from models.codec import (
    NUMBER,
    TIME,
    WHOLE,
    check_finite,
    check_lengths,
    check_times,
    list_of,
)
from models.equity.session_book import BEGINNING
from models.errors import StateError
from models.fields import Field, Restorable, Table
from models.rows import row_of
from models.stepped import stepped_column

# The most points of a curve, and the stored points at which it is thinned out: two points are
# stored at once, and the open bucket and the last mark add up to three.
CURVE_POINTS = 4_000
CURVE_FULL = CURVE_POINTS - 4


class Stamps:
    """The Unix times of the last marks asked for: every scope takes the same ones in turn."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: tuple[list[datetime], list[float]] = ([], [])

    def of(self, times: list[datetime]) -> list[float]:
        """The Unix time of each; neither they nor what is returned may be changed afterwards."""
        asked, found = self._last
        if asked != times:
            found = [time.timestamp() for time in times]
            self._last = times, found
        return found


_STAMPS = Stamps()


class CurvePoint(NamedTuple):
    """One mark of an equity curve.

    Attributes:
        time: UTC.
        equity: Account currency.
        nav: NAV of a unit; None while there are no units.
    """

    time: datetime
    equity: float
    nav: float | None


def _check_curve(curve: Curve) -> None:
    """Raise `StateError` where the columns of a curve do not fit, or marks never fill a bucket."""
    columns = curve._columns
    check_lengths(columns)
    check_finite(*columns)
    check_times(columns[0])
    if curve._stride < 1:
        raise StateError("is below 1", "stride")


class Curve(Restorable):
    """Marks thinned out to at most 4,000 points, the first, the last and the extremes among them.

    Marks gather in a bucket, of which the highest and the lowest are stored. When the store is
    full, only the extremes of each four points stay, and buckets take more marks from then on. The
    units do not change within a bucket, so its extremes of equity are those of the NAV.

    Attributes:
        high: Highest equity in the bucket, account currency.
        high_time: UTC of the highest equity.
        low: Lowest equity in the bucket, account currency.
        low_time: UTC of the lowest equity.
        left: Marks until the bucket is full.
    """

    STATE: ClassVar[Table] = Table(
        Field("columns", row_of(*[stepped_column("d")] * 3), "_columns"),
        Field("bucket", list_of(row_of(TIME, NUMBER)), "_bucket"),
        Field("left", WHOLE),
        Field("stride", WHOLE, "_stride"),
        check=_check_curve,
    )

    __slots__ = ("_columns", "_stride", "high", "high_time", "left", "low", "low_time")

    def __init__(self) -> None:
        # Unix times, equities and units; the NAV is equity over units.
        self._columns = (array("d"), array("d"), array("d"))
        self._stride = 1
        self._empty_bucket()
        self.left = self._stride

    def _empty_bucket(self) -> None:
        self.high, self.low = -inf, inf
        self.high_time = self.low_time = BEGINNING

    def stretch(self, time: datetime, equity: float) -> None:
        """Take a mark that is the bucket's highest or lowest."""
        if equity > self.high:
            self.high, self.high_time = equity, time
        if equity < self.low:
            self.low, self.low_time = equity, time

    @property
    def room(self) -> int:
        """How many marks at an equity that the bucket has seen fit in; the last one may fill it."""
        return self.left if self.low <= self.high else 0

    def repeat(self, count: int, times: Sequence[datetime], equity: float, units: float) -> None:
        """Take marks at the equity of the last mark.

        Args:
            count: How many.
            times: UTC of each of them, or of the last where there are no more of them than `room`.
            equity: Account currency.
            units: The units.
        """
        self.left -= count - len(times)
        taken = 0
        if self._stride == 1:  # each mark is a point
            columns = self._columns
            points = [time.timestamp() for time in times[: CURVE_FULL - len(columns[0]) - 1]]
            taken = len(points)
            columns[0].extend(points)
            columns[1].extend([equity] * taken)
            columns[2].extend([units] * taken)
        while taken < len(times):
            if not self.low <= equity <= self.high:
                self.stretch(times[taken], equity)
            gone = min(self.left, len(times) - taken)
            taken += gone
            self.left -= gone
            if not self.left:
                self.flush(units)

    def take(self, times: list[datetime], equities: list[float], units: float) -> None:
        """Take the marks of a block, as if each had come alone.

        Args:
            times: UTC of each.
            equities: Account currency.
            units: The units.
        """
        taken = 0
        if self._stride == 1:  # each mark is a point
            columns = self._columns
            taken = max(min(CURVE_FULL - len(columns[0]) - 1, len(times)), 0)
            columns[0].fromlist(_STAMPS.of(times)[:taken])
            columns[1].fromlist(equities[:taken])
            columns[2].fromlist([units] * taken)
        while taken < len(times):
            part = equities[taken : taken + self.left]
            for extreme in (max(part), min(part)):
                if not self.low <= extreme <= self.high:
                    self.stretch(times[taken + part.index(extreme)], extreme)
            taken += len(part)
            self.left -= len(part)
            if not self.left:
                self.flush(units)

    def fill(self, time: datetime, equity: float, units: float) -> None:
        """Take the mark that fills the bucket, and store the bucket's extremes."""
        times, equities, all_units = self._columns
        if self._stride > 1 or len(times) + 1 >= CURVE_FULL:
            self.stretch(time, equity)
            self.flush(units)
            return
        times.append(time.timestamp())
        equities.append(equity)
        all_units.append(units)

    def flush(self, units: float) -> None:
        """Store the bucket's extremes, valued by its units, and begin the next bucket."""
        times, equities, all_units = self._columns
        low, high = self.low, self.high
        if low == high:  # most buckets are one mark long, or stand still
            times.append(self.low_time.timestamp())
            equities.append(low)
            all_units.append(units)
        elif low < high:
            for time, equity in self._bucket:
                times.append(time.timestamp())
                equities.append(equity)
                all_units.append(units)
        if len(times) >= CURVE_FULL:
            self._thin_out()
        self.high, self.low = -inf, inf
        self.left = self._stride

    @property
    def _bucket(self) -> list[tuple[datetime, float]]:
        """The bucket's low and high in order of time; one pair where they are the same mark."""
        if self.low >= self.high:
            return [(self.low_time, self.low)][: self.low == self.high]
        ends = [(self.low_time, self.low), (self.high_time, self.high)]
        return ends if self.low_time <= self.high_time else ends[::-1]

    @_bucket.setter
    def _bucket(self, ends: list[tuple[datetime, float]]) -> None:
        self._empty_bucket()
        for time, equity in ends:
            self.stretch(time, equity)

    def _thin_out(self) -> None:
        """Keep the first point and the extremes of equity and NAV of each group of points."""
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
        for time, equity in self._bucket:
            points.append(CurvePoint(time, equity, equity / units if units else None))
        return points
