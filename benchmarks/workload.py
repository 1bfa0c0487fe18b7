"""The events of a recording, as the core is fed them, kept for timing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.events import Event, Fill, OrderUpdate
from models.instruments import Instrument
from models.performance_tracker import PerformanceTracker
from models.settings import Settings
from workbench.recordings import recordings
from workbench.replay import Replay
from workbench.tape import read_tape


@dataclass(frozen=True, slots=True)
class Workload:
    """All that one replay fed the core.

    Attributes:
        name: The recording.
        events: In order.
        strategies: Order id -> strategy.
        reads: Hook -> reads of LEAN in each of its calls.
    """

    name: str
    events: list[Event | Instrument]
    strategies: dict[int, str]
    reads: dict[str, list[int]]

    @property
    def fills(self) -> list[Fill]:
        """The fills among the events."""
        return [event for event in self.events if isinstance(event, Fill)]


def record(name: str) -> Workload:
    """Replay a recording and keep what its tracker was fed."""
    replay = Replay(read_tape(recordings()[name].path), lean_book=False)
    tracker: Any = replay.tracker
    events: list[Event | Instrument] = []
    apply = tracker.apply

    def keep(event: Event | Instrument) -> bool:
        events.append(event)
        return bool(apply(event))

    tracker.apply = keep
    for _ in replay.play():
        pass
    strategies = {
        event.order_id: (event.tag or "").removeprefix("strategy=")
        for event in events
        if isinstance(event, OrderUpdate) and event.tag is not None
    }
    reads = {hook: list(counts) for hook, counts in replay.engine.reads_by_hook.items()}
    return Workload(name, events, strategies, reads)


def fresh(*, lean_book: bool) -> PerformanceTracker:
    """A tracker with nothing in it."""
    return PerformanceTracker(settings=Settings(lean_book=lean_book))
