"""Which differences in cash are money, which are the dust of floats, and a feed without cash."""

from __future__ import annotations

from tests.booking import book
from tests.models.ledger.opened import fill, ledger, mark


def test_a_feed_without_a_cash_book_is_believed() -> None:
    """Marks without cash and holdings move no money; what is missing is unexplained."""
    made = ledger()
    book(made, fill(1, 10.0, 5.0))
    book(made, mark(equity=1000.0, prices={"S": 5.0}))
    assert (made.flows, made.unexplained) == ([], 0.0)
    book(made, mark(equity=1100.0, prices={"S": 5.0}))
    assert (made.flows, made.unexplained) == ([], 100.0)


def test_float_dust_in_the_cash_never_adds_up() -> None:
    """A millionth is taken as it comes, however often, and is no flow."""
    made = ledger()
    for step in range(1, 3_000):
        book(made, mark(cash={"USD": 1000.0 + step * 9e-7}))
    assert made.flows == []


def test_a_hundredth_of_a_coin_is_money() -> None:
    """Cash that moved is judged by its value, not by its number."""
    made = ledger()
    book(made, mark(cash={"USD": 1000.0, "BTC": 0.0, "IDR": 0.0}, rates={"BTC": 5e4, "IDR": 6e-5}))
    book(made, mark(cash={"USD": 1000.0, "BTC": 1e-4, "IDR": 0.01}))
    assert [(flow.currency, flow.amount) for flow in made.flows] == [("BTC", 1e-4)]
