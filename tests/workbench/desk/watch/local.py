"""A machine on which runs trade, and a desk that watches it: what tests of the watcher share."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from workbench.desk.fleet.details import DetailKind
from workbench.desk.fleet.fleet import Fleet
from workbench.desk.local_run import LocalRun
from workbench.desk.watch.watcher import Watcher
from workbench.library.entries import Put
from workbench.library.library import Library
from workbench.recordings import find

NEVER = 1e9  # seconds
BEGUN = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
ROW = Mapping[str, Any]


@dataclass
class Moment:
    """The time of a machine, which moves as the test says.

    Attributes:
        now: It.
        stamps: When files were written last.
    """

    now: datetime = BEGUN
    stamps: dict[Path, tuple[int, ...]] = field(default_factory=dict)

    def time(self) -> datetime:
        """What time it is."""
        return self.now

    def unix(self) -> float:
        """The same as Unix time."""
        return self.now.timestamp()

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return (self.now - BEGUN).total_seconds()

    def go(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def stamp(self, folder: Path) -> None:
        """Have all that was written in a folder since the last time be written now."""
        for path in (folder, *folder.rglob("*")):
            found = path.lstat()
            if self.stamps.get(path) != (found.st_mtime_ns, found.st_size, found.st_ino):
                os.utime(path, ns=(0, int(self.unix() * 1e9)), follow_symlinks=False)
                found = path.lstat()
                self.stamps[path] = (found.st_mtime_ns, found.st_size, found.st_ino)


@dataclass
class Machine:
    """A machine with a folder that is watched.

    Attributes:
        folder: The folder.
        library: The desk's library.
        moment: What time it is.
        taken: The runs that the library took.
        told: What the stream was told: topic and kind.
    """

    folder: Path
    library: Library
    moment: Moment = field(default_factory=Moment)
    taken: list[Put] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    runs: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.fleet = Fleet(self.library.database, lambda *news: self.told.append(news[:2]))
        self.watcher = self.new_watcher()

    def new_watcher(self) -> Watcher:
        """A desk that has just started."""
        self.watcher = Watcher(
            [self.folder],
            self.library,
            self.fleet,
            self.taken.append,
            self.moment.monotonic,
            self.moment.time,
        )
        return self.watcher

    def deploy(self, recording: str, **settings: Any) -> LocalRun:
        """Begin a deployment of a recorded run."""
        self.runs += 1
        run = LocalRun(find(recording), self.folder, self.runs, clock=self.moment.unix, **settings)
        self.moment.stamp(self.folder)
        return run

    def look(self) -> None:
        """Have the desk look once."""
        self.moment.stamp(self.folder)
        self.watcher.look()

    def play(self, run: LocalRun, every: float = 15.0) -> None:
        """Play a deployment to its end, and look every so many seconds, and at last."""
        looked = self.moment.unix()
        for until in run.play():
            if self.moment.unix() >= looked + every:
                looked = self.moment.unix()
                self.look()
            self.moment.go(max(0.0, until - self.moment.unix()))
        self.moment.stamp(self.folder)
        self.moment.go(5.0)
        if every < NEVER:
            self.look()

    def shown(self, deployment: str) -> Any:
        """What the desk shows of a deployment."""
        return self.fleet.deployment(deployment, self.moment.now)

    def rows(self, kind: DetailKind, deployment: str) -> list[ROW]:
        """The details of a kind that the desk knows, the oldest first."""
        part = self.fleet.details([kind], 1_000, deployment=deployment)
        return [detail.body for _, detail in part.details][::-1]
