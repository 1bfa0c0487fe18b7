"""Open orders: which strategy an order is of that LEAN takes up after a stop, without its tag.

LEAN takes up what the broker has open under new ids, and the broker gives back a tag or none. The
state keeps what every open order can be known by.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from models.ledger.books import Books
from models.ledger.orders import Order, SavedOrder


class FoundOrder(NamedTuple):
    """An order that LEAN took up at its start.

    Attributes:
        order_id: LEAN's id of it now.
        tag: The tag that the broker gave back.
        known: What it can be known by; its strategy is not read.
        ended: Whether it was over before anything of it was heard: it may be a new one too.
    """

    order_id: int
    tag: str
    known: SavedOrder
    ended: bool = False


def take_up(books: Books, time: datetime, found: Sequence[FoundOrder]) -> None:
    """Give each order that names no strategy the one of the saved order that it must be.

    That is the one with a broker's id in common, else the only one alike. An order that is like
    none, or like several, closes what anybody holds, as LEAN's own do; one that is over by now is
    taken for a new one then. Each is said once.

    Args:
        books: The books, with the orders that were open when LEAN was stopped.
        time: UTC.
        found: The orders that are open now, or over before anything of them was heard.
    """
    left, unnamed = list(books.orders.saved), [each for each in found if not _named(books, each)]
    pairs: dict[int, tuple[SavedOrder, str]] = {}
    for each in unnamed:
        for saved in left:
            if set(saved.broker_ids) & set(each.known.broker_ids):
                pairs[each.order_id] = saved, "by the broker's id"
                left.remove(saved)
                break
    for each in unnamed:
        alike = [saved for saved in left if saved.likeness == each.known.likeness]
        rivals = [one for one in unnamed if one.known.likeness == each.known.likeness]
        rivals = [one for one in rivals if one.order_id not in pairs or one is each]
        if each.order_id not in pairs and len(alike) == 1 and len(rivals) == 1:
            pairs[each.order_id] = alike[0], "as the only one alike"
            left.remove(alike[0])
    for each in unnamed:
        if each.order_id in pairs or not each.ended:
            _settle(books, time, each, pairs.get(each.order_id))
    books.orders.saved = []


def _named(books: Books, found: FoundOrder) -> bool:
    """Whether an order's tag says whose it is, or that LEAN made it."""
    ticker = books.tickers.get(found.known.sid, found.known.sid)
    return books.orders.names(ticker, found.tag, found.known.order_type)


def _settle(
    books: Books, time: datetime, found: FoundOrder, pair: tuple[SavedOrder, str] | None
) -> None:
    """Fix whose an order is, and say so."""
    known, order_id = found.known, found.order_id
    ticker = books.tickers.get(known.sid, known.sid)
    strategy: str | None = None
    said = "is like none that was saved: it closes what is held"
    tag = found.tag
    if pair is not None:
        saved, how = pair
        strategy, tag = saved.strategy or None, found.tag or saved.tag
        said = f"is that of {saved.strategy or 'LEAN itself'}, known {how}"
    books.orders.known[order_id] = Order(strategy, known.order_type, tag)
    books.anomaly(time, "order taken up", f"order {order_id} of {ticker} {said}", known.sid)
