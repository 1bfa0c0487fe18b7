"""LEAN's cash and holdings as the mirror has them, and what money without an event is booked as.

The scenarios are read by `tests.scenario`.
"""

from __future__ import annotations

import json
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.events.instruments import Instrument, SecurityType
from models.ledger.accounts import Account
from models.ledger.financing import Stake, bearers, stakes
from models.ledger.lean_account import Holding, ShadowCash, fill_shadow
from models.ledger.lots import Execution
from models.ledger.statement import Flow
from tests.laws import close
from tests.lean_account import LeanAccount, Security, Way
from tests.scenario import Scenario, play, scenarios

START = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
STOCK = Instrument("S", "S", SecurityType.EQUITY, "USD")
FUTURE = Instrument("F", "F", SecurityType.FUTURE, "USD", 50.0, interest_model="FundingModel")
PERPETUAL = Instrument("P", "P", SecurityType.CRYPTO_FUTURE, "USD", 100.0, base="BTC")

SCENARIOS = """
cash that is not settled yet is part of the equity
ACCOUNT USD 10000
STOCK AAPL cash delayed
BUY 10 AAPL @ 100 by trend
SELL 10 AAPL @ 110 fee 1 by trend
=> trade trend LONG 10 AAPL 100->110 gross 100
MARK
=> trend realized 100 fees 1
DAY
SETTLE cash
MARK
=> equity 10099
=> flows none

an announced deposit is no profit, and is booked when the cash shows it
ACCOUNT USD 10000
STOCK AAPL
MARK
ANNOUNCE USD 500 pocket money
MARK
=> flows none
DEPOSIT USD 500
MARK
=> flow USD 500 500 announced: pocket money
=> equity 10500 flows 500
=> account realized 0

an unannounced one is booked too and says so
ACCOUNT USD 10000
MARK
AT 15:20
DEPOSIT USD -300
MARK
=> flow USD -300 -300 unannounced
=> equity 9700

an announcement of another amount or currency is not taken
ACCOUNT USD 10000
RATE EUR 1
MARK
ANNOUNCE USD 500
ANNOUNCE EUR 400
DEPOSIT USD 400
MARK
=> flow USD 400 400 unannounced
DEPOSIT USD 500
MARK
=> flow USD 500 500 announced

a deposit in a foreign currency counts at its rate, and fx from then on
ACCOUNT USD 10000 EUR 0
RATE EUR 1.1
MARK
DEPOSIT EUR 100
MARK
=> flow EUR 100 110 unannounced
RATE EUR 1.2
MARK
=> unassigned fx 10

cash that moves on LEAN's hourly scan is funding of who holds what bears it
ACCOUNT USD 10000 USDT 1000
PERP ADAUSDT base ADA in USDT interest BinanceFutureMarginInterestRateModel
RATE USDT 1
BUY 300 ADAUSDT @ 0.5 by bull
SELL 100 ADAUSDT @ 0.5 by bear
MARK
AT 16:00
INTEREST USDT -0.2
MARK
=> bull financing -0.3
=> bear financing 0.1
=> flows none
=> in ADAUSDT bull financing -0.3

cash that moves between scans is a flow whatever is held
ACCOUNT USD 10000 USDT 1000
PERP ADAUSDT base ADA in USDT interest BinanceFutureMarginInterestRateModel
RATE USDT 1
BUY 300 ADAUSDT @ 0.5 by bull
MARK
AT 14:50
DEPOSIT USDT -0.2
MARK
=> flow USDT -0.2 -0.2 unannounced

cash that moves on a scan is a flow when nothing held bears interest
ACCOUNT USD 10000
STOCK AAPL
BUY 300 AAPL @ 0.5 by bull
MARK
AT 16:00
DEPOSIT USD -0.2
MARK
=> flow USD -0.2 -0.2 unannounced

an announced deposit on a scan is a flow whatever is held
ACCOUNT USD 10000 USDT 1000
PERP ADAUSDT base ADA in USDT interest BinanceFutureMarginInterestRateModel
RATE USDT 1
BUY 300 ADAUSDT @ 0.5 by bull
MARK
ANNOUNCE USDT 50
AT 16:00
DEPOSIT USDT 50
MARK
=> flow USDT 50 50 announced

the scan is at the first mark of each hour alone
ACCOUNT USD 10000 USDT 1000
PERP ADAUSDT base ADA in USDT interest BinanceFutureMarginInterestRateModel
RATE USDT 1
BUY 300 ADAUSDT @ 0.5 by bull
AT 15:59
MARK
AT 16:05
INTEREST USDT 1
MARK
=> bull financing 1
AT 16:06
DEPOSIT USDT 1
MARK
=> flow USDT 1 1 unannounced
AT 18:30
INTEREST USDT 1
MARK
=> bull financing 2

two perpetuals in one currency share its funding by their value
ACCOUNT USD 10000 USDT 1000
PERP ADAUSDT base ADA in USDT interest BinanceFutureMarginInterestRateModel
PERP XRPUSDT base XRP in USDT interest BinanceFutureMarginInterestRateModel
INVERSE BTCUSD base BTC in USD x 100 interest BinanceFutureMarginInterestRateModel
RATE USDT 1
RATE BTC 40000
BUY 100 ADAUSDT @ 3 by one
BUY 100 XRPUSDT @ 1 by two
BUY 1 BTCUSD @ 40000 by three
MARK
AT 16:00
INTEREST USDT 0.4
INTEREST BTC 0.00001
MARK
=> one financing 0.3
=> two financing 0.1
=> three financing 0.4

interest in a currency that nothing held earns in is shared by all that bear interest
ACCOUNT USD 10000
STOCK AAPL interest MarginInterestRateModel
STOCK SAP in EUR interest MarginInterestRateModel
RATE EUR 1
RATE GBP 1
BUY 3 AAPL @ 100 by one
BUY 1 SAP @ 100 by two
MARK
AT 16:00
INTEREST GBP -4
MARK
=> one financing -3
=> two financing -1

a falsified equity is unexplained and an anomaly, and the terms stay
ACCOUNT USD 10000
STOCK AAPL
BUY 3 AAPL @ 100 by one
MARK AAPL 101 equity +25
=> anomaly unexplained money
=> equity 10003 unexplained 25
=> one unrealized 3
MARK AAPL 101
=> equity 10003 unexplained 0 max_abs_unexplained 25

a cent is not yet an anomaly
ACCOUNT USD 10000
MARK equity -0.0099
=> unexplained -0.0099
MARK equity -0.0101
=> anomaly unexplained money
=> unexplained -0.0101

neither is a billionth of a large equity
ACCOUNT USD 1000000000
MARK equity +0.9
=> unexplained 0.9
MARK equity +1.1
=> anomaly unexplained money

live, cash must differ twice alike
ACCOUNT USD 10000 live yes
MARK
DEPOSIT USD 100
MARK?
=> flows none
MARK
=> flow USD 100 100 unannounced

live, cash that comes right by itself is no flow
ACCOUNT USD 10000 live yes
STOCK AAPL
MARK
DEPOSIT USD 100
MARK?
DEPOSIT USD -100
MARK
=> flows none
"""


