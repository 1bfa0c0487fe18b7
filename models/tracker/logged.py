"""What the tracker tells a logger that the user gave: trades, closed sessions and anomalies."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from models.equity.session_metrics import SessionKind, SessionMetrics
from models.errors import CallError
from models.events.anomalies import Anomaly
from models.tracker.listeners import Listeners
from models.tracker.notices import Notice, NoticeKind
from models.tracker.ports import Logger, StructuredLog
from models.trades.record import TradeRecord

Fields = dict[str, Any]


def _opened(trade: TradeRecord) -> Fields:
    """What is told of an open trade."""
    return {
        "symbol": trade.symbol,
        "direction": trade.direction,
        "quantity": trade.quantity,
        "price": trade.entry_price,
        "trade": trade.trade_id,
    }


def _closed(trade: TradeRecord) -> Fields:
    """What is told of a closed trade; the P&L is net of fees, in account currency."""
    return {
        "symbol": trade.symbol,
        "direction": trade.direction,
        "quantity": trade.quantity,
        "entry": trade.entry_price,
        "exit": trade.exit_price,
        "pnl": trade.pnl,
        "trade": trade.trade_id,
    }


def _session(session: SessionMetrics) -> Fields:
    """What is told of a closed session; money is in account currency."""
    return {
        "kind": session.kind,
        "date": session.session_date,
        "net_pnl": session.net_pnl,
        "trades": session.trades,
        "equity": session.end_equity,
    }


def _anomaly(anomaly: Anomaly) -> Fields:
    """What is told of an anomaly; the amount is in account currency."""
    return {"kind": anomaly.kind, "detail": anomaly.detail, "amount": anomaly.amount}


# Kind of notice -> the event of the log, which a structured log knows, and its fields.
LOGGED: Mapping[NoticeKind, tuple[str, Callable[[Any], Fields]]] = {
    NoticeKind.TRADE_OPENED: ("position opened", _opened),
    NoticeKind.TRADE_CLOSED: ("trade closed", _closed),
    NoticeKind.SESSION_CLOSED: ("session closed", _session),
    NoticeKind.ANOMALY: ("anomaly", _anomaly),
}


def warnings_to(logger: Logger | StructuredLog | None) -> Callable[[str], object]:
    """The function that warns through a logger; without a logger it drops the message.

    Raises:
        CallError: The logger cannot warn.
    """
    if isinstance(logger, StructuredLog):
        structured = logger

        def write(message: str) -> None:
            structured.emit("warning", category="system", level="warning", text=message)
            structured.flush()

        return write

    if logger is not None and not callable(getattr(logger, "warning", None)):
        raise CallError(f"the logger is {logger!r}; it needs warning(), as logging.Logger has it")

    def warn(message: str) -> None:
        if logger is not None:
            logger.warning(f"tracker: {message}")

    return warn


class LoggedNotices:
    """Writes notices to a logger, at the levels that they have.

    Trades and the account's closed days are INFO, its other sessions and those of strategies DEBUG;
    the first anomaly of a kind is a WARNING, and those after it are DEBUG.

    Args:
        logger: A logger with a method for each level, as `logging.Logger` has them, or a structured
            log. One that only warns hears of anomalies alone.
    """

    def __init__(self, logger: Logger | StructuredLog) -> None:
        self._logger = logger
        self._told: set[str] = set()  # the kinds of anomalies

    def __call__(self, notice: Notice) -> None:
        """Write a notice; the tracker's listener."""
        name, describe = LOGGED[notice.kind]
        fields = {"strategy": notice.strategy, **describe(notice.record)}
        level = self._level(notice)
        if isinstance(self._logger, StructuredLog):
            told = {key: value for key, value in fields.items() if value not in (None, "")}
            self._logger.event(name, level=level, time=notice.time, **told)
            self._logger.flush()
            return
        write = getattr(self._logger, level, None)
        if write is not None:
            write(f"tracker: {name}: {_line_of(fields)}")

    def _level(self, notice: Notice) -> str:
        """The level of a notice, by its name."""
        record = notice.record
        if isinstance(record, Anomaly):
            first = record.kind not in self._told
            self._told.add(record.kind)
            return "warning" if first else "debug"
        if isinstance(record, SessionMetrics):
            day = record.kind is SessionKind.DAILY and not notice.strategy
            return "info" if day else "debug"
        return "info"


def _line_of(fields: Fields) -> str:
    """Fields in one line, without those that are None or empty."""
    return " ".join(f"{key}={_word(value)}" for key, value in fields.items() if value or value == 0)


def _word(value: Any) -> str:
    """A value in a line of text."""
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, date):
        return value.isoformat()
    return f"{value + 0.0:.10g}" if isinstance(value, float) else str(value)


def log_notices(listeners: Listeners, logger: Logger | StructuredLog | None) -> None:
    """Have a logger hear of what happens; without a logger nobody does."""
    if logger is not None:
        listeners.add(LoggedNotices(logger), tuple(LOGGED))
