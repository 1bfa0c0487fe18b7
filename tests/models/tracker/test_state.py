"""What is saved of a tracker, and how another one goes on with it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from models import create_performance_tracker
from models.errors import TrackerError
from models.events.account import DayEnd
from models.performance_tracker import PerformanceTracker
from models.settings import Settings
from models.tracker.notices import Notice
from tests.models.tracker.feeds import NOON, Shelf, bought_and_sold, fill, tracker, trade_often
from tests.models.tracker.followers import Hearing


@pytest.mark.parametrize("followed", [False, True])
def test_a_restored_tracker_goes_on_as_the_saved_one(followed: bool) -> None:
    """Ledger, follower, days and samples come back; a tracker without a follower needs none."""
    saved, restored = (tracker(follower=Hearing() if followed else None) for _ in range(2))
    for event in (fill(1, 5.0, 10.0), DayEnd(NOON + timedelta(days=1), 1000.0, 0.1, 0.2, 0.3)):
        saved.apply(event)
    state = json.loads(json.dumps(saved.state()))
    restored.restore(state)
    assert restored.state() == saved.state()
    for made in (saved, restored):
        assert made.apply(DayEnd(NOON + timedelta(days=1), 1000.0)) is False
        made.apply(fill(3, -5.0, 11.0))
    assert restored.state() == saved.state()
    assert [list(column) for column in restored.samples] == [list(made) for made in saved.samples]
    other = PerformanceTracker(follower=None if followed else Hearing())
    other.restore(state)
    assert other.sheets() == tracker_after(state)


def tracker_after(state: dict[str, Any]) -> dict[str, Any]:
    """The strategies of a plain tracker that restores a state."""
    plain = PerformanceTracker()
    plain.restore(state)
    return dict(plain.sheets())


def test_a_fresh_tracker_survives_json() -> None:
    """A save before anything happened is a save."""
    restored = PerformanceTracker()
    restored.restore(json.loads(json.dumps(PerformanceTracker().state())))
    assert restored.state() == PerformanceTracker().state()


def test_the_trades_kept_are_part_of_the_state() -> None:
    """A restored tracker answers the same trades, those in the archive among them."""
    shelf = Shelf()
    saved = tracker(Settings(keep_trades=10), object_store=shelf)
    trade_often(saved, 1, 3_001)
    restored = PerformanceTracker(settings=Settings(keep_trades=10), object_store=shelf)
    restored.restore(json.loads(json.dumps(saved.state())))
    assert restored.trades() == saved.trades()
    assert restored.trades(book="positions") == saved.trades(book="positions")


def test_a_state_of_another_version_is_refused_and_changes_nothing() -> None:
    """The text names both versions."""
    made = tracker()
    before = made.state()
    with pytest.raises(TrackerError, match=r"version 99; this reads \d"):
        made.restore({**before, "version": 99})
    assert made.state() == before


def test_reset_forgets_all_but_settings_and_listeners() -> None:
    """The tracker is as new, and whoever listened still does."""
    tracker, heard = create_performance_tracker(500.0, matching="lifo"), list[Notice]()
    tracker.add_listener(heard.append, "trade closed")
    bought_and_sold(tracker)
    tracker.reset()
    assert tracker.state() == create_performance_tracker(500.0, matching="lifo").state()
    bought_and_sold(tracker)
    assert len(heard) == 2
    assert tracker.summary().equity == 510.0


def test_a_reset_tracker_has_a_fresh_follower_and_no_samples() -> None:
    """Both begin again with the books."""
    hearing = Hearing()
    made = tracker(follower=hearing)
    made.apply(fill(1, 5.0, 10.0))
    made.apply(DayEnd(NOON + timedelta(days=1), 1000.0))
    made.reset()
    assert hearing.told == []
    assert len(made.samples.time) == 0
