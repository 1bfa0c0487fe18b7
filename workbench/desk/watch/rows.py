"""What the desk is told of a saved state, and of LEAN's order events beside it.

The rows are those that a digest of the run would have.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from math import nan
from typing import Any

from models.equity.session_metrics import SessionKind, SessionMetrics
from models.events.orders import Fill
from models.performance_tracker import PerformanceTracker
from models.structures.record import STRUCTURES
from models.tracker.alerts import Alert
from models.tracker.core import Core
from models.tracker.desk_rows import event_row, fill_row, trade_row
from models.tracker.desk_state import desk_state, saved_alerts
from workbench.replay.saved_state import SavedState
from workbench.runs.lean.facts import LeanEvent

Row = dict[str, Any]

FEW = 200  # closed trades that are looked at first, and events of each kind that are told
MOST = 20_000  # closed trades that are told at once


@dataclass(frozen=True, slots=True)
class Told:
    """What the desk is told of a state.

    Attributes:
        state: As `models.tracker.desk_state` has it.
        closed: The last closed trades.
        events: The last anomalies, flows, deployments, structures and days, and the alerts that
            are firing.
    """

    state: dict[str, Any]
    closed: list[Row]
    events: list[Row]


def told_of(saved: SavedState, known: Collection[str] = ()) -> Told:
    """What the desk is told of a saved state.

    Args:
        saved: The state.
        known: Ids of the closed trades that it was told before: as far back as to one of them, all
            are told.
    """
    tracker = saved.tracker
    alerts = saved_alerts(saved.snapshot.state)
    events = [
        *(event_row(tracker.core, each.time, each.strategy, each) for each in alerts),
        *events_of(tracker),
    ]
    state = desk_state(tracker, alerts, saved.snapshot.algorithm)
    return Told(state, _closed(tracker, known), events)


def over_rows(
    tracker: PerformanceTracker, before: Iterable[Alert], firing: Iterable[Alert]
) -> Iterator[Row]:
    """The alerts that fired when a state was saved and do so no longer, each with its end.

    A saved state has what fires: when an alert ended is known by the state after, and its figure
    then is not known.

    Args:
        tracker: That of the state after.
        before: What fired in the state before.
        firing: What fires now.
    """
    still = {(each.alarm, each.strategy) for each in firing}
    now = tracker.summary().as_of
    for alert in before:
        if now is not None and (alert.alarm, alert.strategy) not in still:
            ended = replace(alert, fired=False, time=now, value=nan)
            name = alert.alarm.value.replace("_", " ")
            whose = f"strategy {alert.strategy}" if alert.strategy else "the account"
            text = f"{name} of {whose} recovered"
            yield {**event_row(tracker.core, now, alert.strategy, ended), "text": text}


def _closed(tracker: PerformanceTracker, known: Collection[str]) -> list[Row]:
    few = FEW
    while True:
        rows = [trade_row(tracker.core, each) for each in tracker.trades(limit=few)]
        reached = not known or len(rows) < few or any(row["id"] in known for row in rows)
        if reached or few >= MOST:
            return rows
        few *= 10


def events_of(tracker: PerformanceTracker) -> Iterator[Row]:
    """The last anomalies, flows, deployments, structures and days, by the ids of the digests."""
    core = tracker.core
    books = core.ledger.books
    for anomaly in books.anomalies[-FEW:]:
        yield event_row(core, anomaly.time, "", anomaly)
    for flow in core.ledger.flows[-FEW:]:
        yield event_row(core, flow.time, "", flow)
    for begun in core.deployments[-FEW:]:
        yield event_row(core, begun.time, "", begun)
    for structure in tracker.trades(book=STRUCTURES, limit=FEW):
        if structure.closed is not None:
            yield event_row(core, structure.closed, structure.strategy, structure)
    for day in tracker.sessions(SessionKind.DAILY)[-FEW:]:
        if not day.is_open:
            yield event_row(core, _ended(core, day), "", day)


def _ended(core: Core, day: SessionMetrics) -> datetime:
    """The midnight after a day, by the algorithm's clock."""
    after = datetime.combine(day.session_date + timedelta(days=1), time(), core.zone)
    return after.astimezone(UTC)


def fill_rows(core: Core, events: Iterable[LeanEvent]) -> Iterator[tuple[LeanEvent, Row]]:
    """The fills among LEAN's order events of which the tracker knows the order, with their rows.

    An order that is newer than the state is told with the next one; of one that was forgotten
    nobody knows any more whose it was, and an import tells it.
    """
    books = core.ledger.books
    for event in events:
        if event.fills and event.sid in books.instruments and books.orders.find(event.order_id):
            fill = Fill(
                time=event.time,
                order_id=event.order_id,
                event_id=event.event_id,
                sid=event.sid,
                quantity=event.quantity,
                price=event.price,
                fee=event.fee,
                fee_currency=event.fee_currency,
            )
            yield event, fill_row(core, fill)
