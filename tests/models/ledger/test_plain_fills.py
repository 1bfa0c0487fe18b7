"""Plain fills, against the same fills booked by way of a deal."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.events.account import Mark, Opening
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from models.events.plain_events import PlainFill
from models.ledger import books as books_module
from models.ledger.books import Books
from models.ledger.lean_account import Holding
from models.ledger.ledger import Ledger
from models.ledger.lots import Matching
from models.ledger.orders import Order
from models.ledger.plain_fills import is_plain
from models.ledger.tags import UNASSIGNED
from tests.booking import book
from tests.models.ledger.opened import FOREIGN, NOON, STOCK, fill, ledger, mark

OPTION = Instrument(
    "O", "OPTION", SecurityType.OPTION, "USD", 100.0, underlying="S", strike=9.0, right="CALL"
)
COIN = Instrument("C", "COIN", SecurityType.CRYPTO, "USD", base="BTC")
ORDER = Order("trend", OrderType.MARKET, "strategy=trend")

SIZES = st.sampled_from([-30.0, -10.0, -2.5, -1.0, 1.0, 2.5, 7.3, 10.0, 30.0])
FILLS = st.lists(
    st.tuples(
        st.sampled_from(["S", "O"]),
        st.sampled_from(["trend", "other"]),
        SIZES,
        st.floats(0.01, 500.0),
        st.sampled_from([0.0, 1.0, 0.35, -0.1]),
    ),
    max_size=30,
)


@given(made=FILLS, matching=st.sampled_from(Matching))
def test_a_plain_fill_needs_no_deal(
    made: list[tuple[str, str, float, float, float]], matching: Matching
) -> None:
    """What it leaves in the books is the same to the digit, and so is what it did."""
    found = []
    for plain in (True, False):
        with pytest.MonkeyPatch.context() as patch:
            if not plain:
                patch.setattr(books_module, "is_plain", lambda *_: False)
            books = ledger(matching=matching)
            book(books, OPTION)
            did = []
            for number, (sid, name, size, price, fee) in enumerate(made, 1):
                event = fill(number, size, price, sid, fee=fee, fee_currency="USD" if fee else "")
                effects = books.fill(replace(event, tag=f"strategy={name}"))
                did += [
                    (each.kind, each.execution, each.trades, each.value) for each in effects or ()
                ]
            found.append((books.state(), did))
    assert found[0] == found[1]


KINDS = st.sampled_from([OrderType.MARKET, OrderType.MARKET_ON_OPEN, OrderType.OPTION_EXERCISE])
HEARD = st.lists(
    st.tuples(
        st.tuples(st.integers(1, 4), st.integers(1, 3)),  # of an order, often more than once
        st.sampled_from(["S", "O", "C", "F", "?"]),
        st.sampled_from(["strategy=trend", "", "Liquidated"]),
        KINDS,
        st.integers(-90, 90),  # minutes from noon, in no order
        SIZES,
        st.sampled_from([0.0, 1.0]),
    ),
    max_size=30,
)


CASH = {"USD": 1000.0}
BEFORE: dict[str, list[Mark]] = {
    "held without a price": [mark(prices={"S": 0.0}, equity=1000.0, cash=CASH)],
    "held": [mark(prices={"S": 9.0}, equity=1045.0, cash=CASH)],
    "gone": [
        mark(prices={"S": 9.0}, equity=1045.0, cash=CASH),
        mark(prices={"S": 9.0}, equity=1027.0, holdings={"S": (3.0, 9.0)}, cash=CASH),
    ],
}


def begun(before: str | None, seed_strategy: str = "trend") -> Ledger:
    """A ledger that knows four instruments; of one something is held before the first order."""
    if before is None:
        made = ledger()
    else:
        made = Ledger(Books(seed_strategy=seed_strategy))
        book(made, STOCK)
        book(made, FOREIGN)
        book(made, Opening(NOON, CASH, {"USD": 1.0}, {"S": (5.0, 9.0)}))
    for each in (OPTION, COIN, *BEFORE.get(before or "", ())):
        book(made, each)
    return made


def test_what_is_held_before_is_of_every_kind() -> None:
    """No order explains it, and one waits for a price, another for the fill that explains it."""
    waits, held, gone = map(begun, BEFORE)
    assert "S" in waits.books.aside
    assert "S" in held.books.accounts["trend"].open
    assert "S" in begun("held", UNASSIGNED).books.found.open
    assert "adopted" in gone.books.anomaly_counts


@pytest.mark.parametrize("before", [None, *BEFORE])
@given(heard=HEARD, seed=st.sampled_from(["trend", UNASSIGNED]))
def test_a_plain_fill_is_booked_as_the_event_it_stands_for(
    before: str | None, heard: list[tuple[Any, ...]], seed: str
) -> None:
    """Whatever comes of it: what may move more is left to the event, and nothing is booked."""
    short, whole = begun(before, seed), begun(before, seed)
    did: list[list[Any]] = [[], []]
    for (order_id, event_id), sid, tag, kind, minutes, size, fee in heard:
        time = NOON + timedelta(minutes=minutes)
        said = OrderUpdate(time, order_id, 1, sid, OrderStatus.SUBMITTED, tag, kind, size)
        traded = PlainFill(order_id, event_id + 1, sid, event_id == 3, size, 10.0, fee)
        for each, effects in zip((short, whole), did, strict=True):
            if each.books.orders.find(order_id) is None and order_id != 4:
                book(each, said)
            event = traded.fill(time, "USD")
            booked = each.trade(time, traded) if each is short else None
            effects.append([*((each.fill(event) if booked is None else booked) or ())])
    told = [[[(e.kind, e.execution, e.trades) for e in one] for one in each] for each in did]
    assert told[0] == told[1]
    assert short.state() == whole.state()


@pytest.mark.parametrize(
    ("instrument", "event", "order", "plain"),
    [
        (STOCK, fill(1, 1.0, 10.0), ORDER, True),
        (STOCK, fill(1, 1.0, 10.0, fee=1.0, fee_currency="USD"), ORDER, True),
        (STOCK, fill(1, 1.0, 10.0, fee=1.0, fee_currency="EUR"), ORDER, False),
        (COIN, fill(1, 1.0, 10.0), ORDER, False),
        (OPTION, fill(1, 1.0, 0.0), replace(ORDER, order_type=OrderType.OPTION_EXERCISE), False),
    ],
    ids=["no fee", "a fee at home", "a fee abroad", "a pair", "an exercise"],
)
def test_what_is_plain(instrument: Instrument, event: Fill, order: Order, plain: bool) -> None:
    """The price and a fee at home are all the cash that it moves."""
    assert is_plain(event, Holding(instrument), order, "USD") is plain
