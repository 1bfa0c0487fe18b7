"""What LEAN takes its portfolio statistics of besides its samples: closing fills and a chart."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from types import NoneType
from typing import ClassVar, NamedTuple

from models.codec import Codec, plain_column
from models.equity.samples import Column
from models.fields import Field, Restorable, Table
from models.rows import row_of

# A profit below this, account currency, is what doubles leave of a 0 in LEAN's decimals, and a
# profit of 0 is a loss in LEAN.
NO_PROFIT = 1e-9

# LEAN's chart of equity has about this many points, at least so many seconds apart.
CHART_POINTS, CHART_SECONDS = 4_000, 240.0


@dataclass(frozen=True, slots=True)
class Exercise:
    """The exercise, assignment or expiry that a fill is the option's own leg of.

    Attributes:
        in_the_money: Whether LEAN's message says that the option was in the money.
        amount: What the whole fill is in the money by, account currency: unsigned quantity *
            multiplier * rate * (underlying - strike, for a put strike - underlying); negative out
            of the money.
    """

    in_the_money: bool
    amount: float

    def is_win(self, quantity: float, profit: float) -> bool:
        """Whether LEAN counts the trade that the exercise closes as won.

        A holder wins where the option gives more than it cost, a writer where it takes less than it
        brought.

        Args:
            quantity: The closing fill's signed quantity.
            profit: The trade's P&L before fees, account currency.
        """
        if quantity < 0:
            return self.in_the_money and abs(profit) < self.amount
        return not self.in_the_money or abs(profit) > self.amount


class Closings(NamedTuple):
    """The fills that took something off LEAN's net position, in order (`closing`).

    Attributes:
        time: Unix seconds.
        profit: Profit that LEAN records, account currency.
        won: 1 where LEAN counts a win, else 0.
    """

    time: Column
    profit: Column
    won: Column


class Points(NamedTuple):
    """LEAN's chart of equity (`EquityChart`), of which it takes drawdowns and dates its windows.

    Attributes:
        time: Unix seconds, rising strictly.
        equity: Account currency.
    """

    time: Column
    equity: Column


NO_CLOSINGS = Closings((), (), ())


def closing(
    profit: float, fee: float, quantity: float, exercise: Exercise | None = None
) -> tuple[float, float]:
    """What LEAN records of a closing fill: the profit, and 1 for a win or else 0.

    LEAN takes the fee twice, as if the entry had cost the same.

    Args:
        profit: Profit of the closed part at LEAN's average price (`Holding.fill`), account
            currency; of an index option with the cash that it paid out.
        fee: The fill's fee, account currency.
        quantity: The fill's signed quantity.
        exercise: The exercise that the fill is the option's own leg of; None for other fills.
    """
    booked = profit - 2.0 * fee
    if abs(booked) < NO_PROFIT:
        booked = 0.0
    won = booked > 0.0 if exercise is None else exercise.is_win(quantity, booked)
    return booked, float(won)


# A time or an equity; an infinite one, which JSON does not have, is saved as null.
_FINITE: Codec[float] = Codec(
    (float, int, NoneType),
    lambda value: None if math.isinf(value) else value,
    lambda saved: -math.inf if saved is None else saved,
)


class EquityChart(Restorable):
    """The points that LEAN's chart of equity has, picked from the steps of a run as they come.

    A step is charted with the equity it ended with where it is more than a period after the last
    step that was charted; samples always are charted. A point takes 16 bytes, and a backtest has
    some 4,000 points and one a day.

    Args:
        seconds: The period: `EquityChart.period` in a backtest; in live trading any.
    """

    __slots__ = ("_equities", "_equity", "_next", "_seconds", "_time", "_times")

    STATE: ClassVar[Table] = Table(
        Field("times", plain_column("d"), "_times"),
        Field("equities", plain_column("d"), "_equities"),
        Field("step", row_of(_FINITE, _FINITE, _FINITE), ("_time", "_equity", "_next")),
    )

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._times, self._equities = array("d"), array("d")
        # the step that may not have ended yet, and the time after which one is charted again
        self._time, self._equity, self._next = -math.inf, 0.0, -math.inf

    @staticmethod
    def period(start: float, end: float) -> float:
        """LEAN's period in seconds, in a backtest from start to end, Unix seconds."""
        return max(CHART_SECONDS, (end - start) / CHART_POINTS)

    def mark(self, time: float, equity: float) -> None:
        """Take the equity of a step, or a later one of the same step; account currency."""
        if time > self._time:
            self._end_step()
            self._time = time
        self._equity = equity

    def sample(self, time: float, equity: float) -> None:
        """Take a sample of LEAN's, daily or at the end; account currency."""
        if time > self._time:
            self._end_step()
            self._time = -math.inf
        self._add(time, equity)

    def _end_step(self) -> None:
        if self._time > self._next:
            self._next = self._time + self._seconds
            self._add(self._time, self._equity)

    def _add(self, time: float, equity: float) -> None:
        if not self._times or time > self._times[-1]:
            self._times.append(time)
            self._equities.append(equity)

    def points(self) -> Points:
        """The points charted so far; the open step is not among them."""
        return Points(self._times, self._equities)
