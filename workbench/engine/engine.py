"""The player: moves the account along a tape and calls an algorithm's hooks as LEAN would have.

It stands in for LEAN where there is none. State moves as the tape says and never ahead of it: a
line changes what it contains, then its hook is called. The order of one line is: schedules due
before it, the clock, its state, the end of warm-up (LEAN calls that with the step's new prices;
without a warm-up already before the first line, and before an order's own event), schedules due at
it if it is a day or a mark, its hooks. Corporate lines wait for the mark line of their instant or,
when none follows, are delivered in a slice of their own at the last of them. An exception in a
hook ends the run and reaches the caller, as it would end the algorithm in LEAN. Driven by the
workbench's replay and by tests.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MethodType
from typing import Any, Final

from workbench.engine.ahead import Ahead, batches
from workbench.engine.algorithm import RecordedAlgorithm
from workbench.engine.delivery import HookLog, delivery
from workbench.engine.events import OrderEvent
from workbench.engine.faults import FailingReads, Faults
from workbench.engine.market import MovingMarket
from workbench.engine.midnights import show_midnight
from workbench.engine.reads import LeanObject, ReadMeter
from workbench.engine.slices import CORPORATE_HOOKS, CORPORATE_LINES, hooks_of
from workbench.engine.state import AccountState
from workbench.engine.store import StoreRules, flush
from workbench.engine.surroundings import Message, Supplies, Surroundings
from workbench.engine.tape import Tape, TapeLine

DEFAULT_TRADING_DAYS: Final = 252
"""Trading days a year when the tape has no end line to tell them: LEAN's default."""
_SLICE_HOOKS: Final = (*CORPORATE_HOOKS, "on_data")
ACCOUNT_LINES: Final = frozenset({"order", "mark", "end"})
"""The lines that tell the account's equity at a step."""
_HOOKS: Final = (
    "on_warmup_finished",
    "on_order_event",
    *_SLICE_HOOKS,
    "on_end_of_algorithm",
)


@dataclass(frozen=True, slots=True)
class Played:
    """One step of a run, for whoever drives the player; the algorithm never sees it.

    Attributes:
        number: The number of the tape's line, from 1.
        type: The line's type, or `slice` for corporate lines without a mark.
        utc: The line's time, aware UTC.
        line: The line itself.
    """

    number: int
    type: str
    utc: datetime
    line: Mapping[str, Any]


