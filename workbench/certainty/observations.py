"""What is resampled: aligned days of some series, and what each day adds to each statistic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.certainty.block_length import block_length

Floats = npt.NDArray[np.float64]

# A return of -100 % or worse counts as this growth, for it has no logarithm.
RUIN = 1e-300

CALENDAR_YEAR = 365.0  # days, as in the compound annual growth rate


class ClosedTrades(NamedTuple):
    """The trades of one series by the day on which they closed; each an array of days.

    Attributes:
        closed: Trades that closed.
        wins: Those that made something net of fees.
        losses: Those that lost something net of fees.
        won: What the wins made, positive.
        lost: What the losses lost, negative.
    """

    closed: Floats
    wins: Floats
    losses: Floats
    won: Floats
    lost: Floats

    @classmethod
    def none(cls, days: int) -> ClosedTrades:
        """No trade on any of so many days."""
        return cls(*np.zeros((len(cls._fields), days)))


@dataclass(frozen=True, slots=True)
class Observations:
    """Aligned days of some series.

    Attributes:
        names: The series.
        returns: Daily NAV returns, fractions: a row a series, a column a day.
        trades: Closed trades of each series.
        benchmark: The benchmark's daily returns; NaN on days without one.
        calendar_days: From the day before the first return to that of the last.
        days_a_year: What is annualized with.
        risk_free: Annual rate, a fraction.
    """

    names: tuple[str, ...]
    returns: Floats
    trades: tuple[ClosedTrades, ...]
    benchmark: Floats
    calendar_days: int
    days_a_year: float
    risk_free: float = 0.0

    @property
    def days(self) -> int:
        """How many days there are."""
        return int(self.returns.shape[1])

    @property
    def scale(self) -> Scale:
        """What turns sums over these days into figures of a year."""
        rate = (1.0 + self.risk_free) ** (1.0 / self.days_a_year) - 1.0
        years = max(self.calendar_days, 1) / CALENDAR_YEAR
        return Scale(self.days, self.days_a_year, years, rate)


class Scale(NamedTuple):
    """What turns sums over days into figures.

    Attributes:
        n: Days that were summed.
        year: Days a year.
        years: Calendar years of all days.
        rate: The risk-free return of a day.
    """

    n: int
    year: float
    years: float
    rate: float


class Sums(NamedTuple):
    """Sums over days, of any shape: a figure is a function of them.

    Attributes:
        r: Returns.
        r2: Their squares.
        below: Squares of the returns below the risk-free one.
        log: Logarithms of growth.
        closed: Closed trades.
        wins: Trades that won.
        decided: Trades that won or lost.
        won: What the wins made.
        lost: What the losses lost, negative.
        beside: Returns on days on which the benchmark has one.
        product: Their products with the benchmark's.
        both: Days on which both have a return.
        b: The benchmark's returns.
        b2: Their squares.
    """

    r: Floats
    r2: Floats
    below: Floats
    log: Floats
    closed: Floats
    wins: Floats
    decided: Floats
    won: Floats
    lost: Floats
    beside: Floats
    product: Floats
    both: Floats
    b: Floats
    b2: Floats


OWN = Sums._fields.index("both")  # columns of each series; those after it are shared by all


def daily_columns(seen: Observations, series: int) -> Floats:
    """What each day (row) adds to each of the sums (column) of a series."""
    r, trades = seen.returns[series], seen.trades[series]
    below = np.minimum(r - seen.scale.rate, 0.0)
    both = np.isfinite(seen.benchmark)
    b = np.where(both, seen.benchmark, 0.0)
    columns = Sums(
        r=r,
        r2=r * r,
        below=below * below,
        log=np.log(np.maximum(1.0 + r, RUIN)),
        closed=trades.closed,
        wins=trades.wins,
        decided=trades.wins + trades.losses,
        won=trades.won,
        lost=trades.lost,
        beside=np.where(both, r, 0.0),
        product=r * b,
        both=both.astype(np.float64),
        b=b,
        b2=b * b,
    )
    return np.stack(columns, axis=1)


def common_block(seen: Observations) -> float:
    """The mean length of the blocks in which the series are drawn together, days.

    The longest that any series asks for, by its returns or by their squares: ratios and deviations
    are made of both.
    """
    rows = (*seen.returns, *(seen.returns * seen.returns))
    return max(map(block_length, rows), default=1.0)
