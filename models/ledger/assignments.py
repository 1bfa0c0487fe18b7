"""Assignments: lots that the tracker found, handed to the strategy that they are meant for."""

from __future__ import annotations

from datetime import datetime

from models.ledger.books import Books
from models.ledger.effects import Effects
from models.ledger.lots import Execution
from models.ledger.tags import UNASSIGNED
from models.ledger.valuation import revalue

ASSIGNED = "assigned"


def assign_lots(books: Books, time: datetime, sid: str, strategy: str, quantity: float) -> Effects:
    """Hand lots of `unassigned` to a strategy, the oldest first, at the last mark's price.

    What they made until then stays with `unassigned`; nobody's equity moves.

    Args:
        books: The books.
        time: UTC.
        sid: The instrument's Symbol ID; `unassigned` holds it and its price is known.
        strategy: Who gets them.
        quantity: Signed like the holding, and no more than it.

    Returns:
        What it did to both.
    """
    instrument, price = books.instruments[sid], books.holdings[sid].price
    rate = books.rates[instrument.currency]
    effects = [
        books.trade(
            books.account(name),
            instrument,
            Execution(time, 0, part, price, rate, seeded=True),
            ASSIGNED,
        )
        for name, part in ((UNASSIGNED, -quantity), (strategy, quantity))
    ]
    revalue(books)
    return effects
