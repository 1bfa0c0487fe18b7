"""Doubts: one look at LEAN's equity may be of a moving market, so that it alone proves nothing.

Live, LEAN sets prices when it pulls the next slice, and works out its equity only when it works on
that slice: who looks between the two, as at a stop, sees the equity of one step beside the prices
of the next. Money is missing where two looks of different steps miss the same, or where many in a
row miss some on the same side.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from models.codec import NUMBER, TIME, WHOLE, maybe
from models.fields import Field, Restorable, Table

# Two looks that differ by no more show the same gap, account currency.
SAME_GAP = 0.01

# So many looks in a row that miss money on the same side are believed.
LOOKS = 10

# Unexplained money above the larger of the two is an anomaly: account currency, part of equity.
UNEXPLAINED_LIMIT = 0.01
UNEXPLAINED_PART = 1e-9


def is_much(unexplained: float, equity: float) -> bool:
    """Whether so much unexplained money is an anomaly at that equity, account currency."""
    size = abs(unexplained)
    return size > UNEXPLAINED_LIMIT and size > UNEXPLAINED_PART * abs(equity)


class EquityDoubt(Restorable):
    """The last looks at which LEAN's equity was not ours.

    Attributes:
        time: UTC of the last of them; None before one.
        gap: LEAN's equity less ours then, account currency.
        looks: How many in a row had a gap of that sign.
    """

    STATE: ClassVar[Table] = Table(
        Field("time", maybe(TIME)), Field("gap", NUMBER), Field("looks", WHOLE)
    )

    __slots__ = ("gap", "looks", "time")

    def __init__(self) -> None:
        self.time: datetime | None = None
        self.gap = 0.0
        self.looks = 0

    def clear(self) -> None:
        """A look showed no gap."""
        self.time, self.gap, self.looks = None, 0.0, 0

    def confirms(self, time: datetime, gap: float) -> bool:
        """Whether a gap is to be believed with those seen before it.

        Args:
            time: UTC of the look; a second one of the same step tells nothing new.
            gap: LEAN's equity less ours, account currency.
        """
        again = time == self.time
        same = not again and self.looks > 0 and abs(gap - self.gap) <= SAME_GAP
        if not again:
            self.looks = self.looks + 1 if gap * self.gap > 0 else 1
        self.time, self.gap = time, gap
        return same or self.looks >= LOOKS
