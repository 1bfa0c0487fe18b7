"""The tracker's own events, and the levels, categories and sinks by name."""

from __future__ import annotations

from utils.log.events import EVENTS, ROUTES, Level, Sink, pick

# What users filter the log by.
READY = """
order submitted, order updated, order rejected, order cancelled, position opened,
position increased, position reduced, position closed, position flipped, position assigned,
position exercised, position expired, trade closed, session closed, drawdown alert,
drawdown recovery, restored, adopted, saved, save failed, anomaly
"""


def test_the_events_that_users_filter_by_are_ready() -> None:
    """No event of an order, a position, a trade, a session or a saved state is missing."""
    assert {name.strip() for name in READY.split(",")} <= set(EVENTS)


def test_every_level_and_ready_event_has_a_sink() -> None:
    """No entry is without a route, and ready events all show somewhere."""
    assert set(Level) <= set(ROUTES)
    assert all(spec.sink is not Sink.NOWHERE for spec in EVENTS.values())


def test_choices_go_by_name_or_by_member() -> None:
    """A level may be given as its member or its name."""
    assert pick(Level, "error") is pick(Level, Level.ERROR) is Level.ERROR
