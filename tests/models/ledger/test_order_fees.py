"""Orders' events that fill nothing: the first one of an order without a price, short and whole."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from models.events.orders import OrderType
from models.events.plain_events import Submission
from models.ledger.books import Books
from models.ledger.order_fees import book_submission, book_update
from tests.models.ledger.opened import NOON, fill, ledger


def submission(order_id: int, tag: str = "strategy=trend", **given: float) -> Submission:
    """The first event of an order."""
    figures = {"bid": 9.0, "ask": 11.0, "price": 0.0, "quantity": 0.0} | given
    return Submission(order_id, "S", OrderType.MARKET_ON_OPEN, tag, **figures)


def time_of(each: Submission) -> datetime:
    """A minute for each order's id after noon."""
    return NOON + timedelta(minutes=each.order_id)


@pytest.mark.parametrize(
    "submissions",
    [
        [submission(1), submission(2, bid=0.0, price=9.5)],
        [submission(1, "strategy=other group=one"), submission(1), submission(3, "")],
        [submission(2), submission(1, "mine")],
    ],
    ids=["arrival prices", "a group, one seen before, and no name", "one that is late"],
)
def test_a_submission_is_booked_as_the_event_it_stands_for(submissions: list[Submission]) -> None:
    """Orders, their events, the time and whose they are come out the same."""
    short, whole = ledger(), ledger()
    for each in submissions:
        book_submission(short.books, time_of(each), each)
        book_update(whole.books, each.update(time_of(each)))
    assert short.state() == whole.state()
    assert short.books.time == whole.books.time
    assert short.books.orders.unnamed == whole.books.orders.unnamed
    assert short.books.orders.named == whole.books.orders.named


def test_a_submission_fixes_whose_the_fill_is() -> None:
    """The order is known by then, with the price on arrival."""
    made = ledger()
    book_submission(made.books, NOON, submission(7, "strategy=other"))
    effects = made.fill(fill(7, 5.0, 10.5))
    assert effects is None  # its event id was the submission's
    effects = made.books.fill(fill(8, 5.0, 10.5))
    assert effects is not None
    assert [each.position.strategy for each in effects] == ["trend"]
    order = made.books.orders.find(7)
    assert order is not None
    assert (order.strategy, order.arrival) == ("other", 10.0)


def test_an_empty_book_takes_the_time_of_its_first_submission() -> None:
    """There may be no event before."""
    books = Books()
    book_submission(books, NOON, submission(1))
    assert books.time == NOON
