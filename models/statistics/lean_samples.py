"""What LEAN takes its portfolio statistics of: samples, closing fills, its chart of equity."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from models.equity.samples import Column

# A profit below this, account currency, is what doubles leave of LEAN's 0, which is a loss.
BREAKEVEN = 1e-9

# LEAN's chart of equity has about this many points, at least four minutes apart.
CHART_POINTS, CHART_SECONDS = 4_000, 240.0


@dataclass(frozen=True, slots=True)
class Exercise:
    """Says that a fill is the option's own leg of an exercise, an assignment or an expiry.

    `amount` is what the whole fill is in the money by, in account currency: unsigned quantity *
    multiplier * rate * (underlying - strike, or for a put the reverse); it may be negative.
    """

    in_the_money: bool
    amount: float

    def is_win(self, quantity: float, profit: float) -> bool:
        """Tell if LEAN counts a trade of this gross profit, closed by a signed quantity, as won.

        A holder wins if the option gives more than it cost, a writer if less than it brought.
        """
        if quantity < 0:
            return self.in_the_money and abs(profit) < self.amount
        return not self.in_the_money or abs(profit) > self.amount


class Closings(NamedTuple):
    """The fills that took something off LEAN's net position, in order; `closing` gives the figures.

    Attributes:
        time: Unix seconds.
        profit: Account currency.
        won: 1 where LEAN counts a win, else 0.
    """

    time: Column
    profit: Column
    won: Column


class Points(NamedTuple):
    """LEAN's chart of equity (`EquityChart`), on which it takes drawdown and dates its windows.

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
    """What LEAN records of a closing fill: profit and 1 for a win, else 0.

    It takes the fee twice, as if the entry had cost the same.

    Args:
        profit: Of the closed part at LEAN's average price (`Holding.fill`), account currency; of an
            index option with the cash it paid out.
        fee: The fill's, account currency.
        quantity: The fill's, signed.
        exercise: Of an option's own leg of an exercise, else None.
    """
    booked = profit - 2.0 * fee
    if abs(booked) < BREAKEVEN:
        booked = 0.0
    won = booked > 0.0 if exercise is None else exercise.is_win(quantity, booked)
    return booked, float(won)


class EquityChart:
    """Picks the marks that LEAN's chart of equity has, as they come.

    A step is charted with the equity it ended with, if it is more than a period after the last one
    charted so; samples always are. Memory: 16 bytes a point, in a backtest some 4,000 and a day's.

    Args:
        seconds: The period: `EquityChart.period` in a backtest; live, what one can afford.
    """

    __slots__ = ("_equities", "_equity", "_next", "_seconds", "_time", "_times")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._times, self._equities = array("d"), array("d")
        # The step that may not have ended yet, and after when one is charted again.
        self._time, self._equity, self._next = -math.inf, 0.0, -math.inf

    @staticmethod
    def period(start: float, end: float) -> float:
        """LEAN's period in a backtest between two dates, Unix seconds."""
        return max(CHART_SECONDS, (end - start) / CHART_POINTS)

    def mark(self, time: float, equity: float) -> None:
        """Take the equity of a step, or its latest; account currency."""
        if time > self._time:
            self._end_step()
            self._time = time
        self._equity = equity

    def sample(self, time: float, equity: float) -> None:
        """Take LEAN's daily sample, or that of the end."""
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
        """What is charted; an open step is not yet."""
        return Points(self._times, self._equities)

    def state(self) -> dict[str, Any]:
        """JSON-able and exact; a new chart of the same period that restores it goes on."""
        step = [None if math.isinf(x) else x for x in (self._time, self._equity, self._next)]
        return {"times": list(self._times), "equities": list(self._equities), "step": step}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned."""
        self._times, self._equities = array("d", state["times"]), array("d", state["equities"])
        step = (-math.inf if value is None else value for value in state["step"])
        self._time, self._equity, self._next = step
