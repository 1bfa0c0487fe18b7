"""Splits, dividends, delistings and renamed tickers, as scenarios that `tests.scenario` reads."""

from __future__ import annotations

import pytest

from tests.scenario import Scenario, play, scenarios

SPLITS = """
a split in whole shares changes no P&L
ACCOUNT USD 100000
STOCK AAPL
BUY 100 AAPL @ 700 fee 1 by trend
MARK AAPL 770
SPLIT AAPL 0.1
=> trend unrealized 7000 fees 1
MARK AAPL 77
=> lots trend AAPL 1000 @ 70
=> trend unrealized 7000 fees 1
SELL 400 AAPL @ 78 by trend
=> trade trend LONG 400 AAPL 70->78 gross 3200 fees 0.4
MARK

the fraction of a share closes at 0 and is paid in cash
ACCOUNT USD 100000
STOCK AAPL
BUY 233 AAPL @ 645 by trend
MARK AAPL 645
SPLIT AAPL 0.1428572   # 1630.9993 shares: one is lost
MARK AAPL 92.142894
=> trade trend LONG 0.9993476 AAPL 92.142894->0 gross -92.08278 reason split orders 1,0
=> lots trend AAPL 1630 @ 92.142894
=> trend realized -92.08278 settlement 92.08278

a fraction of less than a thousandth of a share is paid too
ACCOUNT USD 100000
STOCK AAPL
BUY 100 AAPL @ 700 by trend
MARK AAPL 700
SPLIT AAPL 0.142857   # 700.0007 shares
MARK AAPL 99.9999
=> trade trend LONG 0.0007 AAPL 99.9999->0 gross -0.07 reason split
=> trend realized -0.07 settlement 0.07
SELL 700 AAPL @ 300 by trend
=> trade trend LONG 700 AAPL 99.9999->300 gross 140000.07
MARK

the 0 that a fraction closes at is no excursion of what stays open
ACCOUNT USD 100000
STOCK AAPL
BUY 3 AAPL @ 100 by trend
MARK AAPL 90
SPLIT AAPL 2
=> trade trend LONG 0.5 AAPL 200->0 gross -100 mae -10 mfe 0
MARK AAPL 190
SELL 1 AAPL @ 220 by trend
=> trade trend LONG 1 AAPL 200->220 gross 20 mae -20 mfe 20
MARK

a share gained by rounding scales the extremes too
ACCOUNT USD 100000
STOCK AAPL
BUY 3 AAPL @ 100 by one
BUY 3 AAPL @ 100 by two
MARK AAPL 50
MARK AAPL 100
SPLIT AAPL 2
=> lots one AAPL 2 @ 150
SELL 2 AAPL @ 200 by one
=> trade two LONG 0.5 AAPL 200->0
=> trade one LONG 2 AAPL 150->200 gross 100 mae -150 mfe 100
MARK AAPL 200
=> lots two AAPL 1 @ 200

the fraction of a foreign share is paid converted where the cash shows it
ACCOUNT EUR 100000
STOCK AAPL in USD fraction converted
RATE USD 0.5
BUY 3 AAPL @ 100 by trend
MARK AAPL 100
SPLIT AAPL 2
=> trade trend LONG 0.5 AAPL 200->0 gross -50
MARK AAPL 200
=> trend realized -50 settlement 50
=> flows none

the fraction of a foreign share is paid as a plain number where the cash shows it
ACCOUNT EUR 100000
STOCK AAPL in USD
RATE USD 0.5
BUY 3 AAPL @ 100 by trend
MARK AAPL 100
SPLIT AAPL 2
=> trade trend LONG 0.5 AAPL 200->0 gross -50
MARK AAPL 200
=> trend realized -50 settlement 100
=> flows none

LEAN pays a fraction at its own last price where that is known
ACCOUNT USD 100000
STOCK AAPL
BUY 3 AAPL @ 100 by trend
MARK AAPL 100
SPLIT AAPL 2 price 199
MARK AAPL 200
=> trade trend LONG 0.5 AAPL 200->0 gross -100
=> trend realized -100 settlement 99.5

odd lots of two strategies make up LEAN's whole shares by largest remainder
ACCOUNT USD 100000
STOCK AAPL
BUY 5 AAPL @ 90 by trend
BUY 4 AAPL @ 90 by carry
MARK AAPL 90
SPLIT AAPL 2   # 2.5 and 2.0 shares: LEAN keeps 4
MARK AAPL 180
=> trade trend LONG 0.5 AAPL 180->0 gross -90 reason split
=> lots trend AAPL 2 @ 180
=> lots carry AAPL 2 @ 180
=> trend realized -90 settlement 90

two fractions that make a share together leave it to the larger
ACCOUNT USD 100000
STOCK AAPL
BUY 7 AAPL @ 10 by trend
BUY 8 AAPL @ 10 by carry
MARK AAPL 10
SPLIT AAPL 5   # 1.4 and 1.6 shares: LEAN keeps 3
MARK AAPL 50
=> trade trend LONG 0.4 AAPL 50->0 gross -20 reason split
=> lots trend AAPL 1 @ 50
=> lots carry AAPL 2 @ 40
=> trend realized -20 settlement 20
=> carry unrealized 20 settlement -20

a split of a long and a short strategy sums to LEAN's net
ACCOUNT USD 100000
STOCK AAPL
BUY 233 AAPL @ 645 by bull
SELL 100 AAPL @ 650 by bear
MARK AAPL 645
SPLIT AAPL 0.1428572   # 1630.9993 and -699.9997: LEAN keeps 930 of 930.9998
MARK AAPL 90
=> trade bull LONG 0.9993476 AAPL 92.142894->0 gross -92.08278
=> lots bull AAPL 1630 @ 92.142894
=> lots bear AAPL -700 @ 65000/700
=> bull realized -92.08278 unrealized -3492.91722 settlement 92.08278
=> bear unrealized 2000 settlement 0.0258

strategies opposed to net zero keep their shares through a split
ACCOUNT USD 100000
STOCK AAPL
BUY 3 AAPL @ 100 by bull
SELL 3 AAPL @ 101 by bear
MARK AAPL 100
SPLIT AAPL 2
MARK AAPL 200
=> trade bull LONG 0.5 AAPL 200->0 gross -100
=> trade bear SHORT 0.5 AAPL 202->0 gross 101
=> bull realized -100 settlement 100
=> bear realized 101 unrealized 2 settlement -100

a reverse split can take a whole position
ACCOUNT USD 100000
STOCK AAPL
BUY 3 AAPL @ 2 fee 1 by trend
MARK AAPL 2
SPLIT AAPL 10
MARK AAPL 20
=> trade trend LONG 0.3 AAPL 20->0 gross -6 fees 1 reason split
=> lots trend AAPL none
=> trend realized -6 settlement 6 fees 1
BUY 5 AAPL @ 21 by trend
MARK AAPL 22
=> trend realized -6 unrealized 5 settlement 6 fees 1

several lots go through a split, and the first gives the fraction
ACCOUNT USD 100000
STOCK AAPL
BUY 3 AAPL @ 10 by trend
BUY 4 AAPL @ 11 by trend
MARK AAPL 12
SPLIT AAPL 2
MARK AAPL 24
=> trade trend LONG 0.5 AAPL 20->0 gross -10
=> lots trend AAPL 1 @ 20, 2 @ 22
=> trend realized -10 unrealized 8 settlement 12

a split of adjusted data moves nothing in a backtest
ACCOUNT USD 100000
STOCK AAPL data ADJUSTED
BUY 10 AAPL @ 100 by trend
MARK AAPL 100
SPLIT AAPL 0.5
MARK
=> lots trend AAPL 10 @ 100
=> trend unrealized 0

a split is applied live whatever the data
ACCOUNT USD 100000 live yes
STOCK AAPL data ADJUSTED
BUY 10 AAPL @ 100 by trend
MARK AAPL 100
SPLIT AAPL 0.5
MARK
=> lots trend AAPL 20 @ 50
=> trend unrealized 0

a split that is only announced moves nothing
ACCOUNT USD 100000
STOCK AAPL
BUY 10 AAPL @ 100 by trend
SPLIT AAPL 0.5 kind WARNING
MARK
=> lots trend AAPL 10 @ 100
=> trend unrealized 0

neither does a split of what is no stock
ACCOUNT USD 100000
STOCK AAPL
OPTION C150 on AAPL call 150 x 100
BUY 2 C150 @ 5 by trend
SPLIT C150 0.5
MARK
=> lots trend C150 2 @ 5
=> trend unrealized 0

a foreign stock's fraction is paid into the account currency as a plain number
ACCOUNT EUR 100000
STOCK AAPL in USD
RATE USD 0.8
BUY 3 AAPL @ 100 by trend
MARK AAPL 100
SPLIT AAPL 2
MARK AAPL 200
=> trade trend LONG 0.5 AAPL 200->0 gross -80
=> trend realized -80 settlement 100
RATE USD 0.9
MARK
=> trend realized -80 settlement 100 fx -10
"""

