"""Standstill: the slices of a backtest on which nothing moved but the prices of what is held.

With nothing held a slice could only bring the mark that the one before brought, so that its cash is
compared and nothing else is read; with holdings it goes into the `Journal`. The tracker takes the
marks together as soon as anybody asks for something, and is then as if each had been worked out in
its slice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from threading import get_ident
from typing import TYPE_CHECKING

from models.tracker.core import Core
from models.tracker.in_step import PassedOver
from utils.lean.clock import AlgorithmClock
from utils.lean.conversions import all_utc
from utils.lean.journal import Journal
from utils.lean.securities import KeptSecurity

if TYPE_CHECKING:
    from AlgorithmImports import Cash, QCAlgorithm, Slice

# Marks in a row that must show nothing held and nothing moved before slices are passed over: after
# a deposit the first one buys units, and the second one is valued by them.
MARKS_ALIKE = 2

# Slices whose times are kept at most, where a point of an equity curve may need them.
MOST_TIMES = 512

# Where no curve stores a point for so many slices, only the last one's time is needed.
UNTIMED = 32


class Standstill:
    """Counts the slices that are passed over, and what the tracker must know of them later.

    Args:
        algorithm: The running algorithm, whose clock is read.
        core: It says whether nothing moved since the last mark, and takes the marks later.
        clock: The algorithm's clock.
        by_sid: The securities seen so far.

    Attributes:
        passes: Tells whether nothing moved but prices, so that a slice needs no mark of its own
            now. Ask it where a mark rested (`Core.rest`).
        journal: Where marks with holdings go, and events.
    """

    passes: Callable[[Slice], bool]

    def __init__(
        self,
        algorithm: QCAlgorithm,
        core: Core,
        clock: AlgorithmClock,
        by_sid: Mapping[str, KeptSecurity],
    ) -> None:
        self._algorithm = algorithm
        self._core = core
        self._clock = clock
        self.journal = Journal(algorithm, core, clock, by_sid)
        self._cash: Cash | None = None
        self._amount = 0.0
        self.passes = self._stands
        self._count = 0
        self._most = 0  # slices until the tracker must take their marks
        self._timed = True  # whether each slice's time is kept
        self._times: list[datetime] = []
        self._last: Slice | None = None

    def set_clock(self, time: datetime, until: datetime, *, steady: bool) -> None:
        """Set the clock for the day that begins.

        Args:
            time: UTC of its first slice.
            until: UTC of its end.
            steady: Whether the clocks are not changed until then.
        """
        if self._count:
            self._core.catch_up()  # by the clock of the day before
        ahead = self._clock.ahead_of(time) if steady else timedelta()
        if ahead != self._clock.ahead:
            self.journal.settle()
        self._clock.begin_day(until, ahead, steady=steady)

    def rest(self, cash: Cash, amount: float, held: Sequence[str]) -> None:
        """Take note of a mark on which nothing moved but prices.

        Args:
            cash: LEAN's cash in the account currency, which is all there is.
            amount: What it showed.
            held: The Symbol IDs of what is held.
        """
        core = self._core
        if held or core.execution is None or not core.execution.waits:
            self._cash, self._amount = cash, amount
            core.rest += 1
            self.journal.hold(cash if held else None)
            self.passes = self.journal.passes if held else self._stands

    def end_day(self) -> None:
        """Let the next slice be a day's first, which is looked at more closely."""
        self.passes = self._never

    def begin_day(self) -> None:
        """Pass over slices again: a day's first went into the journal."""
        self.passes = self.journal.passes

    def _never(self, _: Slice) -> bool:
        """Pass over nothing."""
        return False

    def _stands(self, data: Slice) -> bool:
        """Pass over a slice with nothing held, where no cash moved."""
        core, cash = self._core, self._cash
        if core.rest < MARKS_ALIKE or cash is None or cash.amount != self._amount:
            return False
        if not self._count:
            self._begin()
        if self._timed:
            self._times.append(
                self._algorithm.time if self._clock.steady else self._algorithm.utc_time
            )
        else:
            self._last = data
        self._count += 1
        if self._count >= self._most:
            core.catch_up()
        return True

    def _begin(self) -> None:
        """Begin to pass over slices; keep their times while they may be needed."""
        room = self._core.scopes.room
        self._timed = room < UNTIMED
        self._most = MOST_TIMES if self._timed else room
        self._core.behind, self._core.fed_by = self._take, get_ident()

    def _take(self) -> tuple[PassedOver]:
        """Return how many slices were passed over, and the times that matter."""
        count = self._count
        times = (
            all_utc(self._times, self._clock.ahead)
            if self._last is None
            else all_utc((self._last.utc_time,))
        )
        self._count = 0
        self._times, self._last = [], None
        return (PassedOver(count, times),)
