"""Dues: dividends that LEAN told of in live trading, and whose cash the broker brings later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from models.ledger.books import Books
from models.ledger.lean_account import Due

# How long a dividend is waited for, and the largest part of it that may be withheld as tax.
WAITS = timedelta(days=60)
WITHHELD = 0.35

# How near cash must be to a whole dividend, as a part of it: brokers round to cents.
NEAR = 1e-3


def remember(books: Books, time: datetime, sid: str, distribution: float) -> None:
    """Remember a dividend by who holds the share; what is told again on the same day is known.

    Args:
        books: The books.
        time: UTC.
        sid: The share's Symbol ID.
        distribution: Quote currency a share.
    """
    parts = {
        account.name: position.quantity * distribution for account, position in books.holders(sid)
    }
    due = Due(time, sid, parts)
    known = any(each.sid == sid and each.time.date() == time.date() for each in books.cash.due)
    if due.amount and not known:
        books.cash.due.append(due)


def pay_dues(books: Books, time: datetime, currency: str, amount: float) -> bool:
    """Book cash as the dividends that it equals, or falls short of by no more than a tax.

    Args:
        books: The books.
        time: UTC of the mark that shows the cash.
        currency: Where it is.
        amount: How much of it no event explains.

    Returns:
        False where the cash is something else.
    """
    if not books.cash.due:
        return False
    books.cash.due = [due for due in books.cash.due if time - due.time <= WAITS]
    worth = {
        at: due.amount * rate
        for at, due in enumerate(books.cash.due)
        if (rate := _rate(books, due, currency))
    }
    chosen = _chosen(worth, amount)
    if not chosen:
        return False
    total = sum(worth[at] for at in chosen)
    for at in chosen:
        _book(books, books.cash.due[at], currency, amount * worth[at] / total)
    books.cash.due = [due for at, due in enumerate(books.cash.due) if at not in chosen]
    return True


def _rate(books: Books, due: Due, currency: str) -> float:
    """Units of a currency for one of the dividend's; 0 where it is not paid in that currency."""
    quote = books.instruments[due.sid].quote
    if currency == quote:
        return 1.0
    return books.rates[quote] / books.rates[currency] if currency == books.account_currency else 0.0


def _chosen(worth: Mapping[int, float], amount: float) -> set[int]:
    """Which dividends cash pays: one whole, all whole, else one or all less what was withheld."""
    everything = set(worth)
    groups = [{at} for at in worth] + ([everything] if len(everything) > 1 else [])
    for least in (1.0 - NEAR, 1.0 - WITHHELD - NEAR):
        paid = [
            (abs(1.0 - amount / total), sorted(group))
            for group in groups
            if (total := sum(worth[at] for at in group)) and least <= amount / total <= 1.0 + NEAR
        ]
        if paid:
            return set(min(paid)[1])
    return set()


def _book(books: Books, due: Due, currency: str, amount: float) -> None:
    """Give everybody his part of a dividend."""
    for name, part in due.parts.items():
        account = books.account(name)
        position = account.position(books.instruments[due.sid])
        share = amount * part / due.amount
        account.book(position, "dividends", share, currency, books.rates[currency])
