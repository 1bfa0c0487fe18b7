"""The lowest and highest unit value since each open lot was entered."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from models.codec import NUMBER, WHOLE, deque_of
from models.errors import StateError
from models.rows import row_of

# The groups of lots that saw one extreme: the unit value, and how many lots they are.
EXTREMES = deque_of(row_of(NUMBER, WHOLE, make=list))


class Extremes:
    """The lowest and the highest unit value since each lot's entry, O(1) amortized a mark or fill.

    Two stacks of [unit value, lots], from the oldest lot to the newest: how far it went since any
    lot of the group came in. A lot that came later saw less, so lows rise strictly and highs fall,
    and a new extreme merges the groups that it goes beyond.
    """

    __slots__ = ("highs", "lows")

    def __init__(self) -> None:
        self.lows: deque[list[Any]] = deque()
        self.highs: deque[list[Any]] = deque()

    def see(self, low: float, high: float) -> None:
        """Take the lowest and the highest that a unit was worth."""
        lows, highs = self.lows, self.highs
        if not lows:
            return
        group = lows[-1]
        if group[0] > low:
            while len(lows) > 1 and lows[-2][0] >= low:
                lows.pop()
                lows[-1][1] += group[1]
                group = lows[-1]
            group[0] = low
        group = highs[-1]
        if group[0] < high:
            while len(highs) > 1 and highs[-2][0] <= high:
                highs.pop()
                highs[-1][1] += group[1]
                group = highs[-1]
            group[0] = high

    def enter(self, unit_value: float) -> None:
        """A lot comes in, when a unit is worth so much."""
        lows, highs, lots = self.lows, self.highs, 1
        while lows and lows[-1][0] >= unit_value:
            lots += lows.pop()[1]
        lows.append([unit_value, lots])
        lots = 1
        while highs and highs[-1][0] <= unit_value:
            lots += highs.pop()[1]
        highs.append([unit_value, lots])

    def check(self, lots: int) -> None:
        """Raise `StateError` where they are not those of so many lots."""
        for name, groups in (("lows", self.lows), ("highs", self.highs)):
            counts = [count for _, count in groups]
            if sum(counts) != lots or any(count < 1 for count in counts):
                raise StateError(f"are not of {lots} lots", name)

    def each(self) -> Iterator[tuple[float, float]]:
        """The lowest and the highest since each lot came in, the oldest lot's first."""
        lows = (low for low, lots in self.lows for _ in range(lots))
        return zip(lows, (high for high, lots in self.highs for _ in range(lots)), strict=True)

    def leave(self, index: int) -> tuple[float, float]:
        """The oldest lot (0) or the newest (-1) goes, with the lowest and the highest it saw."""
        low, high = self.lows[index], self.highs[index]
        if low[1] == 1:
            del self.lows[index]
        else:
            low[1] -= 1
        if high[1] == 1:
            del self.highs[index]
        else:
            high[1] -= 1
        return low[0], high[0]

    def take_over(self, seen: Sequence[tuple[float, float]]) -> None:
        """Take the lowest and the highest of each lot, the oldest lot's first."""
        self.lows = deque([low, 1] for low, _ in seen)
        self.highs = deque([high, 1] for _, high in seen)

    def scale_newest(self, factor: float) -> None:
        """Scale what the newest lot saw, which grew at no cost; a low shared with others stays."""
        low, high = self.leave(-1)
        for groups, value, rises in ((self.lows, low, True), (self.highs, high, False)):
            scaled = value * factor
            if groups and (scaled <= groups[-1][0]) is rises:
                groups[-1][1] += 1
            else:
                groups.append([scaled, 1])

    def scale(self, factor: float) -> None:
        """Apply a split."""
        for group in (*self.lows, *self.highs):
            group[0] *= factor
