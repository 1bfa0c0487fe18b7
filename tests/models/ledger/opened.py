"""A ledger that is opened at noon, and what is booked in it, for the tests of the ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from models.events.account import Mark, Opening
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill
from models.ledger.books import Books
from models.ledger.ledger import Ledger
from tests.booking import book

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)
STOCK = Instrument("S", "STOCK", SecurityType.EQUITY, "USD")
FOREIGN = Instrument("F", "FOREIGN", SecurityType.EQUITY, "EUR")


def ledger(**given: Any) -> Ledger:
    """A ledger that knows a stock and a foreign one, opened with 1,000 dollars."""
    made = Ledger(Books(**given))
    book(made, STOCK)
    book(made, FOREIGN)
    book(made, Opening(NOON, {"USD": 1000.0}, {"USD": 1.0}))
    return made


def fill(order_id: int, quantity: float, price: float, sid: str = "S", **given: Any) -> Fill:
    """A fill of an order of the strategy trend."""
    return Fill(NOON, order_id, 1, sid, quantity, price, tag="strategy=trend", **given)


def mark(**given: Any) -> Mark:
    """A mark at noon."""
    return Mark(NOON, **given)
