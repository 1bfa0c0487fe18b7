"""Daily returns, and the sums and moments that the formulas of the statistics are made of."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from models.equity.nav_series import NAV_TOLERANCE
from models.equity.samples import Floats
from models.statistics.closes import DAYS_OF_GROWTH, EPOCH, Closes

Days = npt.NDArray[np.int64]

# A return, or a spread of returns, below this is what rounding left of 0.
ROUNDING = 1e-15


def quotient(part: Floats, whole: Floats) -> Floats:
    """The quotients of two columns; 0 where the divisor is 0."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole != 0.0)


def shape(off: Floats) -> tuple[float, float] | None:
    """Skewness and excess kurtosis of a population, estimated from deviations from their mean.

    They are corrected for the size of the sample, as in pandas and MathNet: G1 and G2 of D. Joanes
    and C. Gill: Comparing measures of sample skewness and kurtosis, The Statistician, 1998.

    Returns:
        None below four samples, and where all samples are equal.
    """
    n, square = off.size, off * off
    second = float(square.sum())
    if n < 4 or second == 0.0:
        return None
    third, fourth = float(square @ off), float(square @ square)
    skew = n * third * math.sqrt((n - 1) / second) / second / (n - 2)
    raw = n * fourth / second**2 - 3.0
    return skew, (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * raw + 6.0)


class DailyReturns:
    """The columns that the formulas of the metrics are written in.

    A day has no return where the NAV before it is not above 0, as after a ruin.

    Args:
        closes: The start and at least one close; the NAV at the start is above 0.
        days_a_year: Trading days a year.
        risk_free: Annual risk-free rate.

    Attributes:
        year: Trading days a year.
        rate: Annual risk-free rate.
        daily_rate: Risk-free rate of a trading day.
        day: `date.toordinal()` of the closes and of the start.
        nav: NAV of a unit at the closes and at the start.
        r: Returns of the days.
        x: Returns less the risk-free rate of a day.
        b: Returns of the benchmark, on days on which both have one.
        beside: Returns on the days of `b`.
        depths: For each close the depth below the peak, as a positive fraction of the peak.
        weeks: Returns of weeks, from Monday to Sunday.
        months: Returns of calendar months.
    """

    def __init__(self, closes: Closes, days_a_year: int, risk_free: float) -> None:
        self.year, self.rate = days_a_year, risk_free
        self.day, self.nav = np.asarray(closes.day, np.int64), np.asarray(closes.nav, float)
        self.daily_rate: float = (1.0 + risk_free) ** (1.0 / days_a_year) - 1.0
        defined = self.nav[:-1] > 0.0
        change = clean(quotient(np.diff(self.nav), self.nav[:-1]))
        self.r = change[defined]
        self.x = clean(self.r - self.daily_rate)
        worth = np.zeros(self.nav.size) if closes.benchmark is None else closes.benchmark
        values = np.asarray(worth, float)
        both = defined & (values[:-1] > 0.0) & (values[1:] > 0.0)
        self.beside = change[both]
        self.b = clean(quotient(np.diff(values), values[:-1])[both])
        peaks = np.maximum.accumulate(self.nav)
        self.depths = (1.0 - self.nav / peaks)[1:]
        self.depths[self.depths < NAV_TOLERANCE] = 0.0
        self.weeks = self._returns_of((self.day - 1) // 7)
        dates = (self.day - EPOCH).astype("datetime64[D]")
        self.months = self._returns_of(dates.astype("datetime64[M]").astype(np.int64))

    def _returns_of(self, period: Days) -> Floats:
        """Returns of periods from close to close, the open period included.

        Args:
            period: For each close and the start the number of its period.
        """
        last = np.append(period[1:-1] != period[2:], True)
        navs = np.concatenate((self.nav[:1], self.nav[1:][last]))
        defined = navs[:-1] > 0.0
        return clean(quotient(np.diff(navs), navs[:-1])[defined])

    def total(self) -> float:
        """The return since the start."""
        return float(self.nav[-1] / self.nav[0]) - 1.0

    def cagr(self) -> float | None:
        """The growth a calendar year; None where the NAV fell below 0."""
        years = float(self.day[-1] - self.day[0]) / DAYS_OF_GROWTH
        return growth(self.total() + 1.0, 1.0 / years)

    def max_drawdown(self) -> float:
        """The depth of the deepest close below the peak."""
        return float(self.depths.max())

    def ulcer(self) -> float | None:
        """The ulcer index of P. Martin and B. McCann, 1989; None below two closes."""
        n = self.depths.size
        return math.sqrt(float(self.depths @ self.depths) / (n - 1)) if n > 1 else None

    def downside(self) -> float:
        """The root of the mean square of min(x, 0) over all days."""
        below = np.minimum(self.x, 0.0)
        return math.sqrt(float(below @ below) / self.r.size)

    def beta(self) -> float | None:
        """The slope of the returns on those of the benchmark; None where that did not move."""
        if not spread(self.b):
            return None
        apart = self.b - self.b.mean()
        return float(apart @ self.beside) / float(apart @ apart)

    def active(self) -> Floats:
        """The returns less those of the benchmark."""
        return clean(self.beside - self.b)


def clean(values: Floats) -> Floats:
    """Set returns that are what rounding left of 0 to 0, in place."""
    values[np.abs(values) < ROUNDING] = 0.0
    return values


def spread(values: Floats) -> float | None:
    """The sample standard deviation; 0 where only rounding tells the values apart.

    Returns:
        None below two values.
    """
    if values.size < 2:
        return None
    deviation = float(values.std(ddof=1))
    return deviation if deviation > ROUNDING * (1.0 + float(np.abs(values).max())) else 0.0


def over(part: float | None, whole: float | None) -> float | None:
    """The part over the whole; None where either is None or the whole is 0."""
    return part / whole if part is not None and whole else None


def yearly(s: DailyReturns, value: float | None) -> float | None:
    """A deviation of daily returns, or a ratio to one, as that of a year; None of None."""
    return None if value is None else value * math.sqrt(s.year)


def growth(factor: float, power: float) -> float | None:
    """A factor to a power, less 1; None where the factor is below 0 or the result is too large."""
    try:
        return math.pow(factor, power) - 1.0
    except (OverflowError, ValueError):
        return None
