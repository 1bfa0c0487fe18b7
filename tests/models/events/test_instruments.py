"""Instruments: how each kind is valued, in which currency it earns, and what moves it."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest

from models.errors import EventError
from models.events.instruments import (
    SECURITY_RULES,
    Instrument,
    SecurityRules,
    SecurityType,
    Valuation,
)

PREMIUM, MARGIN, PAIR = Valuation.PREMIUM, Valuation.MARGIN, Valuation.PAIR


def instrument(kind: SecurityType = SecurityType.EQUITY, **given: Any) -> Instrument:
    """An instrument of a kind, with a base currency where it needs one."""
    values: dict[str, Any] = {"sid": "X 1", "ticker": "X", "quote": "USD"}
    if kind in {SecurityType.FOREX, SecurityType.CRYPTO, SecurityType.CRYPTO_FUTURE}:
        values["base"] = "BTC"
    return Instrument(security_type=kind, **{**values, **given})


@pytest.mark.parametrize(
    ("kinds", "valuation"),
    [
        ("EQUITY OPTION INDEX_OPTION FUTURE_OPTION INDEX COMMODITY BASE", PREMIUM),
        ("FUTURE CFD CRYPTO_FUTURE", MARGIN),
        ("FOREX CRYPTO", PAIR),
    ],
)
def test_each_kind_has_its_valuation(kinds: str, valuation: Valuation) -> None:
    """Premiums are paid, futures are margined, pairs swap two balances."""
    for name in kinds.split():
        assert instrument(SecurityType(name)).valuation is valuation


def test_no_security_type_is_without_rules() -> None:
    """The table has one row for each of LEAN's security types."""
    assert set(SECURITY_RULES) == set(SecurityType)


@pytest.mark.parametrize(
    ("rule", "security_types"),
    [
        ("has_strike", "OPTION FUTURE_OPTION INDEX_OPTION"),
        ("has_base", "FOREX CRYPTO CRYPTO_FUTURE"),
        ("settles_daily", "FUTURE"),
        ("settles_in_cash", "INDEX_OPTION"),
        ("fee_in_base", "CRYPTO"),
        ("coin_margined", "CRYPTO_FUTURE"),
        ("own_funding", "CRYPTO_FUTURE"),
        ("splits", "EQUITY"),
        ("pays_dividends", "EQUITY"),
    ],
)
def test_each_rule_holds_for_its_security_types_alone(rule: str, security_types: str) -> None:
    """The table says of each rule for which of LEAN's security types it holds."""
    found = {kind.value for kind, rules in SECURITY_RULES.items() if getattr(rules, rule)}
    assert found == set(security_types.split())


def test_every_rule_is_named_in_the_tests() -> None:
    """A rule that is added to the table is tested too."""
    rules = {each.name for each in fields(SecurityRules)} - {"valuation"}
    marks = test_each_rule_holds_for_its_security_types_alone.pytestmark  # type: ignore[attr-defined]
    assert {rule for rule, _ in marks[0].args[1]} == rules


@pytest.mark.parametrize(
    ("kind", "quote", "market", "inverse"),
    [
        (SecurityType.CRYPTO_FUTURE, "USD", "binance", True),
        (SecurityType.CRYPTO_FUTURE, "USDT", "binance", False),
        (SecurityType.CRYPTO_FUTURE, "BUSD", "binance", False),
        (SecurityType.CRYPTO_FUTURE, "USDC", "binance", False),
        (SecurityType.CRYPTO_FUTURE, "USD", "dydx", False),
        (SecurityType.CRYPTO, "USD", "coinbase", False),
        (SecurityType.FUTURE, "USD", "cme", False),
    ],
)
def test_coin_margined_contracts_earn_coins(
    kind: SecurityType, quote: str, market: str, inverse: bool
) -> None:
    """A crypto future is inverse as LEAN has it: by its quote and its market."""
    made = instrument(kind, quote=quote, market=market, base="BTC")
    assert made.inverse is inverse
    assert made.currency == ("BTC" if inverse else quote)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("sid", "", "needs the ID of its Symbol"),
        ("quote", "", "X 1: the quote currency is missing"),
        ("multiplier", 0.0, "X 1: the multiplier is 0.0, not > 0"),
        ("multiplier", -1.0, "X 1: the multiplier is -1.0, not > 0"),
    ],
)
def test_what_makes_no_instrument_is_refused(name: str, value: Any, problem: str) -> None:
    """A description that cannot be booked by raises and says why."""
    with pytest.raises(EventError, match=problem):
        instrument(**{name: value})


