"""What splits, dividends, delistings and changes of ticker do to the books.

A split truncates LEAN's net quantity to whole shares and pays the fraction in cash; a dividend
moves cash by the quantity held; an instrument that leaves the market while strategies stand opposed
and LEAN holds none gets no event at all.
"""

from __future__ import annotations

from models.events.corporate_actions import (
    Delisting,
    DelistingKind,
    Dividend,
    Split,
    SplitKind,
    SymbolChange,
)
from models.ledger.accounts import Account
from models.ledger.books import Books
from models.ledger.deals import PaidFraction
from models.ledger.dues import remember
from models.ledger.effects import NO_EFFECTS, Effect, Effects
from models.ledger.lots import Execution
from models.ledger.positions import Position

# LEAN divides decimals exactly; nine places undo the float's error before truncating.
PLACES = 9
NO_SHARE = 1e-9

# How near cash must be to what converting fractions adds, as a part of it.
FRACTION_TOLERANCE = 1e-6


def split_happens(books: Books, event: Split) -> bool:
    """Whether LEAN changes quantities for a split: equities, live or on raw prices."""
    instrument = books.instruments.get(event.sid)
    if instrument is None or event.kind is not SplitKind.SPLIT_OCCURRED:
        return False
    return instrument.rules.splits and (books.live or instrument.scales_on_split)


def split(books: Books, event: Split) -> Effects:
    """Scale everybody's lots; whole shares as LEAN keeps them, the fraction as cash.

    LEAN pays the fraction at its last price, scaled, into the account currency; without data it
    takes the reference price. Whether the price of a foreign share is converted the next cash
    shows (`convert_fractions`).
    """
    if not split_happens(books, event):
        return NO_EFFECTS
    price = event.price or event.reference * event.factor
    return carry_out(books, event, price, (price, books.account_currency))


def carry_out(books: Books, event: Split, price: float, paid: tuple[float, str]) -> Effects:
    """Scale everybody's lots, whatever LEAN does itself.

    Args:
        books: The books.
        event: The split.
        price: What a share is worth after it, quote currency.
        paid: What a share's fraction is paid by, and in which currency.
    """
    whole = _split_holding(books, event, paid)
    owners = books.holders(event.sid)
    shares = _whole_shares([p.quantity / event.factor for _, p in owners], whole)
    effects: list[Effect] = []
    for (account, position), kept in zip(owners, shares, strict=True):
        effects += _split_position(books, event, account, position, kept, price, paid)
    return effects


def _split_holding(books: Books, event: Split, paid: tuple[float, str]) -> int:
    """Split LEAN's net holding and pay its fraction; returns its whole shares."""
    holding = books.holdings[event.sid]
    exact = holding.quantity / event.factor
    whole = int(round(exact, PLACES))
    holding.quantity = float(whole)
    holding.average *= event.factor
    holding.traded /= event.factor
    holding.unit_value *= event.factor
    if not whole:
        holding.average = 0.0
    books.cash.move(paid[1], (exact - whole) * paid[0])
    return whole


def _whole_shares(exact: list[float], total: int) -> list[int]:
    """Truncate each, then move shares by largest remainder until they sum to the total."""
    whole = [int(round(quantity, PLACES)) for quantity in exact]
    while whole and sum(whole) != total:
        step = 1 if total > sum(whole) else -1
        at = max(range(len(whole)), key=lambda index: step * (exact[index] - whole[index]))
        whole[at] += step
    return whole


def _split_position(
    books: Books,
    event: Split,
    account: Account,
    position: Position,
    shares: int,
    price: float,
    paid: tuple[float, str],
) -> Effects:
    """Split a strategy's lots, and settle the fraction beyond its whole shares in cash."""
    position.scale(event.factor)
    fraction = position.quantity - shares
    if abs(fraction) < NO_SHARE:
        position.quantity = float(shares)
        return NO_EFFECTS
    effects: list[Effect] = []
    if fraction * position.quantity > 0:
        rate = books.rates[position.instrument.currency]
        execution = Execution(event.time, 0, -fraction, 0.0, rate)
        effects.append(
            books.trade(account, position.instrument, execution, "split", excursion=price)
        )
    else:
        position.grow(-fraction)
    position.quantity = float(shares)
    each, currency = paid
    account.book(position, "settlement", fraction * each, currency, books.rates[currency])
    rate = books.rates[position.instrument.quote]
    if rate and each == price and position.instrument.quote != currency:
        name, sid = account.name, event.sid
        books.fractions.append(PaidFraction(name, sid, fraction * each * (rate - 1.0)))
    return effects


def convert_fractions(books: Books, currency: str, amount: float) -> bool:
    """Book cash beyond the plain number as what converting the fractions of splits adds to it.

    Args:
        books: The books, which remember the fractions since cash was last judged.
        currency: Where the cash moved.
        amount: How much of it no event explains.

    Returns:
        False where the cash is something else.
    """
    added = sum(paid.converted for paid in books.fractions)
    near = abs(amount - added) <= FRACTION_TOLERANCE * abs(added)
    if not added or currency != books.account_currency or not near:
        return False
    rate = books.rates[currency]
    for name, sid, converted in books.fractions:
        account = books.account(name)
        position = account.position(books.instruments[sid])
        account.book(position, "settlement", converted, currency, rate)
    return True


def dividend(books: Books, event: Dividend) -> Effects:
    """Pay who is long, charge who is short, in the account currency as LEAN does.

    LEAN books no dividend on data that is adjusted for dividends, nor in live trading: there the
    broker's cash brings it later (`models.ledger.dues`).
    """
    instrument = books.instruments.get(event.sid)
    if instrument is not None and books.live and instrument.rules.pays_dividends:
        remember(books, event.time, event.sid, event.distribution)
    if instrument is None or books.live or not instrument.pays_dividends:
        return NO_EFFECTS
    each = event.distribution * books.rates[instrument.quote]
    currency = books.account_currency
    books.cash.move(currency, books.holdings[event.sid].quantity * each)
    for account, position in books.holders(event.sid):
        amount = position.quantity * each
        account.book(position, "dividends", amount, currency, books.rates[currency])
    return NO_EFFECTS


def delist(books: Books, event: Delisting) -> Effects:
    """Retire strategies that stand opposed while LEAN holds none; LEAN sends them no event.

    They close at the last price. They net to zero, so the account does not depend on it.
    """
    instrument = books.instruments.get(event.sid)
    if instrument is None or event.kind is not DelistingKind.DELISTED:
        return NO_EFFECTS
    holding = books.holdings[event.sid]
    if holding.quantity:
        return NO_EFFECTS
    rate = books.rates[instrument.currency]
    reason = "expiry" if instrument.rules.has_strike else "delisting"
    effects: list[Effect] = []
    for account, position in books.holders(event.sid):
        execution = Execution(event.time, 0, -position.quantity, holding.price, rate)
        effects.append(books.trade(account, instrument, execution, reason))
    return effects


def rename(books: Books, event: SymbolChange) -> Effects:
    """Show the new ticker from now on; the Symbol ID, the lots and the terms stay."""
    if event.sid in books.tickers:
        books.tickers[event.sid] = event.new
    return NO_EFFECTS
