"""The opening of the account: what it holds and what it is worth when the tracker first sees it."""

from __future__ import annotations

from dataclasses import replace

from models.events.account import Opening
from models.events.instruments import Valuation
from models.events.orders import Fill
from models.events.quantities import dust, tidy
from models.ledger.books import Books
from models.ledger.deals import fee_in_cash
from models.ledger.effects import Effect, Effects
from models.ledger.lean_account import Holding, ShadowCash, fill_shadow
from models.ledger.lots import Execution


def open_account(books: Books, opening: Opening) -> Effects:
    """Take the account as it stands: its cash, and its holdings at their average price.

    Holdings found are `unassigned`, or of the strategy that the setting `seed_strategy` names, and
    flagged as seeded. A strategy's order that would sell short what `unassigned` holds closes that
    first; what it made is not the strategy's. The starting equity counts them at cost, so what they
    had gained before stands in `unrealized` from the first mark on.

    Returns:
        An effect for each holding found.
    """
    books.opened = True
    books.time = opening.time
    books.rates.update(opening.rates)
    for currency, amount in opening.cash.items():
        books.cash.move(currency, amount)
    if not opening.holdings:
        books.cash.opening = dict(opening.cash)
    own = dict(opening.cash)
    effects: list[Effect] = []
    for sid, holding in opening.holdings.items():
        if sid in books.instruments:
            effects.append(_seed(books, opening, sid, own))
        else:
            detail = f"{holding[0]!r} held of {sid}"
            books.anomaly(opening.time, "unknown instrument", detail, sid)
    for currency, amount in own.items():
        books.start_with(currency, amount)
    return effects


def _seed(books: Books, opening: Opening, sid: str, own: dict[str, float]) -> Effect:
    """Take a holding that was found, and give its cost back to the account's own cash.

    Args:
        books: The books that open.
        opening: The account.
        sid: The holding's Symbol ID.
        own: Currency -> what the account would have without its holdings; changed.
    """
    quantity, average = opening.holdings[sid]
    instrument, holding = books.instruments[sid], books.holdings[sid]
    holding.fill(quantity, average)
    holding.unpriced = True
    if instrument.valuation is not Valuation.MARGIN:
        cost = quantity * average * instrument.multiplier
        own[instrument.quote] = own.get(instrument.quote, 0.0) + cost
    if instrument.valuation is Valuation.PAIR:
        own[instrument.base] = own.get(instrument.base, 0.0) - quantity
    rate = books.rates[instrument.currency]
    execution = Execution(opening.time, 0, quantity, average, rate, seeded=True)
    return books.trade(books.account(books.seed_strategy), instrument, execution, "outside")


def opening_before(books: Books, opening: Opening, fill: Fill) -> Opening:
    """The account before a fill that the very first hook brought, and LEAN holds already.

    What LEAN forgot, the average price of a position that the fill closed, is its price.
    """
    instrument = books.instruments[fill.sid]
    holdings = dict(opening.holdings)
    held = _held_before(Holding(instrument), *holdings.pop(fill.sid, (0.0, 0.0)), fill)
    if abs(held.quantity) > dust(abs(fill.quantity)):
        holdings[fill.sid] = (held.quantity, held.average)
    moved = ShadowCash()
    fill_shadow(moved, held, fill.quantity, fill.price, books.account_settlement(instrument))
    if fill.fee:
        fee, currency = fee_in_cash(fill, instrument)
        moved.move(currency, -fee)
    cash = {name: shown - moved.expected.get(name, 0.0) for name, shown in opening.cash.items()}
    return replace(opening, cash=cash, holdings=holdings)


def _held_before(held: Holding, quantity: float, average: float, fill: Fill) -> Holding:
    """What LEAN held before a fill that made it hold a quantity at an average price."""
    held.quantity, held.average = tidy(quantity - fill.quantity, quantity), average or fill.price
    if held.quantity * fill.quantity > 0:
        held.average = (average * quantity - fill.price * fill.quantity) / held.quantity
    return held
