"""A saved state at the desk: what a tracker kept in LEAN's `storage` folder, read without LEAN.

The local LEAN CLI mounts `storage/` of its root folder; a state lies there as
`pt/<project>/<run>/state/<name>`, with the closed trades of its run beside it in `trades/`. The
run's settings are in no state: quality scores are by the limits that the settings have by default.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from models.errors import TrackerError
from models.performance_tracker import PerformanceTracker
from models.settings import Settings, Switch
from models.trades.record import TradeRecord
from utils.store.sealing import OBJECT_FORMAT, read_header, unseal
from utils.store.snapshot import Segment, Snapshot
from utils.store.snapshots import STATE_CATEGORY, TRADES_CATEGORY
from workbench.engine.tape import TAPE_NAME

# What reading a file that is not there, damaged or another's raises.
UNREADABLE = (TrackerError, ValueError, OSError)


class SavedStateError(TrackerError, LookupError):
    """There is no saved state at a path, or it cannot be used; the text says why."""


@dataclass(slots=True)
class SavedTrades:
    """The closed trades that a state's run had archived: a tracker's archive, to read only.

    Attributes:
        folder: Where they are.
        segments: Those that belong to the state, the oldest first.
        problems: The segments that could not be read, and why.
    """

    folder: Path
    segments: tuple[Segment, ...]
    problems: list[str] = field(default_factory=list)

    def store(self, trades: Sequence[TradeRecord]) -> None:
        """Raise SavedStateError: at the desk the trades of a run are read only."""
        raise SavedStateError(f"the trades of {self.folder} are read only")

    def stored(self) -> Iterator[TradeRecord]:
        """Yield the archived trades, the oldest first; an unreadable segment yields none."""
        self.problems.clear()
        for name, _, trades in self.segments:
            try:
                rows = json.loads(_content(self.folder / name).text)
            except UNREADABLE as problem:
                self.problems.append(f"{trades:,} trades are lost with {name}: {problem}")
            else:
                yield from map(TradeRecord.from_row, rows)


@dataclass(frozen=True, slots=True)
class SavedState:
    """A state that was loaded.

    Attributes:
        path: Its file.
        snapshot: The document: which run saved it, and when.
        tracker: The tracker as it was then.
        problems: What could not be read beside it: other states, segments of its trades.
    """

    path: Path
    snapshot: Snapshot
    tracker: PerformanceTracker
    problems: tuple[str, ...]


class _Content(NamedTuple):
    """The text of a file, and when it was saved: Unix time, seconds."""

    text: str
    saved: float


def is_saved_state(path: Path) -> bool:
    """Whether a path is meant as a saved state rather than as a recording."""
    return path.is_file() or (path.is_dir() and not (path / TAPE_NAME).exists())


def load(path: Path) -> SavedState:
    """Load the state at a path.

    Args:
        path: A saved state, or a folder with some in it: the one that was saved last is taken.

    Raises:
        SavedStateError: There is none that can be used.
    """
    place, snapshot, problems = _newest(path)
    state = snapshot.state
    followed = Switch.OFF if state["execution"] is None else Switch.ON
    archive = SavedTrades(place.parent.parent / TRADES_CATEGORY, snapshot.archive)
    tracker = PerformanceTracker(
        object_store=archive,
        settings=Settings(execution=followed),
        account_currency=state["account_currency"],
        zone=zone_named(state["zone"]),
        days_per_year=state["days_per_year"],
        live=state["live"],
    )
    tracker.restore(state)
    return SavedState(place, snapshot, tracker, (*problems, *archive.problems))


def zone_named(name: str) -> tzinfo:
    """A time zone by its name, or a fixed one: `UTC-05:00`."""
    fixed = re.fullmatch(r"UTC([+-]\d\d:\d\d)", name)
    return datetime.strptime(fixed[1], "%z").tzinfo or UTC if fixed else ZoneInfo(name)


def _states(path: Path) -> Iterator[Path]:
    """The files that may be saved states, at a path or below it."""
    if path.is_file():
        yield path
        return
    for found in sorted(path.rglob("*")):
        if found.parent.name == STATE_CATEGORY and found.is_file():
            yield found


def _newest(path: Path) -> tuple[Path, Snapshot, list[str]]:
    """The state that was saved last, by the clock and then by its number; what was damaged."""
    found: list[tuple[float, int, Path, Snapshot]] = []
    problems: list[str] = []
    for place in _states(path):
        try:
            content = _content(place)
            snapshot = Snapshot.parse(content.text)
        except UNREADABLE as problem:
            problems.append(f"{place}: {problem}")
        else:
            found.append((content.saved, snapshot.sequence, place, snapshot))
    if not found:
        why = "; ".join(problems) or f"nothing there is one, and there is no {TAPE_NAME}"
        raise SavedStateError(f"there is no saved state at {path}: {why}")
    *_, place, snapshot = max(found, key=lambda each: each[:2])
    return place, snapshot, problems


def _content(path: Path) -> _Content:
    """An object of the store, its parts joined, or a plain file."""
    text = path.read_text(encoding="utf-8")
    if not text.startswith(f"{OBJECT_FORMAT} "):
        return _Content(text, path.stat().st_mtime)
    header = read_header(text)
    for number in range(1, header.parts + 1):
        part = path.parent / f"{header.generation}-{number}" / path.name
        text += part.read_text(encoding="utf-8")
    content = unseal(text)
    return _Content(content.data.decode(), content.saved)
