"""Holdings that no fill explains, as scenarios that `tests.scenario` reads: adopted, taken back."""

from __future__ import annotations

import pytest

from tests.scenario import Scenario, play, scenarios

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
=> equity 10000 unexplained 0
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
=> equity 10000 unexplained 0
MARK AAPL 100
=> anomaly adopted
=> unassigned unrealized 60
=> lots unassigned AAPL 15 @ 96

live a difference that went away and comes again must again be seen twice
ACCOUNT USD 10000 live yes
STOCK AAPL
MARK
OUTSIDE BUY 10 AAPL @ 95
MARK? AAPL 100
OUTSIDE SELL 10 AAPL @ 95
MARK
OUTSIDE BUY 10 AAPL @ 95
MARK?
=> equity 10000 unexplained 0
MARK
=> anomaly adopted
=> unassigned unrealized 50

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

live two fills that lag alike one after the other are no adoption
ACCOUNT USD 10000 live yes
STOCK AAPL
MARK AAPL 100
LATE BUY 10 AAPL @ 95 by trend
MARK?
ARRIVE
LATE BUY 10 AAPL @ 96 by trend
MARK?
ARRIVE
MARK
=> lots trend AAPL 10 @ 95, 10 @ 96
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
=> flow USD -1 -1 unannounced   # its fee
ARRIVE
MARK AAPL 101
=> lots unassigned AAPL none
=> lots trend AAPL 10 @ 95
=> trend unrealized 60 fees 1
=> flow USD 1 1 unannounced

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

a late fill that explains a part of an adoption takes that part back
ACCOUNT USD 10000
STOCK AAPL
MARK AAPL 100
OUTSIDE BUY 6 AAPL @ 95
LATE BUY 4 AAPL @ 95 by trend
MARK? AAPL 100
=> anomaly adopted
ARRIVE
=> lots unassigned AAPL 6 @ 95
MARK AAPL 101
=> lots trend AAPL 4 @ 95
=> trend unrealized 24
=> unassigned unrealized 36

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

a late sale gives every holder back what its adoption took
ACCOUNT USD 10000
STOCK AAPL
BUY 30 AAPL @ 100 by trend
BUY 10 AAPL @ 100 by carry
MARK AAPL 104
LATE SELL 8 AAPL @ 104 by trend
MARK
=> anomaly adopted
=> trade trend LONG 6 AAPL 100->104 gross 24 reason outside
=> trade carry LONG 2 AAPL 100->104 gross 8 reason outside
ARRIVE
=> trade trend LONG 8 AAPL 100->104 gross 32 reason order
MARK
=> lots carry AAPL 8 @ 100, 2 @ 104
"""

# LEAN's cash does not show these, so only a whole mark does.
UNSEEN_IN_CASH = """
a part of a future sold outside is closed at the price that LEAN's profit says
ACCOUNT USD 100000
FUTURE ES x 50
BUY 2 ES @ 4000 by a
MARK ES 4100
OUTSIDE SELL 1 ES @ 4100
MARK ES 4100
=> anomaly adopted
=> trade a LONG 1 ES 4000->4100 gross 5000 reason outside
=> a realized 5000 unrealized 5000
=> flows none

a future turned outside is closed and opened at its price and closed by who buys it back
ACCOUNT USD 1000000 live yes
FUTURE ES x 50
BUY 6 ES @ 100 by a
MARK ES 101
OUTSIDE SELL 8 ES @ 104
MARK? ES 104
MARK? ES 104
MARK? ES 104
=> anomaly adopted
=> anomaly adopted
=> trade a LONG 6 ES 100->104 gross 1200 reason outside
BUY 2 ES @ 110 by a
=> trade unassigned SHORT 2 ES 104->110 gross -600
MARK ES 110
=> a realized 1200
=> unassigned realized -600
=> lots a ES none
=> flows none

a future turned outside closes at the price LEAN opened the other side at, wherever it is marked
ACCOUNT USD 1000000
FUTURE ES x 50
BUY 6 ES @ 100 by a
MARK ES 101
OUTSIDE SELL 8 ES @ 104
MARK ES 105
=> anomaly adopted
=> anomaly adopted
=> trade a LONG 6 ES 100->104 gross 1200 reason outside
=> lots unassigned ES -2 @ 104
=> flows none

a stock turned outside leaves no flow either
ACCOUNT USD 10000
STOCK A
SELL 6 A @ 100 by a
MARK A 101
OUTSIDE BUY 8 A @ 98
MARK A 97
=> anomaly adopted
=> anomaly adopted
=> trade a SHORT 6 A 100->98 gross 12 reason outside
=> lots unassigned A 2 @ 98
=> flows none

