"""A tracker with a holding and the alerts that it told, for the tests of alerts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from models import Notice, PerformanceTracker, create_performance_tracker
from models.settings import Alarm
from models.tracker.alerts import Alert
from utils.notify.alerts import ALARM_NOTICES, Alerts

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Desk:
    """A tracker of 1,000 dollars that holds ten A at 100, and the alerts that it told."""

    def __init__(self, **thresholds: float) -> None:
        self.tracker: PerformanceTracker = create_performance_tracker(1_000.0)
        self.told: list[Alert] = []
        self.alerts = Alerts(self.tracker, {Alarm(name): at for name, at in thresholds.items()})
        self.tracker.add_listener(self.alerts.hear, *ALARM_NOTICES)
        self.tracker.add_listener(self._keep, "alert")
        self.now = NOON
        self.tracker.open_trade("A", 10, 100.0, time=NOON, strategy="trend")

    def _keep(self, notice: Notice) -> None:
        assert isinstance(notice.record, Alert)
        self.told.append(notice.record)

    def mark(self, *prices: float, later: timedelta = MINUTE) -> list[tuple[str, str, bool]]:
        """Mark A at each price; what was told of, as (alarm, strategy, fired)."""
        before = len(self.told)
        for price in prices:
            self.now += later
            self.tracker.update_unrealized_pnl({"A": price}, self.now)
            if self.alerts.watches_marks:
                self.alerts.mark(self.now)
        return [(a.alarm.value, a.strategy, a.fired) for a in self.told[before:]]

    def trade(self, *exits: float, strategy: str = "other") -> None:
        """Buy a B at 10 and sell it at each price."""
        for price in exits:
            self.tracker.open_trade("B", 1, 10.0, strategy=strategy)
            self.tracker.close_trade("B", price=price, strategy=strategy)
