"""The states of live runs, read as they change."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from utils.store.keys import is_mark
from utils.store.sealing import read_header
from workbench.desk.notes import NoteKind, Notes
from workbench.desk.watch.lineage import Lineage, RunState, is_note_of, names_of, note_of
from workbench.desk.watch.places import project_of
from workbench.desk.watch.tree import Seen, Stamp
from workbench.desk.watch.waiting import Waiting
from workbench.engine.files import opened
from workbench.replay.saved_state import UNREADABLE, SavedState, load

LOG = logging.getLogger("tracker.desk")
HEAD = 80  # bytes of a state in which it says when it was saved
# The part of the time that may go into reading the states of one project: 1 in so many.
SHARE = 5.0
MOST_NUMBERED = 999_999  # microseconds


@dataclass(frozen=True, slots=True)
class ReadState:
    """A state that was read.

    Attributes:
        deployment: The deployment that it is of.
        mark: The mark of its run.
        time: When it was saved. LEAN's store knows the second; the microseconds count the saves, so
            that a later state has a later time.
        saved: The state, and the tracker as it was then.
    """

    deployment: str
    mark: str
    time: datetime
    saved: SavedState


class Slot(NamedTuple):
    """A file that states of a run are written to.

    Attributes:
        project: The folder of the project in LEAN's store.
        mark: The mark of the run.
        path: The file.
    """

    project: Path
    mark: str
    path: Path


@dataclass(slots=True)
class _Project:
    """What is known of a project.

    Attributes:
        lineage: Its runs and deployments.
        stamps: Slot -> stamp of what was found there.
        sequences: Mark -> number of the save that was read last.
        free: The clock from which on its states may be read again.
    """

    lineage: Lineage
    stamps: dict[Slot, Stamp] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    free: float = 0.0


class States:
    """Reads each state once, the newest of each run, and keeps the last one where a file is cut.

    Args:
        notes: Where it is noted which run is which deployment.
        clock: Seconds, monotonic.
        reader: Loads a state.
    """

    def __init__(
        self,
        notes: Notes,
        clock: Callable[[], float] = time.monotonic,
        reader: Callable[[Path], SavedState] = load,
    ) -> None:
        self._notes = notes
        self._clock = clock
        self._reader = reader
        self._noted: dict[str, str] | None = None  # what the notes say, once they were read
        self._projects: dict[Path, _Project] = {}
        self._waiting: Waiting[Slot, Stamp] = Waiting(clock)

    def heard(self, seen: Seen) -> None:
        """Take note of a folder of states that changed.

        Raises:
            LibraryError: Its deployment cannot be noted; what is there waits for the next change.
        """
        place = project_of(seen.folder)
        if place is None:
            return
        for name in seen.links:
            LOG.warning("%s is a symbolic link: it is not read", seen.folder / name)
        project = self._projects.get(place) or self._new_project(place)
        mark = seen.folder.name if is_mark(seen.folder.name) else ""
        if seen.files and mark not in project.sequences:
            saved = max(saved_at(seen.folder / name, stamp) for name, stamp in seen.files.items())
            self._add(place, project, RunState(mark, "", saved))
            project.sequences[mark] = 0
        for name, stamp in seen.files.items():
            slot = Slot(place, mark, seen.folder / name)
            if project.stamps.get(slot) != stamp:
                project.stamps[slot] = stamp
                self._waiting.add(slot, stamp)

    def gone(self, folder: Path) -> None:
        """Forget a folder that went; its deployment keeps the state that it had."""
        for project in self._projects.values():
            for slot in [slot for slot in project.stamps if slot.path.parent == folder]:
                del project.stamps[slot]
                self._waiting.done(slot)

    def read(self) -> Iterator[ReadState]:
        """Read what is due, the newest first, and give what is new.

        Raises:
            LibraryError: A deployment cannot be noted.
        """
        due = sorted(self._waiting.due(), key=lambda each: -each[1].modified)
        for slot, stamp in due:
            project = self._projects[slot.project]
            if project.lineage.is_over(slot.mark) or self._is_old(project, slot, stamp):
                self._waiting.done(slot)
            elif self._clock() >= project.free:
                found = self._read(slot, stamp, project)
                if found is not None:
                    yield found

    def _is_old(self, project: _Project, slot: Slot, stamp: Stamp) -> bool:
        """Whether the other slot of a run was written later, and was read."""
        others = [
            each
            for other, each in project.stamps.items()
            if other.mark == slot.mark and other != slot and not self._waiting.holds(other)
        ]
        return any(each.modified > stamp.modified for each in others)

    def _read(self, slot: Slot, stamp: Stamp, project: _Project) -> ReadState | None:
        began = self._clock()
        try:
            saved = saved_at(slot.path, stamp)
            state = self._reader(slot.path)
        except UNREADABLE as problem:
            again = self._waiting.failed(slot, stamp)
            LOG.log(
                logging.DEBUG if again else logging.WARNING,
                "%s: the last state before it is shown: %s",
                slot.path,
                problem,
            )
            return None
        ended = self._clock()
        project.free = ended + (SHARE - 1.0) * (ended - began)
        sequence = state.snapshot.sequence
        if not state.tracker.live or sequence <= project.sequences.get(slot.mark, 0):
            self._waiting.done(slot)
            return None
        run = RunState(slot.mark, state.snapshot.parent, saved)
        deployment = self._add(slot.project, project, run)
        project.sequences[slot.mark] = sequence
        self._waiting.done(slot)
        moment = datetime.fromtimestamp(int(saved), UTC)
        counted = timedelta(microseconds=min(sequence, MOST_NUMBERED))
        return ReadState(deployment, slot.mark, moment + counted, state)

    def _new_project(self, place: Path) -> _Project:
        if self._noted is None:
            self._noted = self._notes.all(NoteKind.RUN)
        own = names_of(self._noted, str(place))
        project = self._projects[place] = _Project(Lineage(place.name, names=own))
        return project

    def _add(self, place: Path, project: _Project, run: RunState) -> str:
        """The deployment of a run, which is noted."""
        noted = self._noted or {}
        others = {name: value for name, value in noted.items() if not is_note_of(name, str(place))}
        project.lineage.taken = frozenset(others.values())
        deployment = project.lineage.add(run)
        for mark, value in project.lineage.names.items():
            name = note_of(str(place), mark)
            if noted.get(name) != value:
                self._notes.put(NoteKind.RUN, name, value)
                noted[name] = value
        return deployment


def saved_at(path: Path, stamp: Stamp) -> float:
    """When a state was saved, Unix time: as it says itself, else when the file was written."""
    try:
        with opened(path) as file:
            return float(read_header(file.read(HEAD).decode("ascii", "replace")).saved)
    except UNREADABLE:
        return stamp.modified / 1e9
