"""What the desk is told of a saved state: by the same ids as the digests of the run tell it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill
from models.performance_tracker import PerformanceTracker
from tests.workbench.desk.watch.local import NEVER, Machine
from utils.notify.digests import Digests
from workbench.desk.watch.rows import Row, events_of, told_of
from workbench.engine.tape import TAPE_NAME, Tape
from workbench.recordings import find
from workbench.replay.replay import Replay
from workbench.replay.saved_state import load

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)


def digests_of(tracker: PerformanceTracker) -> Digests:
    """What takes note of the rows of a run's digests."""
    algorithm = cast("Any", SimpleNamespace(project_id=1))
    notifier = cast("Any", SimpleNamespace(messages=0, pending=0))
    return Digests(algorithm, tracker, notifier, lambda: (), lambda: 0.0)


def by_id(digests: Digests) -> dict[str, Row]:
    """The events that digests have, or had."""
    return {row["id"]: row for name, _, row in digests.state()["rows"] if name == "events"}


def told_by_state(tracker: PerformanceTracker) -> dict[str, Row]:
    """The events that are told of the state of a tracker."""
    saved = PerformanceTracker(zone=tracker.core.zone)
    saved.restore(json.loads(json.dumps(tracker.state())))
    return {row["id"]: row for row in events_of(saved)}


@pytest.mark.parametrize(
    ("recording", "kinds"),
    [
        ("option-combos", {"deployment", "session", "structure"}),
        ("opposed-futures", {"deployment", "session", "flow"}),
    ],
)
def test_an_event_has_one_id_by_both_ways(recording: str, kinds: set[str]) -> None:
    """So that one which comes by a digest and by a saved state is shown once."""
    replay = Replay(Tape(find(recording) / TAPE_NAME), lean_book=False)
    tracker = replay.tracker
    digests = digests_of(tracker)
    for _ in replay.play():
        pass
    told = told_by_state(tracker)
    assert told == by_id(digests)
    assert {row["kind"] for row in told.values()} == kinds


def test_an_anomaly_has_one_id_by_both_ways() -> None:
    """A stock that is bought below nothing is told once."""
    tracker = PerformanceTracker(10_000.0)
    digests = digests_of(tracker)
    tracker.open_trade("B", 1, 10.0, time=NOON)
    tracker.apply(Instrument("A", "A", SecurityType.EQUITY, "USD"))
    tracker.apply(Fill(NOON, 9, 1, "A", 10.0, -100.0))
    told = told_by_state(tracker)
    assert told == by_id(digests)
    assert {row["kind"] for row in told.values()} == {"deployment", "anomaly"}


def test_an_alert_that_fires_has_one_id_by_both_ways(machine: Machine) -> None:
    """A saved state has it as it fired."""
    run = machine.deploy("live-paper", alerts="day_loss=0.0001")
    digests = digests_of(run.replay.tracker)
    machine.play(run, NEVER)
    (state, *_) = [path for path in machine.folder.rglob("live-[ab]") if path.is_file()]
    alerts = [row for row in told_of(load(state)).events if row["kind"] == "alert"]
    assert len(alerts) == 1
    assert by_id(digests)[alerts[0]["id"]] == alerts[0]
