"""The stakes of structures by position, kept within the lots that the position has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from models.events.quantities import dust
from models.ledger.positions import Position
from models.structures.structure import LegStake
from models.trades.record import TradeRecord

LotKey = tuple[int, datetime]  # the order that opened a lot, and when
PositionKey = tuple[str, str]  # the strategy and the Symbol ID


def lot_sizes(position: Position) -> dict[LotKey, float]:
    """What is open of each lot, positive; several of one order and time count as one."""
    sizes: dict[LotKey, float] = {}
    for lot in position.lots:
        key = lot.order_id, lot.time
        sizes[key] = sizes.get(key, 0.0) + abs(lot.quantity)
    return sizes


def sizes_before(position: Position, trades: Iterable[TradeRecord]) -> dict[LotKey, float]:
    """The same before some trades closed."""
    sizes = lot_sizes(position)
    for trade in trades:
        key = trade.order_ids[0], trade.entry_time
        sizes[key] = sizes.get(key, 0.0) + trade.quantity
    return sizes


def free_of(position: Position, stakes: Iterable[LegStake]) -> dict[LotKey, float]:
    """What no structure holds of each lot, positive."""
    free = lot_sizes(position)
    for stake in stakes:
        key = stake.order_id, stake.time
        free[key] = free.get(key, 0.0) - abs(stake.quantity)
    return free


class Stakes:
    """The open stakes by position."""

    def __init__(self) -> None:
        self._by_position: dict[PositionKey, list[LegStake]] = {}

    def of(self, key: PositionKey) -> Sequence[LegStake]:
        """The stakes in a position, the oldest first."""
        return self._by_position.get(key, ())

    def in_lot(self, key: PositionKey, lot: LotKey) -> list[LegStake]:
        """The stakes in one lot of a position."""
        return [
            stake
            for stake in self.of(key)
            if (stake.order_id, stake.time) == lot and stake in stake.owner.stakes
        ]

    def move(self, key: PositionKey, lot: LotKey, to: LotKey, size: float) -> None:
        """Move to another lot what the stakes in a lot hold beyond a size."""
        stakes = self.in_lot(key, lot)
        beyond = sum(abs(stake.quantity) for stake in stakes) - size
        for stake in stakes:
            part = min(beyond, abs(stake.quantity))
            if part <= dust(abs(stake.quantity)):
                return
            beyond -= part
            self._rehouse(key, stake, part, {to: part})

    def put(self, key: PositionKey, stake: LegStake) -> None:
        """Add a stake."""
        self._by_position.setdefault(key, []).append(stake)

    def tidy(self, key: PositionKey) -> None:
        """Forget the stakes that no structure has any more."""
        kept = [stake for stake in self.of(key) if stake in stake.owner.stakes]
        if kept:
            self._by_position[key] = kept
        else:
            self._by_position.pop(key, None)

    def anchor(self, position: Position) -> None:
        """Move what is beyond its lot to lots with room, and let go of what no lot has.

        An order may close one lot where the structure that it is for holds another; what is gone
        without a trade, such as a split's fraction, leaves a structure at what it cost.
        """
        key = position.strategy, position.instrument.sid
        room = lot_sizes(position)
        sign = 1.0 if position.quantity > 0 else -1.0
        homeless: list[tuple[LegStake, float]] = []
        for stake in self.of(key):
            size, lot = abs(stake.quantity), (stake.order_id, stake.time)
            stays = min(size, room.get(lot, 0.0)) if stake.quantity * sign > 0 else 0.0
            if size - stays > dust(size):
                homeless.append((stake, size - stays))
            room[lot] = room.get(lot, 0.0) - stays
        for stake, size in homeless:
            self._rehouse(key, stake, size, room)
        if homeless:
            self.tidy(key)

    def _rehouse(
        self, key: PositionKey, stake: LegStake, size: float, room: dict[LotKey, float]
    ) -> None:
        """Move a part of a stake to the lots that have room; what finds none is let go."""
        owner = stake.owner
        sign = 1.0 if stake.quantity > 0 else -1.0
        moved = stake
        if abs(stake.quantity) - size > dust(size):
            moved = stake.part(sign * size)
        else:
            owner.stakes.remove(stake)
        for lot, part, rest in _parts(size, room):
            settled = moved.part(sign * part) if rest else moved
            settled.order_id, settled.time = lot
            owner.stakes.append(settled)
            if settled is not stake:
                self.put(key, settled)

    def scale(self, sid: str, factor: float) -> None:
        """Apply a split: quantities are divided by the factor, prices multiplied by it."""
        for (_, each), stakes in self._by_position.items():
            for stake in stakes if each == sid else ():
                stake.quantity /= factor
                stake.unit_value *= factor


def _parts(size: float, room: Mapping[LotKey, float]) -> Iterator[tuple[LotKey, float, bool]]:
    """The lots that take a size, how much each takes, and whether some is left for the next."""
    left = size
    for lot, free in room.items():
        if left <= dust(size):
            return
        if free > dust(size):
            part = min(left, free)
            left -= part
            yield lot, part, left > dust(size)
