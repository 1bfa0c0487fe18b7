"""The budget of a backtest: LEAN is never told more, and the end says what was left out."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.utils.log.logs import CLOCK, full, logger
from utils.log.counts import MOST_NAMES, OTHER_EVENTS
from utils.log.logger import (
    ERRORS_SHARE,
    LOG_BUDGET,
    SUMMARY_SHARE,
)
from utils.log.messages import (
    STAMP_LENGTH,
)

CALLS = st.lists(
    st.tuples(
        st.sampled_from(["x", "größe", "signal of mine"]),
        st.sampled_from(["debug", "info", "warning", "error"]),
        st.text(max_size=120),
    ),
    max_size=60,
)


@given(CALLS, st.integers(0, 3_000), st.booleans())
def test_the_budget_is_never_exceeded(calls: Any, budget: int, as_json: bool) -> None:
    """Whatever is logged takes no more bytes than allowed, the summary included; all is counted."""
    log, lean = logger(level="debug", budget=budget, as_json=as_json)
    for event, level, text in calls:
        log.emit(event, level=level, text=text)
        CLOCK.seconds += 0.7
        log.flush()
    counted = log.written.total() + log.left_out.total()
    log.close()
    assert lean.size == log.used <= budget
    assert counted == len(calls)


def test_some_of_the_budget_is_kept_for_errors() -> None:
    """Once the rest is used up there is room for errors, and then still for the summary."""
    log, lean = full()
    line = STAMP_LENGTH + len("tick number=100 #101\n")
    assert 0 <= LOG_BUDGET * (1 - ERRORS_SHARE - SUMMARY_SHARE) - log.used < line
    log.event("save failed", reason="quota")
    log.flush()
    assert lean.told[-1] == ("error", "save failed reason=quota #1001")
    for number in range(1_000):
        log.event("save failed", reason=number)
    log.flush()
    assert 0 <= LOG_BUDGET * (1 - SUMMARY_SHARE) - log.used < 60


def test_the_end_says_what_was_left_out() -> None:
    """The last message counts what was written and what was not, by event, within the budget."""
    log, lean = full()
    written = len(lean.told)
    log.close()
    left = 1_000 - written
    events = f'events={{"tick":{left}}}'
    assert lean.told[-1] == ("log", f"log closed written={written} left_out={left} {events} #1000")
    assert log.used == lean.size <= LOG_BUDGET


def test_many_events_are_named_as_far_as_there_is_room() -> None:
    """The summary names the most frequent events and counts them all."""
    log, lean = logger(budget=1_000)
    for number in range(300):
        for _ in range(1 + (number == 7)):
            log.emit(f"event number {number}", level="warning")
    log.flush()
    assert len(log.left_out) <= MOST_NAMES + 1
    assert log.left_out[OTHER_EVENTS] > 100
    total = log.left_out.total()
    log.close()
    assert f"left_out={total} " in lean.told[-1][1]
    assert '"others":' in lean.told[-1][1]
    assert lean.size <= 1_000


def test_nothing_is_said_at_the_end_when_nothing_was_left_out() -> None:
    """A log that was written whole closes in silence."""
    log, lean = logger()
    log.emit("x")
    log.close()
    assert [text for _, text in lean.told] == ["x #1"]
    assert log.summary_line() == ""


def test_without_a_budget_all_is_written() -> None:
    """In live trading no entry is left out for want of room."""
    log, lean = full(budget=None)
    assert len(lean.told) == 1_000
    assert not log.left_out
    assert log.used == lean.size > LOG_BUDGET


def test_without_a_budget_the_end_says_what_the_console_left_out() -> None:
    """The console's limits hold live too, and are told of at the end."""
    log, lean = logger(budget=None, level="debug")
    for number in range(3):
        log.emit("x", level="debug", number=number)
    log.close()
    assert lean.told[-1] == ("log", 'log closed written=1 left_out=2 events={"x":2} #3')
