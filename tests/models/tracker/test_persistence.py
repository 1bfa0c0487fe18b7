"""Saving a tracker in a store and taking it over, whatever the store and the state are like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest

from models.errors import CallError
from models.performance_tracker import PerformanceTracker
from models.tracker.persistence import Found
from models.trades.record import TradeRecord
from tests.models.tracker.feeds import NOON, bought_and_sold


class States:
    """A store over a dictionary, which may be broken."""

    def __init__(self) -> None:
        self.kept: dict[str, Mapping[str, Any]] = {}
        self.problems: list[str] = []
        self.broken = False

    def store(self, trades: Sequence[TradeRecord]) -> None:
        """Take no trades."""

    def stored(self) -> Iterator[TradeRecord]:
        """There are none."""
        return iter(())

    def check_prefix(self, prefix: str) -> None:
        """Refuse names with a colon."""
        if ":" in prefix:
            raise CallError(f"{prefix!r} makes no name")

    def save_state(
        self, state: Mapping[str, Any], time: datetime | None, prefix: str, *, force: bool
    ) -> bool:
        """Keep a state; an unforced one is always too soon."""
        if self.broken:
            raise OSError("full")
        if force:
            self.kept[prefix] = state
        return force

    def load_state(self, prefix: str) -> tuple[Mapping[str, Any] | None, Sequence[str]]:
        """What was kept under the name."""
        if self.broken:
            raise OSError("gone")
        return self.kept.get(prefix), self.problems


def saved() -> States:
    """A store that has the state of a tracker with one closed trade."""
    states = States()
    tracker = PerformanceTracker(object_store=states)
    bought_and_sold(tracker)
    assert tracker.save_to_object_store()
    return states


def test_a_state_is_taken_over() -> None:
    """The fresh tracker knows what the saved one did."""
    fresh = PerformanceTracker(object_store=saved())
    assert fresh.persistence.load("") is Found.RESTORED
    assert fresh.summary().net_pnl == 10.0


def test_nothing_saved_is_nothing_found() -> None:
    """No failure is counted, and the tracker is as it was."""
    fresh = PerformanceTracker(object_store=States())
    assert fresh.persistence.load("") is Found.NOTHING
    assert fresh.errors == {}


def test_a_save_too_soon_is_none() -> None:
    """A caller that forces nothing is told, and it is no failure."""
    tracker = PerformanceTracker(object_store=States())
    assert not tracker.save_to_object_store(force=False)
    assert tracker.errors == {}


def test_a_broken_store_is_counted() -> None:
    """Neither a save nor a load raises."""
    states = States()
    states.broken = True
    tracker = PerformanceTracker(object_store=states)
    assert not tracker.save_to_object_store()
    assert tracker.persistence.load("") is Found.USELESS
    assert tracker.errors == {"save: OSError": 1, "load: OSError": 1}


@pytest.mark.parametrize("missing", ["ledger", "trades", "by_hand"])
def test_a_state_that_fails_halfway_changes_nothing(missing: str) -> None:
    """The tracker goes back to what it knew, and the failure is counted."""
    states = saved()
    states.kept[""] = {key: value for key, value in states.kept[""].items() if key != missing}
    tracker = PerformanceTracker(object_store=states)
    tracker.open_trade("B", 1, 5.0, time=NOON)
    before = tracker.state()
    assert tracker.persistence.load("") is Found.USELESS
    assert tracker.errors == {"restore: StateError": 1}
    assert {**tracker.state(), "errors": {}} == before


def test_damage_beside_a_whole_state_is_counted_after_it() -> None:
    """The restored counts are those of former runs, and the damage is added to them."""
    states = saved()
    states.kept[""] = {**states.kept[""], "errors": {"load: damaged": 2}}
    states.problems = ["slot a is cut short"]
    tracker = PerformanceTracker(object_store=states)
    assert tracker.load_from_object_store()
    assert tracker.errors == {"load: damaged": 3}


def test_without_a_store_of_states_it_says_so() -> None:
    """A wrong call raises what is wrong, and so does a name that is none."""
    with pytest.raises(CallError, match="has no store"):
        PerformanceTracker().save_to_object_store()
    with pytest.raises(CallError, match="makes no name"):
        PerformanceTracker(object_store=States()).load_from_object_store("a:b")
