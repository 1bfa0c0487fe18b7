"""What closings take from structures, and what exercises deliver into them."""

from __future__ import annotations

from collections.abc import Sequence

from models.events.quantities import dust
from models.ledger.effects import Effect
from models.structures.open_structures import OpenStructures
from models.structures.stakes import sizes_before
from models.structures.structure import Closing, LegStake, Structure
from models.trades.record import LONG, TradeRecord

# A structure and the quantity, positive, or the contracts that are its part of something.
Part = tuple[Structure, float]


def closing_of(structures: OpenStructures, effect: Effect, settled: float = 0.0) -> Closing:
    """How an execution closes.

    Args:
        structures: The open structures.
        effect: What it did; it closed something.
        settled: What LEAN paid beside the price, account currency.
    """
    execution, instrument = effect.execution, effect.position.instrument
    size = abs(execution.quantity)
    each = settled / size
    return Closing(
        execution.time,
        execution.order_id,
        instrument.unit_value(execution.price),
        execution.rate,
        execution.fee / size,
        effect.trades[-1].exit_reason if effect.trades else "",
        each,
        each / execution.rate if execution.rate else 0.0,
    )


def close_lots(
    structures: OpenStructures,
    effect: Effect,
    closing: Closing,
    meant: Sequence[Part] = (),
    others: Closing | None = None,
) -> list[Part]:
    """Close what an execution closes of structures: of whom it is meant for, else by lots.

    Of a lot of which a part is in no structure that part goes first. Where it is meant for a
    structure that holds another lot, whoever holds the lot that is closed gets that one instead.

    Args:
        structures: The open structures.
        effect: What the execution did.
        closing: How it closes what is meant.
        meant: For whom it is, and how much of it at most.
        others: How it closes what is not meant; by default the same.

    Returns:
        What each structure gave, those it is meant for first.
    """
    position, given = effect.position, list[Part]()
    key, before = (
        (position.strategy, position.instrument.sid),
        sizes_before(position, effect.trades),
    )
    wanted = {structure.number: size for structure, size in meant}
    for trade in effect.trades:
        lot, left = (trade.order_ids[0], trade.entry_time), trade.quantity
        for structure, _ in meant:
            for stake in [each for each in structure.stakes if each.sid == trade.sid]:
                at = stake.order_id, stake.time
                taken = _close(stake, trade, min(left, wanted[structure.number]), closing)
                wanted[structure.number] -= taken
                before[lot] -= taken
                left -= taken
                if taken and at != lot:  # others held what was closed, and now have what was not
                    structures.stakes.move(key, lot, at, before[lot])
                given.append((structure, taken))
        stakes = structures.stakes.in_lot(key, lot)
        free = max(0.0, before[lot] - sum(abs(each.quantity) for each in stakes))
        before[lot] -= left
        left -= min(left, free)
        for stake in stakes:
            taken = _close(stake, trade, left, others or closing)
            left -= taken
            given.append((stake.owner, taken))
    structures.stakes.tidy(key)
    structures.stakes.anchor(position)
    return [part for part in given if part[1]]


def _close(stake: LegStake, trade: TradeRecord, size: float, closing: Closing) -> float:
    """Close so much of a stake on the trade's side; returns how much it was."""
    long, part = trade.direction == LONG, min(size, abs(stake.quantity))
    if (stake.quantity > 0) is not long or part <= dust(trade.quantity):
        return 0.0
    stake.owner.leave(stake, part if long else -part, closing)
    return part


def deliver(
    structures: OpenStructures, effect: Effect, exercised: Sequence[Part]
) -> list[Structure]:
    """Let structures take what the exercise of their options delivers.

    It closes what they hold of it on the other side and stays with them else. Where it closes lots
    that are not theirs they hand it over at the last mark's price, as if sold to whose those are.

    Args:
        structures: The open structures.
        effect: What the delivery did to the strategy's position.
        exercised: The structures whose options were exercised, with the contracts of each.

    Returns:
        The structures that it touched.
    """
    instrument, execution, lot = effect.position.instrument, effect.execution, effect.lot
    contracts, quantity = sum(size for _, size in exercised), execution.quantity
    meant = [(each, abs(quantity) * size / contracts) for each, size in exercised]
    closing = closing_of(structures, effect)
    marked = structures.books.holdings[instrument.sid].unit_value or closing.unit_value
    others = closing._replace(unit_value=marked)
    given = close_lots(structures, effect, closing, meant, others)
    room, sign = abs(lot.quantity) if lot else 0.0, 1.0 if quantity > 0 else -1.0
    for structure, size in meant:
        left = size - sum(part for each, part in given if each is structure)
        kept = min(left, room)
        if lot is not None and kept > dust(size):
            fee = lot.fee * kept / abs(lot.quantity)
            place = instrument.sid, lot.order_id, lot.time
            stake = LegStake(*place, sign * kept, lot.unit_value, fee, lot.rate)
            structures.enter(structure, stake, delivered=True)
            room -= kept
            left -= kept
        if left > dust(size):
            structure.hand_over(instrument, sign * left, closing.unit_value, others)
    return [*(each for each, _ in given), *(each for each, _ in meant)]
