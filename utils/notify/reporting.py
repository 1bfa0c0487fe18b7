"""Reporting: the log, the alerts and LEAN's screen, put beside the books of one tracker."""

from __future__ import annotations

from collections.abc import Callable
from threading import get_ident
from typing import TYPE_CHECKING, Any, TypeVar

from models.equity.session_book import BEGINNING
from models.errors import Failure, guarded
from models.ledger.result_text import ledger_text
from models.performance_tracker import PerformanceTracker
from models.tracker.alerts import Alert
from models.tracker.listeners import Spared
from models.tracker.notices import Notice, NoticeKind
from models.tracker.summary import PerformanceSummary
from utils.log.events import Category, Level
from utils.log.logger import LOG_BUDGET, StructuredLogger
from utils.notify.alerts import ALARM_NOTICES, Alerts
from utils.notify.digests import Digests
from utils.notify.event_writer import order_name
from utils.notify.narrator import Narrator
from utils.notify.notifier import Notifier
from utils.notify.screen import Screen
from utils.store.keeping import Keeping

if TYPE_CHECKING:
    from AlgorithmImports import QCAlgorithm

Result = TypeVar("Result")

BANNER_EVERY = 5.0  # seconds of wall clock, in a backtest


class Reporting:
    """Tells what happens in a tracker, outside its lock.

    Args:
        algorithm: The running algorithm.
        tracker: Whose books are told of; its warnings go to the log from now on.
        keeping: Where the whole log is kept, where the setting `log_store` asks for it; what it
            has to say to the user is logged.
        clock: Unix time, seconds: what the banner is timed by in a backtest.

    Attributes:
        log: The structured log.
        alerts: What is watched.
        digests: What the live desk is told; None where there is none, and in a backtest.
        screen: What LEAN shows.
        narrator: Turns notices and order events into events of the log.
        unnamed_told: Whether orders without a strategy were told of.
        missing: Hook that never reached the tracker -> the warning that says so.
    """

    def __init__(
        self,
        algorithm: QCAlgorithm,
        tracker: PerformanceTracker,
        keeping: Keeping,
        clock: Callable[[], float],
    ) -> None:
        core, settings = tracker.core, tracker.settings
        self._tracker = tracker
        self._clock = clock
        self._shown: float | None = None  # when the banner was shown, by the clock
        self._guard = core.guard
        self.log = self._new_log(algorithm, keeping)
        core.guard.warn = self._warn
        core.guard.hide([*settings.notify.values(), settings.desk_token])
        addresses = settings.notify if core.live else {}
        self.notifier = Notifier(
            algorithm, addresses, settings.notify_daily, core.guard.attempt, self._tell_unsent
        )
        self.alerts = self._new_alerts()
        self.digests = self._new_digests(algorithm)
        self.screen = Screen(algorithm)
        self.narrator = Narrator(
            self.log,
            order_name,
            lambda order_id: order_name(core.ledger.books.orders.numbered(order_id)),
            lambda sid: core.ledger.books.tickers.get(sid, sid),
        )
        self.unnamed_told = False
        self.missing: dict[str, str] = {}
        self.listen()
        if keeping.notice:
            self._warn(keeping.notice)

    def _new_alerts(self) -> Alerts:
        """Alerts that have not fired, as the settings want them."""
        tracker, settings = self._tracker, self._tracker.settings
        return Alerts(tracker, settings.alerts, settings.alert_margin, self.notifier.put)

    def _new_digests(self, algorithm: QCAlgorithm) -> Digests | None:
        """What tells the live desk, where the settings name one and LEAN trades live."""
        tracker = self._tracker
        if not (tracker.settings.desk and tracker.live):
            return None
        return Digests(algorithm, tracker, self.notifier, lambda: self.alerts.firing, self._clock)

    def _new_log(self, algorithm: QCAlgorithm, keeping: Keeping) -> StructuredLogger:
        """The log as the settings and the mode ask for it."""
        core, settings = self._tracker.core, self._tracker.settings
        budget = settings.log_bytes
        if budget is None and not core.live:
            budget = LOG_BUDGET
        return StructuredLogger(
            algorithm,
            lambda: core.ledger.books.time or BEGINNING,
            level=settings.log_level or ("info" if core.live else "warning"),
            budget=budget,
            as_json=settings.log_format == "json",
            store=keeping.keep_log if settings.log_store else None,
            store_open=keeping.keep_open_log if settings.log_store else None,
            attempt=core.guard.attempt,
            zone=core.zone,
            catch_up=self._catch_up,
        )

    def _catch_up(self) -> None:
        """Have the log told what it was spared; a thread of the user's only logs."""
        core = self._tracker.core
        if core.behind is not None and core.listeners.spared and core.fed_by == get_ident():
            core.catch_up()

    def _warn(self, message: str) -> None:
        """Log a warning, which is told after the hook: no lock is held then."""
        self.log.emit("warning", category=Category.ERROR, level=Level.WARNING, text=message)

    def _tell_unsent(self, alert: Alert, why: str) -> None:
        """Log an alert that was not sent, or not to every address."""
        self.log.event("alert not sent", strategy=alert.strategy, text=alert.text, why=why)

    # --- notices

    def listen(self) -> None:
        """Hear what is logged at the log's level or watched; no notice is made of the rest."""
        kinds = {NoticeKind.ANOMALY, NoticeKind.ALERT, NoticeKind.FLOW}
        if self._tracker.settings.alerts:
            kinds |= set(ALARM_NOTICES)
        if self.log.level <= Level.INFO:
            kinds |= {NoticeKind.SESSION_CLOSED, NoticeKind.STRUCTURE_CLOSED}
        if self.log.level <= Level.DEBUG:
            kinds |= {NoticeKind.NEW_LOW, NoticeKind.RECOVERY}
        self._tracker.remove_listener(self._hear)
        self._tracker.core.move()  # lows may have to be looked for at each mark from now on
        listeners = self._tracker.core.listeners
        alone = self.log.level > Level.DEBUG and not self._tracker.settings.alerts
        listeners.add(self._hear, kinds, own=True, of_account=alone)
        listeners.tell_effects(self.narrator.effect if self.log.level <= Level.INFO else None)
        listeners.spare(Spared(self.narrator.unheard, self.narrator.result) if alone else None)

    def _hear(self, notice: Notice) -> None:
        """Log a notice, and look whether it alerts anybody."""
        self.narrator.hear(notice)
        if not isinstance(notice.record, Alert) and self._tracker.settings.alerts:
            self.alerts.hear(notice)

    def reset(self) -> None:
        """Forget which alerts fired; the log goes on."""
        self.alerts = self._new_alerts()

    # --- hooks

    def guard(self, place: str, hook: Callable[..., Result], *arguments: Any) -> Result | Failure:
        """Run a hook, then log what it brought about.

        Nothing that a hook raises reaches LEAN, which would stop the algorithm: it is counted.

        Args:
            place: The hook's name, under which a failure is counted.
            hook: What to run.
            arguments: Its arguments.

        Returns:
            What the hook returned, or the failure.
        """
        outcome = guarded(hook, *arguments)
        self.settle(place, outcome)
        return outcome

    def settle(self, place: str, outcome: object) -> None:
        """Count what a hook raised, if it did, and log what it brought about."""
        if isinstance(outcome, Failure):
            self._guard.note_failure(place, outcome)
        if self.notifier.ready and place != "save":  # which a thread of our own may be in
            self.notifier.deliver()
        self.narrator.flush()

    # --- figures

    def miss(self, hook: str, warning: str) -> None:
        """Warn, once, of a hook that never reached the tracker; the banner says so too."""
        if hook not in self.missing:
            self.missing[hook] = warning
            self._warn(warning)

    def show(self) -> None:
        """Show the figures in LEAN's banner, unless the settings leave it out."""
        if self._tracker.settings.banner:
            self._shown = self._clock()
            self.screen.banner(self._tracker.summary(), self.missing)

    def show_if_due(self) -> None:
        """Show them where nobody saw them for a while: a backtest plays many days a second."""
        # a clock that was set back hides nothing
        if self._shown is None or not 0.0 <= self._clock() - self._shown < BANNER_EVERY:
            self.show()

    def tell_unnamed(self) -> None:
        """Tell once of orders that named no strategy, with the tags seen.

        It is a warning where other orders name theirs, or the settings name strategies.
        """
        orders, settings = self._tracker.ledger.books.orders, self._tracker.settings
        if self.unnamed_told or not orders.unnamed:
            return
        self.unnamed_told = True
        names = bool(orders.named or settings.capital or settings.strategies)
        tags = ", ".join(f"{tag!r} x {count}" for tag, count in orders.unnamed.items())
        count, default = orders.unnamed.total(), settings.default_strategy
        self.log.emit(
            "unnamed orders",
            category=Category.STRATEGY,
            level=Level.WARNING if names else Level.INFO,
            text=f"{count} orders name no strategy and go to {default}; their tags: {tags}",
        )

    def tell_balance(self) -> None:
        """Log the law of the ledger, without the terms that are zero."""
        self._tell_terms(self._tracker.summary())

    def _tell_terms(self, summary: PerformanceSummary) -> None:
        # adding 0.0 takes the sign from what rounds to zero
        terms: dict[str, Any] = {
            name: round(value, 2) + 0.0 for name, value in summary.balance.items() if value
        }
        self.log.event("balance", **terms)

    def tell_result(self) -> None:
        """Log what the run came to, and put the figures into LEAN's own result."""
        self.tell_unnamed()
        for warning in self.missing.values():
            self.log.event("incomplete", text=f"the figures are incomplete: {warning}")
        summary = self._tracker.summary()
        self._tell_terms(summary)
        for name, figures in self._tracker.strategies().items():
            self.log.event(
                "result",
                strategy=name,
                net_pnl=round(figures.net_pnl, 2) + 0.0,
                trades=figures.trades,
            )
        for kind, count in self._tracker.errors.items():
            self.log.event("failed", what=kind, times=count)
        if self._tracker.settings.banner:
            self.screen.banner(summary, self.missing)
            self.screen.statistics(summary, self.missing)
        if self._tracker.settings.result_ledger:
            self._leave_ledger()

    def _leave_ledger(self) -> None:
        """Leave the ledger in LEAN's result, which can be downloaded where no file can."""
        core = self._tracker.core
        with core.lock:
            begun = core.deployments[0].time if core.deployments else None
            text = ledger_text(core.ledger, begun)
        self.screen.ledger(text)