DIVIDENDS = """
longs receive a dividend and shorts pay it
ACCOUNT USD 100000
STOCK AAPL
BUY 100 AAPL @ 50 by bull
SELL 30 AAPL @ 50 by bear
DIVIDEND AAPL 0.5
MARK
=> bull dividends 50
=> bear dividends -15
=> in AAPL bear dividends -15
=> account dividends 35

split-adjusted data pays dividends
ACCOUNT USD 100000
STOCK AAPL data SPLIT_ADJUSTED
BUY 100 AAPL @ 50 by bull
DIVIDEND AAPL 0.5
MARK
=> bull dividends 50

adjusted data pays none
ACCOUNT USD 100000
STOCK AAPL data ADJUSTED
BUY 100 AAPL @ 50 by bull
DIVIDEND AAPL 0.5
MARK
=> bull unrealized 0

live the broker's cash brings a dividend, not LEAN
ACCOUNT USD 100000 live yes
STOCK AAPL
BUY 100 AAPL @ 50 by bull
DIVIDEND AAPL 0.5
MARK
=> bull unrealized 0

a foreign dividend is paid in the account currency at its day's rate
ACCOUNT EUR 100000
STOCK AAPL in USD
RATE USD 0.8
BUY 100 AAPL @ 50 by bull
MARK
DIVIDEND AAPL 0.5
RATE USD 0.9
MARK
=> bull dividends 40

what a strategy does not hold pays it nothing
ACCOUNT USD 100000
STOCK AAPL
STOCK MSFT
BUY 100 AAPL @ 50 by bull
BUY 100 MSFT @ 50 by bear
DIVIDEND MSFT 1
SELL 100 MSFT @ 50 by bear
DIVIDEND MSFT 1
MARK
=> trade bear LONG 100 MSFT 50->50
=> bull unrealized 0
=> bear dividends 100
"""

