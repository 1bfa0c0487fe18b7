"""What changed while LEAN was stopped, as scenarios that `tests.scenario` reads."""

from __future__ import annotations

import pytest

from tests.scenario import Scenario, play, scenarios

TRADES = """
what shrank was bought back at the price that its cash implies, whatever the market is now
ACCOUNT USD 1000000 live yes
FUTURE ES x 50
SELL 3 ES @ 95 by s2
MARK ES 106
STOPPED
OUTSIDE BUY 2 ES @ 100.5
MARK ES 105
=> anomaly adopted
=> trade s2 SHORT 2 ES 95->100.5 gross -550 reason outside
=> lots s2 ES -1 @ 95
=> flows none

a deposit beside it makes the price impossible: the market's is taken, and the rest is a flow
ACCOUNT USD 1000000 live yes
FUTURE ES x 50
SELL 3 ES @ 95 by s2
MARK ES 100
STOPPED
OUTSIDE BUY 2 ES @ 100.5
DEPOSIT USD 5000
MARK ES 105
=> anomaly adopted
=> trade s2 SHORT 2 ES 95->105 gross -1000 reason outside
=> flow USD 5450 5450 while stopped

shares sold at what their cash implies, by those who held them
ACCOUNT USD 10000 live yes
STOCK AAPL
BUY 30 AAPL @ 100 by trend
BUY 10 AAPL @ 100 by carry
MARK AAPL 104
STOPPED
OUTSIDE SELL 8 AAPL @ 110.25
MARK AAPL 108
=> anomaly adopted
=> trade trend LONG 6 AAPL 100->110.25 gross 61.5 reason outside
=> trade carry LONG 2 AAPL 100->110.25 gross 20.5 reason outside
=> flows none

two that shrank in one currency: each at the market's price, and the rest is a flow
ACCOUNT USD 10000 live yes
STOCK AAPL
STOCK MSFT
BUY 10 AAPL @ 100 by trend
BUY 10 MSFT @ 50 by trend
MARK AAPL 100 MSFT 50
STOPPED
OUTSIDE SELL 10 AAPL @ 101
OUTSIDE SELL 5 MSFT @ 52
MARK AAPL 103 MSFT 53
=> anomaly adopted
=> anomaly adopted
=> trade trend LONG 10 AAPL 100->103 gross 30 reason outside
=> trade trend LONG 5 MSFT 50->53 gross 15 reason outside
=> flow USD -25 -25 while stopped

two that shrank in two currencies are each told by their own cash
ACCOUNT USD 10000 EUR 1000 live yes
STOCK AAPL
STOCK SAP in EUR
RATE EUR 1.1
BUY 10 AAPL @ 100 by trend
BUY 5 SAP @ 90 by trend
MARK AAPL 100 SAP 90
STOPPED
OUTSIDE SELL 10 AAPL @ 101
OUTSIDE SELL 5 SAP @ 92
MARK AAPL 103 SAP 95
=> anomaly adopted
=> anomaly adopted
=> trade trend LONG 10 AAPL 100->101 gross 10
=> trade trend LONG 5 SAP 90->92 gross 11
=> flows none

what grew was bought at what the average price says, and another's cash tells its price still
ACCOUNT USD 10000 live yes
STOCK AAPL
STOCK MSFT
BUY 10 AAPL @ 100 by trend
BUY 10 MSFT @ 50 by trend
MARK AAPL 100 MSFT 50
STOPPED
OUTSIDE BUY 10 AAPL @ 104
OUTSIDE SELL 10 MSFT @ 52.5
MARK AAPL 103 MSFT 53
=> anomaly adopted
=> anomaly adopted
=> lots unassigned AAPL 10 @ 104
=> trade trend LONG 10 MSFT 50->52.5 gross 25
=> flows none

turned over while stopped: the old closes at what its cash implies, the new is nobody's
ACCOUNT USD 10000 live yes
STOCK AAPL
BUY 10 AAPL @ 100 by trend
MARK AAPL 100
STOPPED
OUTSIDE SELL 14 AAPL @ 98
MARK AAPL 103
=> anomaly adopted
=> anomaly adopted
=> trade trend LONG 10 AAPL 100->98 gross -20
=> lots unassigned AAPL -4 @ 98
=> flows none

a future turned over: LEAN's average price says what the new cost
ACCOUNT USD 100000 live yes
FUTURE ES x 50
BUY 6 ES @ 100 by a
MARK ES 101
STOPPED
OUTSIDE SELL 8 ES @ 104
MARK ES 105
=> anomaly adopted
=> anomaly adopted
=> trade a LONG 6 ES 100->104 gross 1200
=> lots unassigned ES -2 @ 104
BUY 2 ES @ 110 by a
MARK ES 110
=> trade unassigned SHORT 2 ES 104->110 gross -600 reason order_of_a
=> flows none

a future held at another average price: each later closing is reckoned with LEAN's
ACCOUNT USD 100000 live yes
FUTURE ES x 50
BUY 4 ES @ 100 by a
MARK ES 101
STOPPED
AVERAGE ES 100.25
DEPOSIT USD 50
MARK ES 102
=> lots a ES 4 @ 100
SELL 1 ES @ 103 by a
MARK ES 103
=> trade a LONG 1 ES 100->103 gross 150
SELL 3 ES @ 104 by a
MARK ES 104
=> trade a LONG 3 ES 100->104 gross 600
=> flows none

killed before the last fills were saved: what grew has its cost by LEAN's average, now and later
ACCOUNT USD 100000 live yes
FUTURE ES x 50
BUY 4 ES @ 100 by a
MARK ES 101
STOPPED
OUTSIDE BUY 2 ES @ 110
OUTSIDE SELL 1 ES @ 105.14
MARK ES 105
=> anomaly adopted
=> lots unassigned ES 1 @ 350/3
=> flow USD 271/3 271/3 while stopped
SELL 2 ES @ 106.14 by a
MARK ES 106
=> trade a LONG 2 ES 100->106.14 gross 614
SELL 2 ES @ 107.28 by a
SELL 1 ES @ 107.28 by a
MARK ES 107
=> trade a LONG 2 ES 100->107.28 gross 728
=> trade unassigned LONG 1 ES 350/3->107.28 reason order_of_a
=> flows none

killed, and the same quantity is held at another average price
ACCOUNT EUR 100000 live yes
FUTURE ES x 50 in USD
RATE USD 0.9
BUY 4 ES @ 100 by a
MARK ES 101
STOPPED
OUTSIDE SELL 1 ES @ 104
OUTSIDE BUY 1 ES @ 104
MARK ES 105
=> lots a ES 4 @ 100
SELL 1 ES @ 106 by a
RATE USD 0.95
MARK ES 106
=> trade a LONG 1 ES 100->106 gross 270
SELL 3 ES @ 107 by a
MARK ES 106
=> trade a LONG 3 ES 100->107 gross 997.5
=> flows none

an inverse contract that shrank, by its coins
ACCOUNT USD 1000 BTC 1 live yes
INVERSE BTCUSD base BTC in USD x 100
RATE BTC 40000
BUY 10 BTCUSD @ 40000 by a
MARK BTCUSD 40000
STOPPED
OUTSIDE SELL 4 BTCUSD @ 41000
MARK BTCUSD 42000
=> anomaly adopted
=> trade a LONG 4 BTCUSD 40000->41000
=> flows none

a negative price is a price
ACCOUNT USD 100000 live yes
FUTURE CL x 1000
SELL 2 CL @ 2 by a
MARK CL -5
STOPPED
OUTSIDE BUY 2 CL @ -5.5
MARK CL -6
=> anomaly adopted
=> trade a SHORT 2 CL 2->-5.5 gross 15000
=> flows none

what LEAN holds no more, and has no price of, closes at the last one seen
ACCOUNT USD 10000 live yes
STOCK AAPL
BUY 10 AAPL @ 100 by trend
MARK AAPL 104
STOPPED
OUTSIDE SELL 10 AAPL @ 0
DEPOSIT USD 1040
MARK AAPL 0
=> anomaly adopted
=> trade trend LONG 10 AAPL 100->104 gross 40
=> flows none
"""

