"""What happened, as rows for the live desk: fills, closed trades and events, each with an id.

An id is made of what happened alone, so that a row which is told again, by this sender, by the one
that goes on after it was killed, or by the desk that reads the saved state, is known again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from models.equity.session_metrics import SessionMetrics
from models.events.anomalies import Anomaly
from models.events.orders import Fill
from models.execution.orders import unit_value
from models.execution.sums import basis_points
from models.ledger.statement import Flow
from models.structures.record import StructureRecord
from models.tracker.alerts import Alert
from models.tracker.core import Core
from models.tracker.deployments import Deployment
from models.tracker.desk_state import alert_row, as_json, structure_row
from models.trades.record import TradeRecord

Row = dict[str, Any]
Happening = Alert | Anomaly | Flow | Deployment | StructureRecord | SessionMetrics

MOST_TEXT = 400  # characters of a tag or of an anomaly's words that a row has
ID_DIGITS = 20


@dataclass(frozen=True, slots=True)
class EventKind:
    """How one kind of event is told.

    Attributes:
        name: What the row calls it.
        data: Makes the record's values.
        text: Tells it in a line.
    """

    name: str
    data: Callable[[Any], Mapping[str, Any]]
    text: Callable[[Any], str]


# How each kind of record is told; what is not here is no event of the desk's.
EVENT_KINDS: Mapping[type, EventKind] = {
    Alert: EventKind("alert", alert_row, lambda alert: alert.text),
    Anomaly: EventKind("anomaly", Anomaly.to_dict, lambda seen: f"{seen.kind}: {seen.detail}"),
    Flow: EventKind(
        "flow", Flow.to_dict, lambda flow: f"{flow.cause}: {flow.amount:,.2f} {flow.currency}"
    ),
    Deployment: EventKind(
        "deployment", Deployment.to_dict, lambda begun: f"deployment {begun.number} began"
    ),
    StructureRecord: EventKind(
        "structure",
        structure_row,
        lambda closed: f"{closed.label} of {closed.symbol} closed: {closed.net_pnl:,.2f}",
    ),
    SessionMetrics: EventKind(
        "session",
        SessionMetrics.to_dict,
        lambda day: f"{day.kind.value} {day.session_date} closed: {day.net_pnl:,.2f}",
    ),
}


def fill_row(core: Core, fill: Fill) -> Row:
    """A fill as it was booked; slippage is against the arrival price, negative is cost.

    Args:
        core: What the fill was booked in; it knows the order's strategy and what was traded.
        fill: LEAN's fill.
    """
    books = core.ledger.books
    order, instrument = books.orders.find(fill.order_id), books.instruments[fill.sid]
    slippage = slippage_bps = None
    if order is not None and order.arrival:
        size = fill.quantity * instrument.multiplier * books.rates.get(instrument.currency, 1.0)
        arrival = unit_value(instrument, order.arrival)
        slippage = size * (arrival - unit_value(instrument, fill.price))
        slippage_bps = basis_points(slippage, abs(size * arrival))
    name = core.deployments[-1].name if core.deployments else ""
    row: Row = as_json(
        {
            "id": f"{name}:{epoch(core)}:{fill.order_id}:{fill.event_id}",
            "order": books.orders.numbered(fill.order_id),
            "event": fill.event_id,
            "time": fill.time.isoformat(),
            "symbol": books.tickers.get(fill.sid, fill.sid),
            "sid": fill.sid,
            "strategy": _owner(order),
            "quantity": fill.quantity,
            "price": fill.price,
            "fee": fill.fee,
            "fee_currency": fill.fee_currency,
            "slippage": slippage,
            "slippage_bps": slippage_bps,
            "tag": (order.tag if order else fill.tag or "")[:MOST_TEXT],
        }
    )
    return row


def trade_row(core: Core, trade: TradeRecord) -> Row:
    """A closed trade: a lot, with the orders that opened and closed it."""
    row: Row = as_json(
        {
            "id": f"{epoch(core)}:{trade.trade_id}",
            "time": trade.exit_time.isoformat(),
            "entry_time": trade.entry_time.isoformat(),
            "symbol": trade.symbol,
            "sid": trade.sid,
            "strategy": trade.strategy,
            "direction": trade.direction,
            "quantity": trade.quantity,
            "entry_price": trade.entry_price,
            "exit_price": trade.exit_price,
            "pnl": trade.pnl,
            "fees": trade.commission,
            "slippage_bps": trade.slippage_bps,
            "reason": trade.exit_reason,
            "orders": trade.order_ids,
            "tag": trade.tag[:MOST_TEXT],
        }
    )
    return row


def event_row(core: Core, time: datetime, strategy: str, record: Happening) -> Row:
    """An alert, anomaly, flow, start of a deployment, closed structure or closed day.

    Args:
        core: Whose books it is of.
        time: UTC.
        strategy: Whose it is; empty for the account's.
        record: What happened.
    """
    kind = EVENT_KINDS[type(record)]
    row: Row = {
        "kind": kind.name,
        "time": time.isoformat(),
        "strategy": strategy,
        "text": kind.text(record)[:MOST_TEXT],
        "data": as_json(shortened(kind.data(record))),
    }
    told = json.dumps([epoch(core), row], sort_keys=True, separators=(",", ":"))
    return {"id": sha256(told.encode()).hexdigest()[:ID_DIGITS], **row}


def epoch(core: Core) -> int:
    """When the account opened, Unix time: it tells books apart that were begun anew."""
    return int(core.deployments[0].time.timestamp()) if core.deployments else 0


def shortened(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Values of which no text is longer than `MOST_TEXT`."""
    return {
        name: value[:MOST_TEXT] if isinstance(value, str) else value
        for name, value in values.items()
    }


def _owner(order: Any) -> str:
    """Whose an order is: of one that LEAN made for several, those who shared it."""
    if order is None:
        return ""
    return order.strategy or ", ".join(sorted(order.shares or {}))
