"""A saved state at the desk: what a tracker kept in LEAN's `storage` folder, read without LEAN.

The local LEAN CLI mounts `storage/` of its root folder; a state lies there as
`pt/<project>/<run>/state/<mark>/<name>`, with the closed trades of its run beside it in `trades/`;
the mark tells it from other runs of its id, and older states have none. The run's settings are in
no state: quality scores are by the limits that the settings have by default.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models import codec
from models.codec import FLAG, JSON_OBJECT, NUMBER, TEXT, maybe
from models.errors import TrackerError
from models.fields import saved_value
from models.performance_tracker import PerformanceTracker
from models.settings import Settings, Switch
from models.trades.record import POSITIONS, TradeRecord
from utils.store.categories import STATE_CATEGORY, TRADES_CATEGORY
from utils.store.keys import is_mark
from utils.store.sealing import OBJECT_FORMAT, read_header, unseal
from utils.store.segments import parts_of
from utils.store.snapshot import Segment, Snapshot
from utils.store.trade_rows import with_written
from workbench.engine.files import MOST_READ, read_all
from workbench.engine.tape import TAPE_NAME

# What reading a file that is not there, damaged or another's raises.
UNREADABLE = (TrackerError, RecursionError, OSError, *codec.UNREADABLE)
MOST_TOLD = 3  # files that are no state, of which an error says why


class SavedStateError(TrackerError, LookupError):
    """There is no saved state at a path, or it cannot be used; the text says why."""


@dataclass(slots=True)
class SavedTrades:
    """The closed trades that a state's run had archived: a tracker's archive, to read only.

    Attributes:
        folder: Where they are.
        segments: Those that belong to the state, the oldest first.
        gone: Trades by book that are in none of them any more, the oldest.
        problems: The segments that could not be read, and why.
    """

    folder: Path
    segments: tuple[Segment, ...]
    gone: Mapping[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def holds(self, book: str) -> int:
        """How many trades of a book were archived."""
        return self.gone.get(book, 0) + sum(s.trades for s in self.segments if s.book == book)

    def part(self, book: str, first: int, count: int) -> Iterator[TradeRecord]:
        """Yield archived trades of a book by their places; an unreadable segment yields none."""
        for segment, part in parts_of(self.segments, self.gone, book, first, count):
            yield from self._trades(segment)[part]

    def store(self, trades: Sequence[TradeRecord]) -> None:
        """Raise SavedStateError: at the desk the trades of a run are read only."""
        raise SavedStateError(f"the trades of {self.folder} are read only")

    def stored(self) -> Iterator[TradeRecord]:
        """Yield the archived trades, the oldest first; an unreadable segment yields none."""
        self.problems.clear()
        for segment in self.segments:
            yield from self._trades(segment)

    def look_at(self, book: str) -> None:
        """See whether the trades of a book can be read; what cannot is a problem."""
        for _ in self.part(book, 0, self.holds(book)):
            pass

    def _trades(self, segment: Segment) -> list[TradeRecord]:
        """The trades of a segment; none where it is unreadable, which is then a problem."""
        try:
            return [*map(TradeRecord.from_row, self._read(segment))]
        except UNREADABLE as problem:
            lost = f"{segment.trades:,} trades are lost with {segment.name}"
            if (told := f"{lost}: {problem}") not in self.problems:
                self.problems.append(told)
            return []

    def rows(self, segment: Segment) -> list[Any] | None:
        """The rows of a segment; None where it is unreadable."""
        try:
            return self._read(segment)
        except UNREADABLE:
            return None

    def _read(self, segment: Segment) -> list[Any]:
        rows: list[Any] = json.loads(_content(self._inside(segment.name)).text)
        return rows

    def _inside(self, name: str) -> Path:
        """The file of a segment; SavedStateError where it would be outside of the folder."""
        path = self.folder / name
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise SavedStateError(f"it is outside of {self.folder}")
        return path


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
    folder = root_of(place) / TRADES_CATEGORY
    archive = SavedTrades(folder, snapshot.archive, snapshot.missing)
    try:
        tracker = _restored(snapshot.state, archive)
    except UNREADABLE as problem:
        raise SavedStateError(f"{place}: the state cannot be used: {problem}") from None
    archive.look_at(POSITIONS)  # the others were read, for the statistics
    return SavedState(place, snapshot, tracker, (*problems, *archive.problems))


def _restored(state: Mapping[str, Any], archive: SavedTrades) -> PerformanceTracker:
    """The tracker of a state; what is wrong with the state is one of `UNREADABLE`."""
    execution = saved_value(state, "execution", maybe(JSON_OBJECT))
    tracker = PerformanceTracker(
        object_store=archive,
        settings=Settings(execution=Switch.OFF if execution is None else Switch.ON),
        account_currency=saved_value(state, "account_currency", TEXT),
        zone=zone_named(saved_value(state, "zone", TEXT)),
        days_per_year=saved_value(state, "days_per_year", NUMBER),
        live=saved_value(state, "live", FLAG),
    )
    trades = with_written(state.get("trades"), archive.segments, archive.rows)
    tracker.restore({**state, "trades": trades})
    return tracker


def zone_named(name: str) -> tzinfo:
    """A time zone by its name, or a fixed one: `UTC-05:00`."""
    fixed = re.fullmatch(r"UTC([+-]\d\d:\d\d)", name)
    if fixed:
        return datetime.strptime(fixed[1], "%z").tzinfo or UTC
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise SavedStateError(f"{name!r} is no time zone") from None


def root_of(state: Path) -> Path:
    """The folder of what a state's runs keep: above that of all states."""
    return _category_of(state).parent


def _category_of(path: Path) -> Path:
    """The folder of an object's category: some objects stand below the mark of their run."""
    return path.parent.parent if is_mark(path.parent.name) else path.parent


def _states(path: Path) -> Iterator[Path]:
    """The files that may be saved states, at a path or below it."""
    if path.is_file():
        yield path
        return
    for found in sorted(path.rglob("*")):
        if _category_of(found).name == STATE_CATEGORY and found.is_file():
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
        why = _why(problems) or f"nothing there is one, and there is no {TAPE_NAME}"
        raise SavedStateError(f"there is no saved state at {path}: {why}")
    *_, place, snapshot = max(found, key=lambda each: each[:2])
    return place, snapshot, problems


def _why(problems: Sequence[str]) -> str:
    """The first problems, and how many more there are."""
    more = len(problems) - MOST_TOLD
    return "; ".join([*problems[:MOST_TOLD], *([f"{more:,} more"] if more > 0 else [])])


def _content(path: Path) -> _Content:
    """An object of the store, its parts joined, or a plain file."""
    texts = [read_all(path).decode()]
    if not texts[0].startswith(f"{OBJECT_FORMAT} "):
        return _Content(texts[0], path.stat().st_mtime)
    header, room = read_header(texts[0]), MOST_READ - len(texts[0])
    for number in range(1, header.parts + 1):
        folder = _category_of(path)
        part = folder / f"{header.generation}-{number}" / path.relative_to(folder)
        texts.append(read_all(part, room).decode())
        room -= len(texts[-1])
    content = unseal("".join(texts))
    return _Content(content.data.decode(), content.saved)
