"""Accounts: what one strategy made and holds."""

from __future__ import annotations

from dataclasses import astuple

import pytest

from models.events.instruments import Instrument, SecurityType
from models.ledger.accounts import Account

STOCK = Instrument("S", "S", SecurityType.EQUITY, "USD")


def test_an_account_books_at_the_rate_of_the_event() -> None:
    """Term, cash and fx, here and at the position that earned it; fees are taken from the cash."""
    account = Account("one", "USD")
    position = account.position(STOCK)
    assert account.position(STOCK) is position
    account.book(position, "fees", 10.0, "EUR", 1.2)
    account.book(position, "dividends", 30.0, "EUR", 1.1)
    account.book(None, "financing", 5.0, "USD", 1.0)
    rates = {"EUR": 1.5, "USD": 1.0}
    assert astuple(account.terms) == pytest.approx((0, 12, 33, 5, 0))
    assert account.cash_value(rates) == pytest.approx(35)
    assert account.fx(rates) == pytest.approx(1 + 8)
    assert astuple(position.terms) == pytest.approx((0, 12, 33, 0, 0))
    assert position.balances["EUR"].amount == 20.0
    assert "USD" not in position.balances
