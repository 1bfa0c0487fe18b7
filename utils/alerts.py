"""What is told: events in the log, alerts to whoever listens, and figures on LEAN's own screen.

`Narrator` says what the tracker and its feed tell as ready events of the structured log: an order's
id runs through its events, the trades that it opens and those that it closes (`closed_by`), so that
one can be followed from submission to its closed trades.

`Alerts` listens to a tracker and tells an `Alert` notice through it: to the log, to listeners, and
live to the user's mail, chat or web hook. An alert fires when its figure reaches the threshold and
again only after it has recovered: a drawdown at its old peak, a streak with a win, unexplained
money and slippage below the threshold, a day's loss and rejects at the latest with the next day.

`Screen` shows a handful of figures in LEAN's own banner, statistics and charts.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from models.events import Anomaly, Fill, OrderStatus, OrderUpdate
from models.performance_tracker import PerformanceTracker
from models.recorder import Notice, NoticeKind
from models.records import LOTS, Alert, PerformanceSummary, Positions, Spell, TradeRecord
from models.sessions import BREAKEVEN, SessionKind, SessionMetrics
from models.settings import Alarm
from utils.structured_logger import EVENTS, Level, StructuredLogger, unguarded


def order_name(order_id: int, deployment: int = 1) -> str:
    """An order as a correlation id: `o12`, `2-o12` in the second deployment, empty for none."""
    name = f"o{order_id}" if order_id else ""
    return f"{deployment}-{name}" if name and deployment > 1 else name


def first_word(sid: str) -> str:
    """The ticker that a sid begins with."""
    return sid.partition(" ")[0]


ORDER_EVENTS: dict[OrderStatus, str] = {
    OrderStatus.SUBMITTED: "order submitted",
    OrderStatus.UPDATE_SUBMITTED: "order updated",
    OrderStatus.CANCELED: "order cancelled",
    OrderStatus.INVALID: "order rejected",
}
DONE = frozenset({OrderStatus.CANCELED, OrderStatus.INVALID})
# What a fill did to a position, by why it closed what it closed.
REASON_EVENTS: dict[str, str] = {
    "assignment": "position assigned",
    "exercise": "position exercised",
    "expiry": "position expired",
}
# Of the account's sessions; those of other kinds and of the strategies are for debugging.
SESSION_LEVELS: dict[SessionKind, Level] = {SessionKind.DAILY: Level.INFO}


def _session(session: SessionMetrics) -> dict[str, Any]:
    return {
        "kind": session.kind,
        "date": session.session_date,
        "net_pnl": session.net_pnl,
        "trades": session.trades,
        "equity": session.end_equity,
        "drawdown": session.max_drawdown,
    }


def _spell(spell: Spell) -> dict[str, Any]:
    return {"depth": spell.depth, "amount": spell.amount, "since": spell.start}


def _anomaly(anomaly: Anomaly) -> dict[str, Any]:
    return {"kind": anomaly.kind, "detail": anomaly.detail, "amount": anomaly.amount}


def _alert(alert: Alert) -> dict[str, Any]:
    return {"text": alert.text}


def alert_event(alert: Alert) -> str:
    """The ready event of an alert."""
    if alert.alarm in DRAWDOWNS:
        return "drawdown alert" if alert.fired else "drawdown recovery"
    return "alert" if alert.fired else "alert over"


# The event and the fields of the notices that are of no fill; an alert's event is `alert_event`.
NOTICES: dict[NoticeKind, tuple[str, Callable[[Any], dict[str, Any]]]] = {
    NoticeKind.SESSION_CLOSED: ("session closed", _session),
    NoticeKind.NEW_LOW: ("drawdown low", _spell),
    NoticeKind.RECOVERY: ("drawdown recovery", _spell),
    NoticeKind.ANOMALY: ("anomaly", _anomaly),
    NoticeKind.ALERT: ("alert", _alert),
}


class Narrator:
    """Logs what it is told.

    A fill makes several notices: what it did to a position is known after the last of them, and
    logged when another fill's come or at `flush`.

    Args:
        log: Where to.
        name_order: An order's correlation id; called under a lock, as is `ticker`.
        ticker: An instrument's ticker by its sid.
    """

    def __init__(
        self,
        log: StructuredLogger,
        name_order: Callable[[int], str] = order_name,
        ticker: Callable[[str], str] = first_word,
    ) -> None:
        self._log = log
        self._name_order = name_order
        self._ticker = ticker
        self._open: set[tuple[str, str]] = set()  # strategy and sid of what is held
        self._fill: tuple[int, datetime] | None = None  # the one under way: its order and time
        self._records: dict[tuple[str, str], list[TradeRecord]] = {}  # what it opened and closed
        self._symbols: dict[int, str] = {}  # of the orders that are under way
        self._anomalies: set[str] = set()  # the kinds that were told
        self._lock = threading.Lock()

    def holds(self, positions: Positions) -> None:
        """Take what is held already, after a restore."""
        with self._lock:
            held = positions.strategies.values()
            self._open = {(each.strategy, each.sid) for records in held for each in records}

    def flush(self) -> None:
        """Log what the last fill did, and flush the log; call it where no lock is held."""
        if self._records:
            with self._lock:
                self._settle()
        self._log.flush()

    def order(self, event: OrderUpdate | Fill) -> None:
        """Log an order's event; fills must come too, as the last tells that an order is done."""
        symbol = self._symbol_of(event)
        name = "order filled" if isinstance(event, Fill) else ORDER_EVENTS.get(event.status)
        if name is None or EVENTS[name].level < self._log.level:
            return
        fields: dict[str, Any] = {
            "symbol": symbol,
            "type": event.order_type,
            "quantity": event.quantity or None,
            "tag": event.tag,
            "message": event.message,
        }
        if isinstance(event, Fill):
            fields |= {"price": event.price, "fee": event.fee}
        else:
            fields["limit"] = event.limit_price
        self._say(name, event.time, event.order_id, fields)

    def _symbol_of(self, event: OrderUpdate | Fill) -> str:
        """The ticker of an order's event: only the first is sure to name its instrument."""
        symbols = self._symbols
        symbol = self._ticker(event.sid) if event.sid else symbols.get(event.order_id, "")
        done = event.final if isinstance(event, Fill) else event.status in DONE
        if done:
            symbols.pop(event.order_id, None)
        else:
            symbols[event.order_id] = symbol
        return symbol

    def hear(self, notice: Notice) -> None:
        """Log a notice: a listener of the tracker's."""
        record = notice.record
        with self._lock:
            if not isinstance(record, TradeRecord):
                self._settle()
                self._say_notice(notice)
                return
            fill = (record.order_ids[0], record.entry_time)
            if record.is_closed:
                fill = (record.order_ids[1], record.exit_time)
            if fill != self._fill:
                self._settle()
            self._fill = fill
            self._records.setdefault((record.strategy, record.sid), []).append(record)

    def _settle(self) -> None:
        """Log what the fill did, now that all its notices have come."""
        told, self._records = self._records, {}
        for key, records in told.items():
            opened = [record for record in records if not record.is_closed]
            trades = [record for record in records if record.is_closed and record.book == LOTS]
            rounds = [record for record in records if record.book != LOTS]
            for trade in trades:
                fields = {"entry": trade.entry_price, **self._result([trade])}
                self._say("trade closed", trade.exit_time, trade.order_ids[0], fields)
            if trades or rounds:
                self._say_closing(rounds or trades, bool(rounds), opened)
            else:
                self._say_opening(opened, key in self._open)
            if opened:
                self._open.add(key)
            elif rounds:
                self._open.discard(key)

    def _say_opening(self, opened: Sequence[TradeRecord], held: bool) -> None:
        last = opened[-1]
        fields = {
            **_position(last),
            "quantity": sum(record.quantity for record in opened),
            "price": last.entry_price,
            "tag": last.tag,
        }
        name = "position increased" if held else "position opened"
        self._say(name, last.entry_time, last.order_ids[0], fields)

    def _say_closing(
        self, closed: Sequence[TradeRecord], ended: bool, opened: Sequence[TradeRecord]
    ) -> None:
        """Of a round that ended all of it, else what the fill closed; and the side it opened."""
        name = "position closed" if ended else "position reduced"
        fields = self._result(closed)
        if opened:
            name = "position flipped"
            fields["opened"] = sum(record.quantity for record in opened)
        last = closed[-1]
        if last.exit_reason in REASON_EVENTS:
            name = REASON_EVENTS[last.exit_reason]
            fields["flat"] = ended and not opened
        self._say(name, last.exit_time, closed[0].order_ids[0], fields)

    def _result(self, closed: Sequence[TradeRecord]) -> dict[str, Any]:
        last = closed[-1]
        return {
            **_position(last),
            "quantity": sum(record.quantity for record in closed),
            "exit": last.exit_price,
            "pnl": sum(record.pnl for record in closed),
            "fees": sum(record.commission for record in closed),
            "reason": last.exit_reason,
            "closed_by": self._name_order(last.order_ids[1]),
        }

    def _say_notice(self, notice: Notice) -> None:
        (name, describe), level = NOTICES[notice.kind], self._level(notice)
        if isinstance(notice.record, Alert):
            name = alert_event(notice.record)
            level = EVENTS[name].level
        if level >= self._log.level:
            fields = {"strategy": notice.strategy, **describe(notice.record)}
            self._say(name, notice.time, 0, fields, level)

    def _level(self, notice: Notice) -> Level:
        record = notice.record
        if isinstance(record, SessionMetrics) and not notice.strategy:
            return SESSION_LEVELS.get(record.kind, Level.DEBUG)
        if isinstance(record, Anomaly) and record.kind not in self._anomalies:
            self._anomalies.add(record.kind)
            return EVENTS["anomaly"].level
        # any mark may bring a low or a recovery: alerts decide which of them matter
        return Level.DEBUG

    def _say(
        self,
        name: str,
        time: datetime,
        order_id: int,
        fields: Mapping[str, Any],
        level: Level | None = None,
    ) -> None:
        """Log a ready event without the fields that say nothing."""
        told = {key: value for key, value in fields.items() if value not in (None, "")}
        order = self._name_order(order_id)
        self._log.event(name, time=time, correlation=order, level=level, **told)


