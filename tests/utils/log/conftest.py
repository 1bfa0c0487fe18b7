"""The clock of LEAN's console, which the tests of the log set by hand."""

from __future__ import annotations

import pytest

from tests.utils.log.logs import CLOCK
from utils.log import logger


@pytest.fixture(autouse=True)
def console_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the logger go by the clock of the tests, which begins at 0."""
    CLOCK.seconds = 0.0
    monkeypatch.setattr(logger, "monotonic", CLOCK)
