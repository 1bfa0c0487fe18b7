"""The structured logger: an event's name and its fields, told to LEAN within what LEAN takes.

`emit` and `event` only queue an entry and may be called under any lock; `flush` does the rest
outside every lock: processors, listeners, rendering, LEAN. What always holds: an entry has plain
JSON values, so that it always renders, on one line; LEAN is never told more bytes than the budget;
what the budget or the console's limits keep back is counted by event and told at the end.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from time import monotonic
from typing import Any, ClassVar

from models.codec import WHOLE, dict_of
from models.errors import CallError, Failure, guarded
from models.fields import Field, Restorable, Table
from utils.log.captures import Captures
from utils.log.catching_up import CaughtUp
from utils.log.chunks import StoredLog
from utils.log.closing import closing_line, closing_message
from utils.log.counts import UNSTORED_LINES, count_event
from utils.log.entries import Entry, aware_time
from utils.log.events import EVENTS, LEVEL, ROUTES, Category, EventSpec, Level, Sink, pick
from utils.log.messages import ConsolePace, least_bytes, message_bytes, render_message
from utils.log.pending import PendingEntry, made
from utils.log.processors import Processor, processed
from utils.log.sinks import LogSink, unguarded
from utils.log.waiting import EntryQueue

LOG_BUDGET = 8 * 1024  # bytes a backtest: LEAN's free tier takes 10 KB

# The parts of the budget that are kept for errors, and for the summary at the end.
ERRORS_SHARE, SUMMARY_SHARE = 1 / 8, 1 / 16
_KEPT_BACK, _ERROR = SUMMARY_SHARE + ERRORS_SHARE, int(Level.ERROR)

KEPT_ENTRIES = 1_000  # the entries that `entries` returns
MOST_QUEUED = 10_000  # the entries that wait for a flush at most
MOST_ADDED = 100  # of the entries that listeners log during a flush, how many it takes as well


class StructuredLogger(Restorable):
    """The log of one run.

    Args:
        sink: Where messages are shown: the algorithm.
        now: The algorithm's time, asked where a call gives none.
        level: Entries that matter less are not logged.
        budget: The bytes that LEAN may be told; None sets no limit, as in live trading.
        as_json: Whether messages are JSON; on the console only where they are short enough.
        store: Takes the whole log in chunks of lines of JSON; a chunk that it raises at is lost.
        store_open: Takes the chunk that is not complete, in place of what it took of it before.
        attempt: The guard around processors, listeners, store and sink: called with a name, a
            function and its arguments, it tells whether the function returned.
        zone: That of times without one, such as LEAN's `self.time`.
        catch_up: Has entries put that were left because nobody gets them now (`ignores`).

    Attributes:
        level: The threshold.
        processors: Every entry goes through them, in their order, before anybody gets it.
        listeners: They are called with every processed entry.
        used: The bytes that LEAN was told.
        queued: What a flush will process, in order.
        stored: The whole log on its way to the store.
        written: How often each event was shown.
        left_out: How often each event was not, for want of room on LEAN's side or in the queue.

    Raises:
        CallError: There is no such level.
    """

    STATE: ClassVar[Table] = Table(
        Field("level", LEVEL),
        Field("used", WHOLE),
        Field("number", WHOLE, "_number"),
        Field("written", dict_of(WHOLE, Counter), "_written"),
        Field("left_out", dict_of(WHOLE, Counter), "_left_out"),
    )

    processors = CaughtUp[list[Processor]]()
    listeners = CaughtUp[list[Callable[[Entry], object]]]()
    written, left_out = CaughtUp[Counter[str]](), CaughtUp[Counter[str]]()

    def __init__(
        self,
        sink: LogSink,
        now: Callable[[], datetime],
        *,
        level: Level | str = Level.INFO,
        budget: int | None = LOG_BUDGET,
        as_json: bool = False,
        store: Callable[[str], object] | None = None,
        store_open: Callable[[str], object] | None = None,
        attempt: Callable[..., bool] = unguarded,
        zone: tzinfo = UTC,
        catch_up: Callable[[], object] = bool,
    ) -> None:
        self.level, self.catch_up = pick(Level, level), catch_up
        self._processors: list[Processor] = []
        self._listeners: list[Callable[[Entry], object]] = []
        self.used = 0
        self._written, self._left_out = Counter[str](), Counter[str]()
        self._sink = sink
        self._now = now
        self._budget = budget
        self._as_json = as_json
        self._attempt = attempt
        self._zone = zone
        self.stored = StoredLog(store, store_open, attempt, self._lose)
        self.queued = EntryQueue(MOST_QUEUED)
        self._kept: deque[Entry | PendingEntry] = deque(maxlen=KEPT_ENTRIES)
        self._captures = Captures()
        self._console = ConsolePace()
        self._number = 0  # of the last entry
        self._flushing = threading.Lock()  # held by the thread that flushes
        self._lock = threading.Lock()  # held for the log's own figures, never for a call outside

    def set_level(self, level: Level | str) -> None:
        """Log from now on what matters as much as the level.

        Raises:
            CallError: There is no such level.
        """
        self.catch_up()
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
        """Queue an event of the caller's own.

        Args:
            event: Any name.
            category: What it is about.
            level: How much it matters.
            time: An aware time, or a naive one of the algorithm's clock such as `self.time`;
                without one the algorithm's time.
            correlation: The order or trade that it belongs to, such as `o12`.
            fields: What is known of it, in the order in which it is shown.

        Raises:
            CallError: There is no such category or level, or the time is none.
        """
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
        """Queue one of the tracker's own events, which are the rows of `EVENTS`.

        Args:
            name: The event's name.
            level: How much it matters, where that is not the level of its row.
            time: As of `emit`.
            correlation: The order or trade that it belongs to, such as `o12`.
            fields: What is known of it, in the order in which it is shown.

        Raises:
            CallError: There is no such event or level, or the time is none.
        """
        self.ready(name, fields, level, time, correlation)

    def ready(
        self,
        name: str,
        fields: dict[str, Any],
        level: Level | str | None = None,
        time: datetime | None = None,
        correlation: str = "",
    ) -> None:
        """Queue one of the tracker's own events, with its fields as a mapping; as `event`."""
        spec = EVENTS.get(name)
        if spec is None:
            raise CallError(f"{name!r} is no ready event; there are {', '.join(EVENTS)}")
        if level is not None:
            spec = EventSpec(spec.category, pick(Level, level), spec.sink)
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
        """Queue an entry."""
        self.catch_up()
        time = aware_time(time, self._zone) or self._now()
        entry = Entry(time, spec.level, spec.category, event, fields, correlation, spec.sink)
        self.put(entry)

    def put(self, entry: Entry | PendingEntry) -> None:
        """Queue an entry whose level the log takes; a full queue leaves the least important out.

        One that is made when somebody wants it is left out at once where nobody does.
        """
        if isinstance(entry, PendingEntry) and not self.queued and self._leaves_out(entry):
            return
        gone = self.queued.put(entry)
        if gone is not None:
            self._lose(1, gone.event)

    def _leaves_out(self, entry: PendingEntry) -> bool:
        """Keep and count an entry, unmade, that nobody gets and has no room; whether it is one."""
        told = entry.told
        if not (told.in_file and self.ignores(told.least, told.spec.level)):
            return False
        with self._lock:
            self._number += 1
            self._kept.append(entry)
            count_event(self._left_out, told.name)
        return True

    def ignores(self, least: int, level: Level) -> bool:
        """Whether nobody gets an entry of so many bytes at least, for which LEAN has no room."""
        if self._affords(self.used + least, _kept_back(level)):
            return False
        return not (self._processors or self._listeners or self._captures.open or self.stored)

    # --- entries out

    def flush(self) -> None:
        """Process, keep, tell and write what is queued; call it where no lock is held.

        One thread at a time flushes; what others queue meanwhile may wait for the next flush.
        """
        self.catch_up()
        queued = self.queued
        if not queued or not self._flushing.acquire(blocking=False):
            return
        try:
            for _ in range(len(queued) + MOST_ADDED):
                if not queued:
                    break
                passed = guarded(self._pass_on, queued.take())
                if isinstance(passed, Failure):
                    self._attempt("log entry", passed.again)
        finally:
            self._flushing.release()

    def _pass_on(self, queued: Entry | PendingEntry) -> None:
        """Give an entry to everybody who gets it."""
        entry = processed(made(queued), self._processors, self._attempt)
        if entry is None:
            return
        with self._lock:
            self._number += 1
            self._kept.append(entry)
        silent = self._captures.take(entry)
        for listener in list(self._listeners):
            self._attempt("log listener", listener, entry.copy())
        if silent:
            return
        if self.stored:
            self.stored.keep(entry.json(self._number) + "\n")
        if entry.sink is not Sink.NOWHERE:
            self._write(entry)

    def _write(self, entry: Entry) -> None:
        """Show an entry where the budget and the console have room for it, and count it."""
        kept_back = _kept_back(entry.level)
        on_console = entry.sink is Sink.DEBUG
        if not on_console and not self._affords(self.used + least_bytes(entry), kept_back):
            self._lose(1, entry.event)  # a budget that is used up renders no line
            return
        line, now = render_message(entry, self._number, as_json=self._as_json), monotonic()
        with self._lock:
            taken = not on_console or self._console.takes(line, now)
            paid = taken and self._pay(line, kept_back)
            count_event(self._written if paid else self._left_out, entry.event)
            if paid and on_console:
                self._console.written(line, now)
        if paid:
            self._attempt("log", self._send, entry.sink, line)

    def _pay(self, line: str, kept_back: float) -> bool:
        """Take a message's bytes from the budget, unless only the share that is kept back is left.

        The shares are fractions of the budget.
        """
        used = self.used + message_bytes(line)
        if not self._affords(used, kept_back):
            return False
        self.used = used
        return True

    def _affords(self, used: int, kept_back: float) -> bool:
        """Tell whether so many bytes may be used of the budget, but for the share kept back."""
        return self._budget is None or used <= self._budget * (1.0 - kept_back)

    def _send(self, sink: Sink, line: str) -> None:
        """Have LEAN show a message."""
        getattr(self._sink, sink.value)(line)

    def save(self) -> None:
        """Give the store the lines that it has not got yet."""
        self.stored.save()

    def _lose(self, times: int, event: str = UNSTORED_LINES) -> None:
        """Count what was left out, by default lines that the store did not take."""
        with self._lock:
            count_event(self._left_out, event, times)

    # --- the end

    def summary_line(self) -> str:
        """Return a message that counts what was left out; empty where nothing was.

        It names as many events as the rest of the budget has room for, the most frequent first.
        """
        self.catch_up()
        with self._lock:
            names, written = self._left_out.most_common(), self._written.total()
            rest = self._budget and self._budget - self.used
        return closing_message(names, written, rest, self._closing_line)

    def _closing_line(self, fields: Mapping[str, Any]) -> str:
        return closing_line(fields, self._now(), self._number, as_json=self._as_json)

    def close(self) -> None:
        """Write what is queued and the summary of what was left out; give the store the rest."""
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
        """The last 1,000 entries that were flushed, as processed, the oldest first."""
        self.catch_up()
        with self._lock:
            return [made(entry) for entry in self._kept]

    @contextmanager
    def capture(self, *, silent: bool = False) -> Iterator[list[Entry]]:
        """Collect what is logged within a `with` block, up to the last flush.

        Args:
            silent: Whether what is logged in it is written nowhere.
        """
        self.flush()
        caught = self._captures.begin(silent=silent)
        try:
            yield caught
        finally:
            self.flush()
            self._captures.end(caught)

    def state(self) -> dict[str, Any]:
        """Return the level, the bytes used and the counts as JSON values."""
        self.catch_up()
        with self._lock:
            return super().state()

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned.

        Raises:
            StateError: A value is missing or of another type.
        """
        self.catch_up()
        with self._lock:
            super().restore(state)


def _kept_back(level: Level) -> float:
    """The share of the budget that entries of a level may not use."""
    return _KEPT_BACK if level < _ERROR else SUMMARY_SHARE
