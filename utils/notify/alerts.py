"""Alerts: what is watched in a tracker, and when an alert fires and recovers.

An alert fires when its figure reaches the threshold and again only after it has recovered: a
drawdown at its old peak, a streak with a win, unexplained money and slippage below the threshold,
a day's loss and rejects at the latest with the next day.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models.equity.drawdown import Spell
from models.equity.session_metrics import SessionKind, SessionMetrics
from models.equity.tally import BREAKEVEN
from models.performance_tracker import PerformanceTracker
from models.settings import Alarm
from models.tracker.alerts import Alert
from models.tracker.notices import Notice, NoticeKind
from models.trades.record import TradeRecord

DRAWDOWNS = frozenset({Alarm.DRAWDOWN, Alarm.STRATEGY_DRAWDOWN})
SLIPPAGE_TRADES = 20  # last trades whose slippage is averaged
HEARD = (
    NoticeKind.NEW_LOW,
    NoticeKind.RECOVERY,
    NoticeKind.SESSION_CLOSED,
    NoticeKind.TRADE_CLOSED,
)


class Alerts:
    """What is watched in one tracker.

    Args:
        tracker: Whose figures; the alerts are told through it.
        thresholds: What to watch -> from where on it alerts, in the alarm's unit.
    """

    def __init__(self, tracker: PerformanceTracker, thresholds: Mapping[Alarm, float]) -> None:
        self._tracker = tracker
        self._thresholds = thresholds
        self._lock = threading.Lock()
        self._firing: dict[tuple[Alarm, str], Alert] = {}
        self._streaks: Counter[str] = Counter()
        self._rejects = 0
        self._slippage: deque[float] = deque(maxlen=SLIPPAGE_TRADES)

    @property
    def watches_marks(self) -> bool:
        """Whether `mark` has anything to look at."""
        return Alarm.DAY_LOSS in self._thresholds or Alarm.UNEXPLAINED in self._thresholds

    def hear(self, notice: Notice) -> None:
        """Look at what a notice says; of other kinds than `HEARD` it says nothing here."""
        record, strategy = notice.record, notice.strategy
        if isinstance(record, Spell):
            self._drawdown(notice, record)
        elif isinstance(record, SessionMetrics):
            if record.kind is SessionKind.DAILY and not strategy:
                self._next_day(notice.time)
        elif isinstance(record, TradeRecord) and notice.kind is NoticeKind.TRADE_CLOSED:
            self._trade(notice.time, record)

    def mark(self, time: datetime) -> None:
        """Look at the day's loss and at unexplained money, after a mark."""
        today = self._tracker.open_day()
        if today is not None and today.start_equity > 0.0:
            loss = -today.net_pnl / today.start_equity
            window = (time, today.start_equity, today.low_equity)
            self._look(Alarm.DAY_LOSS, "", loss, time, loss <= 0.0, window)
        unexplained = abs(self._tracker.ledger.unexplained)
        below = unexplained < self._thresholds.get(Alarm.UNEXPLAINED, 0.0)
        self._look(Alarm.UNEXPLAINED, "", unexplained, time, below)

    def rejected(self, time: datetime) -> None:
        """Count an order that was rejected."""
        with self._lock:
            self._rejects += 1
            count = float(self._rejects)
        self._look(Alarm.REJECTS, "", count, time, False)

    def _drawdown(self, notice: Notice, spell: Spell) -> None:
        alarm = Alarm.STRATEGY_DRAWDOWN if notice.strategy else Alarm.DRAWDOWN
        window = (spell.start, spell.peak_nav, spell.trough_nav)
        recovered = spell.end is not None
        depth = 0.0 if recovered else spell.depth
        self._look(alarm, notice.strategy, depth, notice.time, recovered, window)

    def _trade(self, time: datetime, trade: TradeRecord) -> None:
        mean = 0.0
        with self._lock:
            lost = trade.pnl <= -BREAKEVEN
            self._streaks[trade.strategy] = self._streaks[trade.strategy] + 1 if lost else 0
            streak = float(self._streaks[trade.strategy])
            if trade.slippage_bps is not None:
                self._slippage.append(trade.slippage_bps)
            if self._slippage:
                mean = -sum(self._slippage) / len(self._slippage)
        self._look(Alarm.LOSING_STREAK, trade.strategy, streak, time, not streak)
        below = mean < self._thresholds.get(Alarm.SLIPPAGE, 0.0)
        self._look(Alarm.SLIPPAGE, "", mean, time, below)

    def _next_day(self, time: datetime) -> None:
        with self._lock:
            self._rejects = 0
        for alarm in (Alarm.DAY_LOSS, Alarm.REJECTS):
            self._look(alarm, "", 0.0, time, True)

    def _look(
        self,
        alarm: Alarm,
        strategy: str,
        value: float,
        time: datetime,
        recovered: bool,
        window: tuple[datetime, float, float] | None = None,
    ) -> None:
        """Fire, or tell the recovery, where the value has crossed the threshold."""
        threshold = self._thresholds.get(alarm)
        if threshold is None:
            return
        since, peak, trough = window or (None, None, None)
        key = (alarm, strategy)
        with self._lock:
            before = self._firing.get(key)
            fired = value >= threshold
            if fired == (before is not None) or (before is not None and not recovered):
                return
            if before is not None:
                since, peak, trough = before.since, before.peak, before.trough
            alert = Alert(alarm, strategy, fired, time, value, threshold, since, peak, trough)
            if fired:
                self._firing[key] = alert
            else:
                del self._firing[key]
        self._tracker.core.tell(NoticeKind.ALERT, time, strategy, alert)

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        with self._lock:
            return {
                "firing": [alert.to_dict() for alert in self._firing.values()],
                "streaks": dict(self._streaks),
                "rejects": self._rejects,
                "slippage": list(self._slippage),
            }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned."""
        with self._lock:
            alerts = map(Alert.from_dict, state["firing"])
            self._firing = {(alert.alarm, alert.strategy): alert for alert in alerts}
            self._streaks = Counter(state["streaks"])
            self._rejects = state["rejects"]
            self._slippage = deque(state["slippage"], SLIPPAGE_TRADES)
