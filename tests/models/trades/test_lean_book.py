"""The LEAN book against scenarios written as text, and against what LEAN made of every recording.

A scenario opens with its grouping, its matching (`any` for both) and what it shows. Then come its
events, one a line and a minute apart unless `at` gives the minute: `BUY 10 @ 100` with `fee`,
`order`, `itm` or `otm` (an exercise's amount) as needed, `MARK 95`, `SPLIT 0.5`; and all the trades
they make, each with the figures that matter: `LONG 10 100>110 profit 100`. What LEAN made of a
recording is on its tape's last line, and for some in files named after grouping and matching.
"""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ledger.lots import Matching
from models.statistics.lean_samples import Exercise
from models.trades.lean_book import Grouping, LeanBook
from tests.models.trades.lean_scenarios import (
    EVENTS,
    KINDS,
    START,
    Book,
    Scenario,
    play,
    scenarios,
    shown,
)


@pytest.mark.parametrize("scenario", list(scenarios()))
def test_a_scenario_gives_the_trades_written_under_it(scenario: Scenario) -> None:
    """The closed trades are those of the text: no other, and in its order."""
    book = Book(scenario.grouping, scenario.matching)
    play(book, scenario.events)
    likes = itertools.chain(scenario.trades, itertools.repeat(""))
    assert [shown(*pair) for pair in zip(book.closed, likes, strict=False)] == scenario.trades


def test_a_fill_gives_the_trades_it_closed() -> None:
    """A fill returns its own trades alone."""
    book = LeanBook()
    deals = [(1, 2.0, 10.0), (2, 1.0, 11.0), (3, -2.0, 12.0), (4, -1.0, 12.0)]
    given = [book.fill("A", i, START, q, price, 0.0, 1.0, 1.0) for i, q, price in deals]
    made = [[trade.profit_loss for trade in trades] for trades in given]
    assert made == [[], [], [4.0], [1.0]]


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("profit", [5.0, -5.0])
@pytest.mark.parametrize(("amount", "over"), [(6.0, False), (5.0, None), (4.0, True)])
def test_an_exercise_is_won_by_what_it_gives(
    inside: bool, profit: float, amount: float, over: bool | None
) -> None:
    """In the money its value decides and a tie is no win; out of it the writer always wins."""
    exercised = Exercise(inside, amount)
    assert exercised.is_win(-1.0, profit) is (inside and over is False)
    assert exercised.is_win(1.0, profit) is (not inside or over is True)


def test_money_is_at_the_multiplier_and_the_closing_fills_rate() -> None:
    """Profit and excursions are in account currency, at the rate of the closing fill."""
    book = Book()
    book.fill("A", 1, START, 2.0, 10.0, 0.0, 7.0, 100.0)
    book.mark("A", 9.0)
    (trade,) = book.fill("A", 2, START, -2.0, 12.0, 0.0, 0.5, 100.0)
    money = trade.profit_loss, trade.mae, trade.mfe, trade.end_trade_drawdown
    assert money == (200.0, -100.0, 200.0, 100.0)


def test_securities_are_apart() -> None:
    """Neither a fill nor a mark nor a split of one security touches another."""
    book = Book()
    book.fill("A", 1, START, 1.0, 10.0, 0.0, 1.0, 1.0)
    alone = book.state()["positions"]
    book.fill("B", 2, START, -1.0, 10.0, 0.0, 1.0, 1.0)
    book.mark("B", 90.0)
    book.split("B", 0.5)
    book.fill("B", 3, START, 2.0, 10.0, 0.0, 1.0, 1.0)
    assert [trade.symbols for trade in book.closed] == [("B",)]
    assert book.state()["positions"] == alone


@pytest.mark.parametrize("kind", KINDS)
def test_what_moves_nothing_changes_nothing(kind: tuple[Grouping, Matching]) -> None:
    """A fill of zero, and marks and splits of what is not held, leave the book as it was."""
    book = Book(*kind)
    empty = book.state()
    assert book.fill("A", 1, START, 0.0, 10.0, 5.0, 1.0, 1.0) == []
    book.mark("A", 10.0)
    book.split("A", 0.5)
    assert book.state() == empty


@pytest.mark.parametrize(("others", "fees"), [(999, 0.0), (1000, 5.0)])
def test_an_order_is_remembered_for_a_thousand_orders(others: int, fees: float) -> None:
    """An order's second fill pays nothing until a thousand other orders have paid since."""
    book = Book()
    book.fill("A", 0, START, 2.0, 10.0, 0.0, 1.0, 1.0)
    for order in range(1, others + 1):
        book.fill("B", order, START, 1.0, 10.0, 0.0, 1.0, 1.0)
    (trade,) = book.fill("A", 0, START, -2.0, 10.0, 5.0, 1.0, 1.0)
    assert trade.total_fees == fees


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cut", range(len(EVENTS) + 1))
def test_a_restored_book_goes_on_as_the_one_saved(
    kind: tuple[Grouping, Matching], cut: int
) -> None:
    """Saved as JSON after any event and restored, a book ends with the same trades and state."""
    whole, early, late = (Book(*kind) for _ in range(3))
    play(whole, EVENTS)
    play(early, EVENTS[:cut])
    play(late, ["BUY 1 @ 1"])
    late.restore(json.loads(json.dumps(early.state())))
    assert late.state() == early.state()
    play(late, EVENTS[cut:], cut + 1)
    assert early.closed + late.closed == whole.closed
    assert late.state() == whole.state()


@pytest.mark.parametrize("kind", KINDS[1:])
def test_a_book_of_another_kind_is_refused(kind: tuple[Grouping, Matching]) -> None:
    """A state of another grouping or matching raises, and the book stays as it was."""
    book = Book()
    play(book, EVENTS)
    before = book.state()
    with pytest.raises(ValueError, match=r"(grouping|matching) is '.*', not '"):
        book.restore(Book(*kind).state())
    assert book.state() == before


DEALS = st.lists(
    st.tuples(st.integers(-40, 40).filter(bool), st.integers(1, 5000)), min_size=1, max_size=30
)


@given(DEALS, st.sampled_from([1.0, 10.0, 1000.0]), st.sampled_from(Matching))
def test_profits_add_up_to_the_cash(
    deals: list[tuple[int, int]], parts: float, matching: Matching
) -> None:
    """Once all is sold, the trades' profits are the cash the fills left, to half a cent a trade."""
    deals = [*deals, (-sum(units for units, _ in deals), 77)]
    for grouping in (Grouping.FILL_TO_FILL, Grouping.FLAT_TO_REDUCED):
        book = Book(grouping, matching)
        for order, (units, cents) in enumerate(deals):
            book.fill("A", order, START, units / parts, cents / 100, 0.0, 1.0, 1.0)
        cash = -sum(units / parts * cents / 100 for units, cents in deals)
        profit = sum(trade.profit_loss for trade in book.closed)
        assert abs(profit - cash) <= 0.005 * len(book.closed) + 1e-6
        assert all(trade.quantity >= 1 / parts for trade in book.closed)
        assert book.state()["positions"] == {}
