"""The structured log: an event's name and its fields, told to LEAN within what LEAN takes.

`emit` and `event` only queue and may be called under any lock; `flush` does the rest outside every
lock: processors, listeners, rendering, LEAN. Invariants: an entry holds plain JSON values, so that
it always renders, on one line; LEAN is never told more bytes than the budget; what that or the
console's limits keep back is counted by event and told at the end.
"""

from __future__ import annotations

import enum
import json
import re
import threading
import time as clocks
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count, islice
from math import inf, isfinite
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np

from models.sharing import CallError

BUDGET = 8 * 1024  # bytes a backtest: LEAN's free tier takes 10 KB
# Parts of the budget that are left to errors, and to the summary at the end.
FOR_ERRORS, FOR_SUMMARY = 1 / 8, 1 / 16
# LEAN puts the algorithm's time before each message, and the log file a newline after it.
STAMP = len("2024-01-02 03:04:05 ")
# LEAN's console: characters a message, its time included, and seconds between two.
DEBUG_MOST, DEBUG_EVERY = 200, 1.0
KEPT = 1_000  # entries to be asked for
QUEUED = 10_000  # entries that wait for a flush at most
ADDED = 100  # of those that listeners log meanwhile, how many a flush takes too
CHUNK = 64 * 1024  # characters that the store gets at once
# Characters, items and levels of a value; names of events that are counted apart.
LONGEST, WIDEST, DEEPEST, NAMES = 1_000, 100, 5, 100
LARGEST = 10**100  # Python refuses to write out an integer of some thousand digits
CUT, OTHERS, UNSTORED = "…", "others", "lines not stored"


class Level(enum.IntEnum):
    """How much an entry matters; OFF is a threshold."""

    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40
    OFF = 50


class Category(enum.Enum):
    """What an entry is about."""

    EXECUTION = "execution"
    STRATEGY = "strategy"
    RISK = "risk"
    PERFORMANCE = "performance"
    SYSTEM = "system"
    AUDIT = "audit"
    ERROR = "error"


class Sink(enum.Enum):
    """Where LEAN shows an entry: the console, the log file, the console in red, or nowhere."""

    DEBUG = "debug"
    LOG = "log"
    ERROR = "error"
    NOWHERE = "nowhere"


# Where an entry goes by its category, or else by its level.
ROUTES: dict[Level | Category, Sink] = {
    Category.AUDIT: Sink.LOG,  # never on the console alone
    Level.DEBUG: Sink.DEBUG,
    Level.INFO: Sink.LOG,
    Level.WARNING: Sink.LOG,
    Level.ERROR: Sink.ERROR,
    Level.OFF: Sink.NOWHERE,
}


class EventSpec(NamedTuple):
    """What a ready event is about, how much it matters and where it is shown."""

    category: Category
    level: Level
    sink: Sink


_TRAIL = EventSpec(Category.EXECUTION, Level.DEBUG, Sink.LOG)
_HELD = EventSpec(Category.STRATEGY, Level.INFO, Sink.LOG)
_MADE = EventSpec(Category.PERFORMANCE, Level.INFO, Sink.LOG)
_OWN = EventSpec(Category.SYSTEM, Level.INFO, Sink.LOG)
_SHOWN = EventSpec(Category.AUDIT, Level.ERROR, Sink.LOG)

EVENTS: dict[str, EventSpec] = {
    "order submitted": _TRAIL,
    "order updated": _TRAIL,
    "order filled": _TRAIL,
    "order rejected": _TRAIL._replace(level=Level.WARNING),
    "order cancelled": _TRAIL._replace(level=Level.INFO),
    "position opened": _HELD,
    "position increased": _HELD,
    # the trades that were closed say it
    "position reduced": _HELD._replace(level=Level.DEBUG),
    "position closed": _HELD._replace(level=Level.DEBUG),
    "position flipped": _HELD,
    "position assigned": _HELD,
    "position exercised": _HELD,
    "position expired": _HELD,
    "trade closed": _MADE,
    "session closed": _MADE,
    "drawdown low": EventSpec(Category.RISK, Level.DEBUG, Sink.DEBUG),
    "drawdown alert": EventSpec(Category.RISK, Level.WARNING, Sink.LOG),
    "drawdown recovery": EventSpec(Category.RISK, Level.INFO, Sink.LOG),
    "alert": EventSpec(Category.RISK, Level.WARNING, Sink.LOG),
    "alert over": EventSpec(Category.RISK, Level.INFO, Sink.LOG),
    "restored": _OWN,
    "adopted": EventSpec(Category.AUDIT, Level.WARNING, Sink.LOG),
    "saved": _OWN._replace(level=Level.DEBUG),
    "save failed": EventSpec(Category.ERROR, Level.ERROR, Sink.ERROR),
    "anomaly": EventSpec(Category.ERROR, Level.WARNING, Sink.LOG),
    "log closed": _OWN,
    # asked for, or of the end: shown at whatever level
    "balance": _SHOWN,
    "result": _SHOWN,
    "failed": _SHOWN,
}

