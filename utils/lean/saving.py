"""Saving: when a run's state is saved, and how a run goes on with the state of the last one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from models.equity.session_metrics import SessionKind, SessionMetrics
from models.performance_tracker import PerformanceTracker
from models.tracker.notices import Notice, NoticeKind
from models.tracker.persistence import Found
from utils.lean.background import Saver, SaverOf
from utils.lean.conversions import utc
from utils.lean.run import LeanRun
from utils.notify.reporting import Reporting
from utils.store.keeping import SlowSaveError

if TYPE_CHECKING:
    from AlgorithmImports import QCAlgorithm

BACKTEST_SAVE_EVERY = 30.0  # seconds of wall clock
SLOW_SAVE = 1.0  # seconds that a hook waits

# Live, the least seconds between two saves of fills and alerts. A fill in a quiet hour is saved at
# once, and of many in a row none waits longer.
FILLS_SAVED_EVERY = 3.0

# Places in what `Saving._changes` counts: how many are urgent, and the marks.
URGENT, MARKS = 2, 2

# How many saves by hand may wait for the thread, each with a state of its own.
MOST_HANDED = 16

# The most seconds between two tries of a save that the store refuses.
MOST_PATIENT = 600.0

# Seconds of a hook that a backtest's save takes at a time.
HOOKS_SHARE = 0.02


class Saving:
    """Saves a tracker's state from time to time.

    Live a thread of its own does, at most 5 seconds after a fill or an alert and otherwise as often
    as the settings say, and with it all else that a store must take: no hook waits for one. A
    backtest saves in its hooks, a little in each.

    Args:
        tracker: Whose state.
        reporting: What is told beside the books.
        run: How far LEAN's account is taken: nothing is saved by itself before.
        clock: Unix time, seconds.
        persists: Whether the state is saved by itself.
        saver: Makes what saves live.

    Attributes:
        persists: As given; a state that a run cannot go on with turns it off.
        refused: Whether there is a state that the run cannot go on with: it is left alone.
        thread: What saves live until the end; None where whoever asks does.
    """

    thread: Saver | None

    def __init__(
        self,
        tracker: PerformanceTracker,
        reporting: Reporting,
        run: LeanRun,
        clock: Callable[[], float],
        saver: SaverOf,
        *,
        persists: bool,
    ) -> None:
        self._tracker = tracker
        self._core = tracker.core
        self._reporting = reporting
        self._clock = clock
        self.persists = persists
        self.refused = False
        self._live = live = tracker.live
        self._save_every = tracker.settings.save_every if live else BACKTEST_SAVE_EVERY
        self._last_save = clock()
        self._saved: tuple[int, ...] = (0, 0)  # nothing urgent yet, and no marks
        self._under_way: tuple[int, ...] | None = None  # what is being saved, by a backtest
        self._refused = 0  # saves in a row that failed
        self._run = run
        self.thread = saver(self._work) if live else None
        self._handed: dict[str, Callable[[], bool]] = {}  # saves by hand, by their names
        self._lock = threading.Lock()  # held for these only, never for a call outside
        tracker.core.archiving.waits = reporting.log.stored.waits = live
        reporting.notifier.waits = live and persists
        if live:
            listeners = tracker.core.listeners
            listeners.add(self._hear, [NoticeKind.SESSION_CLOSED], own=True, of_account=True)

    def _hear(self, notice: Notice) -> None:
        """Ask for a save where a day of the account closed."""
        session = notice.record
        day = isinstance(session, SessionMetrics) and session.kind is SessionKind.DAILY
        if day and not notice.strategy:
            self._run.save_at_once = True

    # --- when

    @property
    def _ready(self) -> bool:
        """Whether there is a state that is saved by itself."""
        run = self._run
        return self.persists and run.warm and not run.restored

    def save_if_due(self) -> None:
        """Save where time, a fill or a session's close asks for it, and something changed."""
        if self._live:
            self._ask()
        elif (self._under_way is None and self._is_early()) or not self._ready:
            return
        elif self._under_way is not None:
            self._go_on()
        elif self._begins():
            self._reporting.log.stored.keep_so_far()
            self._under_way = self._changes()
            self._tracker.persistence.begin("", force=True)
            self._go_on()

    def _is_early(self) -> bool:
        """Whether a backtest's save is not due whatever has changed, which takes time to find."""
        at_once = self._run.save_at_once
        return not at_once and 0.0 <= self._clock() - self._last_save < self._save_every

    def _ask(self) -> None:
        """Ask the thread for what is due."""
        thread = self.thread  # the end may take it away meanwhile
        if thread is None:
            return
        wait = self._wait() if self._ready else None
        if self._handed or (self._ready and self._run.save_at_once) or self._waits_alone:
            wait = 0.0
        if wait is not None:
            thread.ask(wait)

    @property
    def _waits_alone(self) -> bool:
        """Whether trades or the log wait for a store, and no save of a state takes them along."""
        if self.persists:
            return False
        logs = self._core.logs.values()
        return self._reporting.log.stored.due or any(log.due for log in logs)

    def _wait(self) -> float | None:
        """Seconds until a save is due; None where nothing changed."""
        changes, saved = self._changes(), self._saved
        if changes == saved:
            return None
        urgent = self._live and changes[:URGENT] != saved[:URGENT]
        every = min(FILLS_SAVED_EVERY, self._save_every) if urgent else self._save_every
        if self._refused:  # what is refused again and again is not built in vain at every turn
            every = max(every, min(MOST_PATIENT, every * 2.0**self._refused))
        gone = self._clock() - self._last_save
        # a clock that was set back keeps no save waiting
        return max(0.0, every - gone) if gone >= 0.0 else 0.0

    def _begins(self) -> bool:
        """Whether a save begins now; of two threads one begins it."""
        with self._core.lock:
            at_once, self._run.save_at_once = self._run.save_at_once, False
            if not at_once and self._wait() != 0.0:
                return False
            self._last_save = self._clock()
            return True

    def save_last(self) -> None:
        """Save at the end of the run, where there is anything to save."""
        if self.thread is not None:
            self.thread.end()
            self.thread = None  # from now on whoever asks saves
            self._work_left()
        if self.persists and self._core.ledger.books.opened:
            self._under_way = None
            self._reporting.guard("save", self._save)  # the log is closed after it
            notifier = self._reporting.notifier
            if notifier.ready:  # what is sent by now must not be sent by the next run again
                notifier.deliver()
                self._reporting.guard("save", self._save)

    def _changes(self) -> tuple[int, ...]:
        """What moves with every event worth saving, the urgent ones first."""
        ledger, alerts = self._core.ledger, self._reporting.alerts
        fills, marks = ledger.books.fills, ledger.marks
        told = alerts.told + self._reporting.notifier.changes
        return fills, told, marks, len(ledger.flows), self._core.days.count

    # --- by hand

    def save(self, prefix: str, *, force: bool) -> bool:
        """Save under a name, or hand it to the thread, for which some may wait.

        A state with a name is that of this moment. The one that the run saves by itself is that of
        the moment of the save: it must not become older.

        Returns:
            Whether it was saved, or handed over.

        Raises:
            CallError: There is no store that keeps states, or the prefix makes no name.
        """
        persistence = self._tracker.persistence
        if self.thread is None:
            return persistence.save(prefix, force=force)
        if prefix:
            handed = persistence.hand_over(prefix, force=force)
        else:
            persistence.check(prefix)
            handed = partial(self._save, force=force)
        with self._lock:
            if prefix not in self._handed and len(self._handed) >= MOST_HANDED:
                return False
            self._handed[prefix] = handed
        self._ask()
        return True

    def save_handed(self) -> None:
        """Save what was handed over, in the order in which it was."""
        while self._handed:
            with self._lock:
                if not self._handed:
                    return
                save = self._handed.pop(next(iter(self._handed)))
            self._reporting.guard("save", save)

    # --- how

    def _work_left(self) -> None:
        """Do what is left for the thread beside the states that are saved by themselves."""
        if self.thread is None:
            self._core.archiving.waits = self._reporting.log.stored.waits = False
        self.save_handed()
        if self._waits_alone:
            self._reporting.log.stored.keep_so_far()
            for log in self._core.logs.values():
                self._core.archiving.shed(log)

    def _work(self) -> None:
        """Save what is due; the thread's work."""
        self._work_left()
        if not self._ready:
            return
        if self._begins():
            self._reporting.log.stored.keep_so_far()
            self._reporting.guard("save", self._save)
        else:
            self._ask()  # the thread's clock and ours need not agree

    def _save(self, *, force: bool = True) -> bool:
        changes, began = self._changes(), self._clock()
        notifier = self._reporting.notifier
        put = notifier.put_so_far
        if self._tracker.live:  # what LEAN raises costs no save
            self._core.guard.attempt("open orders", self._note_open_orders)
        try:
            saved = self._tracker.persistence.save("", force=force)
            self._note(changes, saved)
        finally:
            notifier.release(put)  # a store that takes nothing keeps no alert back
        took = self._clock() - began
        if took >= SLOW_SAVE and not self._live:
            raise SlowSaveError(f"it took {took:.1f} s")
        return saved

    def _note_open_orders(self) -> None:
        """Take down what LEAN's open orders can be known by in the next deployment."""
        self._core.ledger.books.orders.saved = self._run.feed.open_orders.saved()

    def _go_on(self) -> None:
        """Go on with a backtest's save for a little of a hook's time."""
        self._reporting.guard("save", self._go_on_a_little)

    def _go_on_a_little(self) -> None:
        persistence, began = self._tracker.persistence, self._clock()
        while (ended := persistence.step()) is None:
            if self._clock() - began >= HOOKS_SHARE:
                break
        else:
            changes, self._under_way = self._under_way, None
            if changes is not None:
                self._note(changes, ended)
        took = self._clock() - began
        if took >= SLOW_SAVE:
            raise SlowSaveError(f"a piece of it took {took:.1f} s")

    def _note(self, changes: tuple[int, ...], saved: bool) -> None:
        """Take note of what was saved, and log it; of a refusal, to wait longer."""
        if not saved:
            self._refused += 1
            return
        self._refused, self._saved = 0, changes
        self._reporting.log.event("saved", fills=changes[0], marks=changes[MARKS])

    # --- going on

    def resume(self, algorithm: QCAlgorithm) -> bool:
        """Take over the project's last saved state.

        LEAN's account is compared with it at the first slice: it has not been fetched before. A
        state that cannot be used is left alone, and nothing saved in its place.

        Args:
            algorithm: The running algorithm, whose time a backtest's state must not be beyond.

        Returns:
            Whether there was one that the run goes on with. What was wrong with it is logged.
        """
        warn = self._core.guard.warn
        found = self._tracker.persistence.load("")
        if found is Found.USELESS:
            self.persists, self.refused = False, True
            self._core.archiving.stop()
            self._reporting.notifier.waits = False
            warn("what is saved is not gone on with; it is left alone, and nothing is saved")
        restored = found is Found.RESTORED
        until = self._core.ledger.books.time
        if restored and until and not self._tracker.live and until > utc(algorithm.utc_time):
            restored = False
            self._tracker.reset()
            warn(f"what is saved reaches to {until}, beyond this backtest's start")
        self._saved = self._changes()[:URGENT]
        self._run.restored = restored and self._core.ledger.books.opened
        return self._run.restored
