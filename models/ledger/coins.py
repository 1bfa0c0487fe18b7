"""Coins and currencies that are held as cash, whatever LEAN's holding of their pair says.

A pair is a swap of two cash balances. After a stop LEAN may know the balance alone and show no
holding, or one of another quantity: the cash book is the position.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from models.events.account import Mark
from models.events.instruments import Valuation
from models.events.quantities import dust, tidy
from models.ledger.books import Books
from models.ledger.cash_moved import implied_price, of_the_market, residuals
from models.ledger.lean_account import Holding

Shown = dict[str, tuple[float, float]]  # sid -> (quantity, average price)


def coins_held(
    books: Books,
    mark: Mark,
    last: Mapping[str, float],
    beside: Mapping[str, float],
    sold: Container[str],
) -> tuple[Shown, dict[str, float]]:
    """What is held by LEAN's holdings and, of pairs that they do not agree with, by its cash.

    Args:
        books: The books as they were when LEAN was stopped, with all trades but the closing ones.
        mark: The first mark after it.
        last: Sid -> the last price before it, quote currency.
        beside: What was returned at the stop before.
        sold: The currencies in which something else was closed.

    Returns:
        Sid -> (quantity, average price), and sid of a pair -> how far LEAN's holding is from it.
    """
    shown = {sid: held for sid, held in (mark.holdings or {}).items() if sid in books.holdings}
    moved = {name: amount for name, amount, _ in residuals(books, mark)}
    now: dict[str, float] = {}
    for sid, holding in books.holdings.items():
        instrument = holding.instrument
        if instrument.valuation is not Valuation.PAIR or instrument.base not in mark.cash:
            continue
        quantity, cash = shown.get(sid, (0.0, 0.0))[0], moved.get(instrument.base, 0.0)
        gap = quantity - holding.quantity
        if abs(gap) <= dust(max(abs(quantity), holding.traded)) or _may_be(quantity, gap, cash):
            continue
        if sid in beside and _same(gap, beside[sid]):
            cash = 0.0  # LEAN's holding is what it was
        part = _traded(books, holding, moved, last[sid], sold) if cash else 0.0
        held = tidy(holding.quantity + part, max(abs(holding.quantity), abs(part)))
        moved[instrument.base] = cash - part
        now[sid] = quantity - held
        shown[sid] = held, 0.0
    return shown, now


def _same(one: float, other: float) -> bool:
    """Whether two changes are one, but for the digits of floats."""
    return abs(one - other) <= dust(0.0) + 1e-9 * max(abs(one), abs(other))


def _may_be(quantity: float, gap: float, cash: float) -> bool:
    """Whether a holding of LEAN's is one to believe: one that its cash is not against."""
    return _same(gap, cash) or (quantity != 0.0 and gap * cash > 0)


def _traded(
    books: Books, holding: Holding, moved: Mapping[str, float], last: float, sold: Container[str]
) -> float:
    """What of a base currency's cash that moved is a trade of its pair.

    That is what the quote currency paid for, and what is gone and nothing else can have taken.
    """
    instrument, held = holding.instrument, holding.quantity
    cash, paid = moved[instrument.base], moved.get(instrument.quote, 0.0)
    price = implied_price(books, holding, -cash, paid) if paid else None
    if of_the_market(price, last, holding.price):
        return cash
    if held * cash >= 0 or instrument.base in sold:
        return 0.0
    return max(-abs(held), min(abs(held), cash))
