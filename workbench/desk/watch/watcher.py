"""The watcher: it looks each second at the folders of local runs, and tells what it finds.

    watcher = Watcher(folders, library, fleet)
    watcher.start()
    ...
    watcher.stop()

One thread looks and reads the states of live runs; another imports what has ended, so that a large
result keeps no live run waiting.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from workbench.desk.fleet.fleet import Fleet
from workbench.desk.notes import Notes
from workbench.desk.watch.importing import Imports
from workbench.desk.watch.live import LiveRuns
from workbench.desk.watch.places import state_folder
from workbench.desk.watch.result_folders import Importable, ResultFolder, ResultFolders
from workbench.desk.watch.states import ReadState, States
from workbench.desk.watch.tree import Seen, Tree
from workbench.library.entries import Put
from workbench.library.errors import LibraryError
from workbench.library.library import Library
from workbench.replay.saved_state import UNREADABLE

LOG = logging.getLogger("tracker.desk")
EVERY = 1.0  # seconds between two looks


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _keep_silent(put: Put) -> None:
    """Tell nobody."""


class Watcher:
    """Follows local runs below some folders.

    Args:
        folders: The folders.
        library: Where runs that have ended go.
        fleet: What live runs are told to.
        told: Called with each run that the library took.
        clock: Seconds, monotonic.
        now: What time it is.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        library: Library,
        fleet: Fleet,
        told: Callable[[Put], object] = _keep_silent,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        notes = Notes(library.database)
        self._now = now
        self._tree = Tree(folders, self._nanoseconds)
        self._results = ResultFolders(clock)
        self._states = States(notes, clock)
        self._live = LiveRuns(fleet, self._results, clock, now)
        self._imports = Imports(library, notes, fleet, clock, now, told)
        self._unheard: dict[Path, Seen] = {}  # folders of states of which nothing was noted yet
        self._ended: list[Importable] = []  # likewise runs that have ended
        self._lock = threading.Lock()  # held while the folders are looked at, or asked for
        self._importing = threading.Lock()  # held for what waits to be imported
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    # --- the threads

    def start(self) -> None:
        """Begin to look, until `stop` is called."""
        for name, turn in (("watch", self.look), ("import", self.import_due)):
            thread = threading.Thread(target=self._run, args=(turn,), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self, patience: float = 5.0) -> None:
        """Look no more.

        Args:
            patience: Seconds that an import under way is waited for; one that is cut short is made
                again at the next start.
        """
        self._stopped.set()
        for thread in self._threads:
            thread.join(patience)

    def _run(self, turn: Callable[[], None]) -> None:
        while not self._stopped.is_set():
            began = time.monotonic()
            turn()
            self._stopped.wait(max(0.0, EVERY - (time.monotonic() - began)))

    # --- a turn of each

    def look(self) -> None:
        """Look once at all folders, and tell the fleet what is new."""
        with self._lock:
            self._look()
            self._read_states()
            self._live.look()

    def _look(self) -> None:
        found = self._tree.look()
        for problem in found.problems:
            LOG.warning("%s", problem)
        for folder in found.gone:
            self._unheard.pop(folder, None)
            self._states.gone(folder)
            self._results.gone(folder)
        for seen in found.changed:
            if state_folder(seen.folder):
                self._unheard[seen.folder] = seen
            else:
                self._results.heard(seen)
        with self._importing:
            self._ended += self._results.over(self._nanoseconds())

    def _read_states(self) -> None:
        try:
            for folder in sorted(self._unheard):  # by marks: the run that began first is first
                self._states.heard(self._unheard[folder])
                del self._unheard[folder]
            for read in self._states.read():
                self._hear(read)
        except LibraryError as problem:
            LOG.warning("states are read later: %s", problem)

    def _hear(self, read: ReadState) -> None:
        """Take a state, unless it says something that no tracker says."""
        try:
            self._live.heard(read)
        except UNREADABLE as problem:
            LOG.warning("%s: the last state before it is shown: %s", read.saved.path, problem)

    def import_due(self) -> None:
        """Import what has ended."""
        with self._importing:
            ended, self._ended = self._ended, []
        try:
            while ended:
                self._imports.heard(ended[0])
                del ended[0]
        except LibraryError as problem:
            LOG.warning("what has ended is imported later: %s", problem)
            with self._importing:
                self._ended = [*ended, *self._ended]
            return
        for _ in self._imports.read():
            if self._stopped.is_set():
                return

    # --- what is asked

    def folder_of(self, deployment: str) -> ResultFolder | None:
        """Where LEAN writes the results of a deployment; None where that is not watched."""
        with self._lock:
            return self._live.folder_of(deployment)

    def _nanoseconds(self) -> int:
        return int(self._now().timestamp() * 1e9)
