"""Chains of rolls: a combo that closes one structure and opens another goes on with the first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from models.codec import NUMBER, WHOLE, list_of
from models.fields import Field, Restorable, Table
from models.records import record_codec
from models.rows import row_of
from models.structures.grouping import TOGETHER
from models.structures.open_structures import is_combo
from models.structures.structure import Structure

# Groups whose closings are remembered.
CLOSINGS_KEPT = 50


@dataclass(frozen=True, slots=True)
class GroupClosing:
    """The last structure that a group's orders closed something of.

    Attributes:
        strategy: Whose it was.
        group: The group.
        number: The structure's number.
        chain: The number of the first of its chain.
        time: UTC.
    """

    strategy: str
    group: str
    number: int
    chain: int
    time: datetime


class Chains(Restorable):
    """What the structures of each chain made, and which closings an opening may be a roll of."""

    STATE: ClassVar[Table] = Table(
        Field("closings", list_of(record_codec(GroupClosing)), "_closings"),
        Field("made", list_of(row_of(WHOLE, NUMBER)), "_rows"),
    )

    def __init__(self) -> None:
        self._closings: list[GroupClosing] = []
        self._made: dict[int, float] = {}  # chain -> net P&L of those that closed

    def close(
        self, group: str, closed: Structure, opened: Structure | None, time: datetime
    ) -> None:
        """Note that a group's order closed something of a structure.

        Args:
            group: The order's group.
            closed: The structure.
            opened: What the group's other orders opened; None where they have not yet.
            time: UTC.
        """
        if opened is not None and opened is not closed:
            if not opened.rolled_from and _near(group, opened, time):
                opened.rolled_from, opened.chain = closed.number, closed.chain
            return
        noted = GroupClosing(closed.strategy, group, closed.number, closed.chain, time)
        kept = [
            each
            for each in self._closings
            if (each.strategy, each.group) != (closed.strategy, group)
        ]
        self._closings = [*kept, noted][-CLOSINGS_KEPT:]

    def open(self, group: str, opened: Structure) -> None:
        """Go on with the chain of what the same group closed, where a structure is opened."""
        for each in self._closings if group else ():
            same = (each.strategy, each.group) == (opened.strategy, group)
            if same and _near(group, opened, each.time):
                opened.rolled_from, opened.chain = each.number, each.chain

    def end(self, structure: Structure, left: Iterable[Structure]) -> float:
        """Count a structure that closed, and forget the chains that nothing can go on with.

        Returns:
            The net P&L of its chain so far.
        """
        total = self._made.get(structure.chain, 0.0) + structure.gross - structure.fees
        self._made[structure.chain] = total
        alive = {each.chain for each in left} | {each.chain for each in self._closings}
        self._made = {chain: made for chain, made in self._made.items() if chain in alive}
        return total

    def so_far(self, structure: Structure) -> float:
        """The net P&L of the structures of a chain that closed."""
        return self._made.get(structure.chain, 0.0)

    def forget_combos(self) -> None:
        """Forget which combos closed what: LEAN counts combos anew."""
        self._closings = [each for each in self._closings if not is_combo(each.group)]

    @property
    def _rows(self) -> list[tuple[int, float]]:
        return [*self._made.items()]

    @_rows.setter
    def _rows(self, rows: list[tuple[int, float]]) -> None:
        self._made = dict(rows)


def _near(group: str, opened: Structure, time: datetime) -> bool:
    """Whether a closing and an opening of a group are one roll: of a combo always."""
    return is_combo(group) or abs(time - opened.opened) <= TOGETHER
