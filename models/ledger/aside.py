"""What stands aside: holdings that LEAN has no price or rate of, left out on both sides of the law.

A price or rate of 0 says that LEAN has none yet. Where none was ever seen, a holding from before
the start is neither in the starting equity nor in ours; it joins with its first price, and what
that makes of it is no profit. Where one was seen before a stop, the last one stands, and LEAN's
equity is compared as if LEAN had it too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from models.events.account import Mark
from models.events.instruments import Instrument, Valuation
from models.events.orders import Fill
from models.ledger.books import Books
from models.ledger.lean_account import Holding


def has_missing(mark: Mark) -> bool:
    """Whether a mark shows a price or rate of 0."""
    return 0.0 in mark.prices.values() or 0.0 in mark.rates.values()


def is_missing(mark: Mark, instrument: Instrument, rates: Mapping[str, float]) -> bool:
    """Whether a mark shows no price, or no rate, of what it shows the profit of."""
    currency = instrument.currency
    missing = mark.prices.get(instrument.sid) == 0.0 or mark.rates.get(currency) == 0.0
    return missing or not rates[currency]


def set_aside(books: Books, holding: Holding, time: datetime) -> None:
    """Leave out a holding from before the start that has no price or rate; it is told once."""
    instrument = holding.instrument
    if instrument.sid in books.aside:
        return
    cost = holding.cost if instrument.valuation is not Valuation.MARGIN else 0.0
    books.aside[instrument.sid] = cost
    books.start_with(instrument.quote, -cost)
    _tell(books, holding, time)


def join(books: Books, holding: Holding, unit_value: float) -> None:
    """Take a holding from before the start in at its first price and rate: that is no profit."""
    instrument = holding.instrument
    cost = books.aside.pop(instrument.sid, 0.0)
    books.start_with(instrument.quote, cost)
    gained = (unit_value - holding.unit_value) * holding.quantity
    books.joined += gained * instrument.multiplier * books.rates[instrument.currency]
    holding.unit_value = unit_value
    holding.unpriced = False


def join_at_fill(books: Books, fill: Fill) -> None:
    """Take in a holding that stands aside where a fill brings the first price of it, 0 too."""
    holding = books.holdings[fill.sid]
    if fill.rates:
        books.set_rates(fill.rates)
    join(books, holding, holding.instrument.unit_value(fill.price))


def value_aside(books: Books, mark: Mark) -> float:
    """What LEAN's equity would be more if it had the prices and rates that it is missing.

    Args:
        books: The books, with the last prices and rates that were seen.
        mark: A mark; a price or rate of 0 in it is a missing one, but that of an option.
    """
    if not has_missing(mark):
        return 0.0
    more, rates = 0.0, books.rates
    for currency, rate in mark.rates.items():
        if not rate:
            cash = mark.cash.get(currency, 0.0) + mark.unsettled.get(currency, 0.0)
            more += cash * rates[currency]
    for holding in _stale(books, mark):
        instrument = holding.instrument
        size = holding.quantity * instrument.multiplier * rates[instrument.currency]
        if instrument.valuation is not Valuation.MARGIN:
            more += size * holding.unit_value
        elif instrument.sid in mark.profits:
            ours = (holding.unit_value - instrument.unit_value(holding.average)) * size
            more += ours - mark.profits[instrument.sid][0]
    return more


def _stale(books: Books, mark: Mark) -> list[Holding]:
    """What is valued at the last price or rate that was seen, for LEAN has none; no pairs."""
    found: list[Holding] = []
    for sid in books.held:
        holding = books.holdings[sid]
        instrument, unpriced = holding.instrument, mark.prices.get(sid) == 0.0
        if not (unpriced or mark.rates.get(instrument.currency) == 0.0):
            continue
        if instrument.valuation is Valuation.MARGIN:
            found.append(holding)
        elif instrument.valuation is Valuation.PREMIUM and not holding.unpriced:
            worthless = unpriced and instrument.strike is not None
            if not worthless or mark.rates.get(instrument.currency) == 0.0:
                found.append(holding)
    return found


def tell_stale(books: Books, mark: Mark) -> None:
    """Tell of what LEAN has no price or rate of at its first mark after a stop."""
    for holding in _stale(books, mark) if has_missing(mark) else ():
        _tell(books, holding, mark.time)


def _tell(books: Books, holding: Holding, time: datetime) -> None:
    instrument = holding.instrument
    detail = f"LEAN has no price or rate of {books.tickers[instrument.sid]}: it stands aside"
    books.anomaly(time, "no price yet", detail, instrument.sid)
