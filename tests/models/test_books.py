"""x"""

from __future__ import annotations

import pytest

from tests.scenario import Scenario, play, scenarios

SCENARIOS = """
lots close first in first out
ACCOUNT USD 100000
STOCK AAPL
BUY 100 AAPL @ 10 fee 1 by trend
BUY 100 AAPL @ 11 fee 2 by trend
SELL 150 AAPL @ 12 fee 3 by trend
=> trade trend LONG 100 AAPL 10->12 gross 200 fees 3 net 197 percent 19.7 orders 1,3
=> trade trend LONG 50 AAPL 11->12 gross 50 fees 2 net 48 orders 2,3
=> lots trend AAPL 50 @ 11
SELL 50 AAPL @ 13 fee 1 by trend
=> trade trend LONG 50 AAPL 11->13 gross 100 fees 2 net 98 orders 2,4
MARK
=> trend realized 350 fees 7

lots close last in first out when so set
ACCOUNT USD 100000 matching lifo
STOCK AAPL
BUY 100 AAPL @ 10 fee 1 by trend
BUY 100 AAPL @ 11 fee 2 by trend
SELL 150 AAPL @ 12 fee 3 by trend
=> trade trend LONG 100 AAPL 11->12 gross 100 fees 4 orders 2,3
=> trade trend LONG 50 AAPL 10->12 gross 100 fees 1.5 orders 1,3
=> lots trend AAPL 50 @ 10
MARK
SELL 50 AAPL @ 13 fee 1 by trend
=> trade trend LONG 50 AAPL 10->13 gross 150 fees 1.5 orders 1,4
MARK
=> trend realized 350 fees 7

an order filled in parts pays the fee of every part
ACCOUNT USD 100000
STOCK AAPL
BUY 30 AAPL @ 10 fee 1 order 5 done no by trend
BUY 30 AAPL @ 11 fee 2 order 5 done no
BUY 10 AAPL @ 12 fee 3 order 5
SELL 70 AAPL @ 12 order 6 fee 7 by trend
=> trade trend LONG 30 AAPL 10->12 fees 4
=> trade trend LONG 30 AAPL 11->12 fees 5
=> trade trend LONG 10 AAPL 12->12 fees 4
MARK
=> trend realized 90 fees 13

shorts gain as the price falls
ACCOUNT USD 100000
STOCK AAPL
SELL 10 AAPL @ 50 fee 1 by bear
MARK AAPL 48
=> bear unrealized 20 fees 1
BUY 4 AAPL @ 45 fee 1 by bear
=> trade bear SHORT 4 AAPL 50->45 gross 20 fees 1.4 net 18.6 percent 9.3
MARK AAPL 45
=> bear realized 20 unrealized 30 fees 2

tags name strategies, and what names none is the default's
ACCOUNT USD 100000
STOCK AAPL
BUY 1 AAPL @ 50
BUY 2 AAPL @ 50 tag entry, strategy=trend; size=2
BUY 3 AAPL @ 50 tag mystrategy=trend
MARK
=> lots main AAPL 1 @ 50, 3 @ 50
=> lots trend AAPL 2 @ 50

an order stays its first event's strategy whatever its tag says later
ACCOUNT USD 100000
STOCK AAPL
SUBMIT order 7 sid AAPL by trend
BUY 5 AAPL @ 50 order 7 done no tag Update #1
BUY 5 AAPL @ 50 order 7 by other
MARK
=> lots trend AAPL 5 @ 50, 5 @ 50
=> account unrealized 0

an event that comes again changes nothing
ACCOUNT USD 100000
STOCK AAPL
BUY 5 AAPL @ 50 fee 1 by trend
AGAIN
SUBMIT order 8 sid AAPL by trend
AGAIN
SELL 5 AAPL @ 51 fee 1 order 8
=> trade trend LONG 5 AAPL 50->51 gross 5 fees 2
AGAIN
MARK
=> trend realized 5 fees 2

a fill that comes before an earlier event of its order counts all the same
ACCOUNT USD 100000
STOCK AAPL
BUY 5 AAPL @ 50 order 3 event 3 by trend
BUY 2 AAPL @ 51 order 3 event 2 by trend
MARK AAPL 51
=> lots trend AAPL 5 @ 50, 2 @ 51
AGAIN
MARK
=> trend unrealized 5

slippage is against the mid at submission
ACCOUNT USD 100000
STOCK AAPL
SUBMIT order 1 bid 99 ask 101 price 90 by trend
BUY 10 AAPL @ 100.5 order 1
SUBMIT order 2 price 110 by trend
SELL 10 AAPL @ 109 order 2
=> trade trend LONG 10 AAPL 100.5->109 gross 85 slippage -15 bps -500/7
MARK

an index option closes at 0 and its cash is its holders'
ACCOUNT USD 100000
INDEX SPX
INDEX_OPTION P4200 on SPX put 4200 x 100
BUY 2 P4200 @ 384.5 fee 1 by one
SELL 1 P4200 @ 390 fee 1 by two
MARK P4200 400
EXERCISE P4200 spot 3795.54
=> trade one LONG 2 P4200 384.5->0 gross -76900 reason exercise
=> trade two SHORT 1 P4200 390->0 gross 39000
MARK
=> one realized -76900 fees 1 settlement 80892
=> two realized 39000 fees 1 settlement -40446

a foreign index option pays at its day's rate
ACCOUNT EUR 100000
INDEX SPX
RATE USD 0.8
INDEX_OPTION C4000 on SPX call 4000 x 100
SELL 1 C4000 @ 10 by one
MARK
EXERCISE C4000 spot 4020
=> trade one SHORT 1 C4000 10->0 gross 800 reason assignment
RATE USD 0.9
MARK
=> one realized 800 settlement -1600 fx -100

an index option out of the money pays nothing
ACCOUNT USD 100000
INDEX SPX
INDEX_OPTION C4000 on SPX call 4000 x 100
BUY 1 C4000 @ 10 by one
EXERCISE C4000 spot 3900
=> trade one LONG 1 C4000 10->0 gross -1000 reason expiry
MARK
=> one realized -1000

what is held at the start is nobody's, at its average price
ACCOUNT USD 10000
STOCK AAPL
HOLDS AAPL 10 @ 90
MARK AAPL 100
=> starting 10900 equity 11000
=> unassigned unrealized 100
BUY 5 AAPL @ 100 by trend
LIQUIDATE AAPL @ 110
=> trade unassigned LONG 10 AAPL 90->110 gross 200 seeded True reason liquidation orders 0,2
=> trade trend LONG 5 AAPL 100->110 gross 50 seeded False
MARK
=> unassigned realized 200
=> trend realized 50

a pair held at the start is no double count of its coins
ACCOUNT USD 10000 BTC 2
COIN BTCUSD base BTC in USD lot 0.00000001
RATE BTC 110
HOLDS BTCUSD 2 @ 100
MARK
=> starting 10200 equity 10220
=> unassigned unrealized 20
RATE BTC 120
MARK
=> unassigned unrealized 40

a future held at the start is worth its profit
ACCOUNT USD 100000
FUTURE ES x 50
HOLDS ES 2 @ 4000
MARK ES 4010
=> starting 100000
=> unassigned unrealized 1000

opening cash without a rate joins the starting equity at its first
ACCOUNT USD 1000 EUR 100 JPY 0
MARK
=> starting 1000 equity 1000
RATE EUR 1.5
MARK
=> starting 1150 equity 1150
RATE EUR 1.4
MARK
=> starting 1150 equity 1140
=> flows none

so does the account currency's own
ACCOUNT EUR 1000 USD 500
RATE EUR 0
RATE USD 0
MARK
=> starting 0 equity 0
RATE EUR 1
RATE USD 0.8
MARK
=> starting 1400 equity 1400

a currency that first appears later is a flow
ACCOUNT USD 1000
MARK
DEPOSIT GBP 100
MARK
=> equity 1000
RATE GBP 1.2
MARK
=> flow GBP 100 120 unannounced
=> starting 1000 equity 1120
RATE GBP 1.3
MARK
=> unassigned fx 10

a fill of an unknown instrument is an anomaly and books nothing
ACCOUNT USD 1000
STOCK AAPL
MARK
=> equity 1000
"""


@pytest.mark.parametrize("partial", [False, True], ids=["whole", "partial"])
@pytest.mark.parametrize("scenario", scenarios(SCENARIOS))
def test_scenarios(scenario: Scenario, partial: bool) -> None:
    """Each scenario holds, whether marks come whole or only when asked for."""
    play(scenario.lines, partial=partial)
