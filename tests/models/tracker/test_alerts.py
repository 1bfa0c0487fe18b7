"""An alert in one line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.settings import Alarm
from models.tracker.alerts import Alert

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("alarm", "peak", "trough", "told"),
    [
        (Alarm.DAY_LOSS, 1_000_000.0, 999_848.126, "1,000,000.00 to 999,848.13"),
        (Alarm.DRAWDOWN, 1.0, 0.99988392583, "1 to 0.999884"),
    ],
)
def test_a_fall_is_told_in_its_unit(alarm: Alarm, peak: float, trough: float, told: str) -> None:
    """A day's loss in account currency, a drawdown in NAV."""
    alert = Alert(alarm, "", True, NOON, 0.02, 0.01, NOON, peak, trough)
    name = alarm.value.replace("_", " ")
    assert alert.text == (
        f"{name} of the account reached 2.00 % (threshold 1.00 %), since 2026-01-05 12:00: {told}"
    )