class RecordedEngine:
    """One run of one algorithm over one tape; it can be played once.

    Args:
        tape: The recording.
        algorithm: The user's class; None for an algorithm without hooks.
        parameters: The project's parameters; values become texts.
        store: The object store's folder, kept and shared between runs; None for one that vanishes
            with the engine.
        faults: What goes wrong on purpose.
        synchronous: Whether a save reaches the folder at once, or only at a flush.
        deployment: LEAN's id of the run.

    Attributes:
        tape: The recording.
        algorithm: The user's algorithm, made and not yet initialized.
    """

    def __init__(
        self,
        tape: Tape,
        algorithm: type[RecordedAlgorithm] | None,
        *,
        parameters: Mapping[str, str] | None = None,
        store: Path | None = None,
        faults: Faults = Faults(),  # noqa: B008 - a frozen value
        synchronous: bool = True,
        deployment: str = "",
    ) -> None:
        self.tape = tape
        self._faults = faults
        self._meter = ReadMeter()
        self._locked: Counter[str] = Counter()
        if faults.raises:
            self._meter.watch(FailingReads(faults))
        self._account = AccountState(tape.start)
        self._market: MovingMarket | None = None
        if faults.moving_market:
            self._market = MovingMarket(self._account, faults.moving_market)
            self._meter.watch(self._market)
        supplies = Supplies(
            parameters=_texts(parameters or {}),
            trading_days=self._trading_days,
            store_folder=self._store_folder(store),
            store_rules=_store_rules(faults, synchronous),
            deployment=deployment,
        )
        self._lean = Surroundings(self._meter, self._account, supplies)
        self._log = HookLog(self._meter)
        self._delivery = delivery(faults.threads, faults.overlap)
        self._corporate: list[TapeLine] = []
        self._late: deque[tuple[int, TapeLine]] = deque()
        self._ahead = Ahead(())
        self._lines = 0
        self._events = 0
        self._initialized = False
        self._played = False
        self._had_warm_up = False
        self.algorithm = self._made(algorithm or RecordedAlgorithm)
        self._hooks = {name: hook for name in _HOOKS if (hook := self._hook(name)) is not None}
        self._steps: Mapping[str, Callable[[TapeLine], None]] = {
            "order": self._order,
            "mark": self._mark,
            "day": self._day,
            "end": self._end,
        }

    @property
    def reads(self) -> int:
        """How often user code has read LEAN so far."""
        return self._meter.total

    @property
    def reads_by_hook(self) -> Mapping[str, list[int]]:
        """How often LEAN was read, by kind of hook, for each call of it in order."""
        return self._log.reads

    @property
    def locked_reads(self) -> int:
        """How many reads came while the forbidden lock was held."""
        return self._locked.total()

    @property
    def locked_members(self) -> Mapping[str, int]:
        """The members read while the forbidden lock was held, and how often."""
        return self._locked

    @property
    def messages(self) -> list[Message]:
        """What the algorithm wrote with debug, log and error, in order."""
        return self._lean.output.messages

    @property
    def runtime_statistics(self) -> Mapping[str, str]:
        """The runtime statistics the algorithm set."""
        return self._lean.output.runtime_statistics

    @property
    def summary_statistics(self) -> Mapping[str, str]:
        """The summary statistics the algorithm set."""
        return self._lean.output.summary_statistics

    @property
    def plots(self) -> list[tuple[str, str, float]]:
        """What the algorithm plotted: chart, series and value, in order."""
        return self._lean.output.plots

    @property
    def notifications(self) -> list[tuple[str, ...]]:
        """Whom the algorithm notified: channel, address and text, in order."""
        return self._lean.output.notifications

    def forbid_reads_while(self, lock_is_held: Callable[[], bool]) -> None:
        """Count in `locked_reads`, from now on, each read that comes while the function is true.

        It is called on the thread that reads, and has to say whether that thread holds the lock.
        """

        def judge(owner: LeanObject, member: str) -> None:
            if lock_is_held():
                self._locked[f"{owner._lean_name}.{member}"] += 1

        self._meter.watch(judge)

    def flush_store(self) -> None:
        """Write the object store's pending saves to its folder, as LEAN's timer would."""
        flush(self._lean.object_store)

    def forget_schedules(self) -> None:
        """Drop every callback scheduled so far, as a restart of LEAN does."""
        self._lean.agenda.clear()

    def settle(self) -> None:
        """Wait until the overlapping hooks have returned; raises what one of them raised."""
        self._delivery.settle()

    def initialize(self) -> None:
        """Call the algorithm's initialize, once, with the account as of the start line."""
        if not self._initialized:
            self._log.counted("initialize", self.algorithm.initialize)()
            self._initialized = True

    def run(self) -> None:
        """Play the whole tape."""
        for _ in self.play():
            pass

    def play(self) -> Iterator[Played]:
        """Initialize, then deliver line by line, yielding after each.

        Whoever stops asking kills the run: nothing more is called, and what the object store has
        not flushed is lost. TapeError on a damaged tape, RuntimeError when asked a second time.
        """
        if self._played:
            raise RuntimeError("this engine has played its tape: make another one")
        self._played = True
        killed = False
        try:
            self.initialize()
            with closing(self.tape.lines()) as lines:
                self._ahead = Ahead(lines)
                for batch in batches(self._ahead):
                    yield from self._batch(batch)
            self._delivery.settle()
        except GeneratorExit:
            killed = True
            raise
        finally:
            self._delivery.close()
            if not killed:
                self.flush_store()

    def _batch(self, lines: list[TapeLine]) -> Iterator[Played]:
        """Play lines of one instant, and a slice where the last corporate one sees no mark come."""
        marks = [place for place, line in enumerate(lines) if line.type == "mark"]
        corporate = [place for place, line in enumerate(lines) if line.type in CORPORATE_LINES]
        for place, line in enumerate(lines):
            if line.type != "start":
                self._line(line)
            yield Played(line.number, line.type, line.utc, line.fields)
            if corporate and place == corporate[-1] and not (marks and marks[-1] > place):
                self._account.show_last_mark()
                self._slice(line.utc)
                yield Played(line.number, "slice", line.utc, line.fields)

    def _line(self, line: TapeLine) -> None:
        self._lines += 1
        self._advance(line)
        if line.type in CORPORATE_LINES:
            self._corporate.append(line)
        step = self._steps.get(line.type)
        if step is not None:
            step(line)
        self._deliver_late()

    def _advance(self, line: TapeLine) -> None:
        """Bring clock and state to the line, and end the warm-up where it is over."""
        account = self._account
        if self._lines == 1:
            self._lean.agenda.begin(min(line.utc, account.start_utc))
        over = account.is_warming_up and line.utc >= account.start_utc
        self._had_warm_up = self._had_warm_up or line.utc < account.start_utc
        if over and not self._had_warm_up:
            over = False
            self._finish_warm_up()
        self._call_schedules(line.utc, inclusive=False)
        account.utc = line.utc
        if line.type == "order" and over:
            over = False
            self._finish_warm_up()
        account.apply(line.fields)
        if self._market is not None:
            self._market.step(told=line.type == "mark")
        self._lean.follow()
        if over:
            self._finish_warm_up()

    def _finish_warm_up(self) -> None:
        self._account.is_warming_up = False
        self._call("data", "on_warmup_finished")

    def _call_schedules(self, until: datetime, inclusive: bool) -> None:
        for due, callback in self._lean.agenda.take_due(until, inclusive):
            self._account.utc = due
            self._delivery.run("schedule", self._log.counted("schedule", callback))

    def _order(self, line: TapeLine) -> None:
        symbol = self._lean.symbols[line.fields["sid"]]
        self._lean.transactions._hear(line.fields, symbol)
        faults = self._faults
        self._events += 1
        if faults.late_events and self._events % faults.late_every == 0:
            self._late.append((self._lines + faults.late_events, line))
        else:
            self._deliver_event(line)

    def _deliver_late(self) -> None:
        while self._late and self._late[0][0] <= self._lines:
            self._deliver_event(self._late.popleft()[1])

    def _deliver_event(self, line: TapeLine) -> None:
        lane = f"order {line.fields['order'] % max(self._faults.threads, 1)}"
        symbol = self._lean.symbols[line.fields["sid"]]
        for _ in range(2 if self._faults.duplicate_events else 1):
            self._call(lane, "on_order_event", OrderEvent(self._meter, line.fields, symbol))

    def _mark(self, line: TapeLine) -> None:
        self._slice(line.utc)

    def _day(self, line: TapeLine) -> None:
        show_midnight(self._account, self._coming_mark())
        self._call_schedules(line.utc, inclusive=True)

    def _coming_mark(self) -> Mapping[str, Any] | None:
        """Return the next mark line's fields; None where an order or the end comes before it."""
        coming = self._ahead.first(ACCOUNT_LINES)
        return coming.fields if coming is not None and coming.type == "mark" else None

    def _slice(self, utc: datetime) -> None:
        """Deliver a slice with the corporate lines that wait for one; schedules due come first."""
        self._call_schedules(utc, inclusive=True)
        lines = [line.fields for line in self._corporate]
        self._corporate.clear()
        if self._hooks.keys().isdisjoint(_SLICE_HOOKS):
            return
        data = self._lean.slice_of(utc, lines)
        if lines:
            for hook, given in hooks_of(data):
                self._call("data", hook, given)
        self._call("data", "on_data", data)

    def _end(self, line: TapeLine) -> None:
        while self._late:
            self._deliver_event(self._late.popleft()[1])
        self._delivery.settle()
        self._call("data", "on_end_of_algorithm")
        self._delivery.settle()

    def _call(self, lane: str, kind: str, *given: object) -> None:
        hook = self._hooks.get(kind)
        if hook is not None:
            self._delivery.run(lane, self._log.counted(kind, partial(hook, *given)))

    def _made(self, kind: type[RecordedAlgorithm]) -> RecordedAlgorithm:
        algorithm = kind.__new__(kind)
        algorithm._meter = self._meter
        algorithm._lean = self._lean
        kind.__init__(algorithm)
        return algorithm

    def _hook(self, name: str) -> Callable[..., object] | None:
        """Return the hook as LEAN finds it after `__init__`: a method that is not the base's."""
        hook = getattr(self.algorithm, name)
        if not isinstance(hook, MethodType) or hook.__func__ is getattr(RecordedAlgorithm, name):
            return None
        return hook

    def _store_folder(self, given: Path | None) -> Path:
        if given is not None:
            given.mkdir(parents=True, exist_ok=True)
            return given
        own = tempfile.mkdtemp(prefix="object-store-")
        weakref.finalize(self, shutil.rmtree, own, ignore_errors=True)
        return Path(own)

    def _trading_days(self) -> int | None:
        if not self._initialized:
            return None
        end = self.tape.end()
        return DEFAULT_TRADING_DAYS if end is None else int(end["trading_days_per_year"])


def _texts(parameters: Mapping[str, str]) -> dict[str, str]:
    for name, value in parameters.items():
        if not isinstance(value, str):
            raise TypeError(f"parameter {name!r} is no text: LEAN's parameters are texts")
    return dict(parameters)


def _store_rules(faults: Faults, synchronous: bool) -> StoreRules:
    rules = StoreRules(allowed=not faults.storage_forbidden, synchronous=synchronous)
    return replace(rules, max_size=0) if faults.storage_full else rules
