"""Adjustments: what is traded without an order, at LEAN's quantity and average price."""

from __future__ import annotations

from datetime import datetime

from models.events.instruments import Valuation
from models.ledger.allocation import Allocation
from models.ledger.aside import join
from models.ledger.books import Books
from models.ledger.effects import Effect
from models.ledger.lean_account import Holding, fill_shadow
from models.ledger.lots import Execution
from models.ledger.tags import UNASSIGNED

# A fill's price is no further from the market than by this factor.
FAR = 1.5


def average_cost(holding: Holding, gap: float, quantity: float, average: float) -> float:
    """What a unit that is new cost, by the average price before and after, quote currency.

    Where all of it is new, nothing of what was held before counts.

    Args:
        holding: LEAN's holding before.
        gap: What is new.
        quantity: What LEAN holds now.
        average: At what average price.
    """
    before = 0.0 if gap == quantity else holding.average * holding.quantity
    cost = (average * quantity - before) / gap
    market, instrument = holding.price or average, holding.instrument
    if instrument.inverse:
        return cost if near(cost, market) else market
    return cost if cost > 0 or instrument.valuation is Valuation.MARGIN else market


def near(price: float, market: float) -> bool:
    """Whether a price of an inverse contract, which gains by 1 / price, may be one of its fills."""
    return market / FAR < price < market * FAR


def take_average(books: Books, holding: Holding, average: float) -> None:
    """Take LEAN's average price of a holding: it reckons the cash of later closings with it.

    LEAN may hold at another average price after it was stopped: what a future, CFD or crypto future
    made up to there is in LEAN's cash then, and still open in the lots.
    """
    cost, holding.average = holding.cost, average
    instrument = holding.instrument
    if instrument.valuation is Valuation.MARGIN:
        currency, rate = books.account_settlement(instrument) or (instrument.currency, 1.0)
        taken = holding.cost - cost
        books.cash.move(currency, taken * rate)
        if taken and instrument.settles_in_account:
            account = books.accounts[UNASSIGNED]
            books.settle_in_account(account, account.position(instrument), taken)


def adjust(
    books: Books,
    time: datetime,
    holding: Holding,
    price: float,
    parts: Allocation,
    reason: str,
    undone: float = 0.0,
) -> list[Effect]:
    """Trade parts at a price without an order, in the shadow account and the strategies' lots.

    Args:
        books: The books.
        time: UTC.
        holding: What is traded.
        price: Quote currency.
        parts: Who trades how much of it.
        reason: Why what closes by it does.
        undone: What `unassigned` trades of it besides, first of all, that is no trade to tell of.
    """
    instrument = holding.instrument
    if instrument.sid in books.aside:
        join(books, holding, instrument.unit_value(price))
    quantity = undone + sum(part for _, part in parts)
    shadow = fill_shadow(books.cash, holding, quantity, price, books.account_settlement(instrument))
    rate = books.rates[instrument.currency]
    effects: list[Effect] = []
    each = [(UNASSIGNED, undone, None)] if undone else []
    for name, part, why in (*each, *((name, part, reason) for name, part in parts)):
        execution = Execution(time, 0, part, price, rate, seeded=True)
        account = books.account(name)
        effect = books.trade(account, instrument, execution, why)
        effects.append(effect)
        books.settle_in_account(account, effect.position, shadow.landed * part / quantity)
        if shadow.averaged:
            share = shadow.averaged * part / quantity
            account.book(effect.position, "settlement", share, instrument.currency, rate)
    return effects
