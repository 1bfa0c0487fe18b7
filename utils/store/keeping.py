"""What one tracker keeps in LEAN's Object Store: the door between the tracker and the store.

The tracker imports nothing else of the store, so that an export for a tier that has none puts
another door in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING

from models.settings import Settings, Switch, chosen
from models.tracker.ports import Storage, storage_in
from models.trades.log import Archive
from utils.store.named_states import NamedStates
from utils.store.object_store import ObjectStoreManager
from utils.store.places import storage_at
from utils.store.segments import NO_ROOM
from utils.store.slots import below, is_over, run_mark
from utils.store.snapshot import SnapshotError
from utils.store.snapshots import SnapshotStore

if TYPE_CHECKING:
    from AlgorithmImports import QCAlgorithm

OPTIMIZATION = "OPTIMIZATION"  # LEAN's mode

# LEAN's project id where it knows of none: what is kept is told apart by the algorithm's class.
NO_PROJECT = "0"


class SlowSaveError(SnapshotError):
    """A state was saved, but the algorithm had to wait for it."""


class Keeping:
    """What is kept of one run, and where.

    Args:
        algorithm: The algorithm whose Object Store it is.
        settings: What the user chose to keep.
        clock: Unix time, seconds.

    Attributes:
        persists: Whether the state is saved.
        resumes: Whether the run goes on from the project's last state.
        archives: Whether closed trades that leave memory go to the Object Store. Writing every
            trade takes a backtest longer than making it, so one does only where it is asked to.
        objects: The Object Store by category.
        states: Saved states and closed trades.
        notice: What the user is told at the start; empty for nothing.
    """

    notice = ""

    def __init__(
        self, algorithm: QCAlgorithm, settings: Settings, clock: Callable[[], float]
    ) -> None:
        live = bool(algorithm.live_mode)
        self.persists = chosen(settings.persist, str(algorithm.algorithm_mode) != OPTIMIZATION)
        self.resumes = chosen(settings.resume, live)
        self.archives = self.persists and (live or settings.persist is Switch.ON)
        project, deployment = str(algorithm.project_id), str(algorithm.algorithm_id)
        kind = type(algorithm).__name__
        # a local LEAN gives every backtest of an algorithm the same id
        self._run = run = run_mark(clock(), token_hex(3)[1:])
        objects = partial(
            ObjectStoreManager,
            algorithm.object_store,
            deployment=deployment,
            live=live or self.resumes,
            clock=clock,
        )
        unnamed = project == NO_PROJECT
        self.objects = objects(project=f"{project}-{kind}" if unnamed else project)
        states = partial(
            SnapshotStore,
            project=project,
            deployment=deployment,
            prefix="live" if live else "test",
            run=run,
            algorithm=kind if unnamed else "",
        )
        older = objects(project=project) if unnamed else None
        self._own = named = states(self.objects, older=older)
        if not (live or self.archives):  # else a state is not whole without the run's own trades
            lasting = objects(project=f"{project}-{kind}" if unnamed else project, live=True)
            named = states(lasting)
        self.states = NamedStates(self._own, named)
        self._logs_kept = 0

    def storage(self, archive: Archive | str | None) -> Storage:
        """Where states and closed trades go.

        Args:
            archive: The user's own archive of closed trades, or the path of a folder for them.
                Without one they go to the Object Store or are forgotten, and what an earlier run
                archived there is read all the same.
        """
        if archive is not None:
            place = storage_at(archive) or storage_in(archive)
            return Storage(self.states, place.archive, place.older)
        return Storage(self.states, self._own if self.archives else None, self._own)

    def keep_log(self, lines: str) -> None:
        """Keep a part of the log, after those kept before.

        Raises:
            SnapshotError: The store does not take it.
        """
        self.keep_open_log(lines)
        self._logs_kept += 1

    def keep_open_log(self, lines: str) -> None:
        """Keep the newest part of the log, which has more lines each time until it is complete.

        Where there is no room the oldest parts give way, and in the end the part's oldest lines.

        Raises:
            SnapshotError: The store does not take it even so.
        """
        name = below(self._run, f"log-{self._logs_kept + 1:05d}")
        result = self.objects.save_text("logs", name, lines, force=True)
        while result.reason in NO_ROOM:
            if not self._drop_oldest_log(name):
                lines = lines[len(lines) // 2 :].partition("\n")[2]
            if not lines:
                break
            result = self.objects.save_text("logs", name, lines, force=True)
        if not result.saved:
            raise SnapshotError(f"the log is not saved: {result.reason.value} {result.detail}")

    def _drop_oldest_log(self, newest: str) -> bool:
        """Delete the oldest part of this run's log, or of one that is over; False without any."""
        runs = {name: name.rpartition("/")[0] for name in self.objects.names("logs")}
        own = self._run
        older = [
            name
            for name, run in runs.items()
            if (run == own and name < newest) or (run != own and is_over(run, own))
        ]
        return bool(older) and self.objects.delete("logs", older[0])