live a late sale of a part of a future leaves LEAN's average price
ACCOUNT USD 1000000 live yes
FUTURE ES x 50
BUY 6 ES @ 100 by a
MARK ES 101
LATE SELL 2 ES @ 104 by a
MARK? ES 104
MARK? ES 104
=> anomaly adopted
=> trade a LONG 2 ES 100->104 gross 400 reason outside
ARRIVE
=> anomaly fill out of time
=> trade a LONG 2 ES 100->104 gross 400 reason order
MARK ES 105
=> lots a ES 2 @ 100, 2 @ 104
MARK ES 105
=> flows none

live a late purchase of more of a future leaves LEAN's average price
ACCOUNT USD 1000000 live yes
FUTURE ES x 50
BUY 6 ES @ 100 by a
MARK ES 101
LATE BUY 3 ES @ 104 by b
MARK? ES 105
MARK? ES 105
=> anomaly adopted
ARRIVE
=> anomaly fill out of time
MARK ES 106
=> lots a ES 6 @ 100
=> lots b ES 3 @ 104
SELL 9 ES @ 107 by b
=> trade b LONG 3 ES 104->107 gross 450
MARK ES 107
=> lots b ES -6 @ 107
=> flows none

live a late sale that turned a future takes both its adoptions back
ACCOUNT USD 1000000 live yes
FUTURE ES x 50
BUY 6 ES @ 100 by a
MARK ES 101
LATE SELL 9 ES @ 104 by a
MARK? ES 105
MARK? ES 105
=> anomaly adopted
=> anomaly adopted
=> trade a LONG 6 ES 100->104 gross 1200 reason outside
ARRIVE
=> anomaly fill out of time
=> trade a LONG 6 ES 104->104 gross 0 seeded True
MARK ES 106
=> lots a ES -3 @ 104
=> lots unassigned ES none
=> flows none

live a late fill takes back the lot that was adopted for it, none that is older
ACCOUNT USD 10000 live yes
STOCK A
MARK A 86
OUTSIDE BUY 3 A @ 85
MARK? A 86
MARK? A 87
=> anomaly adopted
MARK A 88
LATE BUY 2 A @ 90 by b
MARK? A 88
MARK? A 89
=> anomaly adopted
ARRIVE
=> anomaly fill out of time
MARK A 87
=> lots unassigned A 3 @ 85
=> lots b A 2 @ 90
=> unassigned unrealized 6
=> flows none

live a late fill of a part of it leaves the rest of the lot where it was
ACCOUNT USD 10000 live yes
STOCK A
HOLDS A 3 @ 85
MARK A 86
LATE BUY 1 A @ 90 by b
OUTSIDE BUY 1 A @ 90
MARK? A 88
MARK? A 89
=> anomaly adopted
ARRIVE
=> anomaly fill out of time
MARK A 87
=> lots unassigned A 3 @ 85, 1 @ 90
=> lots b A 1 @ 90
=> flows none

live a part of a future sold before its event comes is no drawdown
ACCOUNT USD 100000 live yes
FUTURE ES x 50
BUY 2 ES @ 4000 by a
MARK ES 4100
LATE SELL 1 ES @ 4100 by a
MARK? ES 4100
=> a unrealized 10000
ARRIVE
=> trade a LONG 1 ES 4000->4100 gross 5000
MARK ES 4100
=> flows none

a future adopted at a negative price is held at that price
ACCOUNT USD 1000000
FUTURE CL x 1000
BUY 1 CL @ 5 by a
MARK CL -10
OUTSIDE BUY 1 CL @ -37
MARK CL -30
=> anomaly adopted
=> lots unassigned CL 1 @ -37
=> unassigned unrealized 7000
=> flows none

a coin-margined holding grown outside has what LEAN's average makes of it
ACCOUNT USD 10000
INVERSE BTCUSD base BTC in USD x 100
RATE BTC 40000
BUY 10 BTCUSD @ 40000 by trend
MARK
OUTSIDE BUY 10 BTCUSD @ 50000
MARK BTCUSD 50000
=> anomaly adopted
=> trend unrealized -200
=> unassigned settlement 200/9
=> flows none

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


@pytest.mark.parametrize("partial", [False, True], ids=["whole", "partial"])
@pytest.mark.parametrize("scenario", scenarios(ADOPTIONS))
def test_scenarios(scenario: Scenario, partial: bool) -> None:
    """Each scenario holds, whether marks come whole or only when asked for."""
    play(scenario.lines, partial=partial)


@pytest.mark.parametrize("scenario", scenarios(UNSEEN_IN_CASH))
def test_what_the_cash_does_not_show_is_adopted_at_a_whole_mark(scenario: Scenario) -> None:
    """Each scenario holds with whole marks."""
    play(scenario.lines)
