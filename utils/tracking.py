"""`track(algorithm)`: the tracker, its settings, its storage and LEAN's hooks put together.

The hooks never raise into LEAN: one guard counts each kind of error and tells of it once. They copy
plain values out of LEAN first and take the tracker's lock after, so that a hook never waits for
LEAN while another waits for the tracker; what is logged, saved and shown comes after both.
"""

from __future__ import annotations

import time as clocks
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from models.equity.session_book import BEGINNING
from models.equity.session_metrics import SessionKind, SessionMetrics
from models.errors import CallError, EventError
from models.events.account import DayEnd, Mark
from models.events.orders import Fill, OrderStatus, OrderUpdate
from models.ledger.ledger import EQUITY_TOLERANCE
from models.ledger.tags import Resolver
from models.performance_tracker import PerformanceTracker
from models.settings import Settings, Switch, chosen, read_settings
from models.tracker.alerts import Alert
from models.tracker.notices import OF_FILLS, Notice, NoticeKind
from models.tracker.ports import Follower
from models.trades.log import Archive
from utils.lean.feed import LeanFeed, utc
from utils.log.events import Category, Level
from utils.notify.alerts import HEARD, Alerts
from utils.notify.narrator import Narrator, order_name
from utils.notify.screen import Screen
from utils.store.object_store import ObjectStoreManager
from utils.store.snapshot import SnapshotError
from utils.store.snapshots import SnapshotStore
from utils.structured_logger import BUDGET, StructuredLogger

if TYPE_CHECKING:
    from AlgorithmImports import OrderEvent, QCAlgorithm, Slice


LIVE_MARK_EVERY = 1.0  # seconds
BACKTEST_SAVE_EVERY = 30.0  # seconds of wall clock
SCREEN_EVERY = timedelta(seconds=10)  # live
SLOW_SAVE = 1.0  # seconds
OPTIMIZATION = "OPTIMIZATION"  # LEAN's mode


class SlowSaveError(SnapshotError):
    """A state was saved, but the algorithm had to wait for it."""


