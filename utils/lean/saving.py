"""Saving: when a run's state is saved, and how a run goes on with the state of the last one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from models.equity.session_metrics import SessionKind, SessionMetrics
from models.performance_tracker import PerformanceTracker
from models.tracker.notices import Notice, NoticeKind
from models.tracker.persistence import Found
from utils.lean.conversions import utc
from utils.lean.run import LeanRun
from utils.notify.reporting import Reporting
from utils.store.keeping import SlowSaveError

if TYPE_CHECKING:
    from AlgorithmImports import QCAlgorithm

BACKTEST_SAVE_EVERY = 30.0  # seconds of wall clock
SLOW_SAVE = 1.0  # seconds


class Saving:
    """Saves a tracker's state from time to time.

    Args:
        tracker: Whose state.
        reporting: What is told beside the books.
        run: How far LEAN's account is taken: nothing is saved before.
        clock: Unix time, seconds.
        persists: Whether the state is saved at all.

    Attributes:
        persists: As given; a state that a run cannot go on with turns it off.
    """

    def __init__(
        self,
        tracker: PerformanceTracker,
        reporting: Reporting,
        run: LeanRun,
        clock: Callable[[], float],
        *,
        persists: bool,
    ) -> None:
        self._tracker = tracker
        self._core = tracker.core
        self._reporting = reporting
        self._clock = clock
        self.persists = persists
        live = tracker.live
        self._save_every = tracker.settings.save_every if live else BACKTEST_SAVE_EVERY
        self._last_save = clock()
        self._saved: tuple[int, ...] = ()
        self._run = run
        if live:
            tracker.add_listener(self._hear, NoticeKind.SESSION_CLOSED)

    def _hear(self, notice: Notice) -> None:
        """Ask for a save where a day of the account closed."""
        session = notice.record
        day = isinstance(session, SessionMetrics) and session.kind is SessionKind.DAILY
        if day and not notice.strategy:
            self._run.save_at_once = True

    # --- when

    def save_if_due(self) -> None:
        """Save where time or a session's close asks for it, and something changed."""
        run = self._run
        if not self.persists or not run.warm or run.restored:
            return
        now = self._clock()
        with self._core.lock:  # of two threads one saves
            at_once, run.save_at_once = run.save_at_once, False
            # a clock that was set back keeps no save waiting
            waits = 0.0 <= now - self._last_save < self._save_every
            if not at_once and (waits or self._changes() == self._saved):
                return
            self._last_save = now
        self._reporting.guard("save", self._save)

    def save_last(self) -> None:
        """Save at the end of the run, where there is anything to save."""
        if self.persists and self._core.ledger.books.opened:
            self._reporting.guard("save", self._save)

    def _changes(self) -> tuple[int, ...]:
        """What moves with every event worth saving."""
        ledger = self._core.ledger
        return ledger.books.fills, ledger.marks, len(ledger.flows), self._core.days.count

    def _save(self) -> None:
        changes, began = self._changes(), self._clock()
        if self._tracker.save_to_object_store():
            self._saved = changes
            self._reporting.log.event("saved", fills=changes[0], marks=changes[1])
        took = self._clock() - began
        if took >= SLOW_SAVE:
            raise SlowSaveError(f"it took {took:.1f} s")

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
            self.persists = False
            warn("what is saved is not gone on with; it is left alone, and nothing is saved")
        restored = found is Found.RESTORED
        until = self._core.ledger.books.time
        if restored and until and not self._tracker.live and until > utc(algorithm.utc_time):
            restored = False
            self._tracker.reset()
            warn(f"what is saved reaches to {until}, beyond this backtest's start")
        self._run.restored = restored and self._core.ledger.books.opened
        return self._run.restored
