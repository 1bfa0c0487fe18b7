"""Result folders of LEAN's: which run each is of, and when it is over and may be imported."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from workbench.desk.watch.places import result_names
from workbench.desk.watch.tree import Seen, Stamp, stamp_of
from workbench.runs.identity import is_unique
from workbench.runs.lean.documents import EVENTS, PART, SUMMARY, kind_of

SETTLED = 3.0  # seconds without a change, after which a finished backtest is read
# A run that writes no more has ended, also where nothing says so: LEAN writes a backtest's result
# every half minute, and a live run's every minute.
BACKTEST_OVER = 120.0
LIVE_OVER = 300.0
_DAY = re.compile(r"-\d{4}-\d{2}-\d{2}-order-events\.json(\.gz)?")


@dataclass(frozen=True, slots=True)
class ResultFolder:
    """The files of one run in a folder.

    Attributes:
        folder: The folder.
        run: LEAN's id of the run.
        files: Name -> stamp.
        since: The clock when they changed last.
        alone: Whether the folder has the files of no other run.
        links: Names that are symbolic links: then nothing is read.
    """

    folder: Path
    run: str
    files: Mapping[str, Stamp]
    since: float
    alone: bool = True
    links: tuple[str, ...] = ()

    @property
    def live(self) -> bool:
        """Whether it is of a live run: only those have parts, and a file of events a day."""
        return any(kind_of(name) == PART or _DAY.search(name) for name in self.files)

    @property
    def newest(self) -> int:
        """When the last of its files was written, nanoseconds since 1970."""
        return max(stamp.modified for stamp in self.files.values())

    @property
    def source(self) -> Path:
        """What is imported: the folder, or the file of the run where there are others."""
        if self.alone:
            return self.folder
        names = (name for name in (f"{self.run}.json", f"{self.run}.json.gz") if name in self.files)
        return self.folder / next(names, f"{self.run}.json")

    @property
    def account(self) -> str:
        """What deployments of one account have in common; of a backtest its own place."""
        if not self.live:
            return str(self.source)
        return str(self.folder.parent) if is_unique(self.run) else self.run

    def events(self) -> dict[Path, Stamp]:
        """The files of its order events."""
        return {
            self.folder / name: stamp
            for name, stamp in self.files.items()
            if kind_of(name) == EVENTS
        }

    def is_over(self, clock: float, now: int) -> bool:
        """Whether the run has ended.

        Args:
            clock: Seconds, that of `since`.
            now: Nanoseconds since 1970.
        """
        rest = clock - self.since
        if rest < SETTLED:
            return False
        quiet = max(rest, (now - self.newest) / 1e9)
        return quiet >= LIVE_OVER if self.live else quiet >= BACKTEST_OVER or self._is_whole()

    def _is_whole(self) -> bool:
        """Whether a backtest's result was written behind its summary: LEAN does so at the end."""
        written = {kind_of(name): stamp.modified for name, stamp in self.files.items()}
        result = [
            stamp.modified
            for name, stamp in self.files.items()
            if name in (f"{self.run}.json", f"{self.run}.json.gz")
        ]
        return bool(result) and SUMMARY in written and result[0] >= written[SUMMARY]


@dataclass(frozen=True, slots=True)
class Importable:
    """A run that may be imported.

    Attributes:
        account: What it is known by among those that are watched.
        folders: Its result folders: of a live run those of all its deployments.
    """

    account: str
    folders: tuple[ResultFolder, ...]

    @property
    def sources(self) -> list[str]:
        """What the import is given."""
        return [str(each.source) for each in self.folders]

    @property
    def signature(self) -> str:
        """A hash that changes with any of its files."""
        files = [
            (str(each.folder), name, *stamp)
            for each in self.folders
            for name, stamp in sorted(each.files.items())
        ]
        return sha256(json.dumps(files).encode("utf-8", "surrogatepass")).hexdigest()

    def stands(self) -> bool:
        """Whether all its files are still as they were found."""
        try:
            return all(
                stamp_of(each.folder / name) == stamp
                for each in self.folders
                for name, stamp in each.files.items()
            )
        except OSError:
            return False

    @property
    def links(self) -> list[Path]:
        """What is a symbolic link among its files."""
        return [each.folder / name for each in self.folders for name in each.links]


class ResultFolders:
    """Every result folder that is there.

    Args:
        clock: Seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._found: dict[Path, dict[str, ResultFolder]] = {}
        self._accounts: dict[str, set[tuple[Path, str]]] = {}
        self._changed: dict[str, None] = {}  # accounts, in the order in which they changed

    def heard(self, seen: Seen) -> None:
        """Take note of a folder that changed."""
        before = self._found.get(seen.folder, {})
        self.gone(seen.folder)
        runs = result_names(frozenset(seen.files))
        for run, names in runs.items():
            files = {name: seen.files[name] for name in names}
            there = before.get(run)
            same = there is not None and there.files == files and there.links == seen.links
            since = there.since if there is not None and same else self._clock()
            found = ResultFolder(seen.folder, run, files, since, len(runs) == 1, seen.links)
            self._found.setdefault(seen.folder, {})[run] = found
            self._accounts.setdefault(found.account, set()).add((seen.folder, run))
            if not same:
                self._changed[found.account] = None

    def gone(self, folder: Path) -> None:
        """Forget a folder that went."""
        for run, found in self._found.pop(folder, {}).items():
            self._accounts[found.account].discard((folder, run))

    def live(self, run: str) -> ResultFolder | None:
        """The folder of a live run, by LEAN's id; of several the one that was written last."""
        found = [runs[run] for runs in self._found.values() if run in runs and runs[run].live]
        return max(found, key=lambda each: each.newest, default=None)

    def over(self, now: int) -> Iterable[Importable]:
        """The runs that have ended since; a live one has when all its deployments have.

        Args:
            now: Nanoseconds since 1970.
        """
        clock = self._clock()
        for account in [*self._changed]:
            places = sorted(self._accounts.get(account, ()))
            folders = tuple(self._found[folder][run] for folder, run in places)
            if all(each.is_over(clock, now) for each in folders):
                del self._changed[account]
                if folders:
                    yield Importable(account, folders)