class LeanTracker(PerformanceTracker):
    """The tracker of one LEAN algorithm; `track` makes it.

    Attributes:
        log: The structured log; the algorithm may log its own events there.
        store: The object store by category; the algorithm may keep its own data there.
        alerts: What is watched.
    """

    def __init__(
        self,
        algorithm: QCAlgorithm,
        settings: Settings,
        *,
        resolver: Resolver | None = None,
        archive: Archive | None = None,
        follower: Follower | None = None,
        clock: Callable[[], float] = clocks.time,
    ) -> None:
        live = bool(algorithm.live_mode)
        self._algorithm = algorithm
        self._clock = clock
        mode = str(algorithm.algorithm_mode)
        self.persists = chosen(settings.persist, mode != OPTIMIZATION)
        self.resumes = chosen(settings.resume, live)
        self.store = ObjectStoreManager(
            algorithm.object_store,
            project=str(algorithm.project_id),
            deployment=str(algorithm.algorithm_id),
            live=live or self.resumes,
            clock=clock,
        )
        self._deployment = str(algorithm.algorithm_id)
        self._snapshots = states = SnapshotStore(
            self.store,
            project=str(algorithm.project_id),
            deployment=self._deployment,
            prefix="live" if live else "test",
        )
        super().__init__(
            object_store=states,
            settings=settings,
            account_currency=str(algorithm.account_currency),
            zone=ZoneInfo(str(algorithm.time_zone.id)),
            live=live,
            resolver=resolver,
            follower=follower,
        )
        # writing every trade takes a backtest longer than making it: only where it is asked for
        keeps_all = self.persists and (live or settings.persist is Switch.ON)
        if archive is not None:
            self._archive = self._older = archive
        elif not keeps_all:
            self._archive = None  # what an earlier run archived is read all the same
        every = settings.mark_every
        if every is None:
            every = LIVE_MARK_EVERY if live else 0.0
        self._mark_every = timedelta(seconds=every)
        self._save_every = settings.save_every if live else BACKTEST_SAVE_EVERY
        self._last_save = clock()
        self._saved: tuple[int, ...] = ()
        self._tell_outside()

    def _tell_outside(self) -> None:
        """Put the log, the alerts and the screen beside the books."""
        settings, live = self.settings, self.live
        budget = settings.log_bytes
        if budget is None and not live:
            budget = BUDGET
        self.log = StructuredLogger(
            self._algorithm,
            lambda: self.ledger.books.time or BEGINNING,
            level=settings.log_level or ("info" if live else "warning"),
            budget=budget,
            as_json=settings.log_format == "json",
            store=self._keep_log if settings.log_store else None,
            attempt=self.attempt,
        )
        self._logs_kept = 0
        self.alerts = Alerts(self, settings.alerts)
        notify = settings.notify if live else {}
        self._screen = Screen(self._algorithm, notify, settings.notify_daily, self.attempt)
        self._narrator = Narrator(
            self.log,
            lambda order_id: order_name(order_id, len(self.deployments)),
            lambda sid: self.ledger.books.tickers.get(sid, sid),
        )
        self._listen()

    def _listen(self) -> None:
        """Hear what is logged, watched or saved at; no notice is made of the rest."""
        kinds = {NoticeKind.SESSION_CLOSED, NoticeKind.ANOMALY, NoticeKind.ALERT}
        if self.settings.alerts:
            kinds |= set(HEARD)
        if self.log.level <= Level.INFO:
            kinds |= OF_FILLS
        if self.log.level <= Level.DEBUG:
            kinds |= {NoticeKind.NEW_LOW, NoticeKind.RECOVERY}
        self.remove_listener(self._hear)
        self.add_listener(self._hear, *kinds)

    def _begin(self) -> None:
        super()._begin()
        self._feed = LeanFeed(self._algorithm, self)
        self._warm = False
        self._restored = False  # and LEAN's account is not yet compared with
        self._next_mark: datetime | None = None
        self._save_at_once = False

    def load_from_object_store(self, prefix: str = "") -> bool:
        """As `Recorder`'s; of another run's state, before the first slice, a deployment begins.

        The same run's goes on as if it had never stopped: LEAN counts its orders on.
        """
        loaded = super().load_from_object_store(prefix)
        if loaded and not self._warm and self._snapshots.loaded != self._deployment:
            self._restored = self.ledger.books.opened
        return loaded

    def _open_by_hand(self, time: datetime) -> None:
        if not self.ledger.books.opened:
            raise CallError("LEAN's account is taken at the first slice: call this after it")

    def reset(self) -> None:
        """Forget all that was booked, and what alerts; the account opens at the next hook."""
        super().reset()
        self.alerts = Alerts(self, self.settings.alerts)

    # --- LEAN's hooks

    def on_order_event(self, event: OrderEvent) -> None:
        """Call it first in the algorithm's `on_order_event`."""
        self._guard(self._on_order_event, event)

    def on_data(self, data: Slice) -> None:
        """Call it in the algorithm's `on_data`."""
        self._guard(self._on_data, data)
        self._save_if_due()

    def on_midnight(self) -> None:
        """LEAN calls it at midnight of the algorithm's clock; `track` schedules it."""
        self._guard(self._on_midnight)
        self._save_if_due()

    def on_timer(self) -> None:
        """LEAN calls it every few seconds in live trading; `track` schedules it."""
        self._guard(self._show)
        self._save_if_due()

    def on_command(self, data: Any) -> bool | None:
        """Call it in the algorithm's `on_command`: answers commands that name the tracker.

        `{"tracker": "snapshot"}` saves now, `"summary"` logs the balance, `"flow"` announces a
        deposit (`amount`, `currency`, `note`), `"log"` sets the log's `level`.

        Returns:
            Whether it was done; None when the command is not the tracker's.
        """
        answers: list[bool | None] = []
        self._guard(self._on_command, data, answers)
        return answers[0] if answers else False

    def finish(self) -> None:
        """Call it in `on_end_of_algorithm`: saves for the last time, and logs the balance."""
        self._guard(self._sample_end)
        if self.persists and self.ledger.books.opened:
            self._guard(self._save)
        self._guard(self._finish)
        self.log.close()

    # --- what they do

    def _on_order_event(self, event: OrderEvent) -> None:
        if not self._warm:
            if self._algorithm.is_warming_up:
                return
            if self.ledger.books.opened:
                self._start(None)  # first, for LEAN counts its orders anew
        try:
            booked = self._feed.order_event(event)
        except EventError as problem:
            self.reject(self._feed.time(), "bad event", str(problem))
            return
        if not self._warm:
            self._start(booked)
        self.apply(booked)
        rejected = isinstance(booked, OrderUpdate) and booked.status is OrderStatus.INVALID
        if rejected:
            self.alerts.rejected(booked.time)
        if rejected or self.log.level <= Level.INFO:
            self._narrator.order(booked)

    def _on_data(self, data: Slice) -> None:
        if not self._ready():
            return
        time = self._feed.time()
        new_day = self._feed.is_new_day(time)
        if not new_day and self._next_mark is not None and time < self._next_mark:
            return
        self._next_mark = time + self._mark_every
        self._mark_slice(data, time, new_day)
        if self.alerts.watches_marks:
            self.alerts.mark(time)

    def _mark_slice(self, data: Slice, time: datetime, new_day: bool) -> None:
        if self._restored:
            self._compare(data, time)
            return
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
        if not self.ledger.books.opened:
            self._sample_unopened()
            return
        if not self._ready() or self._restored:
            return
        time = self._feed.time()
        if self.settings.day_marks:
            self._mark_now(time)
        self.apply(self._day_end(time))
        if not self.live:
            self._show()
        if self.settings.charts:
            self._screen.charts(self.summary())

    def _mark_now(self, time: datetime) -> None:
        if not self.apply(self._feed.mark(time)):
            self.apply(self._feed.whole_mark(time))

    def _sample_unopened(self) -> None:
        """Keep a backtest's samples from before its first slice; they end no day.

        Live a schedule may come before LEAN has fetched the account.
        """
        if not self.live and not self._algorithm.is_warming_up:
            self.sample(self._day_end(self._feed.time()))

    def _day_end(self, time: datetime) -> DayEnd:
        """LEAN's sample; what the user's benchmark or rates raise costs no day."""
        equity, market = self._feed.equity(), list[float]()
        self.attempt("sample", lambda: market.extend(self._feed.market(time)))
        return DayEnd(time, equity, *market)

    def _show(self) -> None:
        """Show the figures in LEAN's banner."""
        if self.settings.banner and self._warm:
            self._screen.banner(self.summary())

    def _sample_end(self) -> None:
        """Sample once more, as LEAN does; fills since a mark that was left out are marked."""
        if self._ready() and not self._restored:
            time = self._feed.time()
            moved = self.ledger.equity_now() - self.ledger.equity
            if self._mark_every and abs(moved) > EQUITY_TOLERANCE:
                self._mark_now(time)
            self.sample(self._day_end(time))

    def _finish(self) -> None:
        self._tell_balance()
        for name, figures in self.strategies().items():
            self.log.event(
                "result", strategy=name, net_pnl=round(figures.net_pnl, 2), trades=figures.trades
            )
        for kind, count in self.errors.items():
            self.log.event("failed", what=kind, times=count)
        if self.settings.banner:
            self._screen.statistics(self.summary())

    def _on_command(self, data: Any, answers: list[bool | None]) -> None:
        name = getattr(data, "tracker", None)
        if name is None:
            answers.append(None)
            return
        command = COMMANDS.get(str(name))
        if command is None:
            raise CallError(f"there is no command {name!r}; there are {', '.join(COMMANDS)}")
        answers.append(command(self, data))

    def _command_flow(self, data: Any) -> bool:
        currency, note = (getattr(data, field, None) or "" for field in ("currency", "note"))
        self.record_flow(float(data.amount), str(currency) or None, str(note))
        return True

    def _command_log(self, data: Any) -> bool:
        self.log.set_level(str(data.level))
        self._listen()
        return True

    def _command_summary(self, _: Any) -> bool:
        self._tell_balance()
        return True

    def _tell_balance(self) -> None:
        """Log the law of the ledger, without the terms that are zero."""
        terms = {name: round(value, 2) for name, value in self.balance().items() if value}
        self.log.event("balance", **cast("dict[str, Any]", terms))

    def _ready(self) -> bool:
        """Whether the warm-up is over; the account is opened at the first hook after it."""
        if not self._warm and not self._algorithm.is_warming_up:
            self._start(None)
        return self._warm

    def _start(self, first: Fill | OrderUpdate | None) -> None:
        """Take the account as it stands, before the event that came first."""
        time, opening = self._feed.time(), None
        if self.ledger.books.opened:
            self._feed.resume()
        else:
            opening = self._feed.opening(time)
        with self._lock:  # the first hooks may come on two threads at once
            if self._warm:
                return
            if opening is not None and isinstance(first, Fill):
                self.open_before(opening, first)
            elif opening is not None:
                self._record(opening)
            if self._restored:
                self.deploy(time, self._deployment)
            self._warm = True
        self._settle()
        days = self._algorithm.settings.trading_days_per_year
        if days:
            self.days_per_year = float(days)

    # --- what is saved

    def resume_saved(self) -> bool:
        """Take over the project's last saved state; `track` calls it where settings ask for it.

        LEAN's account is compared with it at the first slice: it has not been fetched before.

        One that cannot be used is left alone, and nothing saved in its place.

        Returns:
            Whether there was one. What was wrong with it is logged.
        """
        found = self._load("")
        if found is None:
            self.persists = False
            self.warn("what is saved is not gone on with; it is left alone, and nothing is saved")
        until = self.ledger.books.time
        if found and until and not self.live and until > utc(self._algorithm.utc_time):
            found = False
            self.reset()
            self.warn(f"what is saved reaches to {until}, beyond this backtest's start")
        self._restored = bool(found) and self.ledger.books.opened
        return self._restored

    def _compare(self, data: Slice, time: datetime) -> None:
        """Take what changed while LEAN was stopped, and say so once."""
        self._feed.resume()  # a midnight may have been first, without what the slice brought
        mark = self._feed.whole_mark(time)
        self._apply_actions(data, mark)
        flows, adopted = len(self.ledger.flows), self.ledger.books.anomaly_counts["adopted"]
        self._restored = False
        self.resume(mark)
        adopted = self.ledger.books.anomaly_counts["adopted"] - adopted
        moved = sum(flow.value for flow in self.ledger.flows[flows:])
        summary = self.summary()
        self.log.event(
            "restored",
            time=time,
            deployment=summary.since_deploy.deployment,
            trades=summary.account.trades,
            equity=summary.equity,
        )
        if adopted or moved:
            self.log.event("adopted", time=time, holdings=adopted, cash=moved)

    def _save_if_due(self) -> None:
        """Save where time or a session's close asks for it, and something changed."""
        if not self.persists or not self._warm or self._restored:
            return
        now = self._clock()
        with self._lock:  # of two threads one saves
            at_once, self._save_at_once = self._save_at_once, False
            # a clock that was set back keeps no save waiting
            waits = 0.0 <= now - self._last_save < self._save_every
            if not at_once and (waits or self._changes() == self._saved):
                return
            self._last_save = now
        self._guard(self._save)

    def _changes(self) -> tuple[int, ...]:
        """What moves with every event worth saving."""
        books = self.ledger.books
        return books.fills, self.ledger.marks, len(self.ledger.flows), self.days

    def _save(self) -> None:
        changes, began = self._changes(), self._clock()
        if self.save_to_object_store():
            self._saved = changes
            self.log.event("saved", fills=changes[0], marks=changes[1])
        took = self._clock() - began
        if took >= SLOW_SAVE:
            raise SlowSaveError(f"it took {took:.1f} s")

    def _keep_log(self, lines: str) -> None:
        self._logs_kept += 1
        result = self.store.save_text("logs", f"log-{self._logs_kept:05d}", lines, force=True)
        if not result.saved:
            raise SnapshotError(f"the log is not saved: {result.reason.value} {result.detail}")

    def state(self) -> dict[str, Any]:
        """JSON-able and exact; with the alerts that are firing."""
        with self._lock:
            return {**super().state(), "alerts": self.alerts.state()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned, of this tracker or of one without LEAN."""
        super().restore(state)
        if "alerts" in state:
            self.alerts.restore(state["alerts"])

    # --- what is told

    def _hear(self, notice: Notice) -> None:
        """Log a notice, and look whether it alerts anybody or calls for a save."""
        record = notice.record
        self._narrator.hear(notice)
        if isinstance(record, Alert):
            self._screen.send(record)
        elif self.settings.alerts:
            self.alerts.hear(notice)
        day = isinstance(record, SessionMetrics) and record.kind is SessionKind.DAILY
        if day and self.live and not notice.strategy:
            self._save_at_once = True

    def warn(self, message: str) -> None:
        """Log it after the hook: LEAN is not called while the tracker is locked."""
        self.log.emit("warning", category=Category.ERROR, level=Level.WARNING, text=message)

    def _guard(self, hook: Callable[..., object], *arguments: Any) -> None:
        """Run a hook so that nothing it raises reaches LEAN, which would stop the algorithm."""
        self.attempt(hook.__name__.lstrip("_"), hook, *arguments)
        self._narrator.flush()


# What `on_command` answers, by the name that the command gives.
COMMANDS: dict[str, Callable[[LeanTracker, Any], bool]] = {
    "snapshot": lambda tracker, _: tracker.save_to_object_store(),
    "summary": LeanTracker._command_summary,
    "flow": LeanTracker._command_flow,
    "log": LeanTracker._command_log,
}


def track(
    algorithm: QCAlgorithm,
    *,
    resolver: Resolver | None = None,
    archive: Archive | None = None,
    clock: Callable[[], float] = clocks.time,
    follower: Follower | None = None,
    **overrides: Any,
) -> LeanTracker:
    """Make the tracker of an algorithm; call it in `initialize`, once.

    Args:
        algorithm: The algorithm; its `on_order_event` and `on_data` must call the tracker's.
        resolver: The strategy of an order from its (ticker, tag, order type); None from it is the
            default strategy. Without one the setting `tracker_strategy_tag` decides.
        archive: Where closed trades go beyond those kept in memory; by default segments in the
            object store, in live trading or where the setting `tracker_persist` is on.
        clock: Unix time, seconds: what saves are timed by.
        follower: What is told of the same events beside the books, such as LEAN's own book in a
            replay.
        overrides: Settings by name without the prefix; they win over the project's parameters.

    Raises:
        SettingsError: A `tracker_` parameter or an override is unknown or not allowed.
    """
    settings = read_settings(dict(algorithm.get_parameters().items()), overrides)
    tracker = LeanTracker(
        algorithm, settings, resolver=resolver, archive=archive, clock=clock, follower=follower
    )
    if tracker.resumes:
        tracker.resume_saved()
    rules, times = algorithm.date_rules, algorithm.time_rules
    algorithm.schedule.on(rules.every_day(), times.midnight, tracker.on_midnight)
    if tracker.live:
        algorithm.schedule.on(rules.every_day(), times.every(SCREEN_EVERY), tracker.on_timer)
    return tracker
