"""Late fills: what was adopted before its fills came, given back as they come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from math import copysign
from typing import NamedTuple

from models.events.orders import Fill
from models.events.quantities import dust, tidy
from models.ledger.adjustments import adjust, near, take_average
from models.ledger.books import Books
from models.ledger.effects import Effect
from models.ledger.tags import UNASSIGNED


class Adopted(NamedTuple):
    """What was adopted of a holding at one mark.

    Attributes:
        time: UTC of the mark.
        quantity: What came, or is gone, signed; less what late fills have explained since.
        price: At what price, quote currency.
        shares: Strategy -> its part of the quantity, where 1 is all of it.
    """

    time: datetime
    quantity: float
    price: float
    shares: Mapping[str, float]


def give_back(
    books: Books, fill: Fill, adopted: Adopted, back: float
) -> tuple[list[Effect], Adopted | None]:
    """Give back a quantity that was adopted, and what stays adopted.

    The lot that was opened for it closes where it opened, and of that there is no trade; what a
    strategy holds by now that is opposite to what it gets back closes as by any other trade.
    """
    holding = books.holdings[fill.sid]
    given, rest = _divide(adopted, back, holding.instrument.lot)
    held, average, undone = holding.quantity, holding.average, 0.0
    with _adopted_lot_first(books, fill.sid, adopted.price) as lot:
        whole = given.get(UNASSIGNED, 0.0)
        if lot * whole < 0:
            undone = whole if abs(whole) <= abs(lot) + dust(abs(lot)) else -lot
            given[UNASSIGNED] = tidy(whole - undone, whole)
        told = [part for part in given.items() if part[1]]
        effects = adjust(books, fill.time, holding, adopted.price, told, "outside", undone)
    if held * holding.quantity > 0:
        opens = holding.quantity * back > 0
        cost = average * held - (fill.price * back if opens else average * back)
        average = cost / holding.quantity
        if not holding.instrument.inverse or near(average, holding.price):
            take_average(books, holding, average)
    return effects, rest


def _divide(adopted: Adopted, back: float, lot: float) -> tuple[dict[str, float], Adopted | None]:
    """What each strategy gets back of an adoption, in whole lots where that can be.

    Returns:
        Strategy -> signed quantity, and what stays adopted; None where all is given back.
    """
    quantity, shares = adopted.quantity, adopted.shares
    taken = {name: -tidy(quantity * share, quantity) for name, share in shares.items()}
    if abs(quantity - back) <= dust(abs(quantity)):
        return taken, None
    exact = [-back * share for share in shares.values()]
    given = dict(zip(shares, whole_lots(exact, [*taken.values()], lot), strict=True))
    rest = tidy(quantity - back, quantity)
    left = {name: (given[name] - part) / rest for name, part in taken.items()}
    return given, adopted._replace(quantity=rest, shares=left)


def whole_lots(exact: Sequence[float], most: Sequence[float], lot: float) -> list[float]:
    """Parts in whole lots that sum to what the exact ones do, whatever their signs.

    Args:
        exact: The parts.
        most: What each can be at most, of the same sign.
        lot: The least quantity that is traded.
    """
    size = sum(map(abs, most))
    parts = [tidy(int(part / lot + copysign(1e-9, part)) * lot, size) for part in exact]
    left = tidy(sum(exact) - sum(parts), size)
    for at in sorted(range(len(exact)), key=lambda at: -abs(exact[at] - parts[at])):
        if exact[at] * left > 0:
            room = min(lot, abs(left), abs(most[at] - parts[at]))
            parts[at] = tidy(parts[at] + copysign(room, left), size)
            left = tidy(left - copysign(room, left), size)
    return parts if not left else [*exact]


@contextmanager
def _adopted_lot_first(books: Books, sid: str, price: float) -> Iterator[float]:
    """Let what closes meanwhile take the newest lot that was found at a price, no older one.

    Yields:
        Its signed quantity; 0 where there is none.
    """
    position = books.accounts[UNASSIGNED].open.get(sid)
    lots = position.lots if position is not None else ()
    at = next((i for i in reversed(range(len(lots))) if lots[i].price == price), None)
    if position is None or at is None:
        yield 0.0
        return
    count = len(lots)
    position.move_lot(at, 0)
    yield position.lots[0].quantity
    if len(position.lots) == count:
        position.move_lot(0, at)  # a part of it is still open
