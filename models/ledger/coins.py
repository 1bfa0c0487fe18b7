"""Coins and currencies that are held as cash, whatever LEAN's holding of their pair says.

A pair is a swap of two cash balances. After a stop LEAN may know the balance alone and show no
holding, or one of another quantity: the cash book is the position.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from models.events.account import Mark
from models.events.instruments import Valuation
from models.events.quantities import dust, tidy
from models.ledger.books import Books
from models.ledger.cash_moved import implied_price, of_the_market, residuals
from models.ledger.lean_account import Holding

Shown = dict[str, tuple[float, float]]  # sid -> (quantity, average price)


def coins_held(
    books: Books, mark: Mark, last: Mapping[str, float]
) -> tuple[Shown, dict[str, float]]:
    """What is held by LEAN's holdings and, of pairs that they do not agree with, by its cash.

    Args:
        books: The books as they were when LEAN was stopped.
        mark: The first mark after it.
        last: Sid -> the last price before it, quote currency.

    Returns:
        Sid -> (quantity, average price), and sid of a pair -> how far LEAN's holding is from it.
    """
    shown = {sid: held for sid, held in (mark.holdings or {}).items() if sid in books.holdings}
    moved = {name: amount for name, amount, _ in residuals(books, mark)}
    gaps: dict[str, dict[str, float]] = defaultdict(dict)  # by base currency, by sid
    for sid, holding in books.holdings.items():
        instrument = holding.instrument
        if instrument.valuation is Valuation.PAIR and instrument.base in mark.cash:
            gap = shown.get(sid, (0.0, 0.0))[0] - holding.quantity
            if abs(gap) > dust(max(abs(gap), holding.traded)):
                gaps[instrument.base][sid] = gap
    beside: dict[str, float] = {}
    for base, by_sid in gaps.items():
        left = moved.get(base, 0.0)
        if _same(sum(by_sid.values()), left, books.rates[base]):
            continue  # LEAN's holdings are what the cash says
        for sid in by_sid:
            holding = books.holdings[sid]
            price = _paid(books, holding, left, moved, last[sid])
            part = _part(holding.quantity, left, bought=price is not None)
            quantity = tidy(holding.quantity + part, holding.quantity)
            left -= part
            beside[sid] = shown.get(sid, (0.0, 0.0))[0] - quantity
            shown[sid] = quantity, 0.0
    return shown, beside


def _same(gap: float, cash: float, rate: float) -> bool:
    """Whether holdings changed by what their currency's cash did, to a millionth of money."""
    return abs(gap - cash) * (rate or 1.0) <= 1e-6 + 1e-9 * abs(gap) * (rate or 1.0)


def _part(held: float, cash: float, *, bought: bool) -> float:
    """What of a currency's cash that moved is a trade of a pair: what is gone, or was paid for."""
    if held * cash < 0:
        return max(-abs(held), min(abs(held), cash))
    return cash if bought else 0.0


def _paid(
    books: Books, holding: Holding, bought: float, moved: Mapping[str, float], last: float
) -> float | None:
    """The price at which the quote currency's cash paid for a quantity, if it did."""
    paid = moved.get(holding.instrument.quote, 0.0)
    price = implied_price(books, holding, -bought, paid) if paid else None
    return price if of_the_market(price, last, holding.price) else None
