"""LEAN's cash objects, looked up once a currency and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from AlgorithmImports import Cash, SecurityPortfolioManager


class KeptCash:
    """The cash objects of LEAN's two cash books, kept so that no book is searched twice.

    Args:
        portfolio: The algorithm's portfolio.

    Attributes:
        settled: The objects of the cash book by currency.
        unsettled: The objects of the book of unsettled cash by currency, for those currencies only
            in which money may wait for its settlement.
    """

    def __init__(self, portfolio: SecurityPortfolioManager) -> None:
        self._portfolio = portfolio
        self.settled: dict[str, Cash] = {}
        self.unsettled: dict[str, Cash] = {}

    def of(self, currency: str) -> Cash:
        """Return the settled cash of a currency; LEAN raises where it does not know it."""
        found = self.settled.get(currency)
        if found is None:
            found = self.settled[currency] = self._portfolio.cash_book[currency]
        return found

    def keep_unsettled(self, currency: str) -> None:
        """Read unsettled cash of a currency from now on, if LEAN has a book entry for it."""
        if currency not in self.unsettled:
            book = self._portfolio.unsettled_cash_book
            if book.contains_key(currency):
                self.unsettled[currency] = book[currency]

    def keep_all(self) -> None:
        """Keep every settled currency, and every unsettled one that holds money."""
        for currency, cash in self._portfolio.cash_book.items():
            self.settled[currency] = cash
        for currency, cash in self._portfolio.unsettled_cash_book.items():
            if currency in self.unsettled or cash.amount:
                self.unsettled[currency] = cash
