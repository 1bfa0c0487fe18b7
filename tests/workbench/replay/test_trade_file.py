"""A trade file: what a tracker lets go of comes back from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.performance_tracker import PerformanceTracker
from models.settings import Settings
from workbench.replay.trade_file import TradeFile

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)


def trade(tracker: PerformanceTracker, times: int) -> None:
    """Buy and sell a share so many times, a minute each."""
    for minute in range(times):
        time = NOON + timedelta(minutes=minute)
        tracker.open_trade("A", 1, 10.0, time=time)
        tracker.close_trade("A", price=11.0 + minute % 3, time=time)


def test_what_leaves_memory_is_found_in_the_file(tmp_path: Path) -> None:
    """Kept or not, every trade is answered, once and in order, as a tracker that keeps all does."""
    few = PerformanceTracker(
        object_store=TradeFile(tmp_path / "trades.jsonl"), settings=Settings(keep_trades=10)
    )
    all_kept = PerformanceTracker(settings=Settings(keep_trades=10_000))
    for tracker in (few, all_kept):
        trade(tracker, 3_000)
    assert few.trades() == all_kept.trades()
    assert few.trades(book="positions", limit=700) == all_kept.trades(book="positions", limit=700)
    assert (tmp_path / "trades.jsonl").read_text().count("\n") > 1_000


def test_an_empty_file_has_no_trades(tmp_path: Path) -> None:
    """Nothing was stored yet, and no file made."""
    assert list(TradeFile(tmp_path / "none.jsonl").stored()) == []
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_refuses_costs_a_warning_and_no_trade(tmp_path: Path) -> None:
    """The trades stay in memory, and the failure is counted."""
    blocked = tmp_path / "folder"
    blocked.mkdir()
    tracker = PerformanceTracker(object_store=TradeFile(blocked), settings=Settings(keep_trades=10))
    trade(tracker, 1_600)
    assert len(tracker.trades()) == 1_600
    (kind,) = tracker.errors
    assert kind == "archive: IsADirectoryError"
    with pytest.raises(IsADirectoryError):
        TradeFile(blocked).store(tracker.trades())
