"""What fails around the tracker: how often, and how often it is told."""

from __future__ import annotations

from models.errors import Failure
from models.performance_tracker import PerformanceTracker
from models.tracker.guard import Guard
from models.tracker.notices import Notice, NoticeKind
from tests.models.tracker.feeds import (
    bought_and_sold,
    fill,
    tracker,
)


def test_a_failure_is_counted_by_place_and_error_and_warned_of_once() -> None:
    """Whoever calls through the guard gets the failure back; the second of a kind is no news."""
    told: list[str] = []
    guard = Guard(told.append)
    for _ in range(2):
        outcome = guard.call("save", lambda: 1 // 0)
        assert isinstance(outcome, Failure)
    assert guard.errors == {"save: ZeroDivisionError": 2}
    assert told == ["save: ZeroDivisionError: integer division or modulo by zero"]


def test_what_succeeds_comes_back_as_it_is() -> None:
    """A call returns its result, an attempt that there was one."""
    guard = Guard(fail_test)
    assert guard.call("ask", divmod, 7, 2) == (3, 1)
    assert guard.attempt("ask", divmod, 7, 2)
    assert guard.errors == {}


def fail_test(message: str) -> None:
    """Nobody should be warned."""
    raise AssertionError(message)


def test_an_error_of_a_former_run_is_told_again() -> None:
    """A restored count says that it happened before, not that this run's log says so."""
    told: list[str] = []
    made = tracker(logger=Telling(told))
    made.add_listener(fails)
    made.apply(fill(1, 10.0, 10.0))
    again = tracker(logger=Telling(told))
    again.restore(made.state())
    again.add_listener(fails)
    for order_id in (2, 3):
        again.apply(fill(order_id, 10.0, 10.0))
    assert again.errors == {"listener: ValueError": 3}
    assert len(told) == 2


def test_a_listener_that_fails_is_counted_and_told_of_once() -> None:
    """The others hear all the same, and so does it the next time."""
    told, heard = Warnings(), list[Notice]()

    def fail(notice: Notice) -> None:
        raise ValueError("broken")

    tracker = PerformanceTracker(logger=told)
    tracker.add_listener(fail, NoticeKind.TRADE_CLOSED)
    tracker.add_listener(heard.append, NoticeKind.TRADE_CLOSED)
    bought_and_sold(tracker, 3)
    assert len(heard) == 3
    assert tracker.errors == {"listener: ValueError": 3}
    assert told.messages == ["tracker: listener: ValueError: broken"]


class Telling:
    """A logger over a list."""

    def __init__(self, told: list[str]) -> None:
        self._told = told

    def warning(self, message: str) -> None:
        """Keep it."""
        self._told.append(message)


def fails(_: Notice) -> None:
    """A listener that does."""
    raise ValueError("no")


class Warnings:
    """A logger that keeps what it is told."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def warning(self, message: str) -> None:
        """Keep it."""
        self.messages.append(message)
