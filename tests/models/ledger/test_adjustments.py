"""Adjustments to LEAN's quantity and average price, as scenarios that `tests.scenario` reads."""

from __future__ import annotations

import pytest

from tests.scenario import Scenario, play, scenarios

ADJUSTMENTS = """
what LEAN has turned into account currency by then does not move with the rate any more
ACCOUNT USD 1000000 EUR 1000 live yes
CFD FR40 in EUR settles account
RATE EUR 1.1
BUY 4 FR40 @ 15000 by a
MARK FR40 15000
STOPPED
AVERAGE FR40 15010
INTEREST USD 44
MARK FR40 15010
=> a unrealized 44
RATE EUR 1.2
MARK FR40 15010
RATE EUR 1.3
SELL 4 FR40 @ 15020 by a
=> trade a LONG 4 FR40 15000->15020 gross 104
MARK FR40 15020
=> flows none

a part that is sold outside is so too
ACCOUNT USD 1000000 EUR 1000
CFD FR40 in EUR settles account
RATE EUR 1.1
BUY 7 FR40 @ 15100 by a
MARK FR40 15100
OUTSIDE BUY 4 FR40 @ 15200
MARK FR40 15200
=> anomaly adopted
RATE EUR 1.2
MARK FR40 15100
LEAN SELL 11 FR40 @ 15150
RATE EUR 1.3
MARK
=> trade unassigned LONG 4 FR40 15200->15150
=> trade a LONG 7 FR40 15100->15150
=> flows none
"""


@pytest.mark.parametrize("scenario", scenarios(ADJUSTMENTS))
def test_scenarios(scenario: Scenario) -> None:
    """Each scenario holds, and the law at each of its marks."""
    play(scenario.lines)