@pytest.mark.parametrize("kind", [SecurityType.FOREX, SecurityType.CRYPTO])
def test_a_pair_needs_its_base(kind: SecurityType) -> None:
    """Without the currency that is bought a pair cannot be booked."""
    with pytest.raises(EventError, match=f"a {kind.value} needs its base currency"):
        instrument(kind, base="")


@pytest.mark.parametrize(
    ("normalization", "splits", "dividends"),
    [
        ("RAW", True, True),
        ("SPLIT_ADJUSTED", False, True),
        ("ADJUSTED", False, False),
        ("TOTAL_RETURN", False, False),
        ("SCALED_RAW", False, False),
    ],
)
def test_splits_and_dividends_follow_the_normalization(
    normalization: str, splits: bool, dividends: bool
) -> None:
    """LEAN splits raw equities, and pays dividends on raw and split-adjusted data."""
    made = instrument(normalization=normalization)
    assert made.scales_on_split is splits
    assert made.pays_dividends is dividends
    assert not instrument(SecurityType.OPTION, normalization=normalization).scales_on_split


def test_interest_is_borne_where_leans_model_is_not_the_null_one() -> None:
    """Only the name of LEAN's null model means that nothing is booked."""
    assert not instrument().bears_interest
    assert instrument(interest_model="BinanceFutureMarginInterestRateModel").bears_interest


@pytest.mark.parametrize(
    ("kind", "model", "lands"),
    [
        (SecurityType.CFD, "AccountCurrencyImmediateSettlementModel", True),
        (SecurityType.CFD, "ImmediateSettlementModel", False),
        (SecurityType.EQUITY, "AccountCurrencyImmediateSettlementModel", False),
    ],
)
def test_a_profit_lands_where_leans_settlement_model_puts_it(
    kind: SecurityType, model: str, lands: bool
) -> None:
    """Only what is margined has a profit to settle."""
    assert instrument(kind, settlement_model=model).settles_in_account is lands


def test_the_unit_value_is_the_price_or_its_inverse() -> None:
    """A coin-margined contract is worth 1 / price, and nothing at price 0."""
    assert instrument().unit_value(50.0) == 50.0
    inverse = instrument(SecurityType.CRYPTO_FUTURE)
    assert inverse.unit_value(50.0) == 0.02
    assert inverse.unit_value(0.0) == 0.0
    assert inverse.unit_value(inverse.unit_value(50.0)) == 50.0


@pytest.mark.parametrize(
    ("right", "spot", "value"), [("CALL", 160, 10), ("CALL", 140, 0), ("PUT", 140, 10)]
)
def test_an_option_is_worth_what_exercising_brings(right: str, spot: float, value: float) -> None:
    """The intrinsic value is never negative; without a strike there is none."""
    assert instrument(SecurityType.OPTION, strike=150.0, right=right).intrinsic(spot) == value
    assert instrument().intrinsic(spot) == 0.0


@pytest.mark.parametrize("kind", SecurityType)
def test_an_instrument_survives_json(kind: SecurityType) -> None:
    """What `to_dict` describes `from_dict` makes again, derived fields included."""
    made = instrument(kind, multiplier=50.0, lot=0.001, strike=4200.0, right="PUT", market="cme")
    assert Instrument.from_dict(json.loads(json.dumps(made.to_dict()))) == made
