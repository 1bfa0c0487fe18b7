"""LEAN's hooks: what an order event, a slice, a midnight and the end of the run do to the books.

They copy plain values out of LEAN first and take the tracker's lock after, so that a hook never
waits for LEAN while another waits for the tracker. What they raise is caught by their caller.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from models.errors import EventError, Failure, guarded
from models.events.account import DayEnd
from models.events.orders import SUBMITTED, Fill, OrderStatus, OrderUpdate
from models.ledger.ledger import EQUITY_TOLERANCE
from models.performance_tracker import PerformanceTracker
from utils.lean.run import LeanRun
from utils.lean.wiring import Wiring, wiring_warning
from utils.log.events import Level
from utils.notify.reporting import Reporting

if TYPE_CHECKING:
    from datetime import datetime

    from AlgorithmImports import OrderEvent, QCAlgorithm, Slice


LIVE_MARK_EVERY = 1.0  # seconds


class Hooks:
    """What LEAN's hooks do, without a guard around them.

    Args:
        algorithm: The running algorithm.
        tracker: Whose books are fed.
        reporting: What is told beside the books.
        run: How far LEAN's account is taken, and the feed that reads it.

    Attributes:
        heard_orders: Whether an order event reached the tracker in this run.
        passes_over: Whether slices on which nothing moved but prices are worked out together, and
            orders with them; live everything is worked out at once.
    """

    def __init__(
        self,
        algorithm: QCAlgorithm,
        tracker: PerformanceTracker,
        reporting: Reporting,
        run: LeanRun,
    ) -> None:
        self._algorithm = algorithm
        self._tracker = tracker
        self._core = tracker.core
        self._settings = settings = tracker.settings
        self._reporting = reporting
        every = settings.mark_every
        if every is None:
            every = LIVE_MARK_EVERY if tracker.live else 0.0
        self._mark_every = timedelta(seconds=every)
        self._run = run
        self._wiring = Wiring(algorithm, live=tracker.live)
        self.heard_orders = False
        self.passes_over = not (tracker.live or self._mark_every or reporting.alerts.watches_marks)

    # --- orders

    def order_event(self, event: OrderEvent) -> None:
        """Book an order's event; one that cannot be read becomes an anomaly of the books."""
        run = self._run
        if not run.warm:
            if self._algorithm.is_warming_up:
                return
            if self._core.ledger.books.opened:
                run.start(None)  # first, for LEAN counts its orders anew
        self.order_read(guarded(run.feed.order_event, event))

    def order_read(self, event: Fill | OrderUpdate | Failure | None) -> None:
        """Book an order's event that was read, or tell why it could not be read.

        Args:
            event: None where it is in the journal already.
        """
        if event is None:
            return
        run = self._run
        if isinstance(event, Failure):
            if not isinstance(event.error, EventError):
                event.again()
            self._core.reject(run.feed.time(), "bad event", str(event.error))
            return
        if not run.warm:
            run.start(event)
        if not (self.passes_over and run.feed.journal.keeps(event)):
            self._book(event)
        self._tell_of(event)

    def _book(self, event: Fill | OrderUpdate) -> None:
        """Book an order's event at once."""
        digests = self._reporting.digests
        if self._core.apply(event) and digests is not None:
            digests.hear_order(event)

    def _tell_of(self, event: Fill | OrderUpdate) -> None:
        """Tell of an order's event; of fills and submissions only the finest log does."""
        reporting = self._reporting
        status = event.status if isinstance(event, OrderUpdate) else SUBMITTED
        if status is OrderStatus.INVALID:
            reporting.alerts.rejected(event.time)
        if status is not SUBMITTED or reporting.log.level <= Level.DEBUG:
            reporting.narrator.order(event)

    # --- slices

    def data(self, data: Slice) -> None:
        """Mark a slice, unless the last mark is too close."""
        run, core = self._run, self._core
        self._wiring.heard_slices = True
        if not (run.warm or run.ready()):
            return
        feed = run.feed
        time = feed.time()
        new_day = feed.is_new_day(time)
        if self._mark_every:
            if not new_day and run.next_mark is not None and time < run.next_mark:
                return
            run.next_mark = time + self._mark_every
        try:
            self._mark(data, time, new_day)
        except EventError as problem:
            core.reject(time, "bad event", str(problem))
        alerts = self._reporting.alerts
        if alerts.watches_marks:
            alerts.mark(time)

    def _mark(self, data: Slice, time: datetime, new_day: bool) -> None:
        """Mark a slice in the way that its day and what is known so far ask for."""
        run, core = self._run, self._core
        if new_day and core.rest and self.passes_over and self._begin_day(data, time):
            return
        if core.behind is not None:
            core.catch_up()
        if new_day or run.restored:
            self._mark_fully(data, time)
        else:
            self._mark_slice(data, time)

    def _begin_day(self, data: Slice, time: datetime) -> bool:
        """Write a day's first mark into the journal, where nothing but dividends moved it."""
        feed = self._run.feed
        if not feed.journal.stands:
            return False
        try:
            actions = list(feed.actions(data, time))
        except EventError:
            return False  # the plain way books those before it, and tells of it
        if not feed.journal.begin_day(time, actions):
            return False
        feed.standstill.begin_day()
        return True

    def _mark_slice(self, data: Slice, time: datetime) -> None:
        """Mark with as few reads as it takes: all of the account is read where books don't close.

        Corporate actions come before the mark; they are asked for where it does not close without.
        """
        run = self._run
        mark = run.feed.see(time)
        if mark is None or run.book(mark):
            return
        run.apply_actions(data, mark)
        run.book(run.feed.whole_mark(time), whole=True)

    def _mark_fully(self, data: Slice, time: datetime) -> None:
        """Mark a day's first slice, or the first after the start of a run that goes on."""
        run = self._run
        if run.restored:
            run.compare(data, time)
            return
        mark = run.feed.mark(time, check=True)
        run.apply_actions(data, mark)
        if not run.book(mark):
            run.book(run.feed.whole_mark(time), whole=True)

    # --- days

    def midnight(self) -> None:
        """Mark, and end the day with LEAN's sample; show the figures that come once a day."""
        run, core = self._run, self._core
        run.feed.clock.end_day()
        wiring = self._wiring
        if not (wiring.heard_orders and wiring.heard_slices):
            self._check_wiring()
        if self._end_day_later():
            return
        core.rest = 0  # the next slice is a day's first
        if not core.ledger.books.opened:
            self._sample_unopened()
            return
        if not run.ready() or run.restored:
            return
        time = run.feed.time()
        core.catch_up()
        if self._settings.day_marks:
            run.mark(time)
        self._core.apply(self._day_end(time))
        self._reporting.tell_unnamed()
        if not self._tracker.live:
            self._reporting.show_if_due()
        if self._settings.charts:
            self._reporting.screen.charts(self._tracker.summary())

    def _end_day_later(self) -> bool:
        """Mark and end the day in the journal, where it is kept; returns whether it was."""
        feed, settings, reporting = self._run.feed, self._settings, self._reporting
        journal = feed.journal
        if not (self.passes_over and journal.stands) or settings.charts:
            return False
        if not (feed.names_all or reporting.unnamed_told):
            return False
        time = feed.time()
        if settings.day_marks and not journal.mark(time):
            return False
        journal.write(self._day_end(time))
        feed.standstill.end_day()
        reporting.show_if_due()
        return True

    def _sample_unopened(self) -> None:
        """Keep a backtest's samples from before its first slice; they end no day.

        Live a schedule may come before LEAN has fetched the account.
        """
        if not self._tracker.live and not self._algorithm.is_warming_up:
            self._core.sample(self._day_end(self._run.feed.time()))

    def _day_end(self, time: datetime) -> DayEnd:
        """LEAN's sample; what the user's benchmark or rates raise costs no day."""
        feed = self._run.feed
        equity, market = feed.equity(), guarded(feed.market, time)
        if not isinstance(market, Failure):
            return DayEnd(time, equity, *market)
        self._core.guard.note_failure("sample", market)
        return DayEnd(time, equity)

    def _check_wiring(self, *, at_end: bool = False) -> None:
        """Warn once of each hook that the algorithm forgot to pass on."""
        self._wiring.heard_orders = self.heard_orders
        for hook in self._wiring.missing(at_end=at_end):
            self._reporting.miss(hook, wiring_warning(hook))

    def timer(self) -> None:
        """Show the figures, once the account is taken."""
        if self._run.warm:
            self._reporting.show()

    def sample_end(self) -> None:
        """Sample once more, as LEAN does; fills since a mark that was left out are marked."""
        run, core = self._run, self._core
        self._check_wiring(at_end=True)
        if run.ready() and not run.restored:
            time = run.feed.time()
            moved = core.ledger.equity_now() - core.ledger.equity
            if self._mark_every and abs(moved) > EQUITY_TOLERANCE:
                run.mark(time)
            core.sample(self._day_end(time))
