"""Closed sessions, drawdowns, anomalies and alerts, as events of the log.

`NOTICES` has a row for each kind of notice that no fill makes: the event and its fields.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models.equity.drawdown import DrawdownPeriod
from models.equity.session_metrics import SessionKind, SessionMetrics
from models.events.anomalies import Anomaly
from models.ledger.statement import Flow
from models.structures.record import StructureRecord
from models.tracker.alerts import Alert
from models.tracker.notices import Notice, NoticeKind
from utils.log.events import EVENTS, Level
from utils.log.pending import ToldEvent
from utils.notify.alarms import ALARMS
from utils.notify.event_writer import EventWriter, told_fields

# How much a closed session of the account matters; other kinds, and the strategies', are DEBUG.
SESSION_LEVELS: dict[SessionKind, Level] = {SessionKind.DAILY: Level.INFO}


def _session_fields(session: SessionMetrics) -> dict[str, Any]:
    """Return what is logged of a session; the drawdown is a fraction of the NAV's peak."""
    return told_fields(
        {
            "kind": session.kind,
            "date": session.session_date,
            "net_pnl": session.net_pnl,
            "trades": session.trades,
            "equity": session.end_equity,
            "drawdown": session.max_drawdown,
        }
    )


def _structure_fields(structure: StructureRecord) -> dict[str, Any]:
    """Return what is logged of a structure that closed."""
    fields = {
        "strategy": structure.strategy,
        "id": structure.structure_id,
        "name": structure.name,
        "side": structure.side,
        "symbol": structure.symbol,
        "quantity": structure.quantity,
        "entry": structure.entry_price,
        "exit": structure.exit_price,
        "pnl": structure.net_pnl,
        "fees": structure.fees,
        "kept": structure.kept,
        "reason": structure.exit_reason,
        "rolled_from": structure.rolled_from,
    }
    return told_fields(fields)


def _drawdown_fields(spell: DrawdownPeriod) -> dict[str, Any]:
    """Return what is logged of a drawdown period: fraction of the peak, money, and start."""
    return {"depth": spell.depth, "amount": spell.amount, "since": spell.start}


def _anomaly_fields(anomaly: Anomaly) -> dict[str, Any]:
    """Return what is logged of an anomaly; the amount is in account currency."""
    return {"kind": anomaly.kind, "detail": anomaly.detail, "amount": anomaly.amount}


def _flow_fields(flow: Flow) -> dict[str, Any]:
    """Return what is logged of a deposit or withdrawal; the value is in account currency."""
    return {
        "cause": flow.cause,
        "amount": flow.amount,
        "currency": flow.currency,
        "value": flow.value,
    }


def _alert_fields(alert: Alert) -> dict[str, Any]:
    """Return what is logged of an alert."""
    return {"text": alert.text}


# The event and the fields of each kind of notice; of an alert, the alarm's row names the event.
NOTICES: dict[NoticeKind, tuple[str, Callable[[Any], dict[str, Any]]]] = {
    NoticeKind.STRUCTURE_CLOSED: ("structure closed", _structure_fields),
    NoticeKind.SESSION_CLOSED: ("session closed", _session_fields),
    NoticeKind.NEW_LOW: ("drawdown low", _drawdown_fields),
    NoticeKind.RECOVERY: ("drawdown recovery", _drawdown_fields),
    NoticeKind.ANOMALY: ("anomaly", _anomaly_fields),
    NoticeKind.FLOW: ("flow", _flow_fields),
    NoticeKind.ALERT: ("alert", _alert_fields),
}


# That of the account's days: in a backtest one comes each day, and few lines are written.
_SESSION = ToldEvent(
    "session closed",
    _session_fields,
    {"kind": len("daily"), "date": len("2024-01-02"), "net_pnl": 1, "trades": 1, "equity": 1},
)
_STRUCTURE = ToldEvent(
    "structure closed",
    _structure_fields,
    dict.fromkeys(("strategy", "name", "side", "quantity", "pnl", "fees"), 1),
)
SHORTEST_RESULT = min(_SESSION.least, _STRUCTURE.least)  # bytes


def alert_event(alert: Alert) -> str:
    """Return the event of the log that tells of an alert."""
    events = ALARMS[alert.alarm].events
    return events.fired if alert.fired else events.recovered


class NoticeNarrator:
    """Logs the notices that no fill makes.

    Args:
        writer: It writes to the log.
    """

    def __init__(self, writer: EventWriter) -> None:
        self._writer = writer
        self._told_anomalies: set[str] = set()  # the kinds

    def tell(self, notice: Notice) -> None:
        """Log a notice, if the log takes entries of its level."""
        name, describe = NOTICES[notice.kind]
        level = self._level(notice)
        if isinstance(notice.record, Alert):
            name = alert_event(notice.record)
            level = EVENTS[name].level
        if not self._writer.wants(level):
            return
        told = _STRUCTURE if isinstance(notice.record, StructureRecord) else _SESSION
        if name == told.name and level is told.spec.level:
            self._writer.later(told, notice.time, 0, notice.record)
        else:
            fields = {"strategy": notice.strategy, **describe(notice.record)}
            self._writer.write(name, notice.time, fields, level=level)

    def _level(self, notice: Notice) -> Level:
        """Return how much a notice matters: an anomaly only the first of its kind.

        Any mark may bring a new low or a recovery; the alerts decide which of them matters.
        """
        record = notice.record
        if isinstance(record, StructureRecord):
            return EVENTS["structure closed"].level
        if isinstance(record, SessionMetrics) and not notice.strategy:
            return SESSION_LEVELS.get(record.kind, Level.DEBUG)
        if isinstance(record, Anomaly) and record.kind not in self._told_anomalies:
            self._told_anomalies.add(record.kind)
            return EVENTS["anomaly"].level
        if isinstance(record, Flow):
            return Level.INFO if record.is_named else EVENTS["flow"].level
        return Level.DEBUG
