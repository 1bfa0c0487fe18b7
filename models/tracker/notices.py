"""Notices: what may be heard of, and what is told."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import NamedTuple

from models.equity.drawdown import DrawdownPeriod
from models.equity.session_metrics import SessionMetrics
from models.events.anomalies import Anomaly
from models.ledger.effects import Effect
from models.ledger.statement import Flow
from models.structures.record import StructureRecord
from models.tracker.alerts import Alert
from models.trades.record import TradeRecord


class NoticeKind(enum.Enum):
    """What may be heard of."""

    TRADE_OPENED = "trade opened"
    TRADE_CLOSED = "trade closed"
    POSITION_CLOSED = "position closed"
    STRUCTURE_CLOSED = "structure closed"
    SESSION_CLOSED = "session closed"
    NEW_LOW = "new drawdown low"
    RECOVERY = "recovery"
    ANOMALY = "anomaly"
    FLOW = "flow"
    ALERT = "alert"


OF_FILLS = frozenset({NoticeKind.TRADE_OPENED, NoticeKind.TRADE_CLOSED, NoticeKind.POSITION_CLOSED})
OF_DRAWDOWNS = frozenset({NoticeKind.NEW_LOW, NoticeKind.RECOVERY})
OF_RESULTS = frozenset({NoticeKind.SESSION_CLOSED, NoticeKind.STRUCTURE_CLOSED})
# What does not come as long as every event is of the usual kind, and the law closes.
OF_THE_UNEXPECTED = frozenset({NoticeKind.ANOMALY, NoticeKind.FLOW, NoticeKind.ALERT})


class Notice(NamedTuple):
    """Something that happened.

    Attributes:
        kind: What.
        time: UTC.
        strategy: Whose it is; empty for the account's and for what is nobody's.
        record: The trade, the structure, the closed session, the drawdown's spell, the anomaly, the
            flow or the alert.
        effect: What the execution did that opened or closed the trade; None of what is no trade.
            The notices of one execution share it.
    """

    kind: NoticeKind
    time: datetime
    strategy: str
    record: TradeRecord | StructureRecord | SessionMetrics | DrawdownPeriod | Anomaly | Flow | Alert
    effect: Effect | None = None