DELISTINGS = """
options that are net zero at expiry are retired on both sides
ACCOUNT USD 100000
STOCK GOOG
OPTION C740 on GOOG call 740 x 100
BUY 2 C740 @ 14 fee 1 by bull
SELL 2 C740 @ 15 fee 1 by bear
MARK C740 8
DELIST C740 WARNING
=> lots bull C740 2 @ 14
DELIST C740
=> trade bull LONG 2 C740 14->8 gross -1200 fees 1 reason expiry orders 1,0
=> trade bear SHORT 2 C740 15->8 gross 1400 fees 1 reason expiry
MARK
=> bull realized -1200 fees 1
=> bear realized 1400 fees 1

a stock that is net zero goes by delisting
ACCOUNT USD 100000
STOCK AAA
BUY 2 AAA @ 14 by bull
SELL 2 AAA @ 15 by bear
DELIST AAA
=> trade bull LONG 2 AAA 14->14 gross 0 reason delisting
=> trade bear SHORT 2 AAA 15->14 gross 2 reason delisting
MARK

what LEAN still holds waits for LEAN to sell it
ACCOUNT USD 100000
STOCK AAA
BUY 2 AAA @ 14 by bull
DELIST AAA
MARK AAA 9
=> lots bull AAA 2 @ 14
LIQUIDATE AAA @ 9 tag Liquidate from delisting
=> trade bull LONG 2 AAA 14->9 gross -10 reason delisting
MARK
=> bull realized -10

a coin-margined contract that is net zero is retired at its last price
ACCOUNT USD 100000
INVERSE BTCUSD base BTC in USD x 100
RATE BTC 40000
BUY 2 BTCUSD @ 40000 by bull
SELL 2 BTCUSD @ 50000 by bear
DELIST BTCUSD
=> trade bull LONG 2 BTCUSD 40000->40000 gross 0
=> trade bear SHORT 2 BTCUSD 50000->40000 gross -40
MARK

a renamed ticker keeps its lots and shows its new name from then on
ACCOUNT USD 100000
STOCK FB
BUY 2 FB @ 100 by trend
SELL 1 FB @ 101 by trend
RENAME FB META
SELL 1 FB @ 102 by trend
MARK
=> trade trend LONG 1 FB 100->101
=> trade trend LONG 1 META 100->102
=> in FB trend realized 3
"""


@pytest.mark.parametrize("partial", [False, True], ids=["whole", "partial"])
@pytest.mark.parametrize("scenario", scenarios(SPLITS + DIVIDENDS + DELISTINGS))
def test_scenarios(scenario: Scenario, partial: bool) -> None:
    """Each scenario holds, whether marks come whole or only when asked for."""
    play(scenario.lines, partial=partial)
