"""Events booked in a ledger alone, without a tracker around it."""

from __future__ import annotations

from models.events.account import CashFlow, Mark, Opening
from models.events.corporate_actions import Delisting, Dividend, Split, SymbolChange
from models.events.event import Event
from models.events.instruments import Instrument
from models.events.orders import Fill, OrderUpdate
from models.ledger.corporate_actions import delist, dividend, rename, split
from models.ledger.effects import NO_EFFECTS, Effects
from models.ledger.ledger import Ledger
from models.ledger.opening import open_account
from models.ledger.order_fees import book_update


def book(ledger: Ledger, event: Event | Instrument) -> Effects | None:
    """Book an event; returns what it did, None when it was not booked."""
    match event:
        case Fill():
            return ledger.fill(event)
        case Mark():
            return ledger.mark(event)
        case CashFlow():
            return ledger.announce(event)
        case OrderUpdate():
            return book_update(ledger.books, event)
    return _book_action(ledger, event)


def _book_action(ledger: Ledger, event: Event | Instrument) -> Effects:
    books = ledger.books
    match event:
        case Instrument():
            return books.add_instrument(event)
        case Opening():
            return open_account(books, event)
        case Split():
            return split(books, event)
        case Dividend():
            return dividend(books, event)
        case Delisting():
            return delist(books, event)
        case SymbolChange():
            return rename(books, event)
    return NO_EFFECTS
