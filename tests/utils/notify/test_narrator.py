"""The narrator: fills and other notices in their order."""

from __future__ import annotations

from datetime import timedelta

from models.events.account import DayEnd, Mark
from models.events.orders import Fill
from tests.utils.notify.story import (
    NOON,
    Story,
)


def test_a_fill_is_told_before_what_came_after_it() -> None:
    """A notice of something else ends the notices of a fill."""
    story = Story("info")
    story.tracker.apply(Fill(NOON, 1, 1, "S", 5.0, 10.0, tag="strategy=trend"))
    story.tracker.core.reject(NOON, "bad event", "a price of NaN")
    assert [made.event for made in story.entries] == ["position opened", "anomaly"]


def test_the_trackers_days_and_anomalies_are_told() -> None:
    """What a tracker tells by itself is logged, at the time of the event."""
    story = Story("info")
    story.tracker.apply(Mark(NOON, 1e4, cash={"USD": 1e4}))
    story.tracker.apply(DayEnd(NOON.replace(hour=0) + timedelta(days=1), 1e4))
    story.tracker.core.reject(NOON, "bad event", "a price of NaN")
    assert [made.event for made in story.entries] == ["session closed", "anomaly"]