COINS = """
coins that come back as cash are still held, and are sold by who holds them
ACCOUNT USD 10000 live yes
COIN BTCUSD base BTC in USD lot 0.00000001
RATE BTC 100
BUY 1.5 BTCUSD @ 100 by s0
BUY 0.3 BTCUSD @ 100 by s1
MARK
STOPPED
COINS BTCUSD
DEPOSIT USD 5000
RATE BTC 105
MARK
=> flow USD 5000 5000 while stopped
=> lots s0 BTCUSD 1.5 @ 100
SELL 0.25 BTCUSD @ 105 by s0
RATE BTC 106
MARK
=> trade s0 LONG 0.25 BTCUSD 100->105 gross 1.25
SELL 0.3 BTCUSD @ 106 by s1
MARK
=> trade s1 LONG 0.3 BTCUSD 100->106 gross 1.8
=> lots s0 BTCUSD 1.25 @ 100
=> account realized 3.05 unrealized 7.5
STOPPED
MARK
=> lots s0 BTCUSD 1.25 @ 100
=> flows none

some of the coins were sold meanwhile: the cash of both currencies tells
ACCOUNT USD 10000 live yes
COIN ETHUSD base ETH in USD lot 0.00000001
RATE ETH 100
BUY 2 ETHUSD @ 100 by s0
MARK
STOPPED
OUTSIDE SELL 0.75 ETHUSD @ 103
COINS ETHUSD
RATE ETH 105
MARK
=> anomaly adopted
=> trade s0 LONG 0.75 ETHUSD 100->103 gross 2.25 reason outside
=> lots s0 ETHUSD 1.25 @ 100
=> flows none

more were bought
ACCOUNT USD 10000 live yes
COIN ETHUSD base ETH in USD lot 0.00000001
RATE ETH 100
BUY 2 ETHUSD @ 100 by s0
MARK
STOPPED
OUTSIDE BUY 0.5 ETHUSD @ 102
COINS ETHUSD
RATE ETH 105
MARK
=> anomaly adopted
=> lots unassigned ETHUSD 0.5 @ 102
=> flows none

coins that nobody paid for are a deposit of coins
ACCOUNT USD 10000 live yes
COIN ETHUSD base ETH in USD lot 0.00000001
RATE ETH 100
BUY 2 ETHUSD @ 100 by s0
MARK
STOPPED
COINS ETHUSD
DEPOSIT ETH 0.5
MARK
=> flow ETH 0.5 50 while stopped
=> lots s0 ETHUSD 2 @ 100

a currency too, short
ACCOUNT USD 100000 live yes
FOREX EURUSD base EUR in USD
RATE EUR 1.1
SELL 1000 EURUSD @ 1.1 by fx
MARK
STOPPED
COINS EURUSD
RATE EUR 1.2
MARK
=> lots fx EURUSD -1000 @ 1.1
=> fx unrealized -100
BUY 1000 EURUSD @ 1.2 by fx
MARK
=> trade fx SHORT 1000 EURUSD 1.1->1.2 gross -100
=> flows none
"""

