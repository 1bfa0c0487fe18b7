"""The summary of an account."""

from __future__ import annotations

from models import create_performance_tracker
from tests.models.tracker.feeds import (
    bought_and_sold,
)


def test_the_summary_scores_the_execution() -> None:
    """The score is that of the account's orders; there is none without an order or when off."""
    tracker = create_performance_tracker(execution="on")
    assert tracker.summary().quality_score is None
    bought_and_sold(tracker)
    assert tracker.summary().quality_score == tracker.execution_quality()[0].score is not None
    off = create_performance_tracker(execution="off")
    bought_and_sold(off)
    assert off.summary().quality_score is None
