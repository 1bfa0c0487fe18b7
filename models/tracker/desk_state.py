"""The state of a tracker for the live desk: all that a page shows of one deployment, as JSON.

It is absolute: who has the last one needs none before it. The sender inside LEAN makes it of the
running tracker, and the desk of one that it restored from a saved state, so both show the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from math import isfinite
from typing import Any

from models.codec import JSON_OBJECT, list_of, maybe
from models.equity.session_metrics import SessionKind
from models.equity.strategy_metrics import StrategyMetrics
from models.execution.group_metrics import OrderGroup
from models.execution.orders import FollowedOrder
from models.fields import saved_value
from models.ledger.holdings import PositionRecord, Positions
from models.ledger.orders import SavedOrder
from models.performance_tracker import PerformanceTracker
from models.records import record_codec
from models.structures.record import StructureRecord
from models.tracker.alerts import Alert
from models.tracker.core import Core
from models.tracker.deployments import Deployment, SinceDeploy, Start

# What is told of a strategy, by the names that `StrategyMetrics` gives; the whole block takes time.
_FIGURES = tuple(
    each.name for each in fields(StrategyMetrics) if each.name not in ("strategy_name", "portfolio")
)
# What is told of how orders were executed, by the names that `ExecutionMetrics` gives.
_EXECUTED = (
    *("orders", "fills", "fill_rate", "cancel_rate", "reject_rate", "value", "fees", "fees_bps"),
    *("slippage", "slippage_bps", "shortfall", "shortfall_bps", "worse_rate", "score"),
)
# What is told of an open structure, by the names that `StructureRecord` gives.
_TOLD_STRUCTURE = (
    *("structure_id", "name", "side", "strategy", "symbol", "opened", "quantity", "entry_price"),
    *("net_entry", "gross_pnl", "fees", "net_pnl", "max_risk", "max_profit", "kept", "days"),
    *("chain_pnl", "rolls"),
)
_TOLD_LEG = ("symbol", "direction", "quantity", "open_quantity", "strike", "expiry", "right")


def desk_state(
    tracker: PerformanceTracker, alerts: Iterable[Alert] = (), algorithm: str = ""
) -> dict[str, Any]:
    """The state of a tracker as JSON values: numbers as they are, null where undefined.

    It calls nothing but the tracker, under its lock; the cost does not grow with the run.

    Args:
        tracker: Whose state; inside LEAN the running one, at the desk one that was restored.
        alerts: Those that are firing, which a tracker without LEAN does not know.
        algorithm: The name of the algorithm's class, likewise.
    """
    core = tracker.core
    with core.lock:
        summary = tracker.summary()
        told = {
            "as_of": _time(summary.as_of),
            "marked_at": _time(summary.marked_at),
            "currency": summary.account_currency,
            "algorithm": algorithm,
            "live": tracker.live,
            "equity": summary.equity,
            "nav": summary.nav,
            "balance": dict(summary.balance),
            "account": _figures(tracker, summary.account, summary.since_deploy, None),
            "strategies": {
                name: _figures(tracker, metrics, _since(core, metrics), name)
                for name, metrics in summary.strategies.items()
            },
            "since_deploy": summary.since_deploy.to_dict(),
            "deployments": [deployment_row(each) for each in core.deployments],
            "sessions": _sessions(tracker),
            "drawdown": _drawdown(tracker, None),
            "exposure": summary.exposure._asdict(),
            "positions": _positions(tracker.positions()),
            "open_orders": _open_orders(core),
            "structures": [structure_row(each) for each in core.structures.open_records({})],
            "execution": _execution(tracker),
            "alerts": [alert_row(each) for each in alerts],
            "anomalies": dict(summary.anomalies),
            "errors": dict(summary.errors),
            "fills": summary.fills,
            "marks": summary.marks,
            "open_trades": summary.open_trades,
        }
    state: dict[str, Any] = as_json(told)
    return state


def saved_alerts(state: Mapping[str, Any]) -> list[Alert]:
    """The alerts that were firing when a state was saved; none where a tracker by hand saved it.

    Args:
        state: What `PerformanceTracker.state` gave, or the `state` of a snapshot.

    Raises:
        StateError: An alert lacks a value, or has one of another type.
    """
    saved = saved_value({"alerts": None, **state}, "alerts", maybe(JSON_OBJECT))
    return [] if saved is None else saved_value(saved, "firing", list_of(record_codec(Alert)))


def alert_row(alert: Alert) -> dict[str, Any]:
    """An alert as JSON values, with its text."""
    return {**alert.to_dict(), "text": alert.text}


def as_json(value: Any) -> Any:
    """A value of which every number is one that JSON has: null where it is none, or infinite."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): as_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(each) for each in value]
    return value


def _time(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _picked(record: Any, names: Sequence[str]) -> dict[str, Any]:
    """Some fields of a record, times in ISO 8601."""
    values = {name: getattr(record, name) for name in names}
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in values.items()
    }


def deployment_row(begun: Deployment) -> dict[str, Any]:
    """A deployment as JSON values, without where each strategy stood."""
    values = begun.to_dict()
    del values["starts"]
    return values


