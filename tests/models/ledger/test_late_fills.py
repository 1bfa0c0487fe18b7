"""Fills that come after their holding was adopted, as scenarios that `tests.scenario` reads."""

from __future__ import annotations

import pytest

from models.ledger.late_fills import whole_lots
from tests.scenario import Scenario, play, scenarios

LATE_FILLS = """
live a turned holding of several is given back part by part, and what closes by it is a trade
ACCOUNT USD 10000000 live yes
FUTURE ES x 50
MARK ES 4236
SELL 1 ES @ 4192 by b
BUY 6 ES @ 4246 by a
MARK ES 4242
LATE SELL 9 ES @ 4290 by a
LATE SELL 1 ES @ 4256 by a
MARK? ES 4219
MARK? ES 4220
=> anomaly adopted
=> anomaly adopted
=> trade b SHORT 1 ES 4192->4283.2 gross -4560 reason outside
=> trade a LONG 6 ES 4246->4283.2 gross 11160 reason outside
MARK? ES 4244
ARRIVE
=> anomaly fill out of time
=> anomaly fill out of time
=> trade a LONG 5 ES 4283.2->4290 gross 1700 reason order seeded True
=> trade a SHORT 1 ES 4290->4283.2 gross 340 reason outside
=> lots a ES -3 @ 4290, -1 @ 4256
=> lots b ES -1 @ 4283.2
=> lots unassigned ES none
MARK? ES 4198
MARK? ES 4198
MARK ES 4192
=> a realized 13200 unrealized 17900
=> b realized -4560 unrealized 4560
=> flow USD 1700 1700 unannounced   # what turned it was taken to have closed at one price
=> flow USD -1700 -1700 unannounced

a part of a sale of several is given back in whole shares
ACCOUNT USD 10000
STOCK A
BUY 3 A @ 100 by a
BUY 1 A @ 100 by b
MARK A 104
LATE SELL 2 A @ 104 by a
LATE SELL 2 A @ 104 by a
MARK A 104
=> anomaly adopted
=> trade a LONG 3 A 100->104 gross 12 reason outside
=> trade b LONG 1 A 100->104 gross 4 reason outside
ARRIVE
=> anomaly fill out of time
=> trade a LONG 2 A 104->104 gross 0 seeded True
=> trade a LONG 1 A 104->104 gross 0 seeded True
MARK A 105
=> lots a A -1 @ 104
=> lots b A 1 @ 104
=> flows none

a fill that was in an adoption of less closes none of it
ACCOUNT USD 100000
STOCK A
MARK A 100
LATE SELL 3 A @ 101 by c
LATE BUY 8 A @ 100 by a
MARK? A 100
=> anomaly adopted
=> lots unassigned A 5 @ 100
ARRIVE
=> anomaly fill out of time
MARK A 100
=> lots a A 8 @ 100
=> lots c A -3 @ 101
=> lots unassigned A none
=> flow USD 3 3 unannounced
=> flow USD -3 -3 unannounced

a fill of the moment of the mark that shows it is late when it comes after that
ACCOUNT USD 10000
STOCK A
MARK A 100
AT 14:40
OUTSIDE BUY 1 A @ 100
AT 14:45
MARK A 100
=> anomaly adopted
AT 14:46
HOLDS A 0 @ 0
INTEREST USD 100
BUY 1 A @ 100 by a at 14:45
MARK A 101
=> lots a A 1 @ 100
=> lots unassigned A none
=> flows none

two adoptions, a mark apart, are both given back
ACCOUNT USD 100000
FUTURE ES x 50
SELL 5 ES @ 4000 by a
MARK ES 4000
LATE BUY 2 ES @ 4010 by b
MARK? ES 4010
=> anomaly adopted
=> trade a SHORT 2 ES 4000->4010 gross -1000 reason outside
LATE BUY 1 ES @ 4020 by b
MARK? ES 4020
=> anomaly adopted
=> trade a SHORT 1 ES 4000->4020 gross -1000 reason outside
ARRIVE
=> anomaly fill out of time
MARK ES 4020
=> lots a ES -2 @ 4000, -2 @ 4010, -1 @ 4020
=> lots b ES 2 @ 4010, 1 @ 4020
=> flows none

live what is averaged otherwise, for two fills overtook each other, is at LEAN's average price
ACCOUNT USD 100000 live yes
FUTURE ES x 50
BUY 3 ES @ 100 by a
MARK ES 100
LATE SELL 2 ES @ 110 by a
BUY 2 ES @ 105 by a
ARRIVE
=> trade a LONG 2 ES 100->110 gross 1000
MARK ES 106
=> lots a ES 1 @ 100, 2 @ 105
MARK ES 107
MARK ES 108
=> flows none

live an inverse contract that was adopted at a price far from all is adopted at the market's
ACCOUNT USD 100000 BTC 5 live yes
INVERSE BTCP base BTC in USD x 100
RATE BTC 40000
SELL 76 BTCP @ 40000 by a
MARK BTCP 40000
OUTSIDE BUY 64 BTCP @ 40000
OUTSIDE SELL 66 BTCP @ 39000
MARK? BTCP 40000
MARK? BTCP 40000
=> anomaly adopted
=> lots unassigned BTCP -2 @ 40000
MARK BTCP 40000
=> flow BTC 0.00421414538310394 168.5658153241576 unannounced
"""


@pytest.mark.parametrize("scenario", scenarios(LATE_FILLS))
def test_late_fills_are_booked_as_the_scenarios_say(scenario: Scenario) -> None:
    """Each line does what the lines after it say, and every mark keeps the laws."""
    play(scenario.lines, partial=False)


def test_parts_in_whole_lots_sum_to_the_whole() -> None:
    """Each is near its exact part and none above the most, also where they have both signs."""
    assert whole_lots([1.5, 0.5], [3.0, 1.0], 1.0) == [2.0, 0.0]
    assert whole_lots([5.4, -0.9, 4.5], [6.0, -1.0, 5.0], 1.0) == [5.0, 0.0, 4.0]
    assert whole_lots([0.25, 0.25], [0.5, 0.5], 0.1) == [0.3, 0.2]
    assert whole_lots([0.7, 0.7], [0.75, 0.75], 1.0) == [0.75, 0.65]
