"""Symbols and their ids: what they show, and when two are the same."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.workbench.engine import tapes
from workbench.engine.bill import Bill
from workbench.engine.enums import OptionRight, OptionStyle, SecurityType
from workbench.engine.reads import InvalidOperationException, ReadMeter, observed
from workbench.engine.state import SecurityState
from workbench.engine.symbols import BySymbol, Symbol, underlying_facts


@pytest.fixture
def meter() -> ReadMeter:
    """A meter that has counted nothing."""
    return ReadMeter()


@pytest.fixture
def stock(meter: ReadMeter) -> Symbol:
    """A stock's symbol."""
    return Symbol(meter, SecurityState(tapes.security()))


@pytest.fixture
def option(meter: ReadMeter, stock: Symbol) -> Symbol:
    """An option's symbol."""
    return Symbol(meter, SecurityState(tapes.option()), stock)


def test_an_id_prints_as_the_tapes_key(stock: Symbol, meter: ReadMeter) -> None:
    """`str(symbol.id)` is two reads: the id and its printing."""
    assert str(stock.id) == tapes.STOCK
    assert meter.total == 2


def test_a_symbol_prints_as_its_ticker(stock: Symbol, meter: ReadMeter) -> None:
    """Printing and reading the value are one read each."""
    assert str(stock) == "AAA"
    assert stock.value == "AAA"
    assert meter.total == 2


def test_symbols_are_equal_by_id(stock: Symbol, option: Symbol, meter: ReadMeter) -> None:
    """Two symbols of one id are one key, whatever their ticker; comparing is no read."""
    renamed = Symbol(meter, SecurityState(tapes.security(ticker="BBB")))
    assert renamed == stock
    assert {stock: 1}[renamed] == 1
    assert stock != option
    assert stock != tapes.STOCK
    assert meter.total == 0
    assert renamed.id == stock.id
    assert hash(renamed.id) == hash(stock.id)
    assert stock.id != option.id
    assert stock.id != tapes.STOCK


def test_a_symbol_is_another_object_at_each_read(stock: Symbol, meter: ReadMeter) -> None:
    """As in LEAN: what was read anew has to be compared to be found in a dictionary by symbol."""
    again = stock._again()
    assert again is not stock
    assert (again, hash(again), again.value) == (stock, hash(stock), stock.value)


def test_the_engines_own_dictionary_compares_nothing(stock: Symbol, option: Symbol) -> None:
    """Its look-ups are LEAN's own: no observer hears of them; its keys are objects of their own."""
    bill = Bill()
    kept = BySymbol[int]()
    with observed(bill):
        bill.hook("on_data")
        kept.add(stock, 1)
        kept.add(stock._again(), 2)
        assert kept[stock._again()] == 2
        assert option not in kept
        assert "AAA" not in kept
        assert len(kept) == 1
        (key,) = kept
        assert key is not stock
    assert not bill.charges[0].reads


def test_a_symbol_shows_its_id_when_debugged(stock: Symbol, meter: ReadMeter) -> None:
    """That is no read: LEAN is not asked."""
    assert repr(stock) == f"<Symbol {tapes.STOCK}>"
    assert meter.total == 0


def test_a_symbol_follows_its_instruments_ticker(meter: ReadMeter) -> None:
    """The ticker changes, the id does not."""
    state = SecurityState(tapes.security())
    symbol = Symbol(meter, state)
    state.rename("AAA", "BBB")
    assert symbol.value == str(symbol) == "BBB"
    assert symbol.id.symbol == "AAA"


def test_a_stock_has_no_underlying(stock: Symbol) -> None:
    """The symbol says None, its id raises."""
    assert stock.underlying is None
    assert not stock.has_underlying
    assert not stock.id.has_underlying
    with pytest.raises(InvalidOperationException):
        _ = stock.id.underlying


def test_an_option_leads_to_its_underlying(option: Symbol, stock: Symbol) -> None:
    """Symbol and id both know it."""
    assert option.underlying == stock
    assert option.has_underlying
    assert option.id.underlying == stock.id
    assert option.id.has_underlying


def test_an_option_has_its_terms(option: Symbol) -> None:
    """Strike, right, style and expiry are in the id."""
    assert option.security_type == option.id.security_type == SecurityType.OPTION
    assert option.id.strike_price == 100.0
    assert option.id.option_right == OptionRight.CALL
    assert option.id.option_style == OptionStyle.AMERICAN
    assert option.id.date == datetime(2020, 1, 17)
    assert option.id.market == "usa"


@pytest.mark.parametrize("member", ["strike_price", "option_right", "option_style"])
def test_only_options_have_terms(stock: Symbol, member: str) -> None:
    """Asking a stock's id for one is an error."""
    with pytest.raises(InvalidOperationException):
        getattr(stock.id, member)


@pytest.mark.parametrize(
    ("line", "date"),
    [
        (tapes.security(), datetime(1998, 1, 2)),
        (tapes.security("ABC 0"), datetime(1899, 12, 30)),
        (tapes.security("odd-id"), datetime(1899, 12, 30)),
        (tapes.future(expiry="2020-03-20T00:00:00"), datetime(2020, 3, 20)),
    ],
)
def test_the_date_of_an_id(meter: ReadMeter, line: tapes.Line, date: datetime) -> None:
    """It is a derivative's expiry, else the day packed into the id."""
    assert Symbol(meter, SecurityState(line)).id.date == date


def test_a_pair_has_no_date(meter: ReadMeter) -> None:
    """Asking a coin's id for one is an error."""
    with pytest.raises(InvalidOperationException):
        _ = Symbol(meter, SecurityState(tapes.coin())).id.date


@pytest.mark.parametrize(
    ("kind", "below"),
    [("OPTION", "EQUITY"), ("INDEX_OPTION", "INDEX"), ("FUTURE_OPTION", "FUTURE")],
)
def test_an_option_tells_of_its_underlying(kind: str, below: str) -> None:
    """Before the underlying is described, id, ticker and kind are known from the option."""
    facts = underlying_facts(tapes.option(kind=kind))
    assert facts == {"sid": tapes.STOCK, "ticker": "AAA", "kind": below, "market": "usa"}


def test_a_stock_tells_of_none() -> None:
    """Only options have an underlying."""
    assert underlying_facts(tapes.security()) is None
