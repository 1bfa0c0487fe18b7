"""The lowest and highest unit value since each open lot was entered."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any


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

    def see(self, low: float, high: float, entering: int = 0) -> None:
        """Take the lowest and the highest that a unit was worth, when so many lots come in."""
        lows, highs, lots = self.lows, self.highs, entering
        while lows and lows[-1][0] >= low:
            lots += lows.pop()[1]
        if lots:
            lows.append([low, lots])
        lots = entering
        while highs and highs[-1][0] <= high:
            lots += highs.pop()[1]
        if lots:
            highs.append([high, lots])

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
