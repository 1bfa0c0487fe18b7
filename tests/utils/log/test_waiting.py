"""The queue of the log: what it takes, and what goes first where it is full."""

from __future__ import annotations

from tests.utils.log.logs import NOON
from utils.log.entries import Entry
from utils.log.events import Category, Level
from utils.log.waiting import EntryQueue


def an(event: str, level: Level) -> Entry:
    """An entry of a level."""
    return Entry(NOON, level, Category.SYSTEM, event)


def filled(*levels: Level) -> EntryQueue:
    """A queue that entries of these levels fill, called by their places."""
    queue = EntryQueue(len(levels))
    for place, level in enumerate(levels):
        assert queue.put(an(str(place), level)) is None
    return queue


def test_the_least_important_goes_first_the_oldest_of_them() -> None:
    """An error that comes last into a full queue takes the place of what matters least."""
    queue = filled(Level.WARNING, Level.DEBUG, Level.INFO, Level.DEBUG)
    gone = [queue.put(an(event, Level.ERROR)) for event in "abcde"]
    assert [entry and entry.event for entry in gone] == ["1", "3", "2", "0", "e"]
    assert [queue.take().event for _ in range(4)] == ["a", "b", "c", "d"]


def test_what_matters_no_more_is_not_taken() -> None:
    """Of entries alike the older ones stay."""
    queue = filled(Level.INFO, Level.ERROR)
    for level in (Level.DEBUG, Level.INFO):
        late = an("late", level)
        assert queue.put(late) is late
    assert [queue.take().event for _ in range(2)] == ["0", "1"]


def test_a_queue_that_was_emptied_fills_anew() -> None:
    """What was learned of a full queue holds for that one alone."""
    queue = filled(Level.INFO, Level.INFO)
    queue.put(an("a", Level.ERROR))
    assert queue.take().event == "1"
    assert queue.put(an("debug", Level.DEBUG)) is None
    gone = queue.put(an("b", Level.INFO))
    assert gone is not None
    assert gone.event == "debug"
