"""What was held before the tracker came, or was adopted: whose it is when somebody closes it."""

from __future__ import annotations

import pytest

from tests.scenario import Scenario, play, scenarios

FOUND = """
a strategy that sells what was found closes it and is not short
ACCOUNT USD 100000
STOCK A
HOLDS A 100 @ 50
MARK A 60
SELL 100 A @ 60 fee 2 by main
=> trade unassigned LONG 100 A 50->60 gross 1000 fees 2 seeded True orders 0,1 reason order_of_main
=> lots unassigned A none
MARK A 150
=> unassigned realized 1000 fees 2
=> lots unassigned A none

a closing fill takes its own lots first and opens only what is left
ACCOUNT USD 100000
STOCK A
HOLDS A 100 @ 50
BUY 30 A @ 55 by trend
MARK A 60
SELL 150 A @ 60 fee 15 by trend
=> trade trend LONG 30 A 55->60 gross 150 fees 3 reason order
=> trade unassigned LONG 100 A 50->60 gross 1000 fees 10
=> lots trend A -20 @ 60
MARK A 59
=> trend realized 150 unrealized 20 fees 5
=> unassigned realized 1000 fees 10

a strategy on the side of the fill leaves what was found alone
ACCOUNT USD 100000
STOCK A
HOLDS A 100 @ 50
SELL 130 A @ 60 by trend
=> trade unassigned LONG 100 A 50->60 gross 1000
MARK A 60
=> lots trend A -30 @ 60
SELL 5 A @ 60 by trend
MARK A 60
=> lots trend A -30 @ 60, -5 @ 60

a short holding that was found is bought back
ACCOUNT USD 100000
STOCK A
HOLDS A -100 @ 50
MARK A 60
BUY 40 A @ 60 by trend
=> trade unassigned SHORT 40 A 50->60 gross -400 seeded True
MARK A 40
=> lots unassigned A -60 @ 50
=> unassigned realized -400 unrealized 600

the oldest of what was found goes first even where lots are matched last in first out
ACCOUNT USD 100000 matching lifo
STOCK A
HOLDS A 10 @ 50
MARK A 60
OUTSIDE BUY 10 A @ 60
MARK
=> anomaly adopted
SELL 10 A @ 70 by trend
=> trade unassigned LONG 10 A 50->70 gross 200
MARK A 70
=> lots unassigned A 10 @ 60

a future that was found is closed by whoever sells it
ACCOUNT USD 100000
FUTURE ES x 50
HOLDS ES 2 @ 4000
MARK ES 4010
SELL 1 ES @ 4020 by trend
=> trade unassigned LONG 1 ES 4000->4020 gross 1000
MARK ES 4020
=> lots unassigned ES 1 @ 4000

a coin that was found is sold by a strategy
ACCOUNT USD 10000 BTC 2
COIN BTCUSD base BTC in USD lot 0.00000001
RATE BTC 100
HOLDS BTCUSD 2 @ 90
MARK BTCUSD 100
SELL 0.5 BTCUSD @ 100 by trend
=> trade unassigned LONG 0.5 BTCUSD 90->100 gross 5
RATE BTC 110
MARK BTCUSD 110
=> lots unassigned BTCUSD 1.5 @ 90
"""


@pytest.mark.parametrize("partial", [False, True], ids=["whole", "partial"])
@pytest.mark.parametrize("scenario", scenarios(FOUND))
def test_scenarios(scenario: Scenario, partial: bool) -> None:
    """Each scenario holds, whether marks come whole or only when asked for."""
    play(scenario.lines, partial=partial)
