"""Sessions, drawdowns, anomalies and alerts as they are logged."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from models.equity.session_metrics import SessionKind
from models.events.anomalies import Anomaly
from models.performance_tracker import PerformanceTracker
from models.settings import Alarm
from models.tracker.alerts import Alert
from models.tracker.notices import Notice, NoticeKind
from tests.utils.notify.story import (
    NOON,
    SPELL,
    Story,
    notices,
)
from utils.log.events import EVENTS, Level
from utils.notify.notices import NOTICES


def test_every_kind_of_notice_is_told() -> None:
    """No kind of notice is without an event."""
    fills = {NoticeKind.TRADE_OPENED, NoticeKind.TRADE_CLOSED, NoticeKind.POSITION_CLOSED}
    assert set(NOTICES) | fills == set(NoticeKind)
    assert {name for name, _ in NOTICES.values()} <= set(EVENTS)


@pytest.mark.parametrize(
    ("kind", "strategy", "level"),
    [
        (SessionKind.DAILY, "", Level.INFO),
        (SessionKind.WEEKLY, "", Level.DEBUG),
        (SessionKind.DAILY, "trend", Level.DEBUG),
    ],
)
def test_only_the_accounts_days_are_news(kind: SessionKind, strategy: str, level: Level) -> None:
    """Other sessions, and those of the strategies, are for debugging."""
    tracker = PerformanceTracker()
    tracker.open_trade("SPY", 1.0, 10.0, time=NOON)
    (session,) = tracker.sessions(SessionKind.DAILY)
    session = replace(session, kind=kind, session_date=date(2024, 1, 2), net_pnl=1.5)
    (made,) = notices(NoticeKind.SESSION_CLOSED, session, strategy)
    assert (made.event, made.level, made.fields["kind"]) == ("session closed", level, kind.value)
    assert (made.fields["date"], made.fields["net_pnl"]) == ("2024-01-02", 1.5)
    assert made.fields.get("strategy", "") == strategy


def test_lows_and_recoveries_are_for_debugging() -> None:
    """Any mark may bring one, so that alerts decide which of them is news."""
    (low,) = notices(NoticeKind.NEW_LOW, SPELL)
    (recovery,) = notices(NoticeKind.RECOVERY, replace(SPELL, end=NOON), "trend")
    assert low.text() == "drawdown low depth=0.1 amount=100 since=2024-01-02T12:00:00+00:00"
    assert (recovery.event, recovery.level) == ("drawdown recovery", Level.DEBUG)
    assert recovery.fields["strategy"] == "trend"
    assert notices(NoticeKind.NEW_LOW, SPELL, level="info") == []


def test_an_anomaly_is_news_once_a_kind() -> None:
    """The first of a kind is a warning, the others are for debugging."""
    story = Story()
    for kind, detail in (("bad event", "one"), ("bad event", "two"), ("unexplained", "three")):
        record = Anomaly(NOON, kind, detail, amount=2.5)
        story.narrator.hear(Notice(NoticeKind.ANOMALY, NOON, "", record))
    levels = [made.level for made in story.entries]
    assert levels == [Level.WARNING, Level.DEBUG, Level.WARNING]
    assert story.entries[0].text() == 'anomaly kind="bad event" detail=one amount=2.5'


@pytest.mark.parametrize(
    ("alarm", "fired", "event", "level"),
    [
        (Alarm.DRAWDOWN, True, "drawdown alert", Level.WARNING),
        (Alarm.STRATEGY_DRAWDOWN, False, "drawdown recovery", Level.INFO),
        (Alarm.REJECTS, True, "alert", Level.WARNING),
        (Alarm.REJECTS, False, "alert over", Level.INFO),
    ],
)
def test_an_alert_is_told_with_its_text(
    alarm: Alarm, fired: bool, event: str, level: Level
) -> None:
    """An alert matters more when it fires than when it is over, and its alarm names the event."""
    alert = Alert(alarm, "trend", fired, NOON, 0.1, 0.05)
    (entry,) = notices(NoticeKind.ALERT, alert, "trend")
    assert (entry.event, entry.level) == (event, level)
    assert entry.fields["text"] == alert.text
