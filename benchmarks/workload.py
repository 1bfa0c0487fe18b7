"""The events of a recording, as the core is fed them, kept for timing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from models.events.event import Event
from models.events.instruments import Instrument
from models.events.orders import Fill, OrderUpdate
from models.ledger.effects import Effects
from models.performance_tracker import PerformanceTracker
from models.settings import Settings, Switch
from models.tracker.ports import Storage
from models.trades.lean_follower import BookFollower
from workbench.engine.tape import read_tape
from workbench.recordings import recordings
from workbench.replay.replay import Replay

LONG_RUN = "three-strategies-23y"
SHORT_RUN = "three-strategies"
REPEATS = 22  # of the short run, to make as many trades as the long one


@dataclass(frozen=True, slots=True)
class Workload:
    """All that one replay fed the core.

    Attributes:
        name: The recording.
        events: In order.
        strategies: Order id -> strategy.
    """

    name: str
    events: list[Event | Instrument]
    strategies: dict[int, str]

    @property
    def fills(self) -> list[Fill]:
        """The fills among the events."""
        return [event for event in self.events if isinstance(event, Fill)]


def record(name: str) -> Workload:
    """Replay a recording and keep what its tracker was fed."""
    replay = Replay(read_tape(recordings()[name].path), lean_book=False)
    core: Any = replay.tracker.core
    events: list[Event | Instrument] = []
    # what every event goes through, the opening too
    book: Callable[[Event | Instrument], Effects | None] = core.record

    def keep(event: Event | Instrument) -> Effects | None:
        events.append(event)
        return book(event)

    core.record = keep
    for _ in replay.play():
        pass
    strategies = {
        event.order_id: (event.tag or "").removeprefix("strategy=")
        for event in events
        if isinstance(event, OrderUpdate) and event.tag is not None
    }
    return Workload(name, events, strategies)


def longest() -> Workload:
    """The long recording; where it is missing the short one over and over, some 145,000 trades."""
    if LONG_RUN in recordings():
        return record(LONG_RUN)
    once = record(SHORT_RUN)
    events = [event for turn in range(REPEATS) for event in _turn(once, turn)]
    strategies = {
        order_id + turn * len(once.strategies): strategy
        for turn in range(REPEATS)
        for order_id, strategy in once.strategies.items()
    }
    return Workload(f"{SHORT_RUN}, {REPEATS} times", events, strategies)


def _turn(once: Workload, turn: int) -> Iterator[Event | Instrument]:
    """The run again, years later, under new order ids, going on with what the last turn held."""
    later, ids = timedelta(days=455 * turn), turn * len(once.strategies)
    for event in once.events:
        if isinstance(event, Fill | OrderUpdate):
            yield replace(event, time=event.time + later, order_id=event.order_id + ids)
        elif isinstance(event, Instrument):
            if not turn:
                yield event
        elif hasattr(event, "equity"):
            # what is held differs from turn to turn: LEAN's figures no longer apply
            yield replace(event, time=event.time + later, **_without_account(event))
        elif not turn or not hasattr(event, "cash"):
            yield replace(event, time=event.time + later)


def _without_account(event: Any) -> dict[str, Any]:
    return {"equity": None, "cash": {}, "holdings": None} if hasattr(event, "prices") else {}


def fresh(
    *,
    lean_book: bool,
    keep_trades: int = 1_000,
    execution: bool = False,
    storage: Storage | None = None,
) -> PerformanceTracker:
    """A tracker with nothing in it."""
    switch = Switch.ON if execution else Switch.OFF
    return PerformanceTracker(
        object_store=storage,
        settings=Settings(keep_trades=keep_trades, execution=switch),
        follower=BookFollower(lambda _: None) if lean_book else None,
    )
