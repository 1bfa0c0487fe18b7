"""Standstill: the slices of a backtest on which nothing is held and no cash moved.

Such a slice could only bring the mark that the one before brought, so that its cash is compared and
nothing else is read. The tracker takes the marks together as soon as anybody asks for something or
anything happens, and is then as if each had been worked out in its slice.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from models.tracker.core import Core
from utils.lean.conversions import utc

if TYPE_CHECKING:
    from AlgorithmImports import Cash, QCAlgorithm, Slice

# Marks in a row that must show the same before slices are passed over: after a deposit the first
# one buys units, and the second one is valued by them.
MARKS_ALIKE = 2

# Slices whose times are kept at most, where a point of an equity curve may need them. Where no
# curve stores a point for longer than this, only the last slice's time is needed.
TIMES_KEPT = 32


class Standstill:
    """Counts the slices that are passed over, and what the tracker must know of them later.

    Args:
        algorithm: The running algorithm, whose clock is read.
        core: It says whether nothing moved since the last mark, and takes the marks later.
    """

    def __init__(self, algorithm: QCAlgorithm, core: Core) -> None:
        self._algorithm = algorithm
        self._core = core
        self._cash: Cash | None = None
        self._amount = 0.0
        self._count = 0
        self._most = 0  # slices until the tracker must take their marks
        self._timed = True  # whether each slice's time is kept
        self._times: list[datetime] = []
        self._last: Slice | None = None

    def rest(self, cash: Cash, amount: float) -> None:
        """Take note of a mark that was booked with nothing held.

        Args:
            cash: LEAN's cash in the account currency, which is all there is.
            amount: What it showed.
        """
        core = self._core
        if core.execution is None or not core.execution.waits:
            self._cash, self._amount = cash, amount
            core.rest += 1

    def passes(self, data: Slice) -> bool:
        """Whether nothing moved, so that the slice needs no mark of its own.

        Args:
            data: The slice; it is no day's first.
        """
        core, cash = self._core, self._cash
        if core.rest < MARKS_ALIKE or cash is None or cash.amount != self._amount:
            return False
        if not self._count:
            self._begin()
        if self._timed:
            self._times.append(self._algorithm.utc_time)
        else:
            self._last = data
        self._count += 1
        if self._count >= self._most:
            core.catch_up()
        return True

    def _begin(self) -> None:
        """Begin to pass over slices; keep their times while they may be needed."""
        room = self._core.scopes.room
        self._timed = room < TIMES_KEPT
        self._most = TIMES_KEPT if self._timed else room
        self._core.behind = self._take

    def _take(self) -> tuple[int, list[datetime]]:
        """Return how many slices were passed over, and the times that matter, UTC, the last too."""
        count = self._count
        times = [utc(time) for time in self._times]
        if self._last is not None:
            times = [utc(self._last.utc_time)]
        self._count = 0
        self._times, self._last = [], None
        return count, times
