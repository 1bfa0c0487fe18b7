"""A follower that notes what it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.events.account import Mark
from models.events.corporate_actions import Split
from models.events.orders import Fill
from models.ledger.books import Books


class Hearing:
    """A follower that notes what it is told, and how much of the stock LEAN held then."""

    def __init__(self) -> None:
        self.told: list[tuple[str, float]] = []

    def fill(self, fill: Fill, books: Books) -> None:
        """Note it."""
        self.told.append(("fill", books.holdings[fill.sid].quantity))

    def mark(self, mark: Mark, books: Books) -> None:
        """Note it."""
        self.told.append(("mark", books.holdings["S"].quantity))

    def split(self, split: Split) -> None:
        """Note it."""
        self.told.append(("split", split.factor))

    def reset(self) -> None:
        """Forget it all."""
        self.told = []

    def state(self) -> dict[str, Any]:
        """All that was noted."""
        return {"told": self.told}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take it over."""
        self.told = [(what, number) for what, number in state["told"]]
