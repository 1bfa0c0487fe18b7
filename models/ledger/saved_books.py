"""The books as they are saved, and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from models.codec import (
    COUNT,
    FLAG,
    NUMBER,
    TEXT,
    TIME,
    Codec,
    dict_of,
    list_of,
    listed_values,
    maybe,
)
from models.errors import StateError
from models.events.anomalies import Anomaly
from models.events.instruments import Instrument
from models.fields import PART, Field, Restoring, Table, saved_value
from models.ledger.accounts import Account
from models.ledger.books import Books
from models.ledger.deals import PaidFraction
from models.ledger.lean_account import Holding
from models.records import record_codec, row_codec

# The years that a run may be of.
FIRST_YEAR, LAST_YEAR = 1600, 2599

_INSTRUMENT: Codec[Instrument] = record_codec(Instrument)


def _write_nothing(_: Books) -> list[Any]:
    return []


def _check_books(books: Books) -> None:
    """Raise `StateError` where an instrument or a currency is named that is not there."""
    known: dict[str, Mapping[str, object]] = {
        "instruments": books.instruments,
        "tickers": books.tickers,
        "holdings": books.holdings,
        "rates": books.rates,
    }
    held = {*books.held}
    used = {
        "instruments": held,
        "tickers": {*books.instruments},
        "holdings": held,
        "rates": {*_currencies(books), *books.waiting},
    }
    for key, names in used.items():
        for name in sorted(names - known[key].keys()):
            raise StateError(f"does not name {name!r}", key)
    if books.time is not None and not FIRST_YEAR <= books.time.year <= LAST_YEAR:
        raise StateError(f"is {books.time}, a time of no run", "time")


def _currencies(books: Books) -> Iterator[str]:
    """The currencies of what is held, and of the balances."""
    for sid in books.instruments.keys() & books.held.keys():
        yield books.instruments[sid].currency
    for account in books.accounts.values():
        yield from account.balances
        for position in account.positions.values():
            yield from position.balances


_BOOKS_FIELDS = Table(
    Field("instruments", listed_values(_INSTRUMENT), restoring=Restoring.LEAVE),
    Field("tickers", dict_of(TEXT)),
    Field("rates", dict_of(NUMBER)),
    Field("accounts", listed_values(PART), restoring=Restoring.LEAVE),
    Field("holdings", listed_values(PART), restoring=Restoring.LEAVE),
    Field("held", dict_of(COUNT)),
    Field("orders", PART),
    Field("cash", PART),
    Field("anomalies", list_of(record_codec(Anomaly))),
    Field("anomaly_counts", dict_of(COUNT, Counter)),
    Field("starting_equity", NUMBER),
    Field("fractions", list_of(row_codec(PaidFraction)), absent=[]),
    Field("fills", COUNT),
    Field("time", maybe(TIME)),
    Field("opened", FLAG),
    Field("joined", NUMBER, absent=0.0),
    Field("waiting", dict_of(NUMBER)),
    Field("aside", dict_of(NUMBER), absent={}),
    # trades were kept here until somebody took them
    Field("closed", Codec((list, tuple), _write_nothing), "time", Restoring.LEAVE),
    Field("counts", PART, "records"),
    Field("finished", PART, absent={"blocks": [], "marks": ""}),
    check=_check_books,
)


def books_state(books: Books) -> dict[str, Any]:
    """All that the books know, JSON-able and exact."""
    return _BOOKS_FIELDS.to_object(books)


def restore_books(books: Books, state: Mapping[str, Any]) -> None:
    """Take over in empty books what `books_state` returned.

    Raises:
        StateError: Something in it is missing or of another type.
    """

    def restored_account(saved: Mapping[str, Any]) -> Account:
        account = books.account(saved_value(saved, "name", TEXT))
        account.restore(saved, books.instruments)
        return account

    def restored_holding(saved: Sequence[Any]) -> Holding:
        holding = books.holdings[saved[0]]  # the first value is the Symbol ID
        holding.restore(saved)
        return holding

    for instrument in saved_value(state, "instruments", list_of(_INSTRUMENT)):
        books.add_instrument(instrument)
    saved_value(state, "accounts", list_of(Codec((dict,), read=restored_account)))
    saved_value(state, "holdings", list_of(Codec((list, tuple), read=restored_holding)))
    _BOOKS_FIELDS.restore(books, state)
