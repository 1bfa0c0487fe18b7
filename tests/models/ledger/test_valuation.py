"""Valuation: what the account is worth between two marks."""

from __future__ import annotations

from datetime import UTC, datetime

from models.events.account import Opening
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill
from models.ledger.books import Books
from models.ledger.ledger import Ledger
from tests.booking import book

EIGHT = datetime(2024, 1, 2, 8, tzinfo=UTC)


def test_equity_is_told_as_it_is_now() -> None:
    """Before any mark, and after a fill since the last, the balance holds term by term."""
    made = Ledger(Books("USD"))
    book(made, Instrument("S", "S", SecurityType.EQUITY, "USD"))
    book(made, Opening(EIGHT, {"USD": 1000.0}, {"USD": 1.0}))
    book(made, Fill(EIGHT, 1, 1, "S", 10.0, 5.0, fee=1.0, fee_currency="USD"))
    book(made, Fill(EIGHT, 2, 1, "S", -10.0, 6.0, fee=1.0, fee_currency="USD"))
    balance = made.balance()
    assert (balance["equity"], balance["realized"], balance["fees"]) == (1008.0, 10.0, 2.0)