def _position(trade: TradeRecord) -> dict[str, Any]:
    return {"symbol": trade.symbol, "strategy": trade.strategy, "direction": trade.direction}


if TYPE_CHECKING:
    from AlgorithmImports import QCAlgorithm

DRAWDOWNS = frozenset({Alarm.DRAWDOWN, Alarm.STRATEGY_DRAWDOWN})
SLIPPAGE_TRADES = 20  # last trades whose slippage is averaged
HEARD = (
    NoticeKind.NEW_LOW,
    NoticeKind.RECOVERY,
    NoticeKind.SESSION_CLOSED,
    NoticeKind.TRADE_CLOSED,
)
CHART = "Performance tracker"
EMAIL_SUBJECT = "Performance tracker"


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
        self._tracker.tell(NoticeKind.ALERT, time, strategy, alert)

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


class Screen:
    """What LEAN shows beside its own figures. Nothing here may be called under a lock.

    Args:
        algorithm: The running algorithm.
        notify: "email", "telegram" or "web" -> the address; empty outside live trading.
        daily: Most notifications a day.
        attempt: The guard around each address (`Recorder.attempt`): one that fails costs no other.
    """

    def __init__(
        self,
        algorithm: QCAlgorithm,
        notify: Mapping[str, str],
        daily: int,
        attempt: Callable[..., bool] = unguarded,
    ) -> None:
        self._algorithm = algorithm
        self._notify = notify
        self._daily = daily
        self._attempt = attempt
        self._sent: Counter[date] = Counter()

    def banner(self, summary: PerformanceSummary) -> None:
        """Show a handful of figures while the run goes on."""
        for name, value in figures(summary).items():
            self._algorithm.set_runtime_statistic(name, value)

    def statistics(self, summary: PerformanceSummary) -> None:
        """Put the figures into LEAN's own result, at the end."""
        for name, value in figures(summary).items():
            self._algorithm.set_summary_statistic(name, value)

    def charts(self, summary: PerformanceSummary) -> None:
        """Plot four series; LEAN counts series over all charts, and takes few."""
        drawdown = 100.0 * (summary.drawdown or 0.0)
        leverage = summary.exposure.leverage or 0.0
        unexplained = summary.balance["unexplained"] or 0.0
        series = {"NAV": summary.nav or 0.0, "Drawdown %": drawdown, "Leverage": leverage}
        for name, value in {**series, "Unexplained": unexplained}.items():
            self._algorithm.plot(CHART, name, value)

    def send(self, alert: Alert) -> bool:
        """Notify the user of an alert; False where the day's number is used up or nobody asked."""
        day = alert.time.date()
        if not self._notify or self._sent[day] >= self._daily:
            return False
        self._sent = Counter({day: self._sent[day] + 1})
        for channel, address in self._notify.items():
            self._attempt(f"notify by {channel}", self._tell, channel, address, alert.text)
        return True

    def _tell(self, channel: str, address: str, text: str) -> None:
        notify = self._algorithm.notify
        if channel == "email":
            notify.email(address, EMAIL_SUBJECT, text)
        elif channel == "web":
            notify.web(address, text)
        else:
            chat, _, token = address.partition(":")
            if token:
                notify.telegram(chat, text, token)
            else:
                notify.telegram(chat, text)


def figures(summary: PerformanceSummary) -> dict[str, str]:
    """The figures that LEAN shows, as text."""
    drawdown = "-" if summary.drawdown is None else f"{100 * summary.drawdown:.2f} %"
    deepest = summary.account.max_drawdown
    return {
        "Tracker net P&L": f"{summary.net_pnl:,.2f} {summary.account_currency}",
        "Tracker drawdown": drawdown,
        "Tracker deepest drawdown": "-" if deepest is None else f"{100 * deepest:.2f} %",
        "Tracker trades": f"{summary.account.trades:,}",
        "Tracker unexplained": f"{summary.balance['unexplained'] or 0.0:,.2f}",
    }
