"""A run: how far LEAN's account is taken, and its feed into the books."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from models.events.account import Mark
from models.events.orders import Fill, OrderUpdate
from models.ledger.open_orders import take_up
from models.performance_tracker import PerformanceTracker
from utils.lean.feed import LeanFeed
from utils.notify.reporting import Reporting

if TYPE_CHECKING:
    from AlgorithmImports import QCAlgorithm, Slice


class LeanRun:
    """How far the books have come in taking over LEAN's account.

    It starts over whenever the tracker is reset or restored.

    Args:
        algorithm: The running algorithm.
        tracker: Whose books the account is taken into.
        reporting: What is told of it.
        deployment: LEAN's id of the run.

    Attributes:
        feed: Reads LEAN for these books.
        warm: Whether the warm-up is over and the account taken; nothing is booked before.
        restored: Whether a saved state was restored that LEAN's account is not compared with yet:
            LEAN has fetched it at the first slice.
        next_mark: UTC before which no slice is marked but a day's first; None before the first
            mark, and where every slice is marked.
        save_at_once: Whether a save is wanted that waits for no clock.
    """

    feed: LeanFeed
    warm: bool
    restored: bool
    next_mark: datetime | None
    save_at_once: bool

    def __init__(
        self,
        algorithm: QCAlgorithm,
        tracker: PerformanceTracker,
        reporting: Reporting,
        deployment: str,
    ) -> None:
        self._algorithm = algorithm
        self._tracker = tracker
        self._core = tracker.core
        self._reporting = reporting
        self._deployment = deployment
        self.begin()
        tracker.core.on_begin = self.begin

    def begin(self) -> None:
        """Start over: nothing is taken of LEAN's account yet."""
        self.feed = LeanFeed(self._algorithm, self._core)
        self.warm = self.restored = self.save_at_once = False
        self.next_mark = None

    # --- the account

    def ready(self) -> bool:
        """Whether the warm-up is over; the account is taken at the first hook after it."""
        if not self.warm and not self._algorithm.is_warming_up:
            self.start(None)
        return self.warm

    def start(self, first: Fill | OrderUpdate | None) -> None:
        """Take the account as it stands, before the event that came first.

        Args:
            first: That event; None where it is no order's, or where the books are open already.
        """
        core, time, opening = self._core, self.feed.time(), None
        found = self.feed.open_orders.taken_up() if self.restored else []
        if core.ledger.books.opened:
            self.feed.resume()
        else:
            opening = self.feed.opening(time)
        with core.lock:  # the first hooks may come on two threads at once
            if self.warm:
                return
            if opening is not None and isinstance(first, Fill):
                core.open_before(opening, first)
            elif opening is not None:
                core.record(opening)
            if self.restored:
                core.deploy(time, self._deployment)
                take_up(core.ledger.books, time, found)
            self.warm = True
        core.settle()
        days = self._algorithm.settings.trading_days_per_year
        if days:
            core.days_per_year = float(days)

    def compare(self, data: Slice, time: datetime) -> None:
        """Compare the restored books with LEAN's account: take what changed, and tell it once.

        Args:
            data: The first slice after the start.
            time: UTC of the slice.
        """
        core = self._core
        self.feed.resume()  # a midnight may have been first, without what the slice brought
        mark = self.feed.whole_mark(time)
        self.apply_actions(data, mark)
        if not self.feed.steady:
            return  # the next slice compares
        flows, adopted = len(core.ledger.flows), core.ledger.books.anomaly_counts["adopted"]
        self.restored = False
        core.resume(mark)
        adopted = core.ledger.books.anomaly_counts["adopted"] - adopted
        moved = sum(flow.value for flow in core.ledger.flows[flows:])
        self._tell(time, adopted, moved)

    def _tell(self, time: datetime, adopted: int, moved: float) -> None:
        """Log that the state was restored, and what changed while LEAN was stopped."""
        summary, log = self._tracker.summary(), self._reporting.log
        log.event(
            "restored",
            time=time,
            deployment=summary.since_deploy.deployment,
            trades=summary.account.trades,
            equity=summary.equity,
        )
        if adopted or moved:
            log.event("adopted", time=time, holdings=adopted, cash=moved)

    # --- slices

    def apply_actions(self, data: Slice, mark: Mark) -> None:
        """Book the corporate actions that came before a slice's bars, at the slice's rates."""
        self._core.take_rates(mark.rates)
        for action in self.feed.actions(data, mark.time, mark.prices):
            self._core.apply(action)

    def mark(self, time: datetime) -> None:
        """Mark what is held at its prices now, where no slice is at hand."""
        mark = self.feed.see(time)
        if mark is not None and not self.book(mark):
            self.book(self.feed.whole_mark(time), whole=True)

    def book(self, mark: Mark, *, whole: bool = False) -> bool:
        """Book a mark, unless prices moved while it was read.

        Args:
            mark: The last mark that the feed read.
            whole: Whether there is none that shows more: it is left out where it is not steady.

        Returns:
            Whether it was booked or left out; else all of the account must be read.
        """
        return self._core.apply(mark) if self.feed.steady else whole
