"""The opening of an account whose first event is a fill that LEAN's account shows already."""

from __future__ import annotations

from dataclasses import replace

from models.events.account import Opening
from models.events.orders import Fill
from models.events.quantities import DUST, tidy
from models.ledger.books import Books
from models.ledger.lean_account import Holding, LeanCash, mirror


def before(books: Books, opening: Opening, fill: Fill) -> Opening:
    """The account before a fill that the very first hook brought, and LEAN holds already.

    What LEAN forgot, the average price of a position that the fill closed, is its price.
    """
    instrument = books.instruments[fill.sid]
    holdings = dict(opening.holdings)
    quantity, average = holdings.pop(fill.sid, (0.0, 0.0))
    held = Holding(instrument)
    held.quantity, held.average = tidy(quantity - fill.quantity), average or fill.price
    if held.quantity * fill.quantity > 0:
        held.average = (average * quantity - fill.price * fill.quantity) / held.quantity
    if abs(held.quantity) > instrument.lot * DUST:
        holdings[fill.sid] = (held.quantity, held.average)
    moved = LeanCash()
    mirror(moved, held, fill.quantity, fill.price, books.lands(instrument))
    if fill.fee:
        fee, fee_currency = books.fee(fill, instrument)
        moved.move(fee_currency, -fee)
    cash = {name: shown - moved.expected.get(name, 0.0) for name, shown in opening.cash.items()}
    return replace(opening, cash=cash, holdings=holdings)
