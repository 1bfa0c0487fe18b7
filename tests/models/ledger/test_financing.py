"""Financing: who bears the interest or funding that LEAN books without an event."""

from __future__ import annotations

from datetime import UTC, datetime

from models.events.instruments import Instrument, SecurityType
from models.ledger.accounts import Account
from models.ledger.financing import Stake, bearers, stakes
from models.ledger.lean_account import Holding
from models.ledger.lots import Execution

START = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)


STOCK = Instrument("S", "S", SecurityType.EQUITY, "USD")


FUTURE = Instrument("F", "F", SecurityType.FUTURE, "USD", 50.0, interest_model="FundingModel")


def test_nobody_bears_what_nothing_held_bears() -> None:
    """Without a holding that bears interest there is no stake, and no part of the cash to give."""
    holding, account = Holding(STOCK), Account("one", "USD")
    position = account.position(STOCK)
    position.trade(Execution(START, 1, 5.0, 10.0, 1.0), 0)
    account.open["S"] = position
    holding.fill(5.0, 10.0)
    assert stakes([holding, Holding(FUTURE)], [account]) == []
    assert bearers([], {"S": STOCK}, "USD") == []


def test_a_perpetual_bears_in_its_own_currency_only() -> None:
    """Dollars are no funding of a contract that pays in USDT; a stock's interest they may be."""
    model = "SomeInterestRateModel"
    perpetual = Instrument(
        "P", "P", SecurityType.CRYPTO_FUTURE, "USDT", base="BTC", interest_model=model
    )
    stock = Instrument("S", "S", SecurityType.EQUITY, "EUR", interest_model=model)
    known = {"P": perpetual, "S": stock}
    held = [
        Stake("one", "P", 100.0, 1.0),
        Stake("one", "S", 50.0, 3.0),
        Stake("two", "S", 50.0, -2.0),
    ]
    assert bearers(held, known, "USDT") == [(held[0], 1.0)]
    assert bearers(held, known, "USD") == [(held[1], 3.0), (held[2], -2.0)]
    assert bearers(held[:1], known, "USD") == []
