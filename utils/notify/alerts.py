"""Alerts: they fire when an alarm's figure reaches its threshold, and recover by its rule.

An alert that fired fires again only after it has recovered, so that a figure that moves around its
threshold tells of itself once. What is watched, and how, is the table `ALARMS`.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from models.codec import NUMBER, WHOLE, deque_of, dict_of, list_of
from models.equity.drawdown import DrawdownPeriod
from models.equity.session_metrics import SessionKind, SessionMetrics
from models.equity.tally import BREAKEVEN
from models.fields import Field, Restorable, Table
from models.ledger.statement import Flow
from models.performance_tracker import PerformanceTracker
from models.records import record_codec
from models.settings import Alarm
from models.tracker.alerts import Alert
from models.tracker.notices import Notice, NoticeKind
from models.trades.record import TradeRecord
from utils.notify.alarms import (
    ALARMS,
    RECOVERY_MARGIN,
    AlarmFigure,
    DrawdownMoved,
    FlowBooked,
    MarkBooked,
    Observation,
    OrderRejected,
    TradeEnded,
    reaches,
)

SLIPPAGE_TRADES = 20  # the last trades whose slippage is averaged

# The kinds of notices from which alarms are computed.
ALARM_NOTICES = (
    NoticeKind.FLOW,
    NoticeKind.NEW_LOW,
    NoticeKind.RECOVERY,
    NoticeKind.SESSION_CLOSED,
    NoticeKind.TRADE_CLOSED,
)


class Alerts(Restorable):
    """What is watched of one tracker, and which alerts are firing.

    Args:
        tracker: The tracker that is watched; its listeners are told of the alerts.
        thresholds: The alarms that are watched -> from which figure on each alerts, in its unit.
        margin: The part of its threshold that a figure must be below it to be over.
        put: Called with each alert in the moment it fires or ends, so that no state has the one
            and not what is to be sent of it.

    Attributes:
        watches_marks: Whether an alarm is watched that is computed from marks.
        told: How many alerts fired or ended in this run.
    """

    STATE: ClassVar[Table] = Table(
        Field("firing", list_of(record_codec(Alert))),
        Field("streaks", dict_of(WHOLE, Counter), "_streaks"),
        Field("rejects", WHOLE, "_rejects"),
        Field("slippage", deque_of(NUMBER, SLIPPAGE_TRADES), "_slippage"),
        Field("moved", NUMBER, "_moved", absent=0.0),
    )

    def __init__(
        self,
        tracker: PerformanceTracker,
        thresholds: Mapping[Alarm, float],
        margin: float = RECOVERY_MARGIN,
        put: Callable[[Alert], object] = lambda _: None,
    ) -> None:
        self._tracker = tracker
        self._put = put
        self._thresholds = thresholds
        self._margin = margin
        self._looks_anew = False  # at the next mark, at what no event may come of
        self._watched = {alarm: rule for alarm, rule in ALARMS.items() if alarm in thresholds}
        self.watches_marks = any(rule.at is MarkBooked for rule in self._watched.values())
        self.told = 0
        self._lock = threading.Lock()
        self._firing: dict[tuple[Alarm, str], Alert] = {}  # by alarm and strategy
        self._streaks: Counter[str] = Counter()  # by strategy, trades lost in a row
        self._rejects = 0  # since the day began
        self._moved = 0.0  # by flows that nobody announced since then, account currency
        self._slippage: deque[float] = deque(maxlen=SLIPPAGE_TRADES)  # basis points

    def hear(self, notice: Notice) -> None:
        """Look at the alarms that a notice concerns; one of another kind concerns none."""
        record, strategy = notice.record, notice.strategy
        if isinstance(record, DrawdownPeriod):
            self._look(DrawdownMoved(strategy, record), notice.time)
        elif isinstance(record, SessionMetrics):
            if record.kind is SessionKind.DAILY and not strategy:
                self._begin_day(notice.time)
        elif isinstance(record, Flow):
            self._look_at_flow(record)
        elif isinstance(record, TradeRecord) and notice.kind is NoticeKind.TRADE_CLOSED:
            self._look(self._count_trade(record), notice.time)

    def mark(self, time: datetime) -> None:
        """Look at the alarms that are computed from marks.

        Args:
            time: The time of a mark that the tracker has booked, UTC.
        """
        tracker = self._tracker
        if self._looks_anew:
            self._looks_anew = False
            self._look_at_open_drawdowns(time)
        self._look(MarkBooked(time, tracker.open_day(), tracker.ledger.unexplained), time)

    def _look_at_open_drawdowns(self, time: datetime) -> None:
        """Look at what fell before it was watched, or by another threshold: no new low may come."""
        for name in (None, *self._tracker.scopes.strategies):
            spell = self._tracker.drawdown(name).open
            if spell is not None:
                self._look(DrawdownMoved(name or "", spell), time)

    def _look_at_flow(self, flow: Flow) -> None:
        """Count what moved where nobody announced it, and look at the alarms that this concerns."""
        if not flow.is_named:
            with self._lock:
                self._moved += abs(flow.value)
                observation = FlowBooked(self._moved)
            self._look(observation, flow.time)

    def rejected(self, time: datetime) -> None:
        """Count an order that was rejected, and look at the alarms that this concerns.

        Args:
            time: The time of the rejection, UTC.
        """
        with self._lock:
            self._rejects += 1
            observation = OrderRejected(self._rejects)
        self._look(observation, time)

    def _count_trade(self, trade: TradeRecord) -> TradeEnded:
        """Count a closed trade in its strategy's losing streak and in the mean slippage."""
        with self._lock:
            lost = trade.pnl <= -BREAKEVEN
            self._streaks[trade.strategy] = self._streaks[trade.strategy] + 1 if lost else 0
            if trade.slippage_bps is not None:
                self._slippage.append(trade.slippage_bps)
            cost = -sum(self._slippage) / len(self._slippage) if self._slippage else 0.0
            return TradeEnded(trade.strategy, self._streaks[trade.strategy], cost)

    def _begin_day(self, time: datetime) -> None:
        """Begin the alarms anew that are counted by the day."""
        with self._lock:
            self._rejects, self._moved = 0, 0.0
        for alarm, rule in self._watched.items():
            if rule.daily:
                self._compare(alarm, AlarmFigure(0.0), time)

    def _look(self, observation: Observation, time: datetime) -> None:
        """Compute and compare the watched alarms that an observation concerns."""
        for alarm, rule in self._watched.items():
            if isinstance(observation, rule.at):
                figure = rule.figure(observation)
                if figure is not None:
                    self._compare(alarm, figure, time)

    def _compare(self, alarm: Alarm, figure: AlarmFigure, time: datetime) -> None:
        """Tell the tracker's listeners where a figure fires an alert or ends one."""
        key = (alarm, figure.strategy)
        with self._lock:
            before = self._firing.get(key)
            threshold = self._thresholds[alarm]
            alert = changed_alert(alarm, figure, threshold, time, before, self._margin)
            if alert is None:
                if before is not None and reaches(figure.value, threshold):
                    self._firing[key] = replace(before, threshold=threshold)
                return
            if alert.fired:
                self._firing[key] = alert
            else:
                del self._firing[key]
            self.told += 1
            self._put(alert)
        self._tracker.core.tell(NoticeKind.ALERT, time, alert.strategy, alert)

    @property
    def firing(self) -> list[Alert]:
        """The alerts that are firing."""
        return [*self._firing.values()]

    @firing.setter
    def firing(self, alerts: list[Alert]) -> None:
        """Take them over."""
        self._firing = {(alert.alarm, alert.strategy): alert for alert in alerts}

    def state(self) -> dict[str, Any]:
        """Return the alerts that are firing and the counts as JSON values, without rounding."""
        with self._lock:
            return super().state()

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned.

        Raises:
            StateError: A value is missing or of another type.
        """
        with self._lock:
            super().restore(state)
            # what is watched no more, or by another threshold, is for the settings to say
            self._firing = {
                key: alert for key, alert in self._firing.items() if alert.alarm in self._thresholds
            }
            self._looks_anew = self.watches_marks = any(
                rule.at in {MarkBooked, DrawdownMoved} for rule in self._watched.values()
            )


def changed_alert(
    alarm: Alarm,
    figure: AlarmFigure,
    threshold: float,
    time: datetime,
    before: Alert | None,
    margin: float = RECOVERY_MARGIN,
) -> Alert | None:
    """Return the alert that a figure fires, or the recovery of the one that was firing.

    Args:
        alarm: What is watched.
        figure: Its figure.
        threshold: From which value on it alerts.
        time: When the figure was computed, UTC.
        before: The alert that is firing; None where there is none. One that fired by another
            threshold is over where the figure has not reached today's.
        margin: The part of the threshold that the figure must be below it to be over.

    Returns:
        None where nothing changes. A recovery has the window of the alert that fired.
    """
    fired = reaches(figure.value, threshold)
    if before is not None:
        same = before.threshold == threshold
        over = not same or ALARMS[alarm].recovers(figure.value, threshold, margin)
        if fired or not over:
            return None
        return replace(before, fired=False, time=time, value=figure.value, threshold=threshold)
    if not fired:
        return None
    return Alert(
        alarm=alarm,
        strategy=figure.strategy,
        fired=True,
        time=time,
        value=figure.value,
        threshold=threshold,
        since=figure.since,
        peak=figure.peak,
        trough=figure.trough,
    )
