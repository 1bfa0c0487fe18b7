"""The opening: what the account holds at first, also where a fill came before it."""

from __future__ import annotations

import pytest

from tests.scenario import Scenario, play, scenarios

SCENARIOS = """
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

an account opened at its first fill stands as before it
ACCOUNT USD 10000
STOCK AAPL
FIRST BUY 10 AAPL @ 100 fee 2 by trend
MARK AAPL 101
=> starting 10000 equity 10008
=> trend unrealized 10 fees 2
=> flows none

so it does when a part was held before
ACCOUNT USD 10000
STOCK AAPL
HOLDS AAPL 10 @ 90
FIRST SELL 4 AAPL @ 100 fee 2 by trend
=> trade unassigned LONG 4 AAPL 90->100 gross 40 fees 2 reason order_of_trend
MARK AAPL 100
=> starting 10900
=> lots unassigned AAPL 6 @ 90
=> flows none

what was held before keeps the average price that it had
ACCOUNT USD 10000
STOCK AAPL
HOLDS AAPL 10 @ 90
FIRST BUY 10 AAPL @ 100 by trend
MARK AAPL 100
=> lots unassigned AAPL 10 @ 90
=> trend unrealized 0
=> flows none

a part of a future sold in the first hook is no flow
ACCOUNT USD 10000
FUTURE ES x 50
HOLDS ES 3 @ 4000
FIRST SELL 1 ES @ 4010 fee 2 by trend
=> trade unassigned LONG 1 ES 4000->4010 gross 500 fees 2
MARK ES 4010
=> unassigned realized 500 unrealized 1000 fees 2
=> flows none

neither is a part added
ACCOUNT USD 10000
FUTURE ES x 50
HOLDS ES 3 @ 4000
FIRST BUY 1 ES @ 4010 fee 2 by trend
MARK ES 4010
=> unassigned unrealized 1500
=> trend fees 2
=> flows none

of a position that the first fill turned over LEAN does not say what it had gained
ACCOUNT USD 10000
FUTURE ES x 50
HOLDS ES 3 @ 4000
FIRST SELL 5 ES @ 4010 fee 2 by trend
=> trade unassigned LONG 3 ES 4010->4010 gross 0 fees 1.2
MARK ES 4010
=> lots unassigned ES none
=> lots trend ES -2 @ 4010
=> starting 11500 equity 11498
=> flows none

so it does with a pair
ACCOUNT USD 10000
FOREX EURUSD base EUR in USD
RATE EUR 1.1
FIRST BUY 1000 EURUSD @ 1.1 fee 2 in EUR by trend
MARK
=> trend fees 2.2
=> starting 10000
=> flows none

so it does with a future
ACCOUNT USD 10000
FUTURE ES x 50
FIRST BUY 1 ES @ 4000 fee 2 by trend
MARK ES 4001
=> trend unrealized 50 fees 2
=> flows none
"""


@pytest.mark.parametrize("partial", [False, True], ids=["whole", "partial"])
@pytest.mark.parametrize("scenario", scenarios(SCENARIOS))
def test_scenarios(scenario: Scenario, partial: bool) -> None:
    """Each scenario holds, whether marks come whole or only when asked for."""
    play(scenario.lines, partial=partial)
