"""The algorithm's clock: its time in UTC, by the cheapest of LEAN's reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from utils.lean.conversions import utc

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
        local: Whether the local time may be read at any moment now.
        last: The local time up to which it stands for UTC: later ones are of a day after a midnight
            that was not heard of.
    """

    __slots__ = ("_algorithm", "_plain", "ahead", "last", "local", "steady")

    def __init__(self, algorithm: QCAlgorithm) -> None:
        self._algorithm = algorithm
        self.steady, self.ahead = False, timedelta()
        self.local, self.last = False, datetime.min
        self._plain = True  # whether LEAN hands it out without a zone

    def ahead_of(self, time: datetime) -> timedelta:
        """Find out how far the local time is ahead of a UTC that it is now."""
        local = self._algorithm.time
        self._plain = local.tzinfo is None
        return utc(local) - time

    def begin_day(self, until: datetime, ahead: timedelta, *, steady: bool) -> None:
        """Let the local time stand for UTC, where it may.

        Args:
            until: UTC of the day's end.
            ahead: How far the local time is ahead; nothing where it is not steady.
            steady: Whether the clocks are not changed until then.
        """
        self.steady, self.local = steady, steady and self._plain
        self.ahead, self.last = ahead, (until + ahead).replace(tzinfo=None)

    def end_day(self) -> None:
        """Midnight: until the next day's first slice the time is asked for in UTC."""
        self.local = False

    def utc(self) -> datetime:
        """The time in UTC, at any moment of the run."""
        return self.utc_of(self.moment())

    def moment(self) -> datetime:
        """The time as it is cheapest to read: the algorithm's own without a zone, or else UTC."""
        if self.local:
            time = self._algorithm.time
            if time <= self.last:
                return time
        return utc(self._algorithm.utc_time)

    def utc_of(self, time: datetime) -> datetime:
        """UTC of a time of this day; one that has no zone is the algorithm's local time."""
        if time.tzinfo is not None:
            return time
        return datetime.combine(time.date(), time.time(), UTC) - self.ahead
