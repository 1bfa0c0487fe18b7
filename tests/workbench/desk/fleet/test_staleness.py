"""How long a deployment may be silent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.workbench.desk.fleet.senders import BEGUN
from workbench.desk.fleet.staleness import Pulse, Standing


@pytest.mark.parametrize(
    ("seconds", "standing"),
    [
        (-5, Standing.ALIVE),
        (0, Standing.ALIVE),
        (600, Standing.ALIVE),
        (601, Standing.LATE),
        (1_800, Standing.LATE),
        (1_801, Standing.SILENT),
    ],
)
def test_late_is_twice_and_silent_six_times(seconds: float, standing: Standing) -> None:
    """Of what the deployment says that it sends every so often."""
    pulse, now = Pulse("rotation", BEGUN, 300.0), BEGUN + timedelta(seconds=seconds)
    assert pulse.standing(now) is standing
    assert pulse.to_dict(now) == {
        "received": BEGUN.isoformat(),
        "every": 300.0,
        "age": max(0.0, seconds),
        "standing": standing.value,
    }
