"""Many times at once: the texts that each has alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from models.errors import StateError
from models.times import read_times, write_times

NOON = datetime(2024, 3, 8, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "times",
    [
        [],
        [NOON, NOON, NOON + timedelta(microseconds=1), NOON],
        [NOON, NOON.astimezone(ZoneInfo("America/New_York"))],
        [NOON, NOON.astimezone(timezone(timedelta(0), "zero"))],
        [NOON, datetime(2024, 3, 8, 12)],
    ],
)
def test_each_time_has_its_own_text(times: list[datetime]) -> None:
    """Also where the same time is there in several zones."""
    assert write_times(times) == [time.isoformat() for time in times]


def test_what_is_read_is_what_was_written() -> None:
    """Times without a zone are refused, and those of the calendar's last year."""
    assert read_times(write_times([NOON, NOON])) == [NOON, NOON]
    for text in ("2024-03-08T12:00:00", "9999-01-01T00:00:00+00:00"):
        with pytest.raises(StateError):
            read_times([text])
