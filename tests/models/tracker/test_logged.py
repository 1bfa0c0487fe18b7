"""What the user's own logger hears: trades, closed sessions and anomalies at their levels."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest

from models import create_performance_tracker
from models.performance_tracker import PerformanceTracker
from tests.models.tracker.feeds import DAY, MINUTE, NOON, fill, tracker
from utils.structured_logger import Entry, Level, StructuredLogger


class Shown:
    """What an algorithm is told to show."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def debug(self, message: str) -> None:
        """Take it."""
        self.lines.append(message)

    log = error = debug


def trade(made: PerformanceTracker) -> None:
    """A trade that makes 10, and the day after it."""
    made.open_trade("A", 10, 10.0, time=NOON, strategy="trend")
    made.close_trade("A", price=11.0, time=NOON + MINUTE)
    made.open_trade("A", 1, 10.0, time=NOON + DAY, strategy="trend")


def test_a_logger_of_pythons_own_hears_them(caplog: pytest.LogCaptureFixture) -> None:
    """Trades and the account's days are INFO, those of strategies DEBUG."""
    logger = logging.getLogger("tracker of a test")
    with caplog.at_level(logging.DEBUG, logger=logger.name):
        trade(PerformanceTracker(1_000.0, logger))
    texts = {logging.INFO: [], logging.DEBUG: []}  # type: dict[int, list[str]]
    for record in caplog.records:
        texts[record.levelno].append(record.getMessage())
    opened, closed, again, session = texts[logging.INFO]
    assert opened == (
        "tracker: position opened: strategy=trend symbol=A direction=long quantity=10 price=10 "
        "trade=h1"
    )
    assert closed.startswith("tracker: trade closed: strategy=trend symbol=A direction=long")
    assert "entry=10 exit=11 pnl=10 trade=h1" in closed
    assert session == (
        "tracker: session closed: kind=daily date=2024-01-02 net_pnl=10 trades=1 equity=1010"
    )
    assert again.startswith("tracker: position opened")
    assert texts[logging.DEBUG][0].startswith("tracker: session closed: strategy=trend kind=daily")


def test_the_projects_own_log_hears_them() -> None:
    """As the events that it knows, with their fields, and at once."""
    shown = Shown()
    log = StructuredLogger(shown, lambda: datetime(2024, 1, 1, tzinfo=UTC), budget=None)
    trade(create_performance_tracker(1_000.0, log))
    assert [entry.event for entry in log.entries] == [
        "position opened",
        "trade closed",
        "position opened",
        "session closed",
    ]
    closed: Entry = log.entries[1]
    assert (closed.level, closed.time) == (Level.INFO, NOON + MINUTE)
    assert closed.fields["strategy"] == "trend"
    assert closed.fields["pnl"] == 10.0
    assert len(shown.lines) == 4


def test_the_first_anomaly_of_a_kind_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    """Those after it are DEBUG; of both loggers."""
    logger = logging.getLogger("tracker of a test")
    log = StructuredLogger(Shown(), lambda: NOON, level=Level.DEBUG, budget=None)
    with caplog.at_level(logging.DEBUG, logger=logger.name):
        for made in (tracker(logger=logger), tracker(logger=log)):
            for order_id in (1, 2):
                made.apply(fill(order_id, 1.0, 10.0, sid="nobody knows it"))
    levels = [record.levelno for record in caplog.records]
    assert levels == [logging.WARNING, logging.DEBUG]
    assert "anomaly: kind=unknown instrument" in caplog.records[0].getMessage()
    assert [entry.level for entry in log.entries] == [Level.WARNING, Level.DEBUG]


def test_warnings_reach_either_logger(caplog: pytest.LogCaptureFixture) -> None:
    """A listener that fails is told of once."""
    logger = logging.getLogger("tracker of a test")
    log = StructuredLogger(Shown(), lambda: NOON, budget=None)

    def fail(notice: object) -> None:
        raise RuntimeError("not today")

    for made in (PerformanceTracker(logger=logger), PerformanceTracker(logger=log)):
        made.add_listener(fail, "trade opened")
        trade(made)
    (warning,) = [each for each in caplog.records if each.levelno == logging.WARNING]
    assert "not today" in warning.getMessage()
    (entry,) = [each for each in log.entries if each.level is Level.WARNING]
    assert "not today" in entry.fields["text"]


def test_a_logger_that_only_warns_hears_of_anomalies() -> None:
    """What it has no method for it is not told."""

    class Warned:
        def __init__(self) -> None:
            self.messages: list[str] = []

        def warning(self, message: str) -> None:
            self.messages.append(message)

    warned = Warned()
    made = tracker(logger=warned)
    made.apply(fill(1, 1.0, 10.0))
    made.apply(fill(2, 1.0, 10.0, sid="nobody knows it"))
    (message,) = warned.messages
    assert message.startswith("tracker: anomaly: kind=unknown instrument")
