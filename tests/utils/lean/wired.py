"""Trackers wired to recorded engines, for the tests of the feed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.events.orders import Fill, OrderUpdate
from tests.utils.wired import standing
from tests.workbench.engine import tapes
from utils.lean.feed import LeanFeed
from utils.tracking import LeanTracker, track
from workbench.engine.algorithm import RecordedAlgorithm
from workbench.engine.engine import RecordedEngine
from workbench.recordings import recordings
from workbench.replay.replay import TrackedAlgorithm
from workbench.replay.saver import HookSaver

LARGE = 100_000  # bytes of a tape: what its hooks read is what those of the others read
RECORDED_NAMES = [name for name, found in recordings().items() if found.size <= LARGE]


def tracked(folder: Path, *lines: tapes.Line) -> tuple[RecordedEngine, LeanTracker]:
    """An engine whose algorithm has the tracker, about to play the lines."""
    return wired(tapes.engine(folder, TrackedAlgorithm, *lines))


def wired(engine: RecordedEngine) -> tuple[RecordedEngine, LeanTracker]:
    """An engine whose algorithm has the tracker, about to play its recording."""
    engine.initialize()
    algorithm: Any = engine.algorithm
    algorithm.tracker = track(
        algorithm, clock=standing, saver=HookSaver, mark_every=0, day_marks=False
    )
    return engine, algorithm.tracker


def events_of(folder: Path, *lines: tapes.Line) -> list[Fill | OrderUpdate]:
    """What the reader makes of the order lines of a tape."""
    seen: list[Fill | OrderUpdate] = []
    feeds: list[LeanFeed] = []

    class Listening(RecordedAlgorithm):
        tracker: LeanTracker

        def on_order_event(self, order_event: Any) -> None:
            event = feeds[0].order_event(order_event)
            assert event is not None, "nobody asked for it to be booked later"
            self.tracker.apply(event)
            seen.append(event)

    engine = tapes.engine(folder, Listening, *lines)
    engine.initialize()
    algorithm: Any = engine.algorithm
    algorithm.tracker = track(algorithm, clock=standing, saver=HookSaver)
    feeds.append(LeanFeed(algorithm, algorithm.tracker.core))
    list(engine.play())
    return seen