SPLITS = """
two for one
ACCOUNT USD 100000 live yes
STOCK AAPL
BUY 100 AAPL @ 200 by trend
BUY 3 AAPL @ 210 by carry
MARK AAPL 200
STOPPED
OUTSIDE SPLIT AAPL 0.5
MARK AAPL 102
=> anomaly adopted
=> lots trend AAPL 200 @ 100
=> lots carry AAPL 6 @ 105
=> account unrealized 382
=> flows none

one for ten, of 105 shares: the half share is paid
ACCOUNT USD 100000 live yes
STOCK C
BUY 105 C @ 5 by trend
MARK C 5
STOPPED
OUTSIDE SPLIT C 10
MARK C 51
=> anomaly adopted
=> trade trend LONG 0.5 C 50->0 gross -25 reason split
=> lots trend C 10 @ 50
=> trend realized -25 settlement 25 unrealized 10
=> flows none

five for four, of a few
ACCOUNT USD 100000 live yes
STOCK V
BUY 7 V @ 80 by trend
MARK V 80
STOPPED
OUTSIDE SPLIT V 0.8
MARK V 66
=> anomaly adopted
=> trade trend LONG 0.75 V 64->0 gross -48 reason split
=> lots trend V 8 @ 64
=> trend realized -48 settlement 48 unrealized 16
=> flows none

five for four of three shares: the quantity stays, the fraction's cash tells
ACCOUNT USD 100000 live yes
STOCK V
BUY 3 V @ 80 by trend
MARK V 80
STOPPED
OUTSIDE SPLIT V 4/5
MARK V 66
=> anomaly adopted
=> trade trend LONG 0.75 V 64->0 gross -48 reason split
=> lots trend V 3 @ 64
=> flows none

three for two, short
ACCOUNT USD 100000 live yes
STOCK V
SELL 33 V @ 90 by trend
MARK V 90
STOPPED
OUTSIDE SPLIT V 2/3
MARK V 61
=> anomaly adopted
=> trade trend SHORT 0.5 V 60->0 gross 30 reason split
=> lots trend V -49 @ 60
=> flows none

shares bought at half the price are no split
ACCOUNT USD 100000 live yes
STOCK V
BUY 100 V @ 90 by trend
MARK V 45
STOPPED
OUTSIDE BUY 100 V @ 44
MARK V 45
=> anomaly adopted
=> lots unassigned V 100 @ 44
=> flows none

a split beside another's sale
ACCOUNT USD 100000 live yes
STOCK V
STOCK W
BUY 10 V @ 90 by trend
BUY 10 W @ 20 by trend
MARK V 90 W 20
STOPPED
OUTSIDE SPLIT V 1/4
OUTSIDE SELL 10 W @ 21
MARK V 23 W 22
=> anomaly adopted
=> anomaly adopted
=> lots trend V 40 @ 22.5
=> trade trend LONG 10 W 20->21 gross 10
=> flows none
"""

