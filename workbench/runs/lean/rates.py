"""Exchange rates as far as a result tells them: account currency per unit at single moments."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class RateLine:
    """What is known of a currency's rate, in the order of time."""

    times: list[datetime] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def add(self, time: datetime, value: float) -> None:
        """Take a rate; one of the same moment replaces the last."""
        at = bisect_left(self.times, time)
        if self.knows(time):
            self.values[at] = value
            return
        self.times.insert(at, time)
        self.values.insert(at, value)

    def at(self, time: datetime) -> float | None:
        """The rate at a moment: between two known ones on the line between; None without any."""
        if not self.times:
            return None
        at = bisect_left(self.times, time)
        if at == len(self.times):
            return self.values[-1]
        if at == 0 or self.times[at] == time:
            return self.values[at]
        before, after = self.times[at - 1], self.times[at]
        part = (time - before) / (after - before)
        return self.values[at - 1] + part * (self.values[at] - self.values[at - 1])

    def knows(self, time: datetime) -> bool:
        """Whether the rate of that very moment is known."""
        at = bisect_left(self.times, time)
        return at < len(self.times) and self.times[at] == time


class Rates:
    """What is known of the rates of all currencies.

    Args:
        home: The account currency, whose rate is 1.
    """

    def __init__(self, home: str) -> None:
        self.home = home
        self._lines: dict[str, RateLine] = {}

    def tell(self, currency: str, time: datetime, rate: float) -> None:
        """Take a rate that was found."""
        if currency and currency != self.home and rate > 0.0:
            self._lines.setdefault(currency, RateLine()).add(time, rate)

    def at(self, currency: str, time: datetime) -> float | None:
        """The rate at a moment; None where nothing is known of the currency."""
        if currency == self.home:
            return 1.0
        line = self._lines.get(currency)
        return None if line is None else line.at(time)

    def knows(self, currency: str, time: datetime) -> bool:
        """Whether the rate of that very moment is known."""
        line = self._lines.get(currency)
        return currency == self.home or (line is not None and line.knows(time))

    @property
    def currencies(self) -> list[str]:
        """The foreign currencies of which something is known."""
        return list(self._lines)
