"""The structures that are open, by number, by group and by position."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from models.ledger.books import Books
from models.structures.stakes import Stakes
from models.structures.structure import LegStake, Structure

# What the keys of LEAN's combos and of single orders begin with, before their number.
COMBO_KEY, ORDER_KEY = "#", "@"


class OpenStructures:
    """The structures that are open.

    Args:
        books: The books whose lots they hold.

    Attributes:
        books: As given.
        by_number: The structures, the oldest first.
        stakes: What they hold, by position.
        count: How many there were.
    """

    def __init__(self, books: Books) -> None:
        self.books = books
        self.by_number: dict[int, Structure] = {}
        self.stakes = Stakes()
        self.count = 0
        self._grouped: dict[tuple[str, str], Structure] = {}

    def begin(
        self,
        strategy: str,
        underlying: str,
        group: str,
        time: datetime,
        *,
        key: str = "",
        seeded: bool = False,
    ) -> Structure:
        """A new structure, which holds nothing yet.

        Args:
            strategy: Whose it is.
            underlying: The underlying's Symbol ID.
            group: The group of its orders; empty without one.
            time: UTC of its first entry.
            key: What finds it again for what else belongs to it.
            seeded: Whether what opened it was no fill.
        """
        self.count += 1
        structure = Structure(self.count, strategy, underlying, group, time, seeded)
        structure.chain = structure.number
        structure.keys = [key] if key else []
        self._add(structure)
        return structure

    def _add(self, structure: Structure) -> None:
        self.by_number[structure.number] = structure
        for group in structure.keys:
            self._grouped[structure.strategy, group] = structure

    def take_over(self, structure: Structure) -> None:
        """Take a structure that was saved: its stakes are put at their positions."""
        self._add(structure)
        for stake in structure.stakes:
            stake.owner, stake.instrument = structure, self.books.instruments[stake.sid]
            self.stakes.put((structure.strategy, stake.sid), stake)

    def grouped(self, strategy: str, key: str) -> Structure | None:
        """The open structure of a strategy that a key finds; None without one."""
        return self._grouped.get((strategy, key)) if key else None

    def of(self, strategy: str, underlying: str) -> Iterator[Structure]:
        """The open structures of a strategy in an underlying, the oldest first."""
        for structure in self.by_number.values():
            if structure.underlying == underlying and structure.strategy == strategy:
                yield structure

    def enter(self, structure: Structure, stake: LegStake, *, delivered: bool = False) -> None:
        """Let a structure take a new stake."""
        stake.instrument = self.books.instruments[stake.sid]
        structure.enter(stake, delivered=delivered)
        self.stakes.put((structure.strategy, stake.sid), stake)

    def move(self, stake: LegStake, quantity: float, to: Structure) -> None:
        """Move a part of a stake to another structure of the strategy, as if it began there."""
        giver = stake.owner
        moved = giver.undo(stake, quantity)
        to.enter(moved)
        if moved is not stake:
            self.stakes.put((to.strategy, stake.sid), moved)
        if not giver.stakes and giver.untouched:
            self.drop(giver)

    def merge(self, one: Structure, into: Structure) -> None:
        """Move everything that a structure holds to another one."""
        for stake in list(one.stakes):
            self.move(stake, stake.quantity, into)
        into.opened = min(into.opened, one.opened)
        into.keys += one.keys
        for group in one.keys:
            self._grouped[into.strategy, group] = into

    def drop(self, structure: Structure) -> None:
        """Forget a structure that ended, or became part of another."""
        self.by_number.pop(structure.number, None)
        for group in structure.keys:
            if self._grouped.get((structure.strategy, group)) is structure:
                del self._grouped[structure.strategy, group]

    def forget_orders(self) -> None:
        """Forget which orders and combos the structures are of: LEAN counts them anew."""
        for strategy, group in list(self._grouped):
            if is_combo(group) or group.startswith(ORDER_KEY):
                self._grouped.pop((strategy, group)).keys.remove(group)


def is_combo(group: str) -> bool:
    """Whether a group is one of LEAN's combos rather than a name that the user gave."""
    return group.startswith(COMBO_KEY)
