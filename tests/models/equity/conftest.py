"""What the tests of sessions share."""

from __future__ import annotations

from datetime import date

import pytest

from tests.models.equity.days import (
    Event,
    every_day,
)


@pytest.fixture(scope="module")
def decade() -> list[Event]:
    """Ten years of events, a leap day and twenty changes of the clocks among them."""
    return every_day(date(2014, 3, 20), 3_653)
