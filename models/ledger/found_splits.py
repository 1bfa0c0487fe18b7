"""Splits that came while LEAN was stopped: only quantities and average prices tell of them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import gcd

from models.events.account import Mark
from models.events.corporate_actions import Split, SplitKind
from models.ledger.books import Books
from models.ledger.cash_moved import of_the_market, residuals
from models.ledger.corporate_actions import PLACES, carry_out
from models.ledger.effects import Effect
from models.ledger.lean_account import Holding

# The ratios that a split or a stock dividend may have: small whole numbers against each other, or
# one share for many and many for one. The simplest that fits is taken.
_SMALL = 25
_MANY = 100
RATIOS = sorted(
    {
        Fraction(old, new)
        for old in range(1, _MANY + 1)
        for new in range(1, _MANY + 1)
        if old != new and gcd(old, new) == 1 and (max(old, new) <= _SMALL or 1 in (old, new))
    },
    key=lambda ratio: (ratio.numerator + ratio.denominator, ratio),
)

# How far the average price may be from what the ratio makes of it, as a part of it. One that fits
# but for the digits of floats goes before a simpler one that a broker's rounding may have made.
EXACT = 1e-5
RATIO_TOLERANCE = 0.005


def ratio_of(holding: Holding, quantity: float, average: float) -> Fraction | None:
    """The new price over the old one, where a split explains a quantity and its average price.

    Args:
        holding: What was held before.
        quantity: What LEAN holds now.
        average: At what average price, quote currency.

    Returns:
        None where no ratio of small whole numbers explains both.
    """
    if not (holding.average > 0 and average > 0 and holding.quantity * quantity >= 0):
        return None
    changed = average / holding.average
    for tolerance in (EXACT, RATIO_TOLERANCE):
        for ratio in RATIOS:
            factor = float(ratio)
            if abs(changed / factor - 1.0) > tolerance:
                continue
            if int(round(holding.quantity / factor, PLACES)) == quantity:
                return ratio
    return None


def split_found(books: Books, mark: Mark) -> list[Effect]:
    """Carry out the splits that the first mark after a stop shows.

    Args:
        books: The books, as they were when LEAN was stopped.
        mark: The mark, with everything that LEAN holds.

    Returns:
        What closed: the fractions of shares, which were paid in cash.
    """
    effects: list[Effect] = []
    cash = {name: amount for name, amount, _ in residuals(books, mark)}
    for sid, (quantity, average) in (mark.holdings or {}).items():
        holding = books.holdings[sid]
        if not holding.instrument.rules.splits:
            continue
        ratio = ratio_of(holding, quantity, average)
        if ratio is not None:
            effects += _split(books, mark, holding, quantity, ratio, cash)
    return effects


def _split(
    books: Books,
    mark: Mark,
    holding: Holding,
    quantity: float,
    ratio: Fraction,
    cash: Mapping[str, float],
) -> list[Effect]:
    """Carry out one split; the cash that came pays the fraction where it is near its price."""
    instrument, before, factor = holding.instrument, holding.quantity, float(ratio)
    last = holding.price * factor
    price = mark.prices.get(instrument.sid) or last
    exact = round(before / factor, PLACES)
    fraction = exact - quantity
    currency = instrument.quote if instrument.quote in cash else books.account_currency
    rate = books.rates[instrument.quote] / books.rates[currency]
    implied = cash.get(currency, 0.0) / (fraction * rate) if fraction and rate else None
    if implied is not None and of_the_market(implied, last, price):
        price = implied
    elif quantity == before:
        return []  # the average price alone changed, and no cash tells why
    event = Split(mark.time, instrument.sid, SplitKind.SPLIT_OCCURRED, factor, price, price)
    detail = f"LEAN holds {quantity!r}, the fills seen make {before!r}: taken for a split of "
    detail += f"{ratio.denominator} for {ratio.numerator}"
    books.anomaly(mark.time, "adopted", detail, instrument.sid)
    return [*carry_out(books, event, price, (price * rate, currency))]
