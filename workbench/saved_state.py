"""A saved state at the desk: what a tracker kept in LEAN's `storage` folder, read without LEAN.

The local LEAN CLI mounts `storage/` of its root folder; a state lies there as
`pt/<project>/<run>/state/<name>`, with the closed trades of its run beside it in `trades/`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from models.events import TrackerError
from models.performance_tracker import PerformanceTracker
from models.records import TradeRecord
from utils.snapshots import STATE, TRADES, Snapshot, SnapshotError
from utils.store_catalog import FORMAT, read_line, unseal


class SavedStateError(TrackerError, LookupError):
    """There is no saved state at a path, or it cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class SavedTrades:
    """The closed trades that a state's run had archived: a tracker's archive, to read only."""

    folder: Path
    names: tuple[str, ...]

    def store(self, trades: Sequence[TradeRecord]) -> None:
        """Refuse: a desk adds nothing to a run."""
        raise SavedStateError(f"the trades of {self.folder} are read only")

    def stored(self) -> Iterator[TradeRecord]:
        """All of them, the oldest first; a segment that is not there has none."""
        for path in (self.folder / name for name in self.names):
            if path.exists():
                yield from map(TradeRecord.from_row, json.loads(_content(path)))


def load(path: Path) -> PerformanceTracker:
    """The tracker as it was when it was saved.

    Args:
        path: A saved state, or a folder with some in it: the newest one is taken.

    Raises:
        SavedStateError: There is none that can be used.
    """
    place, snapshot = _newest(path)
    state, names = snapshot.state, tuple(segment.name for segment in snapshot.archive)
    tracker = PerformanceTracker(
        object_store=SavedTrades(place.parent.parent / TRADES, names),
        account_currency=state["account_currency"],
        zone=ZoneInfo(state["zone"]),
        days_per_year=state["days_per_year"],
        live=state["live"],
    )
    tracker.restore(snapshot.state)
    return tracker


def is_saved_state(path: Path) -> bool:
    """Whether a path is meant as a saved state rather than as a recording."""
    return path.is_file() or (path.is_dir() and any(_states(path)))


def _states(path: Path) -> Iterator[Path]:
    """The files that may be saved states, at a path or below it."""
    if path.is_file():
        yield path
        return
    for found in sorted(path.rglob("*")):
        if found.parent.name == STATE and found.is_file():
            yield found


def _newest(path: Path) -> tuple[Path, Snapshot]:
    """The newest of them by time, then by the number of its save."""
    found: list[tuple[Path, Snapshot]] = []
    problems: list[str] = []
    for place in _states(path):
        try:
            found.append((place, Snapshot.parse(_content(place))))
        except (SnapshotError, ValueError, OSError) as problem:
            problems.append(f"{place}: {problem}")
    if not found:
        why = "; ".join(problems) or "nothing there is one"
        raise SavedStateError(f"there is no saved state at {path}: {why}")
    return max(found, key=lambda each: (str(each[1].time), each[1].sequence))


def _content(path: Path) -> str:
    """The text of an object of the store, its parts joined, or of a plain file."""
    text = path.read_text(encoding="utf-8")
    if not text.startswith(f"{FORMAT} "):
        return text
    line = read_line(text)
    for number in range(1, line.parts + 1):
        part = path.parent / f"{line.generation}-{number}" / path.name
        text += part.read_text(encoding="utf-8")
    return unseal(text).data.decode()
