"""Grouping: which structures are one, by their shape, with stock, or by a roll.

It is worked out when a mark comes, for the legs of one trade are told one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import combinations
from math import floor

from models.events.quantities import dust
from models.structures.forming import delivered_by, is_option, shape_of
from models.structures.open_structures import OpenStructures, is_combo
from models.structures.shapes import CUSTOM, WHOLE_CONTRACTS, in_units
from models.structures.stakes import LotKey, free_of
from models.structures.structure import LegStake, Structure

# Options of one strategy and underlying that were opened within so much of each other may be one
# trade; so is stock that was opened within so much of the options.
TOGETHER = timedelta(seconds=60)

# The most other structures that are looked at for one shape: no shape has more legs.
MOST_OTHERS = 7


def add_holdings(structures: Iterable[Structure]) -> dict[str, float]:
    """Symbol ID -> signed quantity of what some structures hold together."""
    found: dict[str, float] = {}
    for structure in structures:
        for sid, quantity in structure.holdings().items():
            found[sid] = found.get(sid, 0.0) + quantity
    return {sid: quantity for sid, quantity in found.items() if quantity}


# --- by their shape


def merge_by_shape(structures: OpenStructures, structure: Structure) -> Structure:
    """Merge what was opened about the same time, where most of it together has a named shape.

    Returns:
        What the structure is part of now.
    """
    others = list(_beside(structures, structure))[-MOST_OTHERS:]
    for found in _choices(others):
        together = sorted([structure, *found], key=lambda each: each.number)
        holdings = add_holdings(together)
        if len(holdings) < 2 or _name(structures, holdings, structure) == CUSTOM:
            continue
        first = together[0]
        for other in together[1:]:
            structures.merge(other, first)
        return first
    return structure


def _choices(others: Sequence[Structure]) -> Iterator[tuple[Structure, ...]]:
    """All choices of others, those of most first."""
    for count in range(len(others), 0, -1):
        yield from combinations(others, count)


def _beside(structures: OpenStructures, structure: Structure) -> Iterator[Structure]:
    """What was opened about the same time by no group, and is as it was then."""
    for other in structures.of(structure.strategy, structure.underlying):
        near = abs(other.opened - structure.opened) <= TOGETHER
        if other is not structure and near and not other.group and other.untouched:
            yield other


def _name(structures: OpenStructures, holdings: dict[str, float], like: Structure) -> str:
    return shape_of(holdings, like.underlying, structures.books.instruments)


# --- with stock


def join_stock(structures: OpenStructures, structure: Structure) -> Structure:
    """Join options with stock of the same strategy that they stand against.

    Stock inside a structure whose options do not cover it comes first, then free stock: at the last
    mark's price, or at its own where it was opened about the same time. Where there is not stock
    enough for a single option's contracts, those beyond stay by themselves.

    Returns:
        What the structure is part of now.
    """
    sign, contracts = _stock_wanted(structures, structure)
    if not contracts:
        return structure
    for other in list(structures.of(structure.strategy, structure.underlying)):
        if other is structure or not other.stakes:
            continue
        covered = min(contracts, _uncovered(structures, other, structure, sign))
        if covered >= contracts:
            structures.merge(structure, other)
            other.joined = True
            return other
        if covered and len(structure.holdings()) == 1:
            _move_contracts(structures, structure, other, covered)
            other.joined = True
            contracts -= covered
    return _join_free(structures, structure, sign, contracts)


def _stock_wanted(structures: OpenStructures, structure: Structure) -> tuple[float, int]:
    """The sign of the stock that options alone stand against, and how many contracts are; 0 for
    none.
    """
    instruments, holdings = structures.books.instruments, structure.holdings()
    named = structure.group and not is_combo(structure.group)
    if named or structure.underlying in holdings or not structure.untouched:
        return 0.0, 0
    units, sizes = in_units(holdings.values())
    if not units or not all(is_option(instruments[sid]) for sid in holdings):
        return 0.0, 0
    if len(holdings) == 1:
        option, quantity = instruments[next(iter(holdings))], sizes[0]
        against = -quantity if option.right == "CALL" else quantity
        return (1.0 if against > 0 else -1.0), units
    if _name(structures, holdings, structure) != CUSTOM:
        return 0.0, 0
    each = delivered_by(instruments[next(iter(holdings))], instruments) * units
    for sign in (1.0, -1.0):
        if _name(structures, {**holdings, structure.underlying: sign * each}, structure) != CUSTOM:
            return sign, units
    return 0.0, 0


def _uncovered(
    structures: OpenStructures, other: Structure, options: Structure, sign: float
) -> int:
    """For how many contracts a structure has stock that no option of the same right covers."""
    instruments, stock = structures.books.instruments, other.held(other.underlying) * sign
    if stock <= 0.0:
        return 0
    added = options.holdings()
    each = delivered_by(instruments[next(iter(added))], instruments)
    rights = {instruments[sid].right for sid in added}
    covering = dict.fromkeys(rights, 0.0)
    for sid, quantity in other.holdings().items():
        instrument = instruments[sid]
        against = -quantity if instrument.right == "CALL" else quantity
        if instrument.right in rights and against * sign > 0:
            covering[instrument.right] += abs(quantity)
    return max(0, floor(stock / each - max(covering.values()) + WHOLE_CONTRACTS))


def _move_contracts(
    structures: OpenStructures, structure: Structure, to: Structure, contracts: float
) -> None:
    """Move so many contracts of a structure's only leg to another structure."""
    for stake in list(structure.stakes):
        part = min(contracts, abs(stake.quantity))
        if part > 0.0:
            structures.move(stake, part if stake.quantity > 0 else -part, to)
            contracts -= part