Choice = TypeVar("Choice", Level, Category, Sink)


def pick(choices: type[Choice], value: Choice | str) -> Choice:
    """A level, category or sink by its name; `CallError` names those there are."""
    if isinstance(value, choices):
        return value
    try:
        return choices[str(value).upper()]
    except KeyError:
        known = ", ".join(choice.name.lower() for choice in choices)
        problem = f"{value!r} is no {choices.__name__.lower()}; there are {known}"
        raise CallError(problem) from None


# --- values


def plain(value: Any, depth: int = DEEPEST) -> Any:
    """The value in JSON's own types, cut where it is too long, too wide or too deep.

    Numbers that JSON lacks and times become text. Any other object becomes its type's name:
    asking it for its text could fail, or call LEAN under a lock.
    """
    if value is None or value is True or value is False:
        return value
    if not depth:
        return CUT
    for kinds, convert in _CONVERTERS:
        if isinstance(value, kinds):
            return convert(value, depth - 1)
    return f"<{type(value).__name__}>"


def _text(value: str) -> str:
    return str.__str__(value if len(value) <= LONGEST else value[: LONGEST - 1] + CUT)


def _whole(value: int) -> int | str:
    fits = -LARGEST < value < LARGEST
    return int.__int__(value) if fits else f"<int of {value.bit_length()} bits>"


def _number(value: float) -> float | str:
    return float.__float__(value) + 0.0 if isfinite(value) else format(value, "g")


def _key(value: Any) -> str:
    return _text(value) if isinstance(value, str) else shown(plain(value))


def _items(values: Collection[Any], depth: int) -> list[Any]:
    items = [plain(value, depth) for value in islice(values, WIDEST)]
    return items if len(values) <= WIDEST else [*items[:-1], CUT]


def _pairs(values: dict[Any, Any], depth: int) -> dict[str, Any]:
    most = WIDEST - (len(values) > WIDEST)
    pairs = {_key(key): plain(value, depth) for key, value in islice(values.items(), most)}
    return pairs if len(values) <= WIDEST else {**pairs, CUT: CUT}


_CONVERTERS: tuple[tuple[type | tuple[type, ...], Callable[[Any, int], Any]], ...] = (
    (enum.Enum, lambda value, _: value.value if isinstance(value.value, str) else value.name),
    (str, lambda value, _: _text(value)),
    (int, lambda value, _: _whole(value)),
    (float, lambda value, _: _number(value)),
    (np.generic, lambda value, depth: plain(value.item(), depth)),
    (date, lambda value, _: value.isoformat()),
    (Decimal, lambda value, _: str(value)),
    (dict, _pairs),
    ((list, tuple), _items),
    ((set, frozenset), lambda value, depth: sorted(_items(value, depth), key=shown)),
)

# Needs no quotes: it has no spaces and is taken for no number and no word of JSON's.
_BARE = re.compile(r"(?!(?:null|true|false|[-+.]?\d[\d.eE+-]*)\Z)[\w.:/%+|@*#$<>-]+", re.ASCII)


def _json(value: Any) -> str:
    """The plain value as JSON, compact, every character printable."""
    line = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return line if line.isprintable() else json.dumps(value, separators=(",", ":"))