@pytest.mark.parametrize("partial", [False, True], ids=["whole", "partial"])
@pytest.mark.parametrize("scenario", scenarios(SCENARIOS))
def test_scenarios(scenario: Scenario, partial: bool) -> None:
    """Each scenario holds, whether marks come whole or only when asked for."""
    play(scenario.lines, partial=partial)


DEALS = st.lists(
    st.tuples(st.integers(-30, 30).filter(bool), st.integers(100, 5000)), min_size=1, max_size=25
)


@given(DEALS, st.sampled_from(["EQUITY", "FUTURE", "CRYPTO", "CRYPTO_FUTURE"]))
def test_the_mirror_is_what_lean_keeps(deals: list[tuple[int, int]], name: str) -> None:
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


def test_a_close_out_gives_the_worth_that_makes_leans_profit() -> None:
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
    cash.announce("USD", 100.0, "first")
    cash.announce("USD", 100.0, "")
    assert cash.announced("USD", 100.1, 0.01) is None
    assert cash.announced("EUR", 100.0, 0.01) is None
    assert cash.announced("USD", 100.001, 0.01) == "announced: first"
    assert cash.announced("USD", 100.0, 0.01) == "announced"
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
    cash.announce("EUR", 5.0, "note")
    restored.restore(json.loads(json.dumps(cash.state())))
    assert restored.state() == cash.state()
    assert restored.announced("EUR", 5.0, 0.0) == "announced: note"


def test_a_flow_survives_json() -> None:
    """What `to_dict` describes `from_dict` makes again."""
    flow = Flow(START, "EUR", 100.0, 110.0, "unannounced")
    assert Flow.from_dict(json.loads(json.dumps(flow.to_dict()))) == flow


def test_nobody_bears_what_nothing_held_bears() -> None:
    """Without a holding that bears interest there is no stake, and no part of the cash to give."""
    holding, account = Holding(STOCK), Account("one", "USD")
    position = account.position(STOCK)
    position.trade(Execution(START, 1, 5.0, 10.0, 1.0), 0)
    account.open["S"] = position
    holding.fill(5.0, 10.0)
    assert stakes([holding, Holding(FUTURE)], [account]) == []
    assert bearers([], {"S": STOCK}, "USD") == []


def test_a_perpetual_bears_in_its_own_currency_only() -> None:
    """Dollars are no funding of a contract that pays in USDT; a stock's interest they may be."""
    model = "SomeInterestRateModel"
    perpetual = Instrument(
        "P", "P", SecurityType.CRYPTO_FUTURE, "USDT", base="BTC", interest_model=model
    )
    stock = Instrument("S", "S", SecurityType.EQUITY, "EUR", interest_model=model)
    known = {"P": perpetual, "S": stock}
    held = [
        Stake("one", "P", 100.0, 1.0),
        Stake("one", "S", 50.0, 3.0),
        Stake("two", "S", 50.0, -2.0),
    ]
    assert bearers(held, known, "USDT") == [(held[0], 1.0)]
    assert bearers(held, known, "USD") == [(held[1], 3.0), (held[2], -2.0)]
    assert bearers(held[:1], known, "USD") == []


def test_an_account_books_at_the_rate_of_the_event() -> None:
    """Term, cash and fx, here and at the position that earned it; fees are taken from the cash."""
    account = Account("one", "USD")
    position = account.position(STOCK)
    assert account.position(STOCK) is position
    account.book(position, "fees", 10.0, "EUR", 1.2)
    account.book(position, "dividends", 30.0, "EUR", 1.1)
    account.book(None, "financing", 5.0, "USD", 1.0)
    rates = {"EUR": 1.5, "USD": 1.0}
    assert astuple(account.terms) == pytest.approx((0, 12, 33, 5, 0))
    assert account.cash_value(rates) == pytest.approx(35)
    assert account.fx(rates) == pytest.approx(1 + 8)
    assert astuple(position.terms) == pytest.approx((0, 12, 33, 0, 0))
    assert position.balances["EUR"].amount == 20.0
    assert "USD" not in position.balances
