"""Seen events: each order event is booked once, in whatever order they come."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from models.ledger.seen_events import SeenEvents

IDS = st.one_of(st.integers(1, 6), st.sampled_from([0, 65_534, 65_535, 70_000, 50_000_000]))


EVENT_IDS = st.one_of(IDS, st.just(-1))


@given(st.lists(st.tuples(IDS, EVENT_IDS), max_size=60), st.integers(0, 60))
def test_an_event_is_new_once(pairs: list[tuple[int, int]], stop: int) -> None:
    """In any order, saved and restored in between, each pair of ids is new only once."""
    seen, known = SeenEvents(), set[tuple[int, int]]()
    for number, pair in enumerate(pairs):
        if number == stop:
            saved = json.loads(json.dumps(seen.state()))
            seen = SeenEvents()
            seen.restore(saved)
        assert seen.contains(*pair) == (pair in known)
        assert seen.add(*pair) == (pair not in known)
        known.add(pair)
        assert seen.contains(*pair)


def test_orders_by_hand_are_numbered_downwards() -> None:
    """Each has one event; what is not below the lowest came already, saved and restored or not."""
    seen = SeenEvents()
    assert [seen.add(order_id, 1) for order_id in (-1, -2, -2, -1, -3)] == [
        True,
        True,
        False,
        False,
        True,
    ]
    other = SeenEvents()
    other.restore(json.loads(json.dumps(seen.state())))
    assert other.contains(-3, 1)
    assert not other.contains(-4, 1)
    assert other.add(-4, 1)


def test_events_that_come_in_order_cost_two_bytes_an_order() -> None:
    """A long run's memory of what was seen stays small, and so does its state."""
    seen = SeenEvents()
    for order_id in range(1, 10_001):
        for event_id in (2, 1, 3):
            assert seen.add(order_id, event_id)
    state = seen.state()
    assert state["ahead"] == []
    assert len(state["through"]) < 10_001 * 2 * 4 / 3 + 4