def _since(core: Core, metrics: StrategyMetrics) -> SinceDeploy | None:
    """What a strategy made since the last deployment began; None where that is not known."""
    if not core.deployments or core.deployments[-1].starts is None:
        return None
    begun, track = core.deployments[-1], core.scopes.find(metrics.strategy_name).track
    # a strategy that is not among them came later
    start = core.deployments[-1].starts.get(metrics.strategy_name, Start(1.0, 0.0, 0))
    grown = track.nav / start.nav - 1.0 if track.nav is not None and start.nav else None
    made, trades = metrics.net_pnl - start.net_pnl, metrics.trades - start.trades
    return SinceDeploy(begun.number, begun.time, made, grown, trades)


def _figures(
    tracker: PerformanceTracker,
    metrics: StrategyMetrics,
    since: SinceDeploy | None,
    name: str | None,
) -> dict[str, Any]:
    """The account, or a strategy, in figures since inception, today and since the deployment."""
    track, day = tracker.scopes.find(name).track, tracker.open_day(name)
    return {
        **_picked(metrics, _FIGURES),
        "nav": track.nav,
        "total_return": None if track.nav is None else track.nav - 1.0,
        "drawdown": track.depth,
        "drawdown_amount": track.amount,
        "today": None if day is None else day.net_pnl,
        "since_deploy": since and _picked(since, ("net_pnl", "total_return", "trades")),
    }


def _sessions(tracker: PerformanceTracker) -> dict[str, Any]:
    """The open session of each kind, of the account: day, week, month, year, since the start."""
    found = {kind: tracker.sessions(kind) for kind in SessionKind}
    return {
        kind.name.lower(): sessions[-1].to_dict() if sessions else None
        for kind, sessions in found.items()
    }


def _drawdown(tracker: PerformanceTracker, name: str | None) -> dict[str, Any]:
    record = tracker.drawdown(name).to_dict()
    return {key: record[key] for key in ("depth", "amount", "max_depth", "open")}


def _positions(held: Positions) -> dict[str, Any]:
    """What is held by strategy and in total; opposed is what strategies hold on both sides."""
    sides: dict[str, set[bool]] = {}
    for each in (record for records in held.strategies.values() for record in records):
        sides.setdefault(each.sid, set()).add(each.quantity > 0)
    opposed = {sid for sid, found in sides.items() if len(found) > 1}

    def rows(records: Iterable[PositionRecord]) -> list[dict[str, Any]]:
        return [{**each.to_dict(), "opposed": each.sid in opposed} for each in records]

    return {
        "account": rows(held.account),
        "strategies": {name: rows(records) for name, records in held.strategies.items()},
    }


def _open_orders(core: Core) -> list[dict[str, Any]]:
    """The open orders: those that are followed, else as the last save took them down."""
    orders, execution = core.ledger.books.orders, core.execution
    if execution is None:
        return [_saved_order(core, each) for each in orders.saved]
    return [_open_order(core, each) for each in execution.open_parts()]


def _open_order(core: Core, followed: FollowedOrder) -> dict[str, Any]:
    """An order that is followed; its stop is known from the last save, where one is like it."""
    orders, sid = core.ledger.books.orders, followed.instrument.sid
    order = orders.find(followed.order_id)
    tag = order.tag if order else ""
    like = (sid, 1 if followed.quantity > 0 else -1, followed.order_type, tag)
    stops = {each.stop for each in orders.saved if _likeness(each) == like}
    return {
        "order": orders.numbered(followed.order_id),
        "symbol": core.ledger.books.tickers.get(sid, sid),
        "sid": sid,
        "strategy": followed.strategy,
        "type": followed.order_type.name,
        "quantity": followed.quantity,
        "filled": followed.filled,
        "limit": followed.limit,
        "stop": stops.pop() if len(stops) == 1 else None,
        "submitted": followed.submitted.isoformat(),
        "tag": tag,
    }


def _likeness(saved: SavedOrder) -> tuple[object, ...]:
    return saved.sid, saved.side, saved.order_type, saved.tag


def _saved_order(core: Core, saved: SavedOrder) -> dict[str, Any]:
    """An order of which only that is known by which the next deployment knows it again."""
    return {
        "order": None,
        "symbol": core.ledger.books.tickers.get(saved.sid, saved.sid),
        "sid": saved.sid,
        "strategy": saved.strategy,
        "type": saved.order_type.name,
        "quantity": None,
        "filled": None,
        "limit": saved.limit,
        "stop": saved.stop,
        "submitted": None,
        "tag": saved.tag,
    }


def structure_row(record: StructureRecord) -> dict[str, Any]:
    """What is told of a structure, open or closed, with its legs."""
    legs = [_picked(leg, _TOLD_LEG) for leg in record.legs]
    return {**_picked(record, _TOLD_STRUCTURE), "legs": legs}


def _execution(tracker: PerformanceTracker) -> dict[str, Any] | None:
    """How all orders were executed; None where they are not followed."""
    found = tracker.execution_quality(OrderGroup.ACCOUNT)
    return _picked(found[0], _EXECUTED) if found else None
