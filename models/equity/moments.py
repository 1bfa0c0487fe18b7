"""Running mean and variance of the returns of trading days."""

from __future__ import annotations

from typing import NamedTuple

from models.equity.sessions import Session


class Moments(NamedTuple):
    """Running moments of the returns of trading days: days with a mark and a NAV.

    Attributes:
        n: Number of days.
        mean: Mean return of a day; 0 while there is no day.
        squares: Sum of the squared deviations from the mean.
        downside: Sum of the squares of the returns below 0.
    """

    n: int = 0
    mean: float = 0.0
    squares: float = 0.0
    downside: float = 0.0

    def after(self, day: Session) -> Moments:
        """The moments with one more day's return, if it is a trading day (Welford, 1962)."""
        if not (day.marked and day.valued and day.start_nav > 0.0):
            return self
        value = day.end_nav / day.start_nav - 1.0
        step = value - self.mean
        mean = self.mean + step / (self.n + 1)
        squares = self.squares + step * (value - mean)
        downside = self.downside + value**2 if value < 0.0 else self.downside
        return Moments(self.n + 1, mean, squares, downside)

    def among(self, days: int) -> Moments:
        """The moments over so many days, of which those that are not counted here return 0.

        Args:
            days: How many; fewer than `n` where some of the days with a mark do not count.
        """
        if not self.n or days <= 0:
            return Moments()
        mean = self.mean * self.n / days
        # T. Chan, G. Golub and R. LeVeque, 1979: one set of samples added to another, here of zeros
        squares = self.squares + self.mean * mean * (days - self.n)
        return Moments(days, mean, max(squares, 0.0), self.downside)

    @property
    def variance(self) -> float | None:
        """Sample variance of a day's return; None below two days."""
        return self.squares / (self.n - 1) if self.n > 1 else None

    @property
    def downside_variance(self) -> float | None:
        """Mean square of min(return, 0) over all days; None without a day."""
        return self.downside / self.n if self.n else None
