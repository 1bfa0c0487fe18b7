"""The portfolio: holdings, balances and the account's value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.workbench.engine import tapes
from workbench.engine.algorithm import RecordedAlgorithm
from workbench.engine.engine import RecordedEngine
from workbench.engine.reads import InvalidOperationException, KeyNotFoundException

MARK = tapes.mark(
    tpv=2000,
    cash={"USD": [400, 1], "EUR": [10, 1.2]},
    unsettled={"USD": 30},
    h={
        tapes.STOCK: [10, 51, 50, 9, 510],
        tapes.FUTURE: [-1, 3000, 2990, -502, -150_000, -400],
    },
)
LINES = (tapes.security(), tapes.option(), tapes.future(), tapes.day(sale_volume=5), MARK)


@pytest.fixture
def played(tmp_path: Path) -> RecordedEngine:
    """A run that holds a stock and a future."""
    return tapes.play(tmp_path, None, *LINES)


@pytest.fixture
def algorithm(played: RecordedEngine) -> RecordedAlgorithm:
    """The run's algorithm."""
    return played.algorithm


def holding(algorithm: RecordedAlgorithm, sid: str) -> Any:
    """The holding of an instrument."""
    found = {str(symbol.id): held for symbol, held in algorithm.portfolio.items()}
    return found[sid]


def test_the_account_has_a_value(algorithm: RecordedAlgorithm) -> None:
    """Equity is the latest mark's, sale volume the latest midnight's."""
    assert algorithm.portfolio.total_portfolio_value == 2000.0
    assert algorithm.portfolio.total_sale_volume == 5.0
    assert algorithm.portfolio.invested


def test_a_holding_has_its_figures(algorithm: RecordedAlgorithm) -> None:
    """They are the mark line's, as floats."""
    held = holding(algorithm, tapes.STOCK)
    figures = (held.quantity, held.price, held.average_price, held.unrealized_profit)
    assert figures == (10.0, 51.0, 50.0, 9.0)
    assert held.holdings_value == 510.0
    assert held.invested
    assert all(type(figure) is float for figure in figures)


def test_every_instrument_has_a_holding(algorithm: RecordedAlgorithm) -> None:
    """One that is not held is flat."""
    assert algorithm.portfolio.count == len(algorithm.portfolio) == 3
    flat = holding(algorithm, tapes.OPTION)
    assert (flat.quantity, flat.average_price, flat.invested) == (0.0, 0.0, False)


def test_a_holding_is_found_by_symbol(algorithm: RecordedAlgorithm) -> None:
    """The portfolio and the security lead to the same one."""
    for symbol, security in algorithm.securities.items():
        assert algorithm.portfolio[symbol] is security.holdings
        assert algorithm.portfolio[symbol].symbol == symbol
        assert algorithm.portfolio.contains_key(symbol)
    with pytest.raises(KeyNotFoundException, match="was not found in your security list"):
        _ = algorithm.portfolio["nothing"]  # type: ignore[index]


def test_only_a_futures_holding_is_settled(algorithm: RecordedAlgorithm) -> None:
    """Its settled profit is the mark's sixth figure; no other holding has the member."""
    assert holding(algorithm, tapes.FUTURE).settled_profit == -400.0
    assert not hasattr(holding(algorithm, tapes.STOCK), "settled_profit")


def test_an_account_that_holds_nothing_is_not_invested(tmp_path: Path) -> None:
    """Known instruments alone are no investment."""
    algorithm = tapes.play(tmp_path, None, tapes.security(), tapes.mark(h={})).algorithm
    assert not algorithm.portfolio.invested


def test_the_cash_book_has_every_currency(algorithm: RecordedAlgorithm) -> None:
    """Amount and rate are the mark's, in the currency and in account currency."""
    book = algorithm.portfolio.cash_book
    assert book.account_currency == "USD"
    assert book.keys() == ["USD", "EUR"]
    euros = book["EUR"]
    assert (euros.symbol, euros.amount, euros.conversion_rate) == ("EUR", 10.0, 1.2)
    assert euros.value_in_account_currency == 12.0
    assert book.contains_key("EUR")
    assert not book.contains_key("CHF")


def test_the_unsettled_cash_book_stands_apart(algorithm: RecordedAlgorithm) -> None:
    """It has the same currencies and balances of its own."""
    book = algorithm.portfolio.unsettled_cash_book
    amounts = {currency: cash.amount for currency, cash in book.items()}
    assert amounts == {"USD": 30.0, "EUR": 0.0}
    assert book["EUR"].conversion_rate == 1.2


def test_a_missing_currency_is_an_error(algorithm: RecordedAlgorithm) -> None:
    """One that is not there is not found; the null currency of unknown fees may not be asked."""
    book = algorithm.portfolio.cash_book
    with pytest.raises(KeyNotFoundException, match=r"cash symbol \(CHF\) was not found"):
        _ = book["CHF"]
    assert not book.contains_key("QCC")
    with pytest.raises(InvalidOperationException, match="NullCurrency"):
        _ = book["QCC"]


def test_what_is_kept_shows_present_values(tmp_path: Path) -> None:
    """Cash and holdings taken early follow the run, and so do the books."""
    seen: list[tuple[float, float, int]] = []

    class Keeper(RecordedAlgorithm):
        kept: Any = None

        def on_data(self, slice: Any) -> None:
            if self.kept is None:
                book = self.portfolio.cash_book
                self.kept = (book, book["USD"], self.portfolio.values()[0])
            book, cash, held = self.kept
            seen.append((cash.amount, held.quantity, book.count))

    first = tapes.mark(cash={"USD": [1, 1]})
    lines = (tapes.security(), tapes.future(), first, MARK)
    tapes.play(tmp_path, Keeper, *lines)
    assert seen == [(1.0, 0.0, 1), (400.0, 10.0, 2)]


def test_what_a_read_of_the_portfolio_costs(
    played: RecordedEngine, algorithm: RecordedAlgorithm
) -> None:
    """Each step of the way is one read."""
    symbol = algorithm.portfolio.keys()[0]
    before = played.reads
    assert algorithm.portfolio.total_portfolio_value == 2000.0
    assert played.reads - before == 2
    assert algorithm.portfolio[symbol].quantity == 10.0
    assert played.reads - before == 5
    assert algorithm.portfolio.cash_book["USD"].amount == 400.0
    assert played.reads - before == 9
    assert len(algorithm.portfolio.cash_book.items()) == 2
    assert played.reads - before == 14
