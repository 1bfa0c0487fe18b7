"""How a fill that LEAN made itself is allocated to the strategies that hold the instrument."""

from __future__ import annotations

from collections.abc import Sequence
from math import copysign

from models.events.orders import Fill
from models.events.quantities import dust, tidy
from models.ledger.accounts import Account
from models.ledger.exercises import EXERCISE
from models.ledger.lean_account import Holding
from models.ledger.orders import Order
from models.ledger.positions import Position
from models.ledger.tags import UNASSIGNED

Allocation = Sequence[tuple[str, float]]  # (strategy, signed quantity) of each part of a fill


def largest_remainder(total: float, weights: Sequence[float], unit: float) -> list[float]:
    """Split a total in proportion to weights, in whole units, by largest remainder.

    What is left when the total itself is no whole number of units goes with the last unit.

    Args:
        total: What to split, of either sign.
        weights: Not negative, not all 0.
        unit: The smallest part, such as the instrument's lot.

    Returns:
        One part a weight; they sum to the total.
    """
    scale = sum(weights)
    exact = [total * weight / scale for weight in weights]
    whole = [int(part / unit + (1e-9 if part > 0 else -1e-9)) * unit for part in exact]
    order = sorted(range(len(exact)), key=lambda at: -abs(exact[at] - whole[at]))
    left = total - sum(whole)
    for at in order:
        step = unit if left > 0 else -unit
        if abs(left) < unit * (1 - 1e-9):
            break
        whole[at] += step
        left -= step
    whole[order[0]] += left if abs(left) > unit * 1e-9 else 0.0
    return whole


def within(parts: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Parts of one sign of which none is more than its size: the excess goes where there is room.

    Whole lots do not fit those who hold a fraction of one.

    Args:
        parts: The parts; they sum to no more than the sizes.
        sizes: Not negative.
    """
    kept = [max(-size, min(size, part)) for part, size in zip(parts, sizes, strict=True)]
    over = sum(parts) - sum(kept)
    for at, size in enumerate(sizes):
        room = (size if over > 0 else -size) - kept[at]
        moved = min(over, room) if over > 0 else max(over, room)
        kept[at] += moved
        over -= moved
    return kept


def share_fill(quantity: float, holders: Allocation, flattens: bool, lot: float) -> Allocation:
    """Share a fill that LEAN made itself.

    Args:
        quantity: The fill's signed quantity.
        holders: (strategy, signed quantity) of those who hold the instrument.
        flattens: Whether LEAN holds none of it after the fill.
        lot: The instrument's lot size.

    Returns:
        (strategy, signed quantity) parts that sum to the quantity: everybody flat when LEAN is
        flat, else by the shares of the side being closed; what exceeds it is `UNASSIGNED`.
    """
    if flattens and holders:
        return [(name, -held) for name, held in holders]
    closing = [(name, held) for name, held in holders if held * quantity < 0]
    available = sum(abs(held) for _, held in closing)
    taken = min(abs(quantity), available) * (1 if quantity > 0 else -1)
    parts: list[tuple[str, float]] = []
    if taken:
        sizes = [abs(held) for _, held in closing]
        shares = within(largest_remainder(taken, sizes, lot), sizes)
        parts = [(name, part) for (name, _), part in zip(closing, shares, strict=True) if part]
    if abs(quantity) > available:
        parts.append((UNASSIGNED, quantity - taken))
    return parts


def close_found(strategy: str, quantity: float, own: float, found: float) -> Allocation:
    """Allocate a strategy's fill where `UNASSIGNED` holds what the tracker found or adopted.

    A strategy closes its own lots first and then those, and opens only what is left.

    Args:
        strategy: The strategy's name.
        quantity: The fill's signed quantity.
        own: What the strategy holds, signed.
        found: What `UNASSIGNED` holds, signed.

    Returns:
        (strategy, signed quantity) parts that sum to the quantity.
    """
    left = abs(quantity) - abs(own)
    least = dust(abs(quantity) + abs(own))
    if own * quantity > 0 or found * quantity >= 0 or left <= least:
        return [(strategy, quantity)]
    taken = copysign(min(left, abs(found)), quantity)
    rest = tidy(quantity - taken, quantity)
    if abs(rest) <= least:
        return [(UNASSIGNED, quantity)]
    return [(strategy, rest), (UNASSIGNED, taken)]


def allocate(
    fill: Fill, order: Order, holding: Holding, holders: Sequence[tuple[Account, Position]]
) -> Allocation:
    """Allocate a fill of LEAN's own order among those who hold the instrument.

    The underlying's leg of an exercise goes where its option went.

    Args:
        fill: The fill.
        order: Its order; how the fill was shared is kept in it.
        holding: LEAN's net holding before the fill.
        holders: Every strategy that holds the instrument, with its position.
    """
    if order.order_type is EXERCISE and order.shares and holding.instrument.strike is None:
        return [(name, fill.quantity * share) for name, share in order.shares.items()]
    lot = holding.instrument.lot
    flattens = abs(holding.quantity + fill.quantity) <= dust(holding.traded)
    held = [(account.name, position.quantity) for account, position in holders]
    parts = share_fill(fill.quantity, held, flattens, lot)
    order.shares = {name: part / fill.quantity for name, part in parts}
    return parts
