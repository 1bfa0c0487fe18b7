"""The structured log: an event's name and its fields, told to LEAN within what LEAN takes.

`emit` and `event` only queue and may be called under any lock; `flush` does the rest outside every
lock: processors, listeners, rendering, LEAN. Invariants: an entry holds plain JSON values, so that
it always renders, on one line; LEAN is never told more bytes than the budget; what that or the
console's limits keep back is counted by event and told at the end.
"""

from __future__ import annotations

import threading
import time as clocks
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from math import inf
from typing import Any, Protocol

from models.errors import CallError
from utils.log.entries import Entry
from utils.log.events import EVENTS, ROUTES, Category, EventSpec, Level, Sink, pick
from utils.log.processors import Processor, only, redact, route, sample
from utils.log.values import NAMES, OTHERS, UNSTORED, cut

# What a user of the log names is importable from here.
__all__ = [
    "Category",
    "Entry",
    "Level",
    "LogSink",
    "Processor",
    "Sink",
    "StructuredLogger",
    "only",
    "redact",
    "route",
    "sample",
]

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
    """A guard, as `Guard.attempt` is one, that lets failures through."""
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
        attempt: The guard around processors, listeners, store and sink (`Guard.attempt`).
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
