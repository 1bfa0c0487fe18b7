"""One look at LEAN's equity alone proves nothing in live trading."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.ledger.doubts import LOOKS, EquityDoubt
from tests.scenario import Scenario, play, scenarios

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)

LOOKED = """
one look that misses money is not believed
ACCOUNT USD 10000 live yes
STOCK A
BUY 10 A @ 100 by trend
MARK A 101
MARK? A 102 equity -58.79
=> equity 10020 unexplained 0 lean_equity 10020 max_abs_unexplained 0
MARK A 103
=> equity 10030 unexplained 0 lean_equity 10030

two looks that miss the same are believed, and what is missing goes on to be
ACCOUNT USD 10000 live yes
STOCK A
BUY 10 A @ 100 by trend
MARK A 101
MARK? A 102 equity -5
=> equity 10020 unexplained 0
MARK? A 103 equity -5.009
=> anomaly unexplained money
=> equity 10030 unexplained -5.009 lean_equity 10024.991 max_abs_unexplained 5.009
MARK? A 104 equity -7
=> equity 10040 unexplained -5.009 lean_equity 10034.991
MARK A 104
=> equity 10040 unexplained 0 lean_equity 10040

looks that miss other amounts are not
ACCOUNT USD 10000 live yes
MARK
MARK? equity -5
MARK? equity -6
MARK? equity +6
MARK? equity -6
=> equity 10000 unexplained 0

a cent is not doubted
ACCOUNT USD 10000 live yes
MARK? equity -0.0099
=> unexplained -0.0099

a look between two that miss money clears the first
ACCOUNT USD 10000 live yes
MARK
MARK? equity -5
MARK
MARK? equity -5
=> equity 10000 unexplained 0

a backtest believes at once
ACCOUNT USD 10000
MARK? equity -5
=> anomaly unexplained money
=> unexplained -5
"""


@pytest.mark.parametrize("scenario", scenarios(LOOKED))
def test_scenarios(scenario: Scenario) -> None:
    """Each scenario holds."""
    play(scenario.lines)


def test_ten_looks_of_one_sign_are_believed() -> None:
    """Whatever each of them misses; one of the other sign begins anew."""
    doubt = EquityDoubt()
    gaps = [-1.0 * at for at in range(1, LOOKS)]
    assert not any(doubt.confirms(NOON + at * SECOND, gap) for at, gap in enumerate(gaps))
    assert doubt.confirms(NOON + LOOKS * SECOND, -99.0)
    assert not doubt.confirms(NOON + (LOOKS + 1) * SECOND, 3.0)
    assert doubt.looks == 1


def test_a_second_look_at_the_same_step_tells_nothing_new() -> None:
    """Neither that it misses the same, nor how often."""
    doubt = EquityDoubt()
    assert not doubt.confirms(NOON, -5.0)
    for _ in range(LOOKS):
        assert not doubt.confirms(NOON, -5.0)
    assert doubt.confirms(NOON + SECOND, -5.0)
