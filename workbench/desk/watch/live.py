"""Live runs on this machine: each state, fill and sign of life is told to the fleet."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from models.tracker.deployments import Deployment
from models.tracker.desk_state import saved_alerts
from workbench.desk.fleet.fleet import Fleet
from workbench.desk.watch.order_events import OrderEvents
from workbench.desk.watch.result_folders import ResultFolder, ResultFolders
from workbench.desk.watch.rows import Row, Told, fill_rows, over_rows, told_of
from workbench.desk.watch.states import ReadState
from workbench.library.errors import LibraryError

LOG = logging.getLogger("tracker.desk")
PULSE = 20.0  # seconds between two signs of life of a run whose state does not change
MILLION = 1e6


@dataclass(slots=True)
class LiveRun:
    """A deployment on this machine.

    Attributes:
        read: Its last state.
        told: What the desk is told of it.
        over: Alerts that ended, of which the fleet may not know yet.
        known: The ids of all rows that the fleet has.
        heard: The last sign of life that the fleet knows, Unix time; 0 for none.
        is_new: Whether the fleet does not know the state yet.
    """

    read: ReadState
    told: Told
    over: list[Row] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    heard: float = 0.0
    is_new: bool = True

    @property
    def deployment(self) -> Deployment | None:
        """The one that runs; None before its first event."""
        begun = self.read.saved.tracker.deployments
        return begun[-1] if begun else None

    @property
    def name(self) -> str:
        """What LEAN calls the run in the names of its files.

        A LEAN without the CLI tells an algorithm no id, and names its files by the class.
        """
        snapshot = self.read.saved.snapshot
        return snapshot.deployment or snapshot.algorithm


class LiveRuns:
    """Tells the fleet of each run what is new.

    Args:
        fleet: The deployments.
        results: The result folders that there are.
        clock: Seconds, monotonic.
        now: What time it is.
    """

    def __init__(
        self,
        fleet: Fleet,
        results: ResultFolders,
        clock: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self._fleet = fleet
        self._results = results
        self._now = now
        self._events = OrderEvents(clock)
        self._runs: dict[str, LiveRun] = {}

    def heard(self, read: ReadState) -> None:
        """Take a state that was read; `look` tells it."""
        before = self._runs.get(read.deployment)
        known = before.known if before is not None else set[str]()
        heard = before.heard if before is not None else 0.0
        told = told_of(read.saved, known)
        over = [] if before is None else _ended(before, read)
        self._runs[read.deployment] = LiveRun(read, told, over, known, heard)

    def folder_of(self, deployment: str) -> ResultFolder | None:
        """Where LEAN writes the results of a deployment; None where that is not watched."""
        run = self._runs.get(deployment)
        return None if run is None else self._folder(run)

    def look(self) -> None:
        """Tell what is new: states, fills, and that a run still writes.

        What the library does not take is told again at the next look.
        """
        for name, run in self._runs.items():
            try:
                self._look_at(name, run)
            except LibraryError as problem:
                LOG.warning("what %s does is told later: %s", name, problem)

    def _look_at(self, name: str, run: LiveRun) -> None:
        folder = self._folder(run)
        fills = [] if folder is None else self._new_fills(run, folder)
        saved = run.read.time.timestamp()
        written = 0.0 if folder is None else folder.newest / 1e9
        heard = min(max(saved, written), max(self._now().timestamp(), saved))
        if not (run.is_new or fills or heard >= run.heard + PULSE):
            return
        closed = _unknown(run.told.closed, run)
        events = _unknown([*run.told.events, *run.over], run)
        self._fleet.observe(
            name,
            run.told.state,
            fills,
            closed,
            events,
            _counted(run.read.time, heard),
            received=datetime.fromtimestamp(heard, UTC),
            project=run.read.saved.snapshot.algorithm,
        )
        run.known.update(row["id"] for row in (*fills, *closed, *events))
        run.heard, run.is_new = heard, False

    def _folder(self, run: LiveRun) -> ResultFolder | None:
        return self._results.live(run.name)

    def _new_fills(self, run: LiveRun, folder: ResultFolder) -> list[Row]:
        """The fills of the running deployment that the fleet does not have."""
        begun = run.deployment
        if begun is None or folder.links:
            return []
        own = [each for each in self._events.of(folder.events()) if each.time >= begun.time]
        rows = [row for _, row in fill_rows(run.read.saved.tracker.core, own)]
        return _unknown(rows, run)


def _ended(before: LiveRun, read: ReadState) -> list[Row]:
    """The alerts that ended by a state, and those that the fleet was not told of before it."""
    firing = [saved_alerts(each.saved.snapshot.state) for each in (before.read, read)]
    return [*_unknown(before.over, before), *over_rows(read.saved.tracker, *firing)]


def _unknown(rows: Iterable[Row], run: LiveRun) -> list[dict[str, Any]]:
    return [row for row in rows if row["id"] not in run.known]


def _counted(saved: datetime, heard: float) -> datetime:
    """When a state was saved, and a microsecond later for each second that its run went on since.

    So what is told later of the same state has a later time, after a restart of the desk too.
    """
    rest = min(max(0.0, heard - saved.timestamp()), MILLION / 2)
    return saved + timedelta(microseconds=round(rest))
