"""`track(algorithm)`: the tracker, its settings, its storage and LEAN's hooks put together.

The hooks never raise into LEAN: one guard counts each kind of error and tells of it once. What is
logged, saved and shown comes after the books, when no lock is held.
"""

from __future__ import annotations

import time as clocks
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from models.errors import Failure, guarded, guarded_hook
from models.ledger.tags import Resolver
from models.performance_tracker import PerformanceTracker
from models.settings import Settings, read_settings
from models.structures.record import StructureRecord
from models.tracker.ports import Follower
from models.tracker.resolvers import check_resolver
from models.tracker.structures import NO_PRICES
from models.trades.log import Archive
from utils.lean.background import SaverOf, SavingThread, spare_what_stays
from utils.lean.commands import Commands
from utils.lean.conversions import utc
from utils.lean.hooks import Hooks
from utils.lean.run import LeanRun
from utils.lean.saving import Saving
from utils.notify.alerts import Alerts
from utils.notify.reporting import Reporting
from utils.store.keeping import Keeping

if TYPE_CHECKING:
    from AlgorithmImports import OrderEvent, QCAlgorithm, Slice


SCREEN_EVERY = timedelta(seconds=10)  # live


class LeanTracker(PerformanceTracker):
    """The tracker of one LEAN algorithm; `track` makes it.

    Args:
        algorithm: The running algorithm.
        settings: What the user chose.
        resolver: The strategy of an order from its ticker, tag and type; None is for the settings.
        archive: Where closed trades go beyond those kept in memory; None is for the object store.
        follower: What is told of the same events beside the books.
        clock: Unix time, seconds: what saves and a backtest's banner are timed by.
        saver: Makes what saves in live trading.

    Attributes:
        log: The structured log; the algorithm may log its own events there.
        keeping: What is saved of the run, and where.
        store: The object store by category; the algorithm may keep its own data there.
        reporting: What is told beside the books: the log, alerts and LEAN's screen.
        run: How far LEAN's account is taken.
        saving: When the state is saved.
        resumes: Whether the run goes on from the project's last state.
    """

    def __init__(
        self,
        algorithm: QCAlgorithm,
        settings: Settings,
        *,
        resolver: Resolver | None = None,
        archive: Archive | str | None = None,
        follower: Follower | None = None,
        clock: Callable[[], float] = clocks.time,
        saver: SaverOf = SavingThread,
    ) -> None:
        self._deployment = str(algorithm.algorithm_id)
        self.keeping = Keeping(algorithm, settings, clock)
        self.store, self.resumes = self.keeping.objects, self.keeping.resumes
        super().__init__(
            None,
            object_store=self.keeping.storage(archive),
            settings=settings,
            account_currency=str(algorithm.account_currency),
            zone=ZoneInfo(str(algorithm.time_zone.id)),
            live=bool(algorithm.live_mode),
            resolver=resolver,
            follower=follower,
        )
        self.reporting = Reporting(algorithm, self, self.keeping, clock)
        self.log = self.reporting.log
        self.run = LeanRun(algorithm, self, self.reporting, self._deployment)
        persists = self.keeping.persists
        self.saving = Saving(self, self.reporting, self.run, clock, saver, persists=persists)
        self._hooks = Hooks(algorithm, self, self.reporting, self.run)
        self._commands = Commands(self, self.reporting, self.saving)

    @property
    def alerts(self) -> Alerts:
        """What is watched."""
        return self.reporting.alerts

    # --- LEAN's hooks

    def on_order_event(self, event: OrderEvent) -> None:
        """Call it first in the algorithm's `on_order_event`."""
        hooks = self._hooks
        hooks.heard_orders = True
        # as `Reporting.guard` does, which takes three calls more where nothing is to be told
        if self.core.rest and hooks.passes_over:
            read = guarded_hook(self.run.feed.order_event_later, event)
            if read is None and not self.log.queued:
                return  # it is in the journal
            failure = guarded_hook(hooks.order_read, read)
        else:
            failure = guarded_hook(hooks.order_event, event)
        if failure is not None or self.log.queued:
            self.reporting.settle("on_order_event", failure)
        if self.live:
            self._after_hook()

    def on_data(self, data: Slice) -> None:
        """Call it in the algorithm's `on_data`."""
        if self._hooks.passes_over and self.core.rest:
            passed = guarded_hook(self.run.feed.standstill.passes, data)
            if passed is True:
                if self.log.queued or self.core.behind is None:
                    self._pass_over()
                return
            if passed is not False:
                self.core.guard.note_failure("on_data", passed)
        failure = guarded_hook(self._hooks.data, data)
        if failure is not None or self.log.queued:
            self.reporting.settle("on_data", failure)
        if self.live:
            self._after_hook()
        elif self.saving.persists:
            self.saving.save_if_due()

    def _pass_over(self) -> None:
        """Write what the algorithm logged, and save after slices that were worked out together."""
        if self.log.queued:
            self.reporting.settle("on_data", None)
        if self.core.behind is None and self.saving.persists:
            self.saving.save_if_due()

    def on_midnight(self) -> None:
        """LEAN calls it at midnight of the algorithm's clock; `track` schedules it."""
        failure = guarded(self._hooks.midnight)
        if failure is not None or self.live or self.log.queued:
            self.reporting.settle("on_midnight", failure)
        self.saving.save_if_due()

    def on_timer(self) -> None:
        """LEAN calls it every few seconds in live trading; `track` schedules it."""
        self.reporting.guard("show", self._hooks.timer)
        digests, run = self.reporting.digests, self.run
        if digests is not None and run.warm and not run.restored:
            self.reporting.guard("desk", digests.post_if_due)
        self._after_hook()

    def _after_hook(self) -> None:
        """Deliver what other threads left to the next hook, and see whether a save is due."""
        if self.core.listeners.waiting:
            self.reporting.guard("listeners", self.core.settle)
        self.saving.save_if_due()

    def on_command(self, data: Any) -> bool | None:
        """Call it in the algorithm's `on_command`: answers commands that name the tracker.

        `{"tracker": "snapshot"}` has the state saved now, `"summary"` logs the balance, `"flow"`
        announces a deposit (`amount`, `currency`, `note`, `cause`, `strategy`), `"log"` sets the
        log's `level`.

        Returns:
            Whether it was done; None when the command is not the tracker's.
        """
        answer = self.reporting.guard("on_command", self._commands.answer, data)
        return False if isinstance(answer, Failure) else answer

    def finish(self) -> None:
        """Call it in `on_end_of_algorithm`: saves for the last time, and logs the balance."""
        self.reporting.guard("sample_end", self._hooks.sample_end)
        self.saving.save_last()
        self.reporting.guard("finish", self.reporting.tell_result)
        self.log.close()

    def structures(
        self, strategy: str | None = None, prices: Mapping[str, float] = NO_PRICES
    ) -> list[StructureRecord]:
        """The open structures at the last mark; the underlyings' prices are LEAN's now."""
        with self.core.lock:
            options = self.core.structures.open_options()
        return super().structures(strategy, prices or self.run.feed.underlying_prices(options))

    # --- what is saved

    def save_to_object_store(self, prefix: str = "", *, force: bool = True) -> bool:
        """Save everything the tracker knows under a name; live the thread that saves does it.

        No hook waits then: what has a name is of the moment of the call, without one it is of the
        moment of the save, and `finish` waits for both.

        Returns:
            Whether it was saved, or live handed over, which it is not where too many names wait; a
            store that refuses it then is counted in `errors` and told of once, as ever.

        Raises:
            CallError: The prefix makes no name.
        """
        return self.saving.save(prefix, force=force)

    def load_from_object_store(self, prefix: str = "") -> bool:
        """Take over what was saved under a name; what is damaged is told of, its copy taken.

        It waits for the store, and for what was handed over to be saved. With the state of another
        run, and before the first slice, a deployment begins. The same run's goes on as if it had
        never stopped: LEAN counts its orders on.

        Returns:
            Whether there was a state that could be used; else the tracker is as it was.

        Raises:
            CallError: The prefix makes no name.
        """
        self.saving.save_handed()
        loaded = super().load_from_object_store(prefix)
        if loaded and not self.run.warm and self.keeping.states.loaded != self._deployment:
            self.run.restored = self.ledger.books.opened
        return loaded

    def reset(self) -> None:
        """Forget all that was booked, and what alerts; the account opens at the next hook."""
        super().reset()
        self.reporting.reset()

    def capture(self) -> dict[str, Any]:
        """The state of this moment, with the alerts that are firing."""
        with self.core.lock:
            beside = {
                "alerts": self.alerts.state(),
                "notifications": self.reporting.notifier.state(),
            }
            if self.reporting.digests is not None:
                beside["desk"] = self.reporting.digests.state()
            return {**super().capture(), **beside}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned, of this tracker or of one without LEAN.

        Raises:
            TrackerError: The state is of another version or in another currency; the tracker is as
                it was.
        """
        super().restore(state)
        if "alerts" in state:
            self.alerts.restore(state["alerts"])
        if "notifications" in state:
            self.reporting.notifier.restore(state["notifications"])
        if "desk" in state and self.reporting.digests is not None:
            self.reporting.digests.restore(state["desk"])


def track(
    algorithm: QCAlgorithm,
    *,
    resolver: Resolver | None = None,
    archive: Archive | str | None = None,
    clock: Callable[[], float] = clocks.time,
    follower: Follower | None = None,
    saver: SaverOf = SavingThread,
    **overrides: Any,
) -> LeanTracker:
    """Make the tracker of an algorithm; call it in `initialize`, once.

    Args:
        algorithm: The algorithm; its `on_order_event` and `on_data` must call the tracker's.
        resolver: The strategy of an order from its (ticker, tag, order type); None from it is the
            default strategy. Without one the setting `tracker_strategy_tag` decides.
        archive: Where closed trades go beyond those kept in memory, an archive or the path of a
            folder; by default segments in the object store, in live trading or where the setting
            `tracker_persist` is on.
        clock: Unix time, seconds: what saves and a backtest's banner are timed by.
        follower: What is told of the same events beside the books, such as LEAN's own book in a
            replay.
        saver: Makes what saves in live trading, a thread by default: it is called with the function
            that does, and asked to call it in so many seconds.
        overrides: Settings by name without the prefix; they win over the project's parameters.

    Raises:
        SettingsError: A `tracker_` parameter or an override is unknown or not allowed.
        CallError: The resolver cannot be called with a ticker, a tag and an order type.
    """
    # Where two threads of LEAN's feed with custom data in Python convert the run's first DateTime
    # at once, pythonnet locks both up for good. One that is converted before them prevents it.
    utc(algorithm.utc_time)
    settings = read_settings(dict(algorithm.get_parameters().items()), overrides)
    if resolver is not None:
        check_resolver(resolver)
    tracker = LeanTracker(
        algorithm,
        settings,
        resolver=resolver,
        archive=archive,
        clock=clock,
        follower=follower,
        saver=saver,
    )
    if tracker.resumes:
        tracker.saving.resume(algorithm)
    rules, times = algorithm.date_rules, algorithm.time_rules
    algorithm.schedule.on(rules.every_day(), times.midnight, tracker.on_midnight)
    if tracker.live:
        spare_what_stays()
        algorithm.schedule.on(rules.every_day(), times.every(SCREEN_EVERY), tracker.on_timer)
    return tracker
