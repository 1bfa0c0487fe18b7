"""Finishing: contracts that are flat leave the books for a packed row, and may come back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice

from models.events.instruments import Instrument
from models.ledger.books import Books
from models.ledger.finished import (
    ROWS_TOGETHER,
    FinishedContract,
    FinishedTerms,
)

# Contracts that stay in the books however long they have been flat: the newest ones. As many more
# gather before the flat ones among the others leave.
CONTRACTS_KEPT = 512


def finish(books: Books, busy: Collection[str]) -> bool:
    """Pack the contracts that are flat, where so many gathered that it pays.

    Stocks, pairs and whatever else does not expire stay: a run trades a bounded number of them.

    Args:
        books: The books.
        busy: The Symbol IDs of what must stay, for something is still to be booked of it.

    Returns:
        Whether any left.
    """
    if not books.opened or len(books.instruments) < books.finish_above:
        return False
    flat = [*_flat(books, {*busy, *_underlyings(books)})]
    whole = len(flat) - len(flat) % ROWS_TOGETHER
    for start in range(0, whole, ROWS_TOGETHER):
        books.finished.put([_leave(books, sid) for sid in flat[start : start + ROWS_TOGETHER]])
    books.finish_above = len(books.instruments) + CONTRACTS_KEPT
    return bool(whole)


def _flat(books: Books, busy: Collection[str]) -> Iterator[str]:
    """Yield what may leave, in the order of its first sight."""
    for sid in islice(books.instruments, max(0, len(books.instruments) - CONTRACTS_KEPT)):
        holding = books.holdings[sid]
        if sid in busy or sid in books.held or holding.quantity or holding.settled:
            continue
        if holding.instrument.rules.has_strike or holding.instrument.rules.settles_daily:
            yield sid


def _underlyings(books: Books) -> Iterator[str]:
    """Yield what contracts in the books are derived from: their trades are told by its ticker."""
    return (instrument.underlying for instrument in books.instruments.values())


def _leave(books: Books, sid: str) -> FinishedContract:
    """Take a contract out of the books."""
    earned = [
        FinishedTerms(account.name, position.terms, position.balances)
        for account in books.accounts.values()
        if (position := account.positions.pop(sid, None)) is not None
    ]
    instrument, ticker = books.instruments.pop(sid), books.tickers.pop(sid)
    return FinishedContract(instrument, ticker, books.holdings.pop(sid).state(), earned)


def describe(books: Books, instrument: Instrument, busy: Collection[str]) -> None:
    """Take an instrument into the books, in place of those that finished.

    Args:
        books: The books.
        instrument: What is described.
        busy: As of `finish`.
    """
    if instrument.sid in books.instruments:
        return
    finish(books, busy)
    if instrument.underlying and instrument.underlying not in books.instruments:
        recall(books, instrument.underlying)
    if not recall(books, instrument.sid):
        books.add_instrument(instrument)


def recall(books: Books, sid: str) -> bool:
    """Take a finished contract into the books again; False where it is none."""
    contract = books.finished.take(sid)
    if contract is None:
        return False
    books.add_instrument(contract.instrument)
    books.tickers[sid] = contract.ticker
    books.holdings[sid].restore(contract.holding)
    for strategy, terms, balances in contract.earned:
        position = books.account(strategy).position(contract.instrument)
        position.terms, position.balances = terms, balances
    return True


class Described(Mapping[str, Instrument]):
    """The instruments by Symbol ID, the finished ones among them.

    Args:
        books: Whose they are.
    """

    def __init__(self, books: Books) -> None:
        self._books = books

    def __getitem__(self, sid: str) -> Instrument:
        known = self._books.instruments.get(sid)
        if known is None and (contract := self._books.finished.find(sid)) is not None:
            return contract.instrument
        return self._books.instruments[sid]

    def __iter__(self) -> Iterator[str]:
        return iter(self._books.instruments)

    def __len__(self) -> int:
        return len(self._books.instruments)
