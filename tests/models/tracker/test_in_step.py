"""What a feed leaves to be booked later, against the same events booked one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.events.account import Opening
from models.events.event import Event
from models.events.instruments import Instrument, SecurityType
from models.events.orders import OrderType
from models.events.plain_events import PlainFill, Submission
from models.ledger.mark_columns import CheckedMark
from models.performance_tracker import PerformanceTracker

NOON = datetime(2024, 1, 2, 17, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)
STOCK = Instrument("S", "STOCK", SecurityType.EQUITY, "USD")
SUBMITTED = Submission(1, "S", OrderType.MARKET, "strategy=trend", 9.0, 11.0, 0.0, 10.0)
FILLED = PlainFill(1, 2, "S", True, 10.0, 10.0, 1.0)
UNHEARD_OF = PlainFill(7, 1, "S", True, 2.0, 10.0, 1.0)  # without an event before


def opened() -> PerformanceTracker:
    """A tracker with 1,000 dollars that knows a stock."""
    tracker = PerformanceTracker(None)
    tracker.apply(STOCK)
    tracker.apply(Opening(NOON, {"USD": 1000.0}, {"USD": 1.0}))
    return tracker


def left(entries: Sequence[Any]) -> PerformanceTracker:
    """A tracker that took what a feed had left."""
    tracker = opened()
    tracker.core.behind = lambda: entries
    return tracker


def single(events: Sequence[Event]) -> PerformanceTracker:
    """A tracker that booked events one by one."""
    tracker = opened()
    for event in events:
        tracker.apply(event)
    return tracker


def known(tracker: PerformanceTracker) -> tuple[Any, ...]:
    """All that a tracker knows."""
    errors = dict(tracker.errors)  # first, for it books what was left
    return errors, tracker.state(), tracker.balance(), tracker.trades(), tracker.equity_curve()


def checked(quantity: float, cash: float) -> CheckedMark:
    """A day's first mark, at which LEAN holds so much at 12 dollars."""
    return CheckedMark(LATER, cash + 12.0 * quantity, ("S",), (12.0,), (quantity,), cash)


def test_plain_events_are_booked_as_those_that_they_stand_for() -> None:
    """They are of the moment that was told last; a fill may be the first that is heard."""
    took = left([NOON, SUBMITTED, FILLED, LATER, UNHEARD_OF])
    plain: list[Event] = [SUBMITTED.update(NOON), FILLED.fill(NOON, "USD")]
    plain.append(UNHEARD_OF.fill(LATER, "USD"))
    assert known(took) == known(single(plain))


def test_a_mark_that_shows_what_the_books_hold_is_booked_as_any_other() -> None:
    """LEAN's quantities are as expected."""
    mark = checked(10.0, 899.0)
    took = left([NOON, SUBMITTED, FILLED, mark])
    events: list[Event] = [SUBMITTED.update(NOON), FILLED.fill(NOON, "USD"), mark.mark("USD")]
    assert known(took) == known(single(events))
    assert took.balance()["unrealized"] == 20.0


@pytest.mark.parametrize(("quantity", "cash"), [(8.0, 923.0), (12.0, 899.0)])
def test_a_mark_that_shows_other_quantities_is_looked_at_whole(
    quantity: float, cash: float
) -> None:
    """What LEAN holds more or less is adopted, as from a mark of any kind."""
    mark = checked(quantity, cash)
    took = left([NOON, SUBMITTED, FILLED, mark])
    whole = replace(mark.mark("USD"), partial=False)
    events: list[Event] = [SUBMITTED.update(NOON), FILLED.fill(NOON, "USD"), whole]
    assert known(took) == known(single(events))
    assert took.ledger.books.anomaly_counts["adopted"] == 1


def test_a_mark_may_show_what_the_books_do_not_know() -> None:
    """It shows no quantity of theirs, and is valued by what they hold."""
    mark = checked(10.0, 899.0)
    more = mark._replace(sids=("S", "?"), prices=(12.0, 5.0), quantities=(10.0, 0.0))
    took = left([NOON, SUBMITTED, FILLED, more])
    assert not more.agrees(opened().ledger.books)
    assert took.balance()["unexplained"] == 0.0
    assert took.balance()["unrealized"] == 20.0


def test_what_cannot_be_booked_costs_nothing_else() -> None:
    """It is counted, and what comes after it is of the same moment still."""
    took = left([NOON, SUBMITTED, ("no event",), FILLED])
    events: list[Event] = [SUBMITTED.update(NOON), FILLED.fill(NOON, "USD")]
    assert dict(took.errors) == {"later: TypeError": 1}
    assert took.ledger.state() == single(events).ledger.state()
