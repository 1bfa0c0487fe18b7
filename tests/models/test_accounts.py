"""x"""

from __future__ import annotations

import pytest

from tests.scenario import Scenario, play, scenarios

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