def shown(value: Any) -> str:
    """The plain value in compact text: floats to 12 digits, strings quoted where they must be."""
    if isinstance(value, str):
        return value if _BARE.fullmatch(value) else _json(value)
    return format(value, ".12g") if isinstance(value, float) else _json(value)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was logged; `CallError` where the time is naive or the event has no name.

    Attributes:
        time: UTC, of the algorithm.
        level: How much it matters.
        category: What it is about.
        event: What happened.
        fields: What is known of it, in plain JSON values.
        correlation: What it belongs to, such as the order `o12`; empty where nothing.
        sink: Where LEAN shows it; no part of what it says.
    """

    time: datetime
    level: Level
    category: Category
    event: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    correlation: str = ""
    sink: Sink = field(default=Sink.LOG, compare=False)

    def __post_init__(self) -> None:
        if self.time.tzinfo is None or not self.event:
            problem = f"not {self.event!r} at {self.time!r}"
            raise CallError(f"an entry needs an event's name and an aware time, {problem}")
        object.__setattr__(self, "time", self.time.astimezone(UTC))
        object.__setattr__(self, "fields", plain(dict(self.fields)))

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "time": self.time.isoformat(),
            "level": self.level.name.lower(),
            "category": self.category.value,
            "event": self.event,
            "correlation": self.correlation,
            "fields": dict(self.fields),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Entry:
        """The entry that `to_dict` described."""
        time, level = datetime.fromisoformat(values["time"]), pick(Level, values["level"])
        category = pick(Category, values["category"])
        return cls(**{**values, "time": time, "level": level, "category": category})

    def json(self) -> str:
        """`to_dict` on one line."""
        return _json(self.to_dict())

    def text(self) -> str:
        """The event and what is known of it on one line: `event id=o12 key=value`."""
        words = [self.event if self.event.isprintable() else _json(self.event)]
        if self.correlation:
            words.append(f"id={shown(self.correlation)}")
        words += [f"{shown(key)}={shown(value)}" for key, value in self.fields.items()]
        return " ".join(words)


def cut(text: str, most: int) -> str:
    """The text in at most so many characters, as LEAN counts them: in UTF-16."""
    units = text.encode("utf-16-le")
    short = units[: 2 * (most - 1)].decode("utf-16-le", "ignore") + CUT
    return text if len(units) <= 2 * most else short


# --- processors

# Gives the entry to go on with, or None to drop it.
Processor = Callable[[Entry], Entry | None]


def redact(*names: str) -> Processor:
    """Hide the fields of these names, in nested values as well."""

    def hide(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: "***" if name in names else hide(each) for name, each in value.items()}
        return [hide(each) for each in value] if isinstance(value, list) else value

    return lambda entry: replace(entry, fields=hide(entry.fields))


def sample(event: str, *, every: int) -> Processor:
    """Keep the first of each so many entries of an event; `CallError` where that is below 1."""
    if every < 1:
        raise CallError(f"one of {every} is no sample; it must be of 1 or more")
    seen = count()
    return lambda entry: entry if entry.event != event or next(seen) % every == 0 else None


def only(*categories: Category | str) -> Processor:
    """Drop what is of no such category."""
    wanted = {pick(Category, category) for category in categories}
    return lambda entry: entry if entry.category in wanted else None


def route(sink: Sink | str, *events: str) -> Processor:
    """Show these events there."""
    there = pick(Sink, sink)
    return lambda entry: replace(entry, sink=there) if entry.event in events else entry


# --- the log


class LogSink(Protocol):
    """What shows messages; an algorithm does."""

    def debug(self, message: str, /) -> object:
        """Show it on the console."""

    def log(self, message: str, /) -> object:
        """Write it to the log file."""

    def error(self, message: str, /) -> object:
        """Show it on the console, in red."""


def unguarded(_: str, call: Callable[..., object], *arguments: Any) -> bool:
    """A guard, as `Recorder.attempt` is one, that lets failures through."""
    call(*arguments)
    return True


class StructuredLogger:
    """The log of one run.

    Args:
        sink: Where messages are shown: the algorithm.
        now: The algorithm's time, asked where a call gives none.
        level: What matters less is not logged.
        budget: Bytes that LEAN may be told; None sets no limit, as live.
        as_json: Whether messages are JSON; on the console where they are short enough.
        store: Takes the whole log, in chunks of lines of JSON; what it fails to take is lost.
        processors: What each entry goes through, in this order, before anybody gets it.
        attempt: The guard around processors, listeners, store and sink (`Recorder.attempt`).
        clock: Seconds, for the console's rate.

    Attributes:
        level: The threshold.
        processors: As given; more may be added.
        listeners: Called with every entry.
        used: Bytes that LEAN was told.
        written: How often each event was.
        left_out: How often each event was not, for want of room on LEAN's side or in the queue.
    """

    def __init__(
        self,
        sink: LogSink,
        now: Callable[[], datetime],
        *,
        level: Level | str = Level.INFO,
        budget: int | None = BUDGET,
        as_json: bool = False,
        store: Callable[[str], object] | None = None,
        processors: Iterable[Processor] = (),
        attempt: Callable[..., bool] = unguarded,
        clock: Callable[[], float] = clocks.monotonic,
    ) -> None:
        self.level = pick(Level, level)
        self.processors = list(processors)
        self.listeners: list[Callable[[Entry], object]] = []
        self.used = 0
        self.written: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self._sink = sink
        self._now = now
        self._budget = budget
        self._as_json = as_json
        self._store = store
        self._attempt = attempt
        self._clock = clock
        self._queue: deque[Entry] = deque()
        self._kept: deque[Entry] = deque(maxlen=KEPT)
        self._chunk: list[str] = []
        self._chunk_size = 0
        self._captures: dict[int, tuple[list[Entry], bool]] = {}
        self._number = 0  # of the last entry
        self._last_debug = (-inf, "")
        self._flushing = False
        self._lock = threading.Lock()  # held for our own figures only, never for a call outside

    def set_level(self, level: Level | str) -> None:
        """Log what matters as much, from now on."""
        self.level = pick(Level, level)

    # --- entries in

    def emit(
        self,
        event: str,
        /,
        *,
        category: Category | str = Category.STRATEGY,
        level: Level | str = Level.INFO,
        time: datetime | None = None,
        correlation: str = "",
        **fields: Any,
    ) -> None:
        """Queue an event of one's own; `CallError` on a wrong category, level or time."""
        # both are checked first, so that a wrong name shows before its level is turned on
        weight, about = pick(Level, level), pick(Category, category)
        if weight >= self.level:
            spec = EventSpec(about, weight, ROUTES.get(about) or ROUTES[weight])
            self._put(event, spec, time, correlation, fields)

    def event(
        self,
        name: str,
        /,
        *,
        level: Level | str | None = None,
        time: datetime | None = None,
        correlation: str = "",
        **fields: Any,
    ) -> None:
        """Queue a ready event, at its own level or another; `CallError` on a wrong name or time."""
        spec = EVENTS.get(name)
        if spec is None:
            raise CallError(f"{name!r} is no ready event; there are {', '.join(EVENTS)}")
        if level is not None:
            spec = spec._replace(level=pick(Level, level))
        if spec.level >= self.level:
            self._put(name, spec, time, correlation, fields)

    def _put(
        self,
        event: str,
        spec: EventSpec,
        time: datetime | None,
        correlation: str,
        fields: dict[str, Any],
    ) -> None:
        category, level, sink = spec
        entry = Entry(time or self._now(), level, category, event, fields, correlation, sink)
        if len(self._queue) < QUEUED:
            self._queue.append(entry)
            return
        with self._lock:
            _count(self.left_out, event)

    # --- entries out

    def flush(self) -> None:
        """Process, keep, tell and write what is queued; call it where no lock is held.

        One thread at a time does; what others queue meanwhile may wait for the next flush.
        """
        if not self._queue:
            return
        with self._lock:
            if self._flushing:
                return
            self._flushing = True
        try:
            for _ in range(len(self._queue) + ADDED):
                if self._queue:
                    self._pass(self._queue.popleft())
        finally:
            self._flushing = False

    def _pass(self, queued: Entry) -> None:
        entry = self._processed(queued)
        if entry is None:
            return
        with self._lock:
            self._number += 1
            self._kept.append(entry)
        captures = list(self._captures.values())
        for caught, _ in captures:
            caught.append(entry)
        for listener in list(self.listeners):
            self._attempt("log listener", listener, entry)
        if any(silent for _, silent in captures):
            return
        if self._store is not None:
            self._keep(entry.json() + "\n")
        if entry.sink is not Sink.NOWHERE:
            self._write(entry)

    def _processed(self, entry: Entry) -> Entry | None:
        made: list[Entry | None] = [entry]

        def process(processor: Processor, given: Entry) -> None:
            made.append(processor(given))

        for processor in list(self.processors):
            if made[-1] is not None:
                self._attempt("log processor", process, processor, made[-1])
        return made[-1]

    def _write(self, entry: Entry) -> None:
        line, now = self._line(entry), self._clock()
        for_others = FOR_SUMMARY if entry.level >= Level.ERROR else FOR_SUMMARY + FOR_ERRORS
        with self._lock:
            console = entry.sink is Sink.DEBUG
            paid = (not console or self._console_takes(line, now)) and self._pay(line, for_others)
            _count(self.written if paid else self.left_out, entry.event)
            if paid and console:
                self._last_debug = (now, line)
        if paid:
            self._attempt("log", self._send, entry.sink, line)

    def _line(self, entry: Entry) -> str:
        line = entry.json() if self._as_json else entry.text()
        if entry.sink is Sink.DEBUG:
            most = DEBUG_MOST - STAMP
            return line if cut(line, most) == line else cut(entry.text(), most)
        # the cloud writes a text once, however often it is logged: its number makes it another
        return line if self._as_json else f"{line} #{self._number}"

    def _console_takes(self, line: str, now: float) -> bool:
        then, last = self._last_debug
        return now >= then + DEBUG_EVERY and line != last

    def _pay(self, line: str, for_others: float) -> bool:
        """Take a message's bytes from the budget, but for the parts that are for others."""
        used = self.used + STAMP + len(line.encode()) + 1
        if self._budget is not None and used > self._budget * (1.0 - for_others):
            return False
        self.used = used
        return True

    def _send(self, sink: Sink, line: str) -> None:
        getattr(self._sink, sink.value)(line)

    def _keep(self, line: str) -> None:
        with self._lock:
            self._chunk.append(line)
            self._chunk_size += len(line)
        if self._chunk_size >= CHUNK:
            self.save()

    def save(self) -> None:
        """Hand the store what it has not got yet."""
        with self._lock:
            lines, self._chunk, self._chunk_size = self._chunk, [], 0
        if lines and not self._attempt("log store", self._store, "".join(lines)):
            with self._lock:
                _count(self.left_out, UNSTORED, len(lines))

    # --- the end

    def summary_line(self) -> str:
        """What was left out, as many events by name as the budget's rest takes; else empty."""
        with self._lock:
            names, written = self.left_out.most_common(), self.written.total()
            rest = self._budget and self._budget - self.used
        left_out = sum(times for _, times in names)
        category, level, sink = EVENTS["log closed"]
        for most in range(len(names), -1, -1) if names else ():
            fields = {"written": written, "left_out": left_out, "events": dict(names[:most])}
            line = self._line(Entry(self._now(), level, category, "log closed", fields, "", sink))
            if rest is None or STAMP + len(line.encode()) + 1 <= rest:
                return line
        return ""

    def close(self) -> None:
        """Write what is queued and what was left out, and hand the store the rest."""
        self.flush()
        self.save()
        line = self.summary_line()
        with self._lock:
            paid = bool(line) and self._pay(line, 0.0)
        if paid:
            self._attempt("log", self._send, Sink.LOG, line)

    # --- what was logged

    @property
    def entries(self) -> list[Entry]:
        """The last 1,000 that were flushed, as processed, the oldest first."""
        with self._lock:
            return list(self._kept)

    @contextmanager
    def capture(self, *, silent: bool = False) -> Iterator[list[Entry]]:
        """Collect what is logged meanwhile, up to the last flush; silent writes it nowhere."""
        self.flush()
        caught: list[Entry] = []
        self._captures[id(caught)] = (caught, silent)
        try:
            yield caught
        finally:
            self.flush()
            del self._captures[id(caught)]

    def state(self) -> dict[str, Any]:
        """JSON-able."""
        with self._lock:
            return {
                "level": self.level.name.lower(),
                "used": self.used,
                "number": self._number,
                "written": dict(self.written),
                "left_out": dict(self.left_out),
            }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned."""
        with self._lock:
            self.level = pick(Level, state["level"])
            self.used, self._number = state["used"], state["number"]
            self.written = Counter(state["written"])
            self.left_out = Counter(state["left_out"])


def _count(counts: Counter[str], event: str, times: int = 1) -> None:
    """Count an event by its name, or among the others where there are too many names."""
    counts[event if event in counts or len(counts) < NAMES else OTHERS] += times