OPTIONS = """
a short call assigned while stopped
ACCOUNT USD 100000 live yes
STOCK AAPL
OPTION C150 on AAPL call 150 x 100 expires 2024-01-05
BUY 200 AAPL @ 140 by carry
SELL 2 C150 @ 4 by carry
MARK AAPL 155 C150 6
STOPPED
OUTSIDE BUY 2 C150 @ 0
OUTSIDE SELL 200 AAPL @ 150
MARK AAPL 157
=> anomaly adopted
=> trade carry SHORT 2 C150 4->0 gross 800 reason assignment
=> trade carry LONG 200 AAPL 140->150 gross 2000 reason assignment
=> flows none

a long put exercised at its expiry, beside a deposit
ACCOUNT USD 100000 live yes
STOCK AAPL
OPTION P150 on AAPL put 150 x 100 expires 2024-01-02
BUY 1 P150 @ 4 by hedge
MARK AAPL 140 P150 10
STOPPED
OUTSIDE SELL 1 P150 @ 0
OUTSIDE SELL 100 AAPL @ 150
DEPOSIT USD 2500
MARK AAPL 139
=> anomaly adopted
=> trade hedge LONG 1 P150 4->0 gross -400 reason exercise
=> lots hedge AAPL -100 @ 150
=> flow USD 2500 2500 while stopped

an option that was sold in part on its last day, beside a deposit
ACCOUNT USD 100000 live yes
STOCK AAPL
OPTION C150 on AAPL call 150 x 100 expires 2024-01-02
BUY 3 C150 @ 4 by hedge
MARK AAPL 140 C150 2
STOPPED
OUTSIDE SELL 2 C150 @ 2
DEPOSIT USD 5000
MARK AAPL 140 C150 2
=> anomaly adopted
=> trade hedge LONG 2 C150 4->2 gross -400 reason outside
=> lots hedge C150 1 @ 4
=> flow USD 5000 5000 while stopped

an option that expired worthless
ACCOUNT USD 100000 live yes
STOCK AAPL
OPTION C150 on AAPL call 150 x 100 expires 2024-01-02
SELL 3 C150 @ 2 by carry
MARK AAPL 140 C150 0.05
STOPPED
OUTSIDE BUY 3 C150 @ 0
MARK AAPL 141
=> anomaly adopted
=> trade carry SHORT 3 C150 2->0 gross 600 reason expiry
=> flows none

a put spread in the money: both legs deliver, and the shares cancel out
ACCOUNT USD 100000 live yes
STOCK AAPL
OPTION P150 on AAPL put 150 x 100 expires 2024-01-02
OPTION P140 on AAPL put 140 x 100 expires 2024-01-02
BUY 10 AAPL @ 130 by trend
SELL 1 P150 @ 8 by spread
BUY 1 P140 @ 3 by spread
MARK AAPL 130 P150 20 P140 10
STOPPED
OUTSIDE BUY 1 P150 @ 0
OUTSIDE BUY 100 AAPL @ 150
OUTSIDE SELL 1 P140 @ 0
OUTSIDE SELL 100 AAPL @ 140
AVERAGE AAPL 130
MARK AAPL 129
=> anomaly adopted
=> anomaly adopted
=> trade spread SHORT 1 P150 8->0 gross 800 reason assignment
=> trade spread LONG 1 P140 3->0 gross -300 reason exercise
=> trade spread LONG 100 AAPL 150->140 gross -1000 reason exercise
=> lots trend AAPL 10 @ 130
=> flows none

a condor of which one side ends in the money
ACCOUNT USD 100000 live yes
STOCK AAPL
OPTION C150 on AAPL call 150 x 100 expires 2024-01-02
OPTION C160 on AAPL call 160 x 100 expires 2024-01-02
OPTION P130 on AAPL put 130 x 100 expires 2024-01-02
OPTION P120 on AAPL put 120 x 100 expires 2024-01-02
SELL 1 C150 @ 4 by condor
BUY 1 C160 @ 1 by condor
SELL 1 P130 @ 4 by condor
BUY 1 P120 @ 1 by condor
BUY 1 AAPL @ 140 by trend
MARK AAPL 150 C150 3 C160 0.1 P130 0.1 P120 0.1
STOPPED
OUTSIDE BUY 1 C150 @ 0
OUTSIDE SELL 100 AAPL @ 150
OUTSIDE SELL 1 C160 @ 0
OUTSIDE BUY 1 P130 @ 0
OUTSIDE SELL 1 P120 @ 0
MARK AAPL 155
=> anomaly adopted
=> anomaly adopted
=> anomaly adopted
=> anomaly adopted
=> trade condor SHORT 1 C150 4->0 gross 400 reason assignment
=> trade condor LONG 1 C160 1->0 gross -100 reason expiry
=> trade condor SHORT 1 P130 4->0 gross 400 reason expiry
=> trade condor LONG 1 P120 1->0 gross -100 reason expiry
=> lots condor AAPL -100 @ 150
=> flows none

shares that were sold beside a call that expired out of the money
ACCOUNT USD 100000 live yes
STOCK AAPL
OPTION C150 on AAPL call 150 x 100 expires 2024-01-02
BUY 100 AAPL @ 130 by carry
SELL 1 C150 @ 2 by carry
MARK AAPL 140 C150 0.05
STOPPED
OUTSIDE BUY 1 C150 @ 0
OUTSIDE SELL 100 AAPL @ 141
MARK AAPL 142
=> anomaly adopted
=> anomaly adopted
=> trade carry LONG 100 AAPL 130->141 gross 1100 reason outside
=> trade carry SHORT 1 C150 2->0 gross 200 reason expiry
=> flows none

one that was sold before its time was over
ACCOUNT USD 100000 live yes
STOCK AAPL
OPTION C150 on AAPL call 150 x 100 expires 2024-03-15
BUY 3 C150 @ 2 by carry
MARK AAPL 140 C150 2.5
STOPPED
OUTSIDE SELL 3 C150 @ 2.6
MARK AAPL 141 C150 2.4
=> anomaly adopted
=> trade carry LONG 3 C150 2->2.6 gross 180 reason outside
=> flows none

an index option pays its worth in cash
ACCOUNT USD 100000 live yes
INDEX SPX
INDEX_OPTION C4000 on SPX call 4000 x 100 expires 2024-01-02
BUY 2 C4000 @ 30 by index
MARK C4000 40
STOPPED
OUTSIDE SELL 2 C4000 @ 0
DEPOSIT USD 9000
MARK
=> anomaly adopted
=> trade index LONG 2 C4000 30->0 gross -6000 reason expiry
=> index realized -6000 settlement 9000
=> flows none

a call spread on an index, inside for a part
ACCOUNT USD 100000 live yes
INDEX SPX
INDEX_OPTION C4000 on SPX call 4000 x 100 expires 2024-01-02
INDEX_OPTION C4100 on SPX call 4100 x 100 expires 2024-01-02
BUY 2 C4000 @ 60 by index
SELL 2 C4100 @ 20 by index
MARK C4000 50 C4100 5
STOPPED
OUTSIDE SELL 2 C4000 @ 0
OUTSIDE BUY 2 C4100 @ 0
DEPOSIT USD 9000
MARK
=> anomaly adopted
=> anomaly adopted
=> trade index LONG 2 C4000 60->0 gross -12000 reason expiry
=> trade index SHORT 2 C4100 20->0 gross 4000 reason expiry
=> in C4000 index realized -12000 settlement 9000
=> in C4100 index realized 4000
=> flows none

a condor on an index that ends between its strikes, beside nothing
ACCOUNT USD 100000 live yes
INDEX SPX
INDEX_OPTION C4100 on SPX call 4100 x 100 expires 2024-01-02
INDEX_OPTION P3900 on SPX put 3900 x 100 expires 2024-01-02
SELL 1 C4100 @ 20 by index
SELL 1 P3900 @ 20 by index
MARK C4100 1 P3900 1
STOPPED
OUTSIDE BUY 1 C4100 @ 0
OUTSIDE BUY 1 P3900 @ 0
MARK
=> anomaly adopted
=> anomaly adopted
=> trade index SHORT 1 C4100 20->0 gross 2000 reason expiry
=> trade index SHORT 1 P3900 20->0 gross 2000 reason expiry
=> index realized 4000
=> flows none

an option on a future delivers the future
ACCOUNT USD 100000 live yes
FUTURE ES x 50
FUTURE_OPTION C4000 on ES call 4000 x 50 expires 2024-01-02
BUY 2 C4000 @ 30 by one
MARK ES 4020 C4000 40
STOPPED
OUTSIDE SELL 2 C4000 @ 0
OUTSIDE BUY 2 ES @ 4000
MARK ES 4030
=> anomaly adopted
=> trade one LONG 2 C4000 30->0 gross -3000 reason exercise
=> lots one ES 2 @ 4000
=> flows none

a future that expired is told by its cash
ACCOUNT USD 100000 live yes
FUTURE ES x 50 expires 2024-01-02
BUY 2 ES @ 4000 by one
MARK ES 4020
STOPPED
OUTSIDE SELL 2 ES @ 4025
MARK ES 0
=> anomaly adopted
=> trade one LONG 2 ES 4000->4025 gross 2500 reason expiry
=> flows none
"""


@pytest.mark.parametrize("text", scenarios("\n".join([TRADES, COINS, SPLITS, OPTIONS])))
def test_scenarios(text: Scenario) -> None:
    """Every law holds, and what changed is taken for what it was."""
    play(text.lines)
