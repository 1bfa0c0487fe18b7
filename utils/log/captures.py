"""Captures: entries that are collected while a block of code runs."""

from __future__ import annotations

from utils.log.entries import Entry


class Captures:
    """The captures that are under way.

    Attributes:
        open: Of each by its list's identity: the list, and whether it is silent.
    """

    def __init__(self) -> None:
        self.open: dict[int, tuple[list[Entry], bool]] = {}

    def begin(self, *, silent: bool) -> list[Entry]:
        """Return a list that every entry is added to from now on.

        Args:
            silent: Whether those entries are written nowhere.
        """
        caught: list[Entry] = []
        self.open[id(caught)] = (caught, silent)
        return caught

    def end(self, caught: list[Entry]) -> None:
        """Add no more to a list that `begin` returned."""
        del self.open[id(caught)]

    def take(self, entry: Entry) -> bool:
        """Add an entry to every capture, and tell whether one of them is silent."""
        if not self.open:
            return False
        captures = list(self.open.values())
        for caught, _ in captures:
            caught.append(entry)
        return any(silent for _, silent in captures)
