"""The books as they are saved, and back."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from models.events.anomalies import Anomaly
from models.events.instruments import Instrument
from models.ledger.books import Books
from models.ledger.deals import PaidFraction


def books_state(books: Books) -> dict[str, Any]:
    """All that the books know, JSON-able and exact."""
    return {
        "instruments": [instrument.to_dict() for instrument in books.instruments.values()],
        "tickers": dict(books.tickers),
        "rates": dict(books.rates),
        "accounts": [account.state() for account in books.accounts.values()],
        "holdings": [holding.state() for holding in books.holdings.values()],
        "held": dict(books.held),
        "orders": books.orders.state(),
        "cash": books.cash.state(),
        "anomalies": [anomaly.to_dict() for anomaly in books.anomalies],
        "anomaly_counts": dict(books.anomaly_counts),
        "starting_equity": books.starting_equity,
        "fractions": [list(paid) for paid in books.fractions],
        "fills": books.fills,
        "time": books.time.isoformat() if books.time else None,
        "opened": books.opened,
        "joined": books.joined,
        "waiting": dict(books.waiting),
        "closed": [],  # trades were kept here until somebody took them
        "counts": books.records.state(),
    }


def restore_books(books: Books, state: dict[str, Any]) -> None:
    """Take over in empty books what `books_state` returned."""
    for values in state["instruments"]:
        books.add_instrument(Instrument.from_dict(values))
    books.tickers = dict(state["tickers"])
    books.rates = dict(state["rates"])
    for values in state["accounts"]:
        books.account(values["name"]).restore(values, books.instruments)
    for values in state["holdings"]:
        books.holdings[values[0]].restore(values)
    books.held = dict(state["held"])
    books.orders.restore(state["orders"])
    books.cash.restore(state["cash"])
    books.anomalies = [Anomaly.from_dict(values) for values in state["anomalies"]]
    books.anomaly_counts = Counter(state["anomaly_counts"])
    books.starting_equity = state["starting_equity"]
    books.fractions = [PaidFraction(*paid) for paid in state.get("fractions", ())]
    books.fills = state["fills"]
    books.time = datetime.fromisoformat(state["time"]) if state["time"] else None
    books.opened = state["opened"]
    books.joined = state.get("joined", 0.0)
    books.waiting = dict(state["waiting"])
    books.records.restore(state["counts"])
