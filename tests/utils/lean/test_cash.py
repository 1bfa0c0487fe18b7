"""The cash objects that are kept: each currency is looked up once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from utils.lean.cash import KeptCash


class CashBook(dict[str, SimpleNamespace]):
    """A cash book that counts how often a currency was looked up."""

    def __init__(self, **amounts: float) -> None:
        super().__init__({name: SimpleNamespace(amount=each) for name, each in amounts.items()})
        self.looked_up = 0

    def __getitem__(self, currency: str) -> SimpleNamespace:
        self.looked_up += 1
        return super().__getitem__(currency)

    def contains_key(self, currency: str) -> bool:
        """Tell whether there is such a currency."""
        return currency in self


def kept(settled: CashBook, unsettled: CashBook) -> KeptCash:
    """The cash kept of two books."""
    portfolio: Any = SimpleNamespace(cash_book=settled, unsettled_cash_book=unsettled)
    return KeptCash(portfolio)


def test_a_currency_is_looked_up_once() -> None:
    """The object is kept, so that the next read of its amount or rate searches no book."""
    book = CashBook(USD=5.0)
    cash = kept(book, CashBook())
    assert cash.of("USD") is cash.of("USD")
    assert book.looked_up == 1


def test_unsettled_cash_is_kept_where_it_holds_money_or_is_waited_for() -> None:
    """A currency without unsettled money is not read at every mark."""
    cash = kept(CashBook(USD=5.0, EUR=0.0), CashBook(USD=0.0, EUR=3.0, GBP=0.0))
    cash.keep_unsettled("USD")
    cash.keep_unsettled("CHF")
    assert list(cash.unsettled) == ["USD"]
    cash.keep_all()
    assert set(cash.settled) == {"USD", "EUR"}
    assert set(cash.unsettled) == {"USD", "EUR"}
