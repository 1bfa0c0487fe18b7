"""What the statistics must know of the instruments of closed trades, worked out once each."""

from __future__ import annotations

from models.ledger.books import Books
from models.trades.statistics import TradeFacts, trade_facts

FACTS_KEPT = 1_024  # instruments


class InstrumentFacts:
    """The facts of the instruments that traded last.

    Args:
        books: They know the instruments.
    """

    def __init__(self, books: Books) -> None:
        self._books = books
        self._known: dict[str, TradeFacts] = {}  # by sid

    def of(self, sid: str) -> TradeFacts:
        """The facts of an instrument; its underlying's ticker may change."""
        found = self._known.get(sid)
        if found is None:
            if len(self._known) >= FACTS_KEPT:
                self._known.clear()
            books = self._books
            found = self._known[sid] = trade_facts(books.instruments[sid], books.tickers)
        return found

    def of_all(self) -> dict[str, TradeFacts]:
        """The facts of every instrument that ever traded, the finished ones among them."""
        tickers = self._books.tickers
        finished = (contract.instrument for contract in self._books.finished)
        every = (*finished, *self._books.instruments.values())
        return {instrument.sid: trade_facts(instrument, tickers) for instrument in every}

    def clear(self) -> None:
        """Forget them: a ticker changed."""
        self._known.clear()
