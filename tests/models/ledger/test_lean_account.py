"""The shadow account: LEAN's cash and holdings as the events seen make them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.events.causes import FlowCause
from models.events.instruments import Instrument, SecurityType
from models.ledger.lean_account import (
    Announced,
    Holding,
    ShadowCash,
    averaged_otherwise,
    fill_shadow,
)
from tests.laws import close
from tests.lean_account import LeanAccount, Security, Way

START = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)


STOCK = Instrument("S", "S", SecurityType.EQUITY, "USD")


FUTURE = Instrument("F", "F", SecurityType.FUTURE, "USD", 50.0, interest_model="FundingModel")


PERPETUAL = Instrument("P", "P", SecurityType.CRYPTO_FUTURE, "USD", 100.0, base="BTC")


DEALS = st.lists(
    st.tuples(st.integers(-30, 30).filter(bool), st.integers(100, 5000)), min_size=1, max_size=25
)


@given(DEALS, st.sampled_from(["EQUITY", "FUTURE", "CRYPTO", "CRYPTO_FUTURE"]))
def test_the_shadow_account_is_what_lean_keeps(deals: list[tuple[int, int]], name: str) -> None:
    """After every fill quantity, average price and cash are LEAN's, to a float's last digits."""
    kind = SecurityType(name)
    inverse = kind is SecurityType.CRYPTO_FUTURE
    base = "BTC" if kind in {SecurityType.CRYPTO, SecurityType.CRYPTO_FUTURE} else ""
    instrument = Instrument("X", "X", kind, "USD", 5.0 if inverse else 1.0, base=base)
    way = {"EQUITY": Way.PAID, "CRYPTO": Way.SWAPPED}.get(name, Way.MARGINED)
    size = Decimal(5 if inverse else 1)
    lean = LeanAccount("USD")
    lean.securities["X"] = Security(way, "USD", base, size, inverse=inverse)
    holding, cash = Holding(instrument), ShadowCash()
    for units, cents in deals:
        appeared = fill_shadow(cash, holding, units / 10, cents / 100).averaged
        lean.fill("X", Decimal(units) / 10, Decimal(cents) / 100)
        security = lean.securities["X"]
        assert inverse or not appeared
        assert close(holding.quantity, float(security.quantity))
        assert close(holding.average, float(security.average))
        for currency, amount in lean.cash.items():
            assert close(cash.expected.get(currency, 0.0), float(amount))


def test_a_holding_shows_its_last_price() -> None:
    """Until a mark says otherwise it is the first fill's, of an inverse contract too."""
    stock = Holding(STOCK)
    assert stock.price == 0.0
    stock.fill(5.0, 50.0)
    stock.fill(5.0, 60.0)
    assert (stock.price, stock.average, stock.cost) == (50.0, 55.0, 550.0)
    inverse = Holding(PERPETUAL)
    inverse.fill(-10.0, 50.0)
    assert (inverse.unit_value, inverse.price, inverse.cost) == (0.02, 50.0, -20.0)


def test_a_close_out_gives_the_unit_value_that_makes_leans_profit() -> None:
    """Profit over size and rate, on top of the average price; a flat holding has none."""
    future = Holding(FUTURE)
    future.close_out(100.0, 1.0)
    assert future.unit_value == 0.0
    future.fill(-2.0, 4000.0)
    future.close_out(-90.0, 0.9)
    assert future.unit_value == pytest.approx(4001.0)
    future.close_out(500.0, 0.0)
    assert future.unit_value == pytest.approx(4001.0)


def test_a_flat_holding_has_settled_nothing() -> None:
    """What LEAN settled of a future goes with its position."""
    future = Holding(FUTURE)
    future.fill(2.0, 4000.0)
    future.settled = 500.0
    future.fill(-1.0, 4010.0)
    assert future.settled == 500.0
    future.fill(-1.0, 4010.0)
    assert (future.quantity, future.average, future.settled) == (0.0, 0.0, 0.0)


def test_a_holding_survives_json() -> None:
    """All five figures come back."""
    future, restored = Holding(FUTURE), Holding(FUTURE)
    future.fill(0.3, 4000.1)
    future.settled = 0.7
    restored.restore(json.loads(json.dumps(future.state())))
    assert restored.state() == future.state()


def test_an_announcement_is_used_once() -> None:
    """Each stands for one deposit, the oldest of equals first, within the tolerance."""
    cash = ShadowCash()
    cash.announce(Announced("USD", 100.0, "first"))
    cash.announce(Announced("USD", 100.0, ""))
    assert cash.announced("USD", 100.1, 0.01) is None
    assert cash.announced("EUR", 100.0, 0.01) is None
    first, second = cash.announced("USD", 100.001, 0.01), cash.announced("USD", 100.0, 0.01)
    assert first is not None
    assert second is not None
    assert (first.text, second.text) == ("announced: first", "announced")
    assert cash.announced("USD", 100.0, 0.01) is None


@pytest.mark.parametrize(
    ("minutes", "scans"),
    [
        ([0, 1, 29], [True, False, False]),
        ([0, 30, 31, 89, 90], [True, True, False, False, True]),
        ([29, 30, 300], [True, True, True]),
    ],
)
def test_lean_scans_at_the_first_mark_of_an_hour(minutes: list[int], scans: list[bool]) -> None:
    """From 14:30 on, the hours begin at 30, 90, ... minutes; state keeps the next one."""
    cash = ShadowCash()
    for minute, scanned in zip(minutes, scans, strict=True):
        restored = ShadowCash()
        restored.restore(json.loads(json.dumps(cash.state())))
        assert restored.state() == cash.state()
        cash = restored
        assert cash.scanned(START + timedelta(minutes=minute)) is scanned


def test_cash_survives_json() -> None:
    """What is expected and what was announced come back."""
    cash, restored = ShadowCash(), ShadowCash()
    cash.move("USD", 0.1)
    cash.move("USD", 0.2)
    said = Announced("EUR", 5.0, "note", FlowCause.INTEREST, "trend")
    cash.announce(said)
    restored.restore(json.loads(json.dumps(cash.state())))
    assert restored.state() == cash.state()
    assert restored.announced("EUR", 5.0, 0.0) == said


def test_an_announcement_of_an_older_state_has_no_cause() -> None:
    """It was a deposit or withdrawal then."""
    cash, restored = ShadowCash(), ShadowCash()
    older = {**cash.state(), "announced": [["EUR", 5.0, "note"]]}
    restored.restore({key: value for key, value in older.items() if key not in {"opening", "due"}})
    assert restored.announced("EUR", 5.0, 0.0) == Announced("EUR", 5.0, "note")


def test_an_average_price_that_was_not_read_is_no_other() -> None:
    """A day's first look reads quantities alone; what differs by a float's last digits is alike."""
    holding = Holding(Instrument("F", "F", SecurityType.FUTURE, "USD", 50.0))
    holding.fill(2.0, 4000.0)
    assert not averaged_otherwise(holding, 0.0)
    assert not averaged_otherwise(holding, 4000.0 * (1.0 + 1e-12))
    assert averaged_otherwise(holding, 4000.01)
    holding.close_out(5000.0, 1.0, (2.0, 0.0))
    assert holding.unit_value == 4050.0
    holding.close_out(5000.0, 1.0, (2.0, 4010.0))
    assert holding.unit_value == 4060.0
    share = Holding(Instrument("S", "S", SecurityType.EQUITY, "USD"))
    share.fill(2.0, 40.0)
    assert not averaged_otherwise(share, 50.0)
