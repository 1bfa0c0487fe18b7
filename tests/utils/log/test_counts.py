"""Counts of events: by name as long as the names are few."""

from __future__ import annotations

from collections import Counter

from utils.log.counts import MOST_NAMES, OTHER_EVENTS, count_event


def test_events_beyond_the_most_names_are_counted_together() -> None:
    """A name that is there already goes on being counted, and no occurrence is lost."""
    counts: Counter[str] = Counter()
    for number in range(MOST_NAMES + 5):
        count_event(counts, f"event {number}")
    count_event(counts, "event 0", 3)
    assert counts["event 0"] == 4
    assert counts[OTHER_EVENTS] == 5
    assert (len(counts), counts.total()) == (MOST_NAMES + 1, MOST_NAMES + 8)
