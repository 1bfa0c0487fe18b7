"""Securities: LEAN's class for each kind, its members, and the list of all."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.workbench.engine import tapes
from workbench.engine.algorithm import RecordedAlgorithm
from workbench.engine.engine import RecordedEngine
from workbench.engine.enums import DataNormalizationMode, OptionRight, OptionStyle, SecurityType
from workbench.engine.reads import KeyNotFoundException

LINES = (
    tapes.option(),
    tapes.security(),
    tapes.future(),
    tapes.coin(),
    tapes.order(),
)


@pytest.fixture
def played(tmp_path: Path) -> RecordedEngine:
    """A run that described one instrument of each kind."""
    return tapes.play(tmp_path, None, *LINES)


@pytest.fixture
def algorithm(played: RecordedEngine) -> RecordedAlgorithm:
    """The run's algorithm."""
    return played.algorithm


def by_sid(algorithm: RecordedAlgorithm) -> dict[str, Any]:
    """Every security by its printed id."""
    return {str(symbol.id): security for symbol, security in algorithm.securities.items()}


def test_a_security_shows_price_and_quote(algorithm: RecordedAlgorithm) -> None:
    """Price, bid and ask are those of the latest line that has them."""
    stock = by_sid(algorithm)[tapes.STOCK]
    assert (stock.price, stock.bid_price, stock.ask_price) == (50.25, 49.5, 50.5)
    assert stock.type == SecurityType.EQUITY
    assert stock.invested


def test_a_security_that_is_kept_shows_present_values(tmp_path: Path) -> None:
    """An object taken early follows the run."""
    seen: list[float] = []

    class Keeper(RecordedAlgorithm):
        kept: Any = None

        def on_data(self, slice: Any) -> None:
            if self.kept is None:
                self.kept = self.securities.values()[0]
            seen.append(self.kept.price)

    marks = [tapes.mark(h={tapes.STOCK: [1, price, 50, 0, price]}) for price in (51, 52)]
    tapes.play(tmp_path, Keeper, tapes.security(), *marks)
    assert seen == [51.0, 52.0]


def test_a_security_has_the_terms_it_trades_on(algorithm: RecordedAlgorithm) -> None:
    """The properties are the security line's, as floats."""
    properties = by_sid(algorithm)[tapes.FUTURE].symbol_properties
    assert properties.contract_multiplier == 50.0
    assert (properties.lot_size, properties.minimum_price_variation) == (1.0, 0.01)
    assert properties.price_magnifier == 1.0
    assert properties.quote_currency == "USD"


def test_a_security_knows_its_market(algorithm: RecordedAlgorithm) -> None:
    """The exchange's time zone is found both ways; normalization and leverage are the line's."""
    contract = by_sid(algorithm)[tapes.FUTURE]
    assert contract.exchange.time_zone.id == "America/Chicago"
    assert str(contract.exchange.hours.time_zone) == "America/Chicago"
    assert contract.data_normalization_mode == DataNormalizationMode.RAW
    assert contract.leverage == 2.0
    assert contract.expiry == datetime(2020, 3, 20, 13, 30)


def test_models_are_known_by_their_class(algorithm: RecordedAlgorithm) -> None:
    """Of the models the tape knows the name, and that is their type's."""
    contract = by_sid(algorithm)[tapes.FUTURE]
    assert type(contract.margin_interest_rate_model).__name__ == "NullMarginInterestRateModel"
    assert type(contract.settlement_model).__name__ == "FutureSettlementModel"


def test_an_option_has_its_terms_and_its_underlying(algorithm: RecordedAlgorithm) -> None:
    """The underlying is found though it was described after the option."""
    every = by_sid(algorithm)
    option = every[tapes.OPTION]
    assert option.strike_price == 100.0
    assert option.right == OptionRight.CALL
    assert option.style == OptionStyle.AMERICAN
    assert option.expiry == datetime(2020, 1, 17)
    assert option.underlying is every[tapes.STOCK]
    assert option.symbol.underlying == every[tapes.STOCK].symbol
    assert option.symbol.underlying.value == "AAA"


