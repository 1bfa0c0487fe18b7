"""The narrator: what the tracker and its feed tell, as events of the structured log.

An order's id runs through its events, the trades that it opens and those that it closes
(`closed_by`), so that one can be followed from submission to its closed trades.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from models.equity.drawdown import Spell
from models.equity.session_metrics import SessionKind, SessionMetrics
from models.events.anomalies import Anomaly
from models.events.orders import Fill, OrderStatus, OrderUpdate
from models.ledger.effects import Effect, EffectKind
from models.tracker.alerts import Alert
from models.tracker.notices import Notice, NoticeKind
from models.trades.record import TradeRecord
from utils.log.events import EVENTS, Level
from utils.notify.alerts import DRAWDOWNS
from utils.structured_logger import StructuredLogger


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

# What an execution did to a position.
EFFECT_EVENTS: dict[EffectKind, str] = {
    EffectKind.OPENED: "position opened",
    EffectKind.INCREASED: "position increased",
    EffectKind.REDUCED: "position reduced",
    EffectKind.CLOSED: "position closed",
    EffectKind.FLIPPED: "position flipped",
}

# The same by why it closed what it closed, where that says more.
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

    A fill makes several notices: what it did is logged after the last of them, when another fill's
    come or at `flush`.

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
        self._fill: tuple[int, datetime] | None = None  # the one under way: its order and time
        # what it did, by identity, each effect with the open trade that it made or None
        self._effects: dict[int, tuple[Effect, TradeRecord | None]] = {}
        self._symbols: dict[int, str] = {}  # of the orders that are under way
        self._anomalies: set[str] = set()  # the kinds that were told
        self._lock = threading.Lock()

    def flush(self) -> None:
        """Log what the last fill did, and flush the log; call it where no lock is held."""
        if self._effects:
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
        effect, record = notice.effect, notice.record
        with self._lock:
            if effect is None or not isinstance(record, TradeRecord):
                self._settle()
                self._say_notice(notice)
                return
            fill = (effect.execution.order_id, effect.execution.time)
            if fill != self._fill:
                self._settle()
            self._fill = fill
            if not record.is_closed:
                self._effects[id(effect)] = effect, record
            else:
                self._effects.setdefault(id(effect), (effect, None))

    def _settle(self) -> None:
        """Log what the fill did, now that all its notices have come."""
        told, self._effects = self._effects, {}
        for effect, opened in told.values():
            for trade in effect.trades:
                fields = {"entry": trade.entry_price, **self._result([trade])}
                self._say("trade closed", trade.exit_time, trade.order_ids[0], fields)
            if effect.trades:
                self._say_closing(effect, opened)
            elif opened is not None:
                self._say_opening(effect.kind, opened)

    def _say_opening(self, kind: EffectKind, opened: TradeRecord) -> None:
        fields = {
            **_position(opened),
            "quantity": opened.quantity,
            "price": opened.entry_price,
            "tag": opened.tag,
        }
        self._say(EFFECT_EVENTS[kind], opened.entry_time, opened.order_ids[0], fields)

    def _say_closing(self, effect: Effect, opened: TradeRecord | None) -> None:
        """Log the round trip that ended, else what was closed; and the side that was opened."""
        closed = effect.trades if effect.round_trip is None else [effect.round_trip]
        name, last = EFFECT_EVENTS[effect.kind], closed[-1]
        fields = self._result(closed)
        if opened is not None:
            fields["opened"] = opened.quantity
        if last.exit_reason in REASON_EVENTS:
            name = REASON_EVENTS[last.exit_reason]
            fields["flat"] = effect.kind is EffectKind.CLOSED
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
