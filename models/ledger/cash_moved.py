"""Cash that a mark shows and no event explains, and the price that it implies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from models.events.account import Mark
from models.events.instruments import Valuation
from models.ledger.books import Books
from models.ledger.lean_account import Holding

# Cash that differs by less than this, in account currency, is float dust.
CASH_TOLERANCE = 1e-6
CASH_PART = 1e-12  # or by less than this part of it

# How far a price that cash implies may lie beyond the last price before a stop and the first after
# it, as a part of them.
MARKET_SLACK = 0.2


class Residual(NamedTuple):
    """Cash that no event explains.

    Attributes:
        currency: Where it is.
        amount: What LEAN has more than it should, units of the currency.
        value: The amount in account currency.
    """

    currency: str
    amount: float
    value: float


def residuals(books: Books, mark: Mark) -> list[Residual]:
    """The cash of a mark that no event explains; dust is taken over.

    Args:
        books: What the cash should be.
        mark: A mark that shows cash.
    """
    unsettled = mark.unsettled
    settled = settled_profits(books, mark.profits) if mark.profits else {}
    expected = books.cash.expected
    found: list[Residual] = []
    for currency, amount in mark.cash.items():
        shown = amount
        if unsettled or settled:
            shown += unsettled.get(currency, 0.0) - settled.get(currency, 0.0)
        before = expected.get(currency, 0.0)
        if shown == before:
            continue
        rate = books.rates.get(currency, 0.0)
        value = (shown - before) * rate
        if abs(value) > max(CASH_TOLERANCE, CASH_PART * (abs(shown) + abs(before)) * rate):
            found.append(Residual(currency, shown - before, value))
        elif value:
            expected[currency] = shown  # so that dust does not add up
    return found


def settled_profits(books: Books, profits: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    """Currency -> profit of futures that LEAN settled while they are open."""
    settled: dict[str, float] = {}
    for sid in profits:
        holding = books.holdings[sid]
        if holding.settled:
            currency = holding.instrument.quote
            settled[currency] = settled.get(currency, 0.0) + holding.settled
    return settled


def paid_in(books: Books, holding: Holding) -> tuple[str, float]:
    """The currency in which closing a holding moves cash, and units of it per unit of its P&L."""
    instrument = holding.instrument
    if instrument.valuation is not Valuation.MARGIN:
        return instrument.quote, 1.0
    return books.account_settlement(instrument) or (instrument.currency, 1.0)


def implied_price(books: Books, holding: Holding, closed: float, cash: float) -> float | None:
    """The price at which closing a quantity moves that much cash.

    Args:
        books: The books.
        holding: What was held, at LEAN's average price.
        closed: The part closed, signed like the holding.
        cash: In the currency that `paid_in` names.

    Returns:
        Quote currency; None where there is none.
    """
    instrument = holding.instrument
    _, rate = paid_in(books, holding)
    if not rate or not closed:
        return None
    unit_value = cash / (closed * instrument.multiplier * rate)
    if instrument.valuation is Valuation.MARGIN:
        unit_value += instrument.unit_value(holding.average)
    elif unit_value < 0:
        return None
    return instrument.unit_value(unit_value)


def of_the_market(price: float | None, last: float, first: float) -> bool:
    """Whether a price lies between two prices of the market, or not far beyond them."""
    known = [each for each in (last, first) if each]
    if price is None or not known:
        return False
    low, high = min(known), max(known)
    return low - MARKET_SLACK * abs(low) <= price <= high + MARKET_SLACK * abs(high)
