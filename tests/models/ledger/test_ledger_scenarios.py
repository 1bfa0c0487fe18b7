"""The ledger's law against scenarios: currencies, futures, pairs, perpetuals, flows, financing.

How scenarios are read and what every mark of them must hold stands in `tests.scenario`.
"""

from __future__ import annotations

import pytest

from tests.scenario import Scenario, play, scenarios

SCENARIOS = """
one order flips the position and its fee is split by quantity
ACCOUNT USD 10000
STOCK AAPL
BUY 10 AAPL @ 100 fee 1 by trend
SELL 15 AAPL @ 110 fee 3 by trend   # flips
MARK AAPL 105
=> trade trend LONG 10 AAPL 100->110 gross 100 fees 3 net 97 reason order
=> lots trend AAPL -5 @ 110
=> trend realized 100 unrealized 25 fees 4
=> equity 10121 unexplained 0

the cost of a foreign stock is not exposed to its currency but what it earned is
ACCOUNT EUR 10000
STOCK AAPL in USD
RATE USD 0.5
BUY 10 AAPL @ 100 fee 2 in USD by trend
MARK AAPL 120
=> trend unrealized 100 fees 1
RATE USD 0.6
MARK
=> trend unrealized 120 fees 1 fx -0.2
SELL 10 AAPL @ 130 by trend
=> trade trend LONG 10 AAPL 100->130 gross 180 fees 1
MARK
=> trend realized 180 fees 1 fx -0.2
RATE USD 1
MARK
=> trend realized 180 fees 1 fx 119
=> equity 10298 starting 10000

foreign cash held from the start is the account's own exposure
ACCOUNT USD 1000 EUR 500
RATE EUR 1.2
MARK
=> starting 1600 equity 1600
RATE EUR 1.1
MARK
=> unassigned fx -50
=> account fx -50
=> equity 1550

a short foreign stock loses on its currency what its loss is worth
ACCOUNT USD 10000
STOCK SAP in EUR
RATE EUR 1
SELL 100 SAP @ 50 by bear
MARK SAP 60
=> bear unrealized -1000
BUY 100 SAP @ 60 by bear
=> trade bear SHORT 100 SAP 50->60 gross -1000
RATE EUR 1.5
MARK
=> bear realized -1000 fx -500

a stock of the account's currency pays a foreign fee
ACCOUNT USD 10000
STOCK AAPL
RATE EUR 1.2
BUY 10 AAPL @ 100 fee 5 in EUR by trend
RATE EUR 1.4
MARK
=> trend fees 6 fx -1

two strategies opposed in one stock each keep their side while LEAN holds none
ACCOUNT USD 10000
STOCK AAPL
BUY 10 AAPL @ 100 by bull
SELL 10 AAPL @ 102 by bear
MARK AAPL 105
=> bull unrealized 50
=> bear unrealized -30
=> account unrealized 20
SELL 4 AAPL @ 106 by bull
=> trade bull LONG 4 AAPL 100->106 gross 24
MARK AAPL 106
=> lots bull AAPL 6 @ 100
=> lots bear AAPL -10 @ 102
=> bull realized 24 unrealized 36
=> bear unrealized -40

a future moves no cash until it closes and is worth what closing would bring
ACCOUNT USD 100000
FUTURE ES x 50 exit 2
BUY 2 ES @ 4000 fee 4 by trend
MARK ES 4010
=> trend unrealized 996 fees 4   # less two closing fees of 2
=> equity 100992
SELL 2 ES @ 4010 fee 4 by trend
MARK
=> trade trend LONG 2 ES 4000->4010 gross 1000 fees 8 net 992
=> equity 100992

a daily settlement turns a future's profit into cash and is no profit
ACCOUNT USD 100000
FUTURE ES x 50
BUY 2 ES @ 4000 by trend
BUY 1 ES @ 4005 by carry
MARK ES 4010
DAY
SETTLE ES 4010
MARK ES 4020
=> trend unrealized 2000
=> carry unrealized 750
SELL 2 ES @ 4030 by carry
=> trade carry LONG 1 ES 4005->4030 gross 1250
MARK ES 4030
=> trend unrealized 3000
=> carry realized 1250
DAY
SETTLE ES 4025
MARK
SELL 2 ES @ 4000 by trend
=> trade trend LONG 2 ES 4000->4000 gross 0
MARK
BUY 1 ES @ 4000 by carry
=> trade carry SHORT 1 ES 4030->4000 gross 1500
MARK
=> carry realized 2750
=> equity 102750

strategies opposed in a future settle daily what LEAN holds
ACCOUNT USD 100000
FUTURE ES x 50
BUY 3 ES @ 4000 by bull
SELL 1 ES @ 4010 by bear
MARK ES 4010
DAY
SETTLE ES 4010
MARK ES 4015
=> bull unrealized 2250
=> bear unrealized -250
SELL 2 ES @ 4020 by bear
MARK ES 4015
=> bull unrealized 2250
=> bear unrealized 250
LEAN SELL 1 ES @ 4020   # LEAN holds none: who is long sells
=> trade bull LONG 1 ES 4000->4020 gross 1000 reason liquidation
MARK ES 4020
=> bull realized 1000 unrealized 2000
=> bear unrealized -500

a foreign future's daily settlement is mis-booked and is made good when it closes
ACCOUNT EUR 100000
FUTURE ES in USD x 50
RATE USD 0.9
BUY 2 ES @ 4000 by trend
MARK ES 4010
=> trend unrealized 900
DAY
SETTLE ES 4010   # 900 dollars and not 1000
MARK
=> trend unrealized 900 settlement -90
=> in ES trend unrealized 900 settlement -90
=> equity 100810
RATE USD 0.8
MARK
=> trend unrealized 800 settlement -180
SELL 1 ES @ 4010 by trend
=> trade trend LONG 1 ES 4000->4010 gross 400
MARK
=> trend realized 400 unrealized 400 settlement -90
SELL 1 ES @ 4010 by trend
=> trade trend LONG 1 ES 4000->4010 gross 400
MARK
=> trend realized 800
=> equity 100800

a contract for difference moves cash in its own currency
ACCOUNT USD 10000
CFD DE30 in EUR x 2
RATE EUR 1.1
SELL 3 DE30 @ 15000 by bear
MARK DE30 14990
=> bear unrealized 66
BUY 3 DE30 @ 14990 by bear
=> trade bear SHORT 3 DE30 15000->14990 gross 66
RATE EUR 1.2
MARK
=> bear realized 66 fx 6

one that LEAN settles in the account currency has no exposure once closed
ACCOUNT USD 10000
CFD DE30 in EUR x 2 settles account
RATE EUR 1.1
SELL 3 DE30 @ 15000 fee 1 in EUR by bear
MARK DE30 14990
=> bear unrealized 66 fees 1.1
BUY 3 DE30 @ 14990 by bear
=> trade bear SHORT 3 DE30 15000->14990 gross 66
RATE EUR 1.2
MARK
=> bear realized 66 fees 1.1 fx -0.1

a pair is worth the rates of its two currencies and not its own price
ACCOUNT USD 10000
FOREX EURUSD base EUR in USD lot 1000
RATE EUR 1.1
BUY 1000 EURUSD @ 1.12 fee 2 by trend
MARK EURUSD 1.3
=> trend unrealized -20 fees 2
RATE EUR 1.15
MARK
=> trend unrealized 30 fees 2
SELL 1000 EURUSD @ 1.14 by trend
=> trade trend LONG 1000 EURUSD 1.12->1.14 gross 20
MARK
=> trend realized 20 fees 2

a pair of two foreign currencies earns in the second
ACCOUNT USD 10000
FOREX EURGBP base EUR in GBP lot 1000
RATE EUR 1.2
RATE GBP 1.5
BUY 1000 EURGBP @ 0.8 by trend
RATE GBP 1.6
MARK
=> trend unrealized -80
SELL 1000 EURGBP @ 0.75 by trend
=> trade trend LONG 1000 EURGBP 0.8->0.75 gross -80
RATE GBP 1.5
MARK
=> trend realized -80 fx 5

coins bought and sold in parts leave nothing behind
ACCOUNT USD 10000
COIN BTCUSD base BTC in USD lot 0.00000001
RATE BTC 40000
BUY 0.3 BTCUSD @ 40000 by trend
SELL 0.1 BTCUSD @ 41000 by trend
MARK
=> lots trend BTCUSD 0.2 @ 40000
SELL 0.2 BTCUSD @ 42000 by trend
MARK
=> trade trend LONG 0.1 BTCUSD 40000->41000 gross 100
=> trade trend LONG 0.2 BTCUSD 40000->42000 gross 400
=> lots trend BTCUSD none
=> trend realized 500

a coin buy whose fee is in coins gets fewer coins and pays the fee in cash
ACCOUNT USDT 10000
COIN BTCUSDT base BTC in USDT lot 0.000001
RATE BTC 40000
BUY 0.0999 BTCUSDT @ 40000 fee 0.0001 in BTC by trend
MARK
=> trend fees 4
SELL 0.0999 BTCUSDT @ 41000 fee 8 by trend
=> trade trend LONG 0.0999 BTCUSDT 40000->41000 gross 99.9 fees 12 net 87.9
MARK
=> trend realized 99.9 fees 12

a coin sale whose fee is in coins pays it in coins
ACCOUNT USDT 10000 BTC 1
COIN BTCUSDT base BTC in USDT lot 0.000001
RATE BTC 40000
SELL 0.5 BTCUSDT @ 40000 fee 0.001 in BTC by trend
RATE BTC 41000
MARK
=> trend unrealized -500 fees 40 fx -1
=> unassigned fx 1000

coins held before are worth their rate and no position
ACCOUNT USD 1000 BTC 2
COIN BTCUSD base BTC in USD lot 0.00000001
RATE BTC 100
MARK
=> starting 1200
BUY 1 BTCUSD @ 100 by trend
RATE BTC 110
MARK
=> trend unrealized 10
=> unassigned fx 20

a perpetual in stablecoins moves cash there
ACCOUNT USD 10000 USDT 1000
PERP ADAUSDT base ADA in USDT
RATE USDT 0.99
MARK
BUY 100 ADAUSDT @ 0.5 fee 0.1 in USDT by trend
MARK ADAUSDT 0.6
=> trend unrealized 9.9 fees 0.099
SELL 100 ADAUSDT @ 0.7 by trend
=> trade trend LONG 100 ADAUSDT 0.5->0.7 gross 19.8 fees 0.099
RATE USDT 1
MARK
=> trend realized 19.8 fees 0.099 fx 0.199
=> unassigned fx 10

a coin-margined long loses coins when the price rises, as LEAN has it
ACCOUNT USD 10000
INVERSE BTCUSD base BTC in USD x 100
RATE BTC 40000
BUY 10 BTCUSD @ 40000 by trend
RATE BTC 50000
MARK BTCUSD 50000
=> trend unrealized -250   # 1000 * (1/50000 - 1/40000) = -0.005 coins
SELL 10 BTCUSD @ 50000 by trend
=> trade trend LONG 10 BTCUSD 40000->50000 gross -250
RATE BTC 60000
MARK
=> trend realized -250 fx -50

a coin-margined position built at two prices gains what LEAN's average makes of them
ACCOUNT USD 10000
INVERSE BTCUSD base BTC in USD x 100
RATE BTC 40000
BUY 10 BTCUSD @ 40000 by trend
BUY 10 BTCUSD @ 50000 by carry
MARK BTCUSD 50000
=> trend unrealized -200
=> carry settlement 200/9   # 1000 / 40000 + 1000 / 50000 - 2000 / 45000 coins
=> in BTCUSD carry settlement 200/9
SELL 20 BTCUSD @ 50000 by trend
=> trade trend LONG 10 BTCUSD 40000->50000 gross -200
MARK
=> equity 88400/9
RATE BTC 30000
MARK
=> carry settlement 200/9 unrealized 0 fx -50/9

coin-margined strategies opposed at two prices balance
ACCOUNT USD 10000
INVERSE BTCUSD base BTC in USD x 100
RATE BTC 40000
BUY 10 BTCUSD @ 40000 by bull
SELL 4 BTCUSD @ 50000 by bear
MARK BTCUSD 50000
SELL 8 BTCUSD @ 45000 by bear
SELL 2 BTCUSD @ 43000 by bear
MARK

a part closed of two lots lands at LEAN's average and not at its lot
ACCOUNT USD 10000
CFD FR40 in EUR settles account
RATE EUR 1
BUY 1 FR40 @ 1500 by trend
BUY 1 FR40 @ 1600 by carry
SELL 1 FR40 @ 1500 by trend
=> trade trend LONG 1 FR40 1500->1500 gross 0
RATE EUR 2
MARK FR40 1600
=> equity 10050   # 50 lost at rate 1, 50 gained at rate 2
"""


@pytest.mark.parametrize("partial", [False, True], ids=["whole", "partial"])
@pytest.mark.parametrize("scenario", scenarios(SCENARIOS))
def test_scenarios(scenario: Scenario, partial: bool) -> None:
    """Each scenario holds, whether marks come whole or only when asked for."""
    play(scenario.lines, partial=partial)
