"""Counts of events by name, in bounded memory."""

from __future__ import annotations

from collections import Counter

MOST_NAMES = 100  # events that are counted by their own name
OTHER_EVENTS = "others"  # what all further events are counted as
UNSTORED_LINES = "lines not stored"  # what lines are counted as that the object store did not take


def count_event(counts: Counter[str], event: str, times: int = 1) -> None:
    """Count an event under its name, or with the others where there are too many names already.

    Args:
        counts: Where it is counted.
        event: The event's name.
        times: How often it happened.
    """
    counts[event if event in counts or len(counts) < MOST_NAMES else OTHER_EVENTS] += times
