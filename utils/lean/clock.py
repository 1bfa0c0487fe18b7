"""The algorithm's clock: its time in UTC, by the cheapest of LEAN's reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from utils.lean.conversions import all_utc, utc

if TYPE_CHECKING:
    from AlgorithmImports import QCAlgorithm


class AlgorithmClock:
    """LEAN hands out its local time in two thirds of the time that UTC takes.

    So on a day on which the clocks do not change it is the local time that is read, and how far it
    is ahead of UTC is found out once.

    Args:
        algorithm: The running algorithm.

    Attributes:
        steady: Whether that is known of the day.
        ahead: How far the local time is ahead of UTC; nothing where it is not steady.
    """

    def __init__(self, algorithm: QCAlgorithm) -> None:
        self._algorithm = algorithm
        self.steady, self.ahead = False, timedelta()
        self._local = False  # whether the local time may be read at any moment
        self._until = datetime.min.replace(tzinfo=UTC)

    def begin_day(self, time: datetime, until: datetime, *, steady: bool) -> None:
        """Find out how far the local time is ahead of UTC.

        Args:
            time: UTC of the day's first slice.
            until: UTC of the day's end.
            steady: Whether the clocks are not changed until then.
        """
        self.steady, self._local, self._until = steady, steady, until
        self.ahead = all_utc((self._algorithm.time,))[0] - time if steady else timedelta()

    def end_day(self) -> None:
        """Midnight: until the next day's first slice the time is asked for in UTC."""
        self._local = False

    def utc(self) -> datetime:
        """The time in UTC, at any moment of the run."""
        if self._local:
            local = self._algorithm.time
            time = datetime.combine(local.date(), local.time(), UTC) - self.ahead
            if time <= self._until:  # else midnight was not heard of
                return time
        return utc(self._algorithm.utc_time)
