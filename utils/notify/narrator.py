"""The narrator: what the tracker and its feed tell, as events of the structured log.

An order's id runs through its events, the trades that it opens and those that it closes
(`closed_by`), so that one can be followed from submission to its closed trades.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from models.equity.drawdown import DrawdownPeriod
from models.equity.session_metrics import SessionKind, SessionMetrics
from models.events.anomalies import Anomaly
from models.events.orders import Fill, OrderStatus, OrderUpdate
from models.ledger.holdings import Positions
from models.tracker.alerts import Alert
from models.tracker.notices import Notice, NoticeKind
from models.trades.record import LOTS, TradeRecord
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


def _spell(spell: DrawdownPeriod) -> dict[str, Any]:
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
