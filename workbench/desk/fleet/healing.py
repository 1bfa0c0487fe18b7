"""What an import of a run tells of a deployment that its digests did not."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from models.equity.scope import ACCOUNT
from models.trades.record import LONG, TradeRecord
from workbench.desk.fleet.details import Detail, DetailKind
from workbench.desk.fleet.equity import Worth
from workbench.desk.fleet.imported import imported_name
from workbench.library.schema import BOOTS, DEPLOYMENTS, HEALINGS
from workbench.library.shapes import to_microseconds
from workbench.runs.identity import is_unique
from workbench.runs.record import RunRecord

FILL_FIELDS = ("fee_currency", "slippage", "slippage_bps", "event")  # that no import tells


@dataclass(frozen=True, slots=True)
class Known:
    """What an import tells.

    Attributes:
        source: The run's id.
        begun: From when on it tells all that happened.
        ended: Until when.
        fills: One for each order, time and instrument.
        trades: The closed ones.
        worth: What the account was worth, at its marks.
    """

    source: str
    begun: datetime
    ended: datetime
    fills: tuple[Detail, ...]
    trades: tuple[Detail, ...]
    worth: tuple[Worth, ...]


def known_of(record: RunRecord) -> Known | None:
    """What the record of a run tells; None where it tells no fills, trades or times.

    A saved state keeps no fills: they are then those that opened and closed its trades.
    """
    told = record.told
    fills = tuple(_fills(_told_parts(record) if told.fills else _parts_of_lots(told.lots)))
    trades = tuple(_trade(each) for each in told.lots if each.is_closed)
    begun = record.begun if told.fills else min((each.time for each in trades), default=None)
    if begun is None or record.ended is None or not fills:
        return None
    worth = tuple(
        Worth(to_microseconds(mark.time), mark.equity)
        for mark in told.marks
        if mark.strategy == ACCOUNT
    )
    return Known(record.id, begun, record.ended, fills, trades, worth)


# --- fills: parts of one order at one time, which are added up


@dataclass(frozen=True, slots=True)
class _Part:
    order: int
    time: datetime
    sid: str
    symbol: str
    strategy: str
    quantity: float
    price: float
    fee: float | None
    tag: str


def _told_parts(record: RunRecord) -> Iterator[_Part]:
    for fill in record.told.fills:
        yield _Part(
            fill.order_id,
            fill.time,
            fill.sid,
            fill.symbol,
            fill.strategy,
            fill.quantity,
            fill.price,
            fill.fee,
            fill.tag,
        )


def _parts_of_lots(lots: Sequence[TradeRecord]) -> Iterator[_Part]:
    """What each lot bought and sold, whose fees are not told apart."""
    for lot in lots:
        signed = lot.quantity if lot.direction == LONG else -lot.quantity
        opening, closing = lot.order_ids
        owner = (lot.sid, lot.symbol, lot.strategy)
        if opening and not lot.seeded:
            yield _Part(opening, lot.entry_time, *owner, signed, lot.entry_price, None, lot.tag)
        if closing and lot.is_closed:
            yield _Part(closing, lot.exit_time, *owner, -signed, lot.exit_price, None, "")


def _fills(parts: Iterator[_Part]) -> Iterator[Detail]:
    groups: dict[tuple[Any, ...], list[_Part]] = defaultdict(list)
    for part in parts:
        groups[part.order, part.time, part.sid].append(part)
    for found in groups.values():
        quantity = sum(part.quantity for part in found)
        if quantity:  # an order that filled on both sides at once is none of LEAN's
            yield _fill(found, quantity)


def _fill(parts: Sequence[_Part], quantity: float) -> Detail:
    first = parts[0]
    fees = [part.fee for part in parts if part.fee is not None]
    body = {
        **dict.fromkeys(FILL_FIELDS),
        "order": first.order,
        "time": first.time.isoformat(),
        "symbol": first.symbol,
        "sid": first.sid,
        "strategy": ", ".join(sorted({part.strategy for part in parts})),
        "quantity": quantity,
        "price": sum(part.price * part.quantity for part in parts) / quantity,
        "fee": sum(fees) if fees else None,
        "tag": first.tag,
    }
    detail = Detail(DetailKind.FILL, "", first.time, body, first.order)
    return _named(detail)


def _named(detail: Detail) -> Detail:
    name = imported_name(detail)
    return Detail(
        detail.kind,
        name,
        detail.time,
        {"id": name, **detail.body},
        detail.order,
        detail.opening,
    )


def _trade(lot: TradeRecord) -> Detail:
    """A closed lot as a digest tells it."""
    body = {
        "time": lot.exit_time.isoformat(),
        "entry_time": lot.entry_time.isoformat(),
        "symbol": lot.symbol,
        "sid": lot.sid,
        "strategy": lot.strategy,
        "direction": lot.direction,
        "quantity": lot.quantity,
        "entry_price": lot.entry_price,
        "exit_price": lot.exit_price,
        "pnl": lot.pnl,
        "fees": lot.commission,
        "slippage_bps": lot.slippage_bps,
        "reason": lot.exit_reason,
        "orders": list(lot.order_ids),
        "tag": lot.tag,
    }
    opening, closing = lot.order_ids
    return _named(Detail(DetailKind.TRADE, "", lot.exit_time, body, closing, opening))


# --- whose they are


def healed_by(connection: Connection, record: RunRecord) -> list[str]:
    """The ids of the deployments that a record is of: by its project, or by LEAN's ids of it."""
    names = {name for name in record.deployments if is_unique(name)}
    query = (
        select(DEPLOYMENTS.c.id, BOOTS.c.state)
        .join(
            BOOTS, (BOOTS.c.deployment == DEPLOYMENTS.c.key) & (BOOTS.c.boot == DEPLOYMENTS.c.boot)
        )
        .order_by(DEPLOYMENTS.c.id)
    )
    return [
        row.id
        for row in connection.execute(query)
        if row.id == record.project or names & _names_in(json.loads(row.state))
    ]


def _names_in(state: Mapping[str, Any]) -> set[str]:
    """LEAN's ids of the deployments that a state tells of."""
    return {str(each.get("name", "")) for each in state.get("deployments", ())}


def note_healing(connection: Connection, key: int, known: Known) -> None:
    """Note the time of which an import tells all; a longer one of the same run takes its place."""
    own = (HEALINGS.c.deployment == key, HEALINGS.c.source == known.source)
    there = connection.execute(select(HEALINGS).where(*own)).first()
    begun, ended = to_microseconds(known.begun), to_microseconds(known.ended)
    if there is None:
        values = {"deployment": key, "source": known.source, "begun": begun, "ended": ended}
        connection.execute(insert(HEALINGS).values(values))
    else:
        span = {"begun": min(begun, there.begun), "ended": max(ended, there.ended)}
        connection.execute(update(HEALINGS).where(*own).values(span))
