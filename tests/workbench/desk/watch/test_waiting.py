"""What is tried again, when, and how often."""

from __future__ import annotations

from workbench.desk.watch.waiting import PAUSES, Waiting


class Clock:
    """Seconds that stand still until they are moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """What time it is."""
        return self.now


def test_what_fails_is_tried_ever_later_and_then_left() -> None:
    """A damaged file costs a few reads, and none until it changes."""
    clock = Clock()
    waiting: Waiting[str, int] = Waiting(clock)
    waiting.add("a", 1)
    tries = 0
    while waiting.due():
        tries += 1
        again = waiting.failed("a", 1)
        assert again is (tries <= len(PAUSES))
        clock.now += PAUSES[min(tries, len(PAUSES)) - 1] - 0.5
        assert waiting.due() == []
        clock.now += 0.5
    assert tries == len(PAUSES) + 1
    assert not waiting.holds("a")
    waiting.add("a", 2)
    assert waiting.due() == [("a", 2)]


def test_what_changes_is_tried_at_once() -> None:
    """A new stamp forgets the failures; the same one keeps waiting."""
    clock = Clock()
    waiting: Waiting[str, int] = Waiting(clock)
    waiting.add("a", 1)
    waiting.failed("a", 1)
    waiting.add("a", 1)
    assert waiting.due() == []
    waiting.add("a", 2)
    assert waiting.failed("a", 1)  # that was of what it is no more
    assert waiting.due() == [("a", 2)]
    waiting.done("a")
    waiting.done("a")
    assert waiting.due() == []
    assert not waiting.failed("a", 2)


def test_what_may_wait_waits() -> None:
    """A delay counts from when it came."""
    clock = Clock()
    waiting: Waiting[str, int] = Waiting(clock)
    waiting.add("a", 1, delay=3.0)
    assert waiting.due() == []
    clock.now = 3.0
    assert waiting.due() == [("a", 1)]
