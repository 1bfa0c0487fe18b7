"""Valuation: the unit values that a mark shows, and the P&L of the open lots at them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from models.events.account import Mark
from models.events.instruments import Valuation
from models.ledger.accounts import Account
from models.ledger.aside import has_missing, is_missing, join, set_aside
from models.ledger.books import Books
from models.ledger.lean_account import Holding
from models.ledger.positions import Position

# Symbol ID -> last price, quote currency.
Priced: TypeAlias = Mapping[str, float]


def value_holdings(books: Books, mark: Mark) -> None:
    """Take what a unit of everything held is worth at a mark."""
    holdings, rates = books.holdings, books.rates
    for sid, price in mark.prices.items():
        holding = holdings[sid]
        instrument = holding.instrument
        if holding.unpriced:
            if instrument.valuation is Valuation.PREMIUM:
                _value_unpriced(books, holding, price, mark.time)
            continue
        if not price and holding.unit_value and instrument.strike is None:
            continue
        holding.unit_value = instrument.unit_value(price) if instrument.inverse else price
    missing = mark.profits and has_missing(mark)
    for sid, (profit, settled) in mark.profits.items():
        holding = holdings[sid]
        holding.settled = settled
        if missing and is_missing(mark, holding.instrument, rates):
            if holding.unpriced:
                set_aside(books, holding, mark.time)
            continue
        shown = None if mark.holdings is None else mark.holdings.get(sid)
        before = holding.unit_value
        holding.close_out(profit, rates[holding.instrument.currency], shown)
        if holding.unpriced:
            _join_by_profit(books, holding, before)
    if mark.rates:
        _value_pairs(books, mark.time)


def _join_by_profit(books: Books, holding: Holding, before: float) -> None:
    """Take in a holding from before the start that LEAN shows the profit of.

    At the first mark what it had gained stands in `unrealized` and in no session; later too.
    """
    if not books.rates[holding.instrument.currency]:
        return
    if holding.instrument.sid in books.aside:
        unit_value, holding.unit_value = holding.unit_value, before
        join(books, holding, unit_value)
    holding.unpriced = False


def _value_unpriced(books: Books, holding: Holding, unit_value: float, time: datetime) -> None:
    """Value a holding from before the start that had no price or rate until now."""
    if unit_value and books.rates[holding.instrument.currency]:
        join(books, holding, unit_value)
    else:
        set_aside(books, holding, time)


def _value_pairs(books: Books, time: datetime) -> None:
    """Take what the pairs held are worth from the rates of their two currencies."""
    rates = books.rates
    for sid in books.held:
        holding = books.holdings[sid]
        instrument = holding.instrument
        if instrument.valuation is not Valuation.PAIR:
            continue
        quote, base = rates[instrument.quote], rates[instrument.base]
        if holding.unpriced:
            _value_unpriced(books, holding, base / quote if quote else 0.0, time)
        elif quote:
            holding.unit_value = base / quote


def show_lots(books: Books) -> None:
    """Show every open lot and round trip what it is worth at a mark that was valued."""
    if len(books.rates) == 1 and not books.live:
        leave_lots(books)
        return
    holdings = books.holdings
    for account in books.accounts.values():
        if account.open:
            for sid, position in account.open.items():
                position.see(holdings[sid].unit_value)


def revalue_prices(books: Books, prices: Priced) -> float:
    """`revalue` where all that is held is valued by its price in the account currency."""
    total = 0.0
    for account in books.accounts.values():
        open_pnl = 0.0
        for sid, position in account.open.items():
            gained = position.quantity * prices[sid] - position.cost
            position.open_pnl = gained = gained * position.instrument.multiplier
            open_pnl += gained
        account.open_pnl = open_pnl
        alone = len(account.balances) == 1
        total += (account.cash.amount if alone else account.cash_value(books.rates)) + open_pnl
    return total


def revalue_for_good(books: Books, prices: Priced) -> float:
    """`revalue_prices` and `leave_lots` in one, for a mark that is booked whether it closes or not.

    Not live, where `show_lots` leaves nothing.
    """
    total, rates = 0.0, books.rates
    alone = len(rates) == 1  # no cash but that at home
    for account in books.accounts.values():
        open_pnl = 0.0
        for sid, position in account.open.items():
            price = prices[sid]
            if price < position.low:
                position.low = price
            if price > position.high:
                position.high = price
            gained = position.quantity * price - position.cost
            open_pnl += gained * position.instrument.multiplier
        account.open_pnl = open_pnl
        total += (account.cash.amount if alone else account.cash_value(rates)) + open_pnl
    return total


def leave_lots(books: Books) -> None:
    """`show_lots` where all is valued in the account currency: what they saw is left to `_look`."""
    holdings = books.holdings
    for account in books.accounts.values():
        for sid, position in account.open.items():
            unit_value = holdings[sid].unit_value
            if unit_value < position.low:
                position.low = unit_value
            if unit_value > position.high:
                position.high = unit_value


def revalue(books: Books) -> float:
    """Take the P&L of everything open at what was last taken; returns the equity."""
    holdings, rates = books.holdings, books.rates
    total = 0.0
    for account in books.accounts.values():
        open_pnl = 0.0
        for sid, position in account.open.items():
            holding, instrument = holdings[sid], position.instrument
            gained = (
                position.quantity * holding.unit_value - position.cost
            ) * instrument.multiplier
            position.open_pnl = gained = gained * rates[instrument.currency]
            open_pnl += gained
            if holding.settled:
                open_pnl += misbooked(books, position)
        account.open_pnl = open_pnl
        alone = len(account.balances) == 1  # `Account.cash_value`, asked for at every mark
        total += (account.cash.amount if alone else account.cash_value(rates)) + open_pnl
    return total


def equity_now(books: Books) -> float:
    """Equity with the fills since the last mark, account currency."""
    return sum(
        account.cash_value(books.rates) + unrealized_pnl(books, account)
        for account in books.accounts.values()
    )


def unrealized_pnl(books: Books, account: Account) -> float:
    """P&L of a strategy's open lots at the last mark, with what LEAN mis-books of futures."""
    holdings, rates = books.holdings, books.rates
    total = 0.0
    for sid, position in account.open.items():
        total += position.unrealized(holdings[sid].unit_value) * rates[position.instrument.currency]
    return total + account_misbooked(books, account)


def account_misbooked(books: Books, account: Account) -> float:
    """What LEAN mis-books of all futures that a strategy holds, account currency."""
    return sum(misbooked(books, position) for position in account.open.values())


def misbooked(books: Books, position: Position) -> float:
    """What LEAN adds to equity by settling a foreign future in account currency units.

    LEAN books a future's daily profit, computed in account currency, as that many units of the
    quote currency; until the position closes the account is off by S * (rate - 1).
    """
    quote = position.instrument.quote
    holding = books.holdings[position.instrument.sid]
    if not holding.settled or not holding.quantity or quote == books.account_currency:
        return 0.0
    share = position.quantity / holding.quantity
    return holding.settled * (books.rates[quote] - 1.0) * share
