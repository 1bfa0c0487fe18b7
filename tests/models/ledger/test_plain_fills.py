"""Plain fills, against the same fills booked by way of a deal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill, OrderType
from models.ledger import books as books_module
from models.ledger.lean_account import Holding
from models.ledger.lots import Matching
from models.ledger.orders import Order
from models.ledger.plain_fills import is_plain
from tests.booking import book
from tests.models.ledger.opened import STOCK, fill, ledger

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
