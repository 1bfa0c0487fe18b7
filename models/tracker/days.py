"""The days that ended since the account opened, and what LEAN sampled at each midnight."""

from __future__ import annotations

from datetime import datetime

from models.equity.samples import SampleLog
from models.events.account import DayEnd


class EndedDays:
    """Counts the days that ended, each of them once, and keeps LEAN's samples.

    Attributes:
        count: How many days ended.
        last: UTC of the last midnight that counted, at first that of the opening; None before it.
        log: LEAN's samples.
    """

    def __init__(self) -> None:
        self.count = 0
        self.last: datetime | None = None
        self.log = SampleLog()

    def open(self, time: datetime) -> None:
        """Open the account: a midnight before that time ends no day."""
        self.last = time

    def end(self, event: DayEnd) -> bool:
        """Take a midnight; returns whether it ended a day that had not ended before."""
        if self.last is not None and event.time < self.last:
            return False
        self.log.add(event)
        if event.time == self.last:
            return False
        self.last = event.time
        self.count += 1
        return True
