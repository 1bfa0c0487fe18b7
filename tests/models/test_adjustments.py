"""Splits, dividends, delistings, renamed tickers, and holdings that no fill explains."""

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

ADOPTIONS = """
a holding that appears is adopted at the broker's average price, for nobody
ACCOUNT USD 10000
STOCK AAPL
MARK
OUTSIDE BUY 10 AAPL @ 95
MARK AAPL 100
=> anomaly adopted
=> lots unassigned AAPL 10 @ 95
=> unassigned unrealized 50
=> flows none
=> equity 10050 starting 10000

shares given without cash are a deposit of their cost
ACCOUNT USD 10000
STOCK AAPL
MARK
HOLDS AAPL 10 @ 95
MARK? AAPL 100
=> anomaly adopted
=> flow USD 950 950 unannounced
=> unassigned unrealized 50
MARK

more of a holding is adopted at what the added part cost
ACCOUNT USD 10000
STOCK AAPL
BUY 10 AAPL @ 100 by trend
MARK
OUTSIDE BUY 10 AAPL @ 90
MARK AAPL 95
=> anomaly adopted
=> lots trend AAPL 10 @ 100
=> lots unassigned AAPL 10 @ 90
=> trend unrealized -50
=> unassigned unrealized 50

what is gone closes its holders by their shares at the last price
ACCOUNT USD 10000
STOCK AAPL
BUY 30 AAPL @ 100 by trend
BUY 10 AAPL @ 100 by carry
MARK AAPL 104
OUTSIDE SELL 8 AAPL @ 104
MARK
=> anomaly adopted
=> trade trend LONG 6 AAPL 100->104 gross 24 reason outside orders 1,0
=> trade carry LONG 2 AAPL 100->104 gross 8 reason outside
=> flows none

all that is gone flattens longs and shorts alike
ACCOUNT USD 10000
STOCK AAPL
BUY 30 AAPL @ 100 by bull
SELL 10 AAPL @ 100 by bear
MARK AAPL 104
OUTSIDE SELL 20 AAPL @ 104
MARK
=> anomaly adopted
=> trade bull LONG 30 AAPL 100->104 gross 120 reason outside
=> trade bear SHORT 10 AAPL 100->104 gross -40 reason outside
=> flows none

a holding that flipped is closed and adopted anew
ACCOUNT USD 10000
STOCK AAPL
BUY 10 AAPL @ 100 by trend
MARK
OUTSIDE SELL 15 AAPL @ 100
MARK
=> anomaly adopted
=> anomaly adopted
=> trade trend LONG 10 AAPL 100->100 gross 0 reason outside
=> lots unassigned AAPL -5 @ 100
=> flows none

what was traded outside at another price than the last is a flow of the difference
ACCOUNT USD 10000
STOCK AAPL
BUY 10 AAPL @ 100 by trend
MARK
OUTSIDE SELL 10 AAPL @ 103
MARK
=> anomaly adopted
=> trade trend LONG 10 AAPL 100->100 gross 0
=> flow USD 30 30 unannounced

an adopted future is worth LEAN's profit at once
ACCOUNT USD 100000
FUTURE ES x 50
MARK
OUTSIDE BUY 2 ES @ 4000
MARK ES 4010
=> anomaly adopted
=> lots unassigned ES 2 @ 4000
=> unassigned unrealized 1000

an adopted pair is worth its rates
ACCOUNT USD 10000
COIN BTCUSD base BTC in USD lot 0.00000001
RATE BTC 100
MARK
OUTSIDE BUY 2 BTCUSD @ 100
RATE BTC 110
MARK
=> anomaly adopted
=> lots unassigned BTCUSD 2 @ 100
=> unassigned unrealized 20

live a difference is adopted when two marks show it
ACCOUNT USD 10000 live yes
STOCK AAPL
MARK
OUTSIDE BUY 10 AAPL @ 95
MARK? AAPL 100
=> equity 10000 unexplained 50
MARK AAPL 101
=> anomaly adopted
=> unassigned unrealized 60

live a difference that changes is not adopted until it stays
ACCOUNT USD 10000 live yes
STOCK AAPL
MARK
OUTSIDE BUY 10 AAPL @ 95
MARK? AAPL 100
OUTSIDE BUY 5 AAPL @ 98
MARK? AAPL 100
MARK AAPL 100
=> anomaly adopted
=> unassigned unrealized 60
=> lots unassigned AAPL 15 @ 96

live a fill that comes a mark after its holding is no adoption
ACCOUNT USD 10000 live yes
STOCK AAPL
MARK AAPL 100
LATE BUY 10 AAPL @ 95 by trend
MARK?
ARRIVE
MARK
=> lots trend AAPL 10 @ 95
=> trend unrealized 50
=> flows none
=> max_abs_unexplained 0

a late fill takes its adoption back
ACCOUNT USD 10000
STOCK AAPL
MARK AAPL 100
LATE BUY 10 AAPL @ 95 fee 1 by trend
MARK? AAPL 100
=> anomaly adopted
=> lots unassigned AAPL 10 @ 95
ARRIVE
MARK AAPL 101
=> lots unassigned AAPL none
=> lots trend AAPL 10 @ 95
=> trend unrealized 60 fees 1

late fills take an adoption back part by part
ACCOUNT USD 10000
STOCK AAPL
MARK AAPL 100
LATE BUY 4 AAPL @ 95 order 7 done no by trend at 14:33
LATE BUY 6 AAPL @ 95 order 7
MARK? AAPL 100
=> anomaly adopted
ARRIVE
MARK AAPL 101
=> lots unassigned AAPL none
=> lots trend AAPL 4 @ 95, 6 @ 95
=> trend unrealized 60

a late sale gives back the lots that its adoption closed
ACCOUNT USD 10000
STOCK AAPL
BUY 10 AAPL @ 90 by trend
MARK AAPL 100
LATE SELL 10 AAPL @ 100 by trend
MARK?
=> anomaly adopted
=> trade trend LONG 10 AAPL 90->100 gross 100 reason outside
ARRIVE
=> trade trend LONG 10 AAPL 100->100 gross 0 seeded True
MARK
=> lots trend AAPL none
=> trend realized 100

a fill newer than the adoption takes nothing back
ACCOUNT USD 10000
STOCK AAPL
MARK AAPL 100
OUTSIDE BUY 10 AAPL @ 95
MARK
=> anomaly adopted
BUY 5 AAPL @ 100 by trend
MARK
=> lots unassigned AAPL 10 @ 95
=> lots trend AAPL 5 @ 100

a fill seen before takes nothing back
ACCOUNT USD 10000
STOCK AAPL
MARK AAPL 100
BUY 1 AAPL @ 100 by trend
OUTSIDE BUY 10 AAPL @ 95
MARK AAPL 100
=> anomaly adopted
AGAIN
MARK
=> lots unassigned AAPL 10 @ 95
=> lots trend AAPL 1 @ 100

an opposite late fill takes nothing back
ACCOUNT USD 10000
STOCK AAPL
BUY 5 AAPL @ 100 by trend
MARK AAPL 100
AT 14:40
OUTSIDE BUY 10 AAPL @ 100
MARK AAPL 100
=> anomaly adopted
SELL 5 AAPL @ 100 by trend at 14:40
=> trade trend LONG 5 AAPL 100->100
MARK
=> lots unassigned AAPL 10 @ 100
"""

# LEAN's cash does not show these, so only a whole mark does.
UNSEEN_IN_CASH = """
more of a future is worth LEAN's profit at once
ACCOUNT USD 100000
FUTURE ES x 50
BUY 1 ES @ 4000 by trend
MARK ES 4004
OUTSIDE BUY 1 ES @ 4006
MARK ES 4010
=> anomaly adopted
=> trend unrealized 500
=> unassigned unrealized 200
"""


@pytest.mark.parametrize("scenario", scenarios(UNSEEN_IN_CASH))
def test_what_the_cash_does_not_show_is_adopted_at_a_whole_mark(scenario: Scenario) -> None:
    """Each scenario holds with whole marks."""
    play(scenario.lines)


@pytest.mark.parametrize("partial", [False, True], ids=["whole", "partial"])
@pytest.mark.parametrize("scenario", scenarios(SPLITS + DIVIDENDS + DELISTINGS + ADOPTIONS))
def test_scenarios(scenario: Scenario, partial: bool) -> None:
    """Each scenario holds, whether marks come whole or only when asked for."""
    play(scenario.lines, partial=partial)
