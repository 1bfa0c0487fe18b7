"""Folders below those that are watched: what changed in them since the last look.

A look reads nothing. It asks for the time, size and number (inode) of each file that may belong to
a run, lists a folder only where its own time says that something came or went, and looks seldom at
what has not changed for long. Symbolic links are never followed.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from workbench.desk.watch.places import enters, state_folder, wanted

MOST_FOLDERS = 20_000  # that are watched
SECOND = 1_000_000_000  # nanoseconds
# A folder's time may stand still for so long while files come and go: that of some file systems
# has whole seconds only.
COARSE = 3 * SECOND
QUIET = 300 * SECOND  # without a change, after which a folder is looked at seldom
SELDOM = 10  # looks


class Stamp(NamedTuple):
    """What changes with a file's content.

    Attributes:
        modified: When it was written, nanoseconds since 1970.
        size: Bytes.
        inode: Its number on the disk: another one where it was replaced.
    """

    modified: int
    size: int
    inode: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A folder with files of runs, as it was found.

    Attributes:
        folder: Its path.
        files: Name -> stamp.
        links: Names of what is a symbolic link among those that would be files of runs.
    """

    folder: Path
    files: Mapping[str, Stamp]
    links: tuple[str, ...] = ()

    @property
    def newest(self) -> int:
        """When the last of its files was written, nanoseconds since 1970; 0 without one."""
        return max((stamp.modified for stamp in self.files.values()), default=0)


@dataclass(frozen=True, slots=True)
class Look:
    """What a look found.

    Attributes:
        changed: Folders that are new or have changed, the one that was written last first.
        gone: Folders that are no longer there, or hold nothing of a run any more.
        problems: What could not be looked at, each in words, once.
    """

    changed: tuple[Seen, ...]
    gone: tuple[Path, ...]
    problems: tuple[str, ...]


@dataclass(slots=True)
class _Folder:
    """What is remembered of a folder.

    Attributes:
        modified: Its own time when it was listed last; -1 before.
        listed: The clock then.
        names: Files that may belong to runs.
        links: Likewise, symbolic links.
        seen: What was told of it last.
        newest: When it, or the last of its files, was written.
        below: The folders in it that are watched.
    """

    modified: int = -1
    listed: int = 0
    names: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    seen: Seen | None = None
    newest: int = 0
    below: set[Path] = field(default_factory=set)


class Tree:
    """Looks at some folders and all below them.

    Args:
        roots: The folders. One that is a symbolic link itself is taken for what it leads to.
        clock: Nanoseconds since 1970.
    """

    def __init__(self, roots: Sequence[Path], clock: Callable[[], int] = time.time_ns) -> None:
        self._roots = tuple(dict.fromkeys(root.resolve() for root in roots))
        self._clock = clock
        self._folders: dict[Path, _Folder] = {root: _Folder() for root in self._roots}
        self._looks = 0
        self._told: set[str] = set()
        self._problems: list[str] = []

    def look(self) -> Look:
        """What changed since the last look; the first one finds everything."""
        self._looks += 1
        self._problems = []
        changed: list[Seen] = []
        gone: list[Path] = []
        for place in self._due():
            folder = self._folders.get(place)
            if folder is not None:  # else it went with one above it
                self._look_at(place, folder, changed, gone)
        changed.sort(key=lambda seen: (-seen.newest, seen.folder))
        return Look(tuple(changed), tuple(gone), tuple(self._problems))

    def _due(self) -> Iterator[Path]:
        """The folders to look at, those found meanwhile included."""
        now, waiting = self._clock(), [*self._folders]
        while waiting:
            place = waiting.pop()
            folder = self._folders.get(place)
            if folder is None or not self._is_due(place, folder, now):
                continue
            before = set(folder.below)
            yield place
            waiting += folder.below - before

    def _is_due(self, place: Path, folder: _Folder, now: int) -> bool:
        if folder.modified < 0 or state_folder(place) or now - folder.newest < QUIET:
            return True
        return (hash(place) + self._looks) % SELDOM == 0

    def _look_at(self, place: Path, folder: _Folder, changed: list[Seen], gone: list[Path]) -> None:
        """Look at one folder."""
        try:
            found = place.lstat()
            if not stat.S_ISDIR(found.st_mode):
                raise NotADirectoryError(f"{place} is no folder")
            self._list(place, folder, found.st_mtime_ns)
            seen = Seen(place, dict(_stamps(place, folder.names)), folder.links)
        except (FileNotFoundError, NotADirectoryError):
            self._forget(place, gone)
            return
        except OSError as problem:
            self._tell(f"{place} cannot be looked at: {problem.strerror}")
            return
        there = seen if seen.files or seen.links else None
        if there is not None and there != folder.seen:
            changed.append(there)
        elif there is None and folder.seen is not None:
            gone.append(place)
        folder.seen, folder.newest = there, max(folder.modified, seen.newest)

    def _list(self, place: Path, folder: _Folder, modified: int) -> None:
        """List a folder, where its time says that something came or went."""
        if folder.modified == modified and modified < folder.listed - COARSE:
            return
        listed = self._clock()
        names, links, below = [], [], set()
        with os.scandir(place) as entries:
            for entry in entries:
                if entry.is_symlink():
                    if wanted(place, entry.name):
                        links.append(entry.name)
                elif entry.is_dir(follow_symlinks=False):
                    if enters(place, entry.name):
                        below.add(place / entry.name)
                elif wanted(place, entry.name):
                    names.append(entry.name)
        folder.names, folder.links = tuple(sorted(names)), tuple(sorted(links))
        self._enter(folder, below)
        folder.modified, folder.listed = modified, listed

    def _enter(self, folder: _Folder, below: set[Path]) -> None:
        """Watch the folders in a folder; those that went are found to be gone by themselves."""
        folder.below = below
        for place in sorted(below - self._folders.keys()):
            if len(self._folders) >= MOST_FOLDERS:
                self._tell(f"more than {MOST_FOLDERS:,} folders: {place} is not watched")
                return
            self._folders[place] = _Folder()

    def _forget(self, place: Path, gone: list[Path]) -> None:
        """Forget a folder that went, and what is below it; a root may come again."""
        for each in [each for each in self._folders if each.is_relative_to(place)]:
            folder = self._folders[each]
            if folder.seen is not None:
                gone.append(each)
            if each in self._roots:
                self._folders[each] = _Folder()
                self._tell(f"{each} is not there")
            else:
                del self._folders[each]

    def _tell(self, problem: str) -> None:
        if problem not in self._told:
            self._told.add(problem)
            self._problems.append(problem)


def _stamps(place: Path, names: Sequence[str]) -> Iterator[tuple[str, Stamp]]:
    """The stamps of those files in a folder that are there, and are regular ones."""
    for name in names:
        try:
            found = (place / name).lstat()
        except FileNotFoundError:
            continue  # the folder's time will tell that it went
        if stat.S_ISREG(found.st_mode):
            yield name, _stamp(found)


def stamp_of(path: Path) -> Stamp:
    """The stamp of a file; OSError where it is not there."""
    return _stamp(path.lstat())


def _stamp(found: os.stat_result) -> Stamp:
    return Stamp(found.st_mtime_ns, found.st_size, found.st_ino)