def _join_free(
    structures: OpenStructures, structure: Structure, sign: float, contracts: int
) -> Structure:
    """Join options with free stock for so many contracts."""
    books = structures.books
    account = books.accounts.get(structure.strategy)
    position = account.open.get(structure.underlying) if account else None
    if position is None or position.quantity * sign <= 0.0:
        return structure
    free = free_of(position, structures.stakes.of((structure.strategy, structure.underlying)))
    free = {lot: size for lot, size in free.items() if lot[1] <= structure.opened + TOGETHER}
    option = books.instruments[next(iter(structure.holdings()))]
    each = delivered_by(option, books.instruments)
    covered = min(contracts, floor(sum(free.values()) / each + WHOLE_CONTRACTS))
    if covered <= 0 or (covered < contracts and len(structure.holdings()) > 1):
        return structure
    joined = structure
    if covered < contracts:
        place = structure.strategy, structure.underlying, "", structure.opened
        joined = structures.begin(*place, seeded=structure.seeded)
        _move_contracts(structures, structure, joined, covered)
    for stake in _stakes_in(structures, joined, free, sign, covered * each):
        structures.enter(joined, stake)
    joined.joined = True
    return joined


def _stakes_in(
    structures: OpenStructures,
    structure: Structure,
    free: dict[LotKey, float],
    sign: float,
    wanted: float,
) -> Iterator[LegStake]:
    """Stakes in the free parts of lots, the oldest first, for so much stock."""
    books = structures.books
    position = books.accounts[structure.strategy].open[structure.underlying]
    unit_value, rate = (
        books.holdings[structure.underlying].unit_value,
        books.rates[position.instrument.currency],
    )
    for lot in list(position.lots):
        key = lot.order_id, lot.time
        part = min(wanted, free.get(key, 0.0), abs(lot.quantity))
        if part <= dust(abs(lot.quantity)):
            continue
        free[key] -= part
        wanted -= part
        together = abs(lot.time - structure.opened) <= TOGETHER
        paid, fee = unit_value or lot.unit_value, 0.0
        if together:
            paid, fee = lot.unit_value, lot.fee * part / abs(lot.quantity)
        at = lot.rate if together else rate
        yield LegStake(structure.underlying, *key, sign * part, paid, fee, at)


# --- by a roll


def settle_roll(structures: OpenStructures, structure: Structure) -> Structure:
    """Where a combo rolled only a part of what it closed, keep the new legs with the rest.

    The rest has then another shape than before; a smaller one of the same shape stays by itself.

    Returns:
        What the structure is part of now.
    """
    rolled = structures.by_number.get(structure.rolled_from)
    if rolled is None or structure.name or not rolled.stakes or not structure.untouched:
        return structure
    left = rolled.holdings()
    shares = {left.get(sid, 0.0) / size for sid, size in rolled.formed.items()}
    if max(shares) - min(shares) <= WHOLE_CONTRACTS:
        return structure
    structures.merge(structure, rolled)
    rolled.rolls += 1
    return rolled
