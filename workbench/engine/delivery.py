"""On which thread a hook runs, and how it is counted: the way from the player to user code.

In LEAN's backtests all hooks run on one thread; live, order events come on transaction threads,
schedules on another and data on a third. A Delivery runs a hook in a lane and raises what the hook
raised: at once, or, where hooks may overlap, when its lane is needed again or all is settled. The
HookLog counts what each hook's call has read. Used by the engine only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from workbench.engine.reads import ReadMeter, tell_of_hook

Hook = Callable[[], object]


class HookLog:
    """How often LEAN was read, by kind of hook and call."""

    def __init__(self, meter: ReadMeter) -> None:
        self._meter = meter
        self.reads: defaultdict[str, list[int]] = defaultdict(list)

    def counted(self, kind: str, hook: Hook) -> Hook:
        """Wrap a hook so that its reads are noted under `kind`, also when it raises."""

        def run() -> None:
            before = self._meter.of_this_thread
            tell_of_hook(kind)
            try:
                hook()
            finally:
                tell_of_hook("")
                self.reads[kind].append(self._meter.of_this_thread - before)

        return run


class Delivery(Protocol):
    """Runs hooks."""

    def run(self, lane: str, hook: Hook) -> None:
        """Run the hook in the lane; raises what it raises, or what one before it raised."""

    def settle(self) -> None:
        """Wait until every hook has returned; raises what one of them raised."""

    def close(self) -> None:
        """Stop the threads; no hook can be run after that."""


class DirectDelivery:
    """Runs every hook at once, on the caller's own thread."""

    def run(self, lane: str, hook: Hook) -> None:
        """Run the hook; raises what it raises."""
        hook()

    def settle(self) -> None:
        """Return at once: every hook has returned already."""

    def close(self) -> None:
        """Do nothing: there is no thread to stop."""


class ThreadedDelivery:
    """Runs each lane's hooks one after the other on a thread of the lane's own."""

    def __init__(self, overlap: bool) -> None:
        self._overlap = overlap
        self._lanes: dict[str, ThreadPoolExecutor] = {}
        self._open: dict[str, Future[object]] = {}

    def run(self, lane: str, hook: Hook) -> None:
        """Run the hook on the lane's thread, and wait for it unless hooks may overlap."""
        self._wait(lane)
        if lane not in self._lanes:
            self._lanes[lane] = ThreadPoolExecutor(1, thread_name_prefix=f"recorded {lane}")
        self._open[lane] = self._lanes[lane].submit(hook)
        if not self._overlap:
            self._wait(lane)

    def settle(self) -> None:
        """Wait until every lane is free; raises what one of the hooks raised."""
        for lane in list(self._open):
            self._wait(lane)

    def close(self) -> None:
        """Wait for the hooks that are running, then stop the threads."""
        for lane in self._lanes.values():
            lane.shutdown()

    def _wait(self, lane: str) -> None:
        open_hook = self._open.pop(lane, None)
        if open_hook is not None:
            open_hook.result()


def delivery(threads: int, overlap: bool) -> Delivery:
    """Return the way to deliver with so many order threads: on the caller's own when 0."""
    return ThreadedDelivery(overlap) if threads else DirectDelivery()
