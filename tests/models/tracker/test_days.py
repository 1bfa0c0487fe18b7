"""Days that ended, and LEAN's samples."""

from __future__ import annotations

from datetime import timedelta

from models.events.account import DayEnd
from models.performance_tracker import PerformanceTracker
from tests.models.tracker.feeds import (
    NOON,
    OPENING,
    STOCK,
    tracker,
)


def test_a_day_ends_once() -> None:
    """One midnight is one day however often it comes, and none before the opening."""
    made = tracker()
    midnight = NOON.replace(hour=0)
    ends = [midnight, *(midnight + timedelta(days=day) for day in (1, 1, 2, 2, 1, 3))]
    assert [made.apply(DayEnd(time, 1000.0)) for time in ends] == [
        *(False, True, False, True, False, False, True)
    ]
    assert made.days == 3


def sampled(made: PerformanceTracker) -> list[tuple[float, ...]]:
    """Days since the opening's midnight, equity, benchmark, rate and volume of each sample."""
    midnight = NOON.replace(hour=0).timestamp()
    return [((time - midnight) / 86_400, *rest) for time, *rest in zip(*made.samples, strict=True)]


def test_each_day_end_is_a_sample() -> None:
    """What LEAN showed at midnight is kept once a day, and none of before the opening."""
    made = tracker()
    midnight = NOON.replace(hour=0)
    for day in (0, 1, 1, 3, 2):
        made.apply(DayEnd(midnight + timedelta(days=day), 1000.0 + day, 20.0, 0.02, 5.0 * day))
    assert sampled(made) == [(1.0, 1001.0, 20.0, 0.02, 5.0), (3.0, 1003.0, 20.0, 0.02, 15.0)]


def test_start_and_end_are_sampled_but_end_no_day() -> None:
    """LEAN samples both; an end at midnight only says what was traded since midnight's sample."""
    made = PerformanceTracker()
    midnight = NOON.replace(hour=0)
    made.core.sample(DayEnd(midnight, 1000.0))
    for event in (STOCK, OPENING, DayEnd(midnight + timedelta(days=1), 1001.0)):
        made.apply(event)
    made.core.sample(DayEnd(midnight + timedelta(days=1), 1002.0, sale_volume=7.0))
    assert sampled(made) == [(0.0, 1000.0, 0.0, 0.0, 0.0), (1.0, 1001.0, 0.0, 0.0, 7.0)]
    made.core.sample(DayEnd(midnight + timedelta(days=1.5), 1003.0))
    assert sampled(made)[2:] == [(1.5, 1003.0, 0.0, 0.0, 0.0)]
    assert made.days == 1


def test_samples_that_were_asked_for_do_not_grow() -> None:
    """A caller's columns are its own, whatever another thread feeds meanwhile."""
    made = tracker()
    made.apply(DayEnd(NOON + timedelta(days=1), 1000.0))
    found = made.samples
    made.apply(DayEnd(NOON + timedelta(days=2), 1000.0))
    assert (len(found.time), len(made.samples.time)) == (1, 2)
