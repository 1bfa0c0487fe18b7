"""What an execution did to a strategy's position: the value that all who count or tell it read."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import NamedTuple

from models.ledger.lots import Execution, Lot
from models.ledger.positions import Position
from models.trades.record import TradeRecord


class EffectKind(enum.Enum):
    """How an execution changed the quantity that a strategy holds of an instrument."""

    OPENED = "opened"  # from flat
    INCREASED = "increased"  # more of the side that was held
    REDUCED = "reduced"  # less of it
    CLOSED = "closed"  # to flat
    FLIPPED = "flipped"  # from one side to the other


class Effect(NamedTuple):
    """What one execution did to one strategy's position.

    Attributes:
        kind: How the quantity changed.
        position: The position that was traded, as the execution left it.
        execution: What was traded, at what price and fee.
        lot: The lot that it opened; None where it opened none.
        trades: The trades that it closed, a lot each, in the order they were matched.
        round_trip: The trade from flat to flat that it ended; None where it ended none.
        value: Value traded, account currency, positive; 0 of an adjustment, which trades nothing.
    """

    kind: EffectKind
    position: Position
    execution: Execution
    lot: Lot | None
    trades: Sequence[TradeRecord]
    round_trip: TradeRecord | None
    value: float


# What an event did, an effect for each strategy's execution, in the order they were booked.
Effects = Sequence[Effect]
NO_EFFECTS: Effects = ()


def fees_of(effects: Effects) -> float:
    """What was booked of fees, account currency: whoever counts them reads them here."""
    total = 0.0
    for effect in effects:
        total += effect.execution.fee
    return total


def ended_early(effects: Effects) -> bool:
    """Whether a trade ended before its entry: its fill came out of order."""
    return any(trade.exit_time < trade.entry_time for each in effects for trade in each.trades)


# Read at every fill: a name of this module is found faster than a member of its enum.
OPENED, INCREASED = EffectKind.OPENED, EffectKind.INCREASED
REDUCED, CLOSED, FLIPPED = EffectKind.REDUCED, EffectKind.CLOSED, EffectKind.FLIPPED


def kind_of(before: float, after: float, lot: Lot | None) -> EffectKind:
    """How an execution changed a quantity; the lot is the one it opened, None without one."""
    if not before:
        return OPENED
    if not after:
        return CLOSED
    if lot is None:
        return REDUCED
    return INCREASED if before * after > 0 else FLIPPED
