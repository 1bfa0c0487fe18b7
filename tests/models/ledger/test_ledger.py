"""The ledger: what it asks of marks, what it says of itself, and what it does with bad events."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from models.events.corporate_actions import (
    Delisting,
    DelistingKind,
    Dividend,
    Split,
    SplitKind,
    SymbolChange,
)
from models.events.instruments import Instrument, SecurityType
from models.events.orders import OrderStatus, OrderUpdate
from models.ledger.books import Books
from models.ledger.ledger import Ledger
from tests.booking import book
from tests.models.ledger.opened import NOON, fill, ledger, mark

LATER = NOON + timedelta(seconds=1)


def test_the_law_names_every_term() -> None:
    """`balance` says all terms of the law, by name, in account currency."""
    made = ledger()
    book(made, fill(1, 10.0, 5.0, fee=1.0, fee_currency="USD"))
    book(made, mark(equity=1009.0, prices={"S": 6.0}, cash={"USD": 949.0}))
    assert made.balance() == {
        "starting_equity": 1000.0,
        "realized": 0.0,
        "unrealized": 10.0,
        "fees": 1.0,
        "dividends": 0.0,
        "financing": 0.0,
        "settlement": 0.0,
        "fx": 0.0,
        "flows": 0,
        "unexplained": 0.0,
        "equity": 1009.0,
        "lean_equity": 1009.0,
        "max_abs_unexplained": 0.0,
    }


def test_before_the_first_mark_leans_equity_is_unknown() -> None:
    """It is null, and so it stays where the feed has none; ours is there all the same."""
    made = ledger()
    assert made.balance()["lean_equity"] is None
    book(made, mark(cash={"USD": 1000.0}))
    assert (made.lean_equity, made.equity, made.unexplained) == (None, 1000.0, 0.0)


def test_a_partial_mark_that_does_not_close_books_nothing() -> None:
    """It asks for the whole one, by cash or by equity, and counts no mark and no flow."""
    made = ledger()
    for given in ({"cash": {"USD": 1100.0}}, {"equity": 1000.1}):
        assert book(made, mark(partial=True, **given)) is None
    assert (made.marks, made.flows, made.lean_equity) == (0, [], None)
    assert book(made, mark(partial=True, equity=1000.00009, cash={"USD": 1000.0})) == ()
    assert made.marks == 1


def test_a_price_of_zero_is_none() -> None:
    """LEAN shows it where it has no price: the last one stands, as LEAN's equity is completed."""
    made = ledger()
    book(made, fill(1, 10.0, 5.0))
    book(made, mark(prices={"S": 0.0}))
    assert made.sheet("trend").unrealized == 0.0
    book(made, mark(prices={"S": 6.0}))
    assert made.sheet("trend").unrealized == 10.0


def test_events_of_what_nobody_described_move_nothing() -> None:
    """Slices tell of whatever is subscribed; a fill of it alone is an anomaly."""
    made = ledger()
    before = made.state()
    for event in (
        Split(NOON, "?", SplitKind.SPLIT_OCCURRED, 0.5, 10.0),
        Dividend(NOON, "?", 1.0),
        Delisting(NOON, "?", DelistingKind.DELISTED),
        SymbolChange(NOON, "?", "A", "B"),
    ):
        assert book(made, event) == ()
    assert made.state() == before
    book(made, OrderUpdate(NOON, 7, 1, "?", OrderStatus.SUBMITTED, "strategy=trend"))
    assert book(made, fill(8, 1.0, 1.0, sid="?")) is None
    assert made.books.anomaly_counts == {"unknown instrument": 1}


def test_a_holding_that_nobody_described_stays_unexplained() -> None:
    """A mark may show what was never described: its value is published, not made up."""
    made = ledger()
    book(made, mark(equity=1050.0, cash={"USD": 1000.0}, holdings={"?": (5.0, 10.0)}))
    assert (made.unexplained, made.books.anomaly_counts) == (50.0, {"unexplained money": 1})


def test_a_fill_lost_as_unknown_is_adopted_once_it_is_described() -> None:
    """The fill itself stays an anomaly; the next whole mark shows what it left."""
    made = ledger()
    book(made, fill(1, 5.0, 10.0, sid="N"))
    book(made, Instrument("N", "NEW", SecurityType.EQUITY, "USD"))
    shown = {"prices": {"N": 20.0}, "cash": {"USD": 950.0}, "holdings": {"N": (5.0, 10.0)}}
    book(made, mark(equity=1050.0, **shown))
    assert list(made.books.anomaly_counts) == ["unknown instrument", "adopted"]
    assert made.balance()["unrealized"] == 50.0


def test_a_restored_ledger_has_the_doubts_of_the_saved_one() -> None:
    """Live, what the last mark showed is remembered through a save."""
    saved = ledger(live=True)
    odd = mark(equity=1100.0, cash={"USD": 1100.0}, holdings={})
    book(saved, odd)
    restored = Ledger(Books(live=True))
    restored.restore(json.loads(json.dumps(saved.state())))
    assert restored.state() == saved.state()
    assert restored.flows == []
    book(restored, replace(odd, time=LATER))
    assert [flow.amount for flow in restored.flows] == [100.0]


def test_live_a_doubt_ends_with_a_mark_that_closes() -> None:
    """What one mark shows wrong and the next one right must again be seen twice."""
    made = ledger(live=True)
    odd = mark(equity=1100.0, cash={"USD": 1100.0}, holdings={})
    for shown in (odd, mark(equity=1000.0, cash={"USD": 1000.0}), odd):
        book(made, shown)
        assert made.flows == []
    book(made, odd)
    assert made.flows == [], "a second look at the same step tells nothing new"
    book(made, replace(odd, time=LATER))
    assert [flow.amount for flow in made.flows] == [100.0]
