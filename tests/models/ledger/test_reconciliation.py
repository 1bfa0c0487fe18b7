"""The reconciliation: cash that moves without an event is financing, or else a flow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.events.account import Mark, Opening
from models.events.instruments import SETTLES_IN_ACCOUNT, Instrument, SecurityType
from models.events.orders import Fill
from models.ledger.books import Books
from models.ledger.ledger import Ledger
from tests.booking import book
from tests.scenario import Scenario, play, scenarios

EIGHT = datetime(2024, 1, 2, 8, tzinfo=UTC)


MINUTE = timedelta(minutes=1)


PERP = Instrument(
    "P", "BTCUSDT", SecurityType.CRYPTO_FUTURE, "USDT", base="BTC", interest_model="FundingModel"
)


NO_PROFIT = {"P": (0.0, 0.0)}


def perpetual(*holders: tuple[str, float], live: bool = False) -> Ledger:
    """A ledger whose strategies hold a perpetual since a minute before eight."""
    made = Ledger(Books("USD", live=live))
    book(made, PERP)
    opened = EIGHT - 2 * MINUTE
    book(made, Opening(opened, {"USD": 1000.0, "USDT": 100.0}, {"USD": 1.0, "USDT": 1.0}))
    for order_id, (name, quantity) in enumerate(holders, start=1):
        book(made, fill(order_id, name, quantity, opened))
    book(made, mark(EIGHT - MINUTE, 100.0))
    return made


def fill(order_id: int, strategy: str, quantity: float, time: datetime) -> Fill:
    """A fill of the perpetual at 50 without a fee."""
    return Fill(time, order_id, 1, "P", quantity, 50.0, tag=f"strategy={strategy}")


def mark(time: datetime, usdt: float, usd: float = 1000.0) -> Mark:
    """A mark that shows so much cash, and holdings that agree."""
    cash = {"USD": usd, "USDT": usdt}
    return Mark(time, usd + usdt, profits=NO_PROFIT, cash=cash, rates={"USDT": 1.0})


def whole(found: Mark, quantity: float) -> Mark:
    """The same mark as a feed that was asked to look closer sends it."""
    shown = {"P": (quantity, 50.0)} if quantity else {}
    return Mark(
        found.time, found.equity, found.prices, found.profits, found.cash, {}, found.rates, shown
    )


def test_funding_falls_on_who_held_when_lean_scanned() -> None:
    """LEAN pays funding before it fills: who closes in the same instant still bears its part."""
    made = perpetual(("a", 1.0), ("b", 1.0))
    book(made, fill(3, "b", -1.0, EIGHT))
    book(made, mark(EIGHT, 99.4))
    assert made.sheet("a").financing == pytest.approx(-0.3)
    assert made.sheet("b").financing == pytest.approx(-0.3)
    assert made.flows == []


def test_funding_of_a_position_closed_in_the_scans_instant_is_no_withdrawal() -> None:
    """Nothing is held any more at the mark; the funding is financing all the same."""
    made = perpetual(("a", 1.0))
    book(made, fill(2, "a", -1.0, EIGHT))
    book(made, mark(EIGHT, 99.7))
    assert made.sheet("a").financing == pytest.approx(-0.3)


def test_a_deposit_in_another_currency_is_no_funding() -> None:
    """A perpetual pays in its own currency: dollars that come at the scan are a deposit."""
    made = perpetual(("a", 1.0))
    book(made, mark(EIGHT, 99.7, usd=26_000.0))
    assert made.sheet("a").financing == pytest.approx(-0.3)
    assert [(flow.currency, flow.amount) for flow in made.flows] == [("USD", 25_000.0)]


def test_live_funding_is_financing_though_it_is_judged_a_mark_later() -> None:
    """Live, cash must differ twice alike; that the scan ran is remembered until then."""
    made = perpetual(("a", 1.0), live=True)
    for minute in range(2):
        book(made, whole(mark(EIGHT + minute * MINUTE, 99.7), 1.0))
    assert made.sheet("a").financing == pytest.approx(-0.3)
    assert made.flows == []
    assert made.unexplained == pytest.approx(0.0)


def test_what_awaits_judgement_survives_a_restart() -> None:
    """Restored between the scan's fill and its mark, the ledger still knows who bears it."""
    made = perpetual(("a", 1.0), ("b", 1.0))
    book(made, fill(3, "b", -1.0, EIGHT))
    restored = Ledger(Books("USD"))
    restored.restore(made.state())
    book(restored, mark(EIGHT, 99.4))
    assert restored.sheet("b").financing == pytest.approx(-0.3)


def test_a_cfd_may_settle_in_the_account_currency() -> None:
    """Under that settlement model the profit arrives in it at the rate of the closing fill."""
    gold = Instrument("G", "XAUUSD", SecurityType.CFD, "USD", settlement_model=SETTLES_IN_ACCOUNT)
    made = Ledger(Books("EUR"))
    book(made, gold)
    book(made, Opening(EIGHT, {"EUR": 1000.0, "USD": 0.0}, {"EUR": 1.0, "USD": 0.9}))
    book(made, Fill(EIGHT, 1, 1, "G", 1.0, 2000.0, tag="strategy=a"))
    book(made, Fill(EIGHT, 2, 1, "G", -1.0, 2010.0, rates={"USD": 0.8}, tag="strategy=a"))
    cash = {"EUR": 1008.0, "USD": 0.0}
    book(made, Mark(EIGHT + MINUTE, 1008.0, cash=cash, rates={"USD": 0.7}))
    assert made.sheet("a").realized == pytest.approx(8.0)
    assert made.sheet("a").fx == 0.0
    assert made.flows == []
    assert made.unexplained == pytest.approx(0.0)


@pytest.mark.parametrize("zeros", [3, 9, 12, 15])
def test_dust_of_a_large_account_is_no_deposit(zeros: int) -> None:
    """What a double cannot tell from the amount itself is dust, however large the account."""
    amount = 1.1 * 10**zeros
    made = Ledger(Books("JPY"))
    book(made, Opening(EIGHT, {"JPY": amount}, {"JPY": 1.0}))
    shown = amount * (1 + 4e-16)
    book(made, Mark(EIGHT + MINUTE, shown, cash={"JPY": shown}))
    assert made.flows == []
    book(made, Mark(EIGHT + 2 * MINUTE, shown * 1.5, cash={"JPY": shown * 1.5}))
    assert [flow.value for flow in made.flows] == [pytest.approx(shown * 0.5)]


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
