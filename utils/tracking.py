"""`track(algorithm)`: the tracker, its settings and LEAN's hooks put together.

The hooks never raise into LEAN: one guard counts each kind of error and tells of it once. They copy
plain values out of LEAN first and take the tracker's lock after, so that a hook never waits for
LEAN while another waits for the tracker.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from models.events import DayEnd, EventError, Fill, Mark, OrderUpdate
from models.performance_tracker import PerformanceTracker
from models.recorder import Archive
from models.settings import Settings, read_settings
from models.sharing import Resolver
from utils.lean import LeanFeed

if TYPE_CHECKING:
    from AlgorithmImports import OrderEvent, QCAlgorithm, Slice

LIVE_MARK_EVERY = 1.0  # seconds


class LeanTracker(PerformanceTracker):
    """The tracker of one LEAN algorithm; `track` makes it."""

    def __init__(
        self,
        algorithm: QCAlgorithm,
        settings: Settings,
        *,
        resolver: Resolver | None = None,
        archive: Archive | None = None,
    ) -> None:
        live = bool(algorithm.live_mode)
        self._algorithm = algorithm
        super().__init__(
            object_store=archive,
            settings=settings,
            account_currency=str(algorithm.account_currency),
            zone=ZoneInfo(str(algorithm.time_zone.id)),
            live=live,
            resolver=resolver,
        )
        every = settings.mark_every
        if every is None:
            every = LIVE_MARK_EVERY if live else 0.0
        self._mark_every = timedelta(seconds=every)

    def _begin(self) -> None:
        super()._begin()
        self._feed = LeanFeed(self._algorithm, self)
        self._warm = False
        self._next_mark: datetime | None = None
        self._untold: list[str] = []
        self._told = 0

    # --- LEAN's hooks

    def on_order_event(self, event: OrderEvent) -> None:
        """Call it first in the algorithm's `on_order_event`."""
        self._guard(self._on_order_event, event)

    def on_data(self, data: Slice) -> None:
        """Call it in the algorithm's `on_data`."""
        self._guard(self._on_data, data)

    def on_midnight(self) -> None:
        """LEAN calls it at midnight of the algorithm's clock; `track` schedules it."""
        self._guard(self._on_midnight)

    def finish(self) -> None:
        """Call it in `on_end_of_algorithm`: logs the balance and every strategy's net P&L."""
        self._guard(self._finish)

    # --- what they do

    def _on_order_event(self, event: OrderEvent) -> None:
        if not self._warm and self._algorithm.is_warming_up:
            return
        try:
            booked = self._feed.order_event(event)
        except EventError as problem:
            self.reject(self._feed.time(), "bad event", str(problem))
            return
        if not self._warm:
            self._start(booked)
        self.apply(booked)

    def _on_data(self, data: Slice) -> None:
        if not self._ready():
            return
        time = self._feed.time()
        new_day = self._feed.is_new_day(time)
        if not new_day and self._next_mark is not None and time < self._next_mark:
            return
        self._next_mark = time + self._mark_every
        mark = self._feed.mark(time, check=new_day)
        if new_day:
            self._apply_actions(data, mark)
        if self.apply(mark):
            return
        if not new_day:
            self._apply_actions(data, mark)
        self.apply(self._feed.whole_mark(time))

    def _apply_actions(self, data: Slice, mark: Mark) -> None:
        """Book what came before the slice's bars, at the slice's rates."""
        self.take_rates(mark.rates)
        for action in self._feed.actions(data, mark):
            self.apply(action)

    def _on_midnight(self) -> None:
        # a schedule may come before LEAN has fetched the account: only what is open goes on
        if not self.ledger.books.opened or not self._ready():
            return
        time = self._feed.time()
        if self.settings.day_marks and not self.apply(self._feed.mark(time)):
            self.apply(self._feed.whole_mark(time))
        self.apply(DayEnd(time, self._feed.equity()))

    def _finish(self) -> None:
        self._ready()
        self._algorithm.log(balance_line(self.balance()))
        for name, sheet in self.sheets().items():
            self._algorithm.log(f"tracker: strategy {name}: net P&L {sheet.net_pnl:,.2f}")

    def _ready(self) -> bool:
        """Whether the warm-up is over; the account is opened at the first hook after it."""
        if not self._warm and not self._algorithm.is_warming_up:
            self._start(None)
        return self._warm

    def _start(self, first: Fill | OrderUpdate | None) -> None:
        """Take the account as it stands, before the event that came first."""
        if self.ledger.books.opened:
            self._feed.resume()
        else:
            opening = self._feed.opening(self._feed.time())
            if isinstance(first, Fill):
                self.open_before(opening, first)
            else:
                self.apply(opening)
        days = self._algorithm.settings.trading_days_per_year
        if days:
            self.days_per_year = float(days)
        self._warm = True

    # --- the guard

    def _guard(self, hook: Callable[..., None], *arguments: Any) -> None:
        """Run a hook so that nothing it raises reaches LEAN, which would stop the algorithm."""
        self.attempt(hook.__name__.lstrip("_"), hook, *arguments)
        if self._untold or len(self.ledger.books.anomaly_counts) != self._told:
            self.attempt("log", self._say)

    def warn(self, message: str) -> None:
        """Log it after the hook: LEAN is not called while the tracker is locked."""
        self._untold.append(message)

    def _say(self) -> None:
        """Log each kind of error and anomaly once."""
        kinds = self.ledger.books.anomaly_counts
        if len(kinds) != self._told:
            for kind in list(kinds)[self._told :]:
                self._untold.append(f"anomaly: {kind}")
            self._told = len(kinds)
        while self._untold:
            self._algorithm.log(f"tracker: {self._untold.pop(0)}")


def balance_line(balance: dict[str, float | None]) -> str:
    """The law of the ledger as one line, account currency."""
    terms = (f"{name} {value:,.2f}" for name, value in balance.items() if value)
    return "tracker: " + ", ".join(terms)


def track(
    algorithm: QCAlgorithm,
    *,
    resolver: Resolver | None = None,
    archive: Archive | None = None,
    **overrides: Any,
) -> LeanTracker:
    """Make the tracker of an algorithm; call it in `initialize`, once.

    Args:
        algorithm: The algorithm; its `on_order_event` and `on_data` must call the tracker's.
        resolver: The strategy of an order from its (ticker, tag, order type); None from it is the
            default strategy. Without one the setting `tracker_strategy_tag` decides.
        archive: Where closed trades go beyond those kept in memory; without one they are forgotten
            there, while every figure keeps counting them.
        overrides: Settings by name without the prefix; they win over the project's parameters.

    Raises:
        SettingsError: A `tracker_` parameter or an override is unknown or not allowed.
    """
    settings = read_settings(dict(algorithm.get_parameters().items()), overrides)
    tracker = LeanTracker(algorithm, settings, resolver=resolver, archive=archive)
    algorithm.schedule.on(
        algorithm.date_rules.every_day(), algorithm.time_rules.midnight, tracker.on_midnight
    )
    return tracker