def test_an_underlying_that_is_never_described_is_none(tmp_path: Path) -> None:
    """Its symbol is known from the option all the same."""
    algorithm = tapes.play(tmp_path, None, tapes.option()).algorithm
    option: Any = algorithm.securities.values()[0]
    assert option.underlying is None
    assert str(option.symbol.underlying.id) == tapes.STOCK
    assert option.symbol.underlying.value == "AAA"
    assert not algorithm.securities.contains_key(option.symbol.underlying)


def test_a_pair_has_two_currencies(algorithm: RecordedAlgorithm) -> None:
    """They are the cash book's own balances."""
    pair = by_sid(algorithm)[tapes.COIN]
    book = algorithm.portfolio.cash_book
    assert pair.base_currency is book["BTC"]
    assert pair.quote_currency is book["EUR"]


@pytest.mark.parametrize(
    ("sid", "absent"),
    [
        (tapes.STOCK, ["base_currency", "strike_price", "expiry", "underlying"]),
        (tapes.FUTURE, ["base_currency", "strike_price", "right"]),
        (tapes.COIN, ["expiry", "right"]),
        (tapes.OPTION, ["base_currency", "nonsense"]),
    ],
)
def test_a_kind_has_only_its_own_members(
    algorithm: RecordedAlgorithm, sid: str, absent: list[str]
) -> None:
    """What LEAN's class does not have is an AttributeError."""
    security = by_sid(algorithm)[sid]
    assert [name for name in absent if hasattr(security, name)] == []


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("EQUITY", "Equity"),
        ("INDEX", "Index"),
        ("FOREX", "Forex"),
        ("CFD", "Cfd"),
        ("CRYPTO", "Crypto"),
        ("CRYPTO_FUTURE", "CryptoFuture"),
        ("COMMODITY", "Security"),
    ],
)
def test_the_class_is_leans(tmp_path: Path, kind: str, name: str) -> None:
    """Each kind is shown by a class of the name LEAN has for it."""
    algorithm = tapes.play(tmp_path, None, tapes.security(kind=kind)).algorithm
    assert type(algorithm.securities.values()[0]).__name__ == name


def test_a_security_is_not_there_before_it_is_described(tmp_path: Path) -> None:
    """Securities and portfolio know it from its line on, and not one line sooner."""
    seen: list[tuple[int, int]] = []

    class Watcher(RecordedAlgorithm):
        def on_data(self, slice: Any) -> None:
            seen.append((self.securities.count, self.portfolio.count))

    lines = (tapes.mark("14:00"), tapes.security(), tapes.mark("14:30"))
    tapes.play(tmp_path, Watcher, *lines)
    assert seen == [(0, 0), (1, 1)]


def test_the_list_of_securities(algorithm: RecordedAlgorithm) -> None:
    """It is asked by symbol; one that is not listed is LEAN's error."""
    symbol = algorithm.securities.keys()[1]
    assert algorithm.securities[symbol].symbol == symbol
    assert algorithm.securities.contains_key(symbol)
    assert symbol in algorithm.securities
    pair = next(iter(algorithm.securities))
    assert pair.value.symbol == pair.key
    with pytest.raises(KeyNotFoundException, match="was not found in your security list"):
        _ = algorithm.securities["nothing"]  # type: ignore[index]


def test_what_a_read_of_a_security_costs(
    played: RecordedEngine, algorithm: RecordedAlgorithm
) -> None:
    """The way from the algorithm to a price is three reads, from a kept security one."""
    security = by_sid(algorithm)[tapes.STOCK]
    symbol = security.symbol
    before = played.reads
    assert algorithm.securities[symbol].price == 50.25
    assert played.reads - before == 3
    assert security.quote_currency.conversion_rate == 1.0
    assert played.reads - before == 5
