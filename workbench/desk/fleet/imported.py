"""Fills and closed trades that an import tells, without the ids that a digest gives them.

An import knows an order and a time, and not the number of LEAN's event. So it fills up what is
missing: of each order at each time what was filled there beyond the fills that are known. Where
the fill itself comes later, what was filled up gives way to it, and the sum stays the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, delete, select, update

from workbench.desk.fleet.details import (
    Detail,
    DetailKind,
    Kept,
    detail_of,
    keep,
    text_of,
)
from workbench.library.schema import DETAILS
from workbench.library.shapes import to_microseconds

MARK = "@"  # begins the name of what an import told, and no id of a digest
LEAST = 1e-9  # a quantity that is none
PART = 400  # orders that one statement asks for

Place = tuple[Any, ...]


def imported_name(detail: Detail, number: int = 0) -> str:
    """What tells a detail of an import from others: order, time, instrument, and its number."""
    moment = to_microseconds(detail.time)
    return f"{MARK}{detail.order}:{moment}:{detail.body['sid']}:{number}"


def is_imported(detail: Detail) -> bool:
    """Whether an import told a detail."""
    return detail.name.startswith(MARK)


# --- fills


def fill_up(connection: Connection, key: int, fills: Sequence[Detail]) -> tuple[Detail, ...]:
    """Keep of the fills of an import what is missing; returns what was kept.

    Args:
        connection: In a transaction that writes, and that alone writes of this deployment.
        key: The deployment's.
        fills: One for each order, time and instrument, with the sum of the quantities.
    """
    known: dict[Place, float] = defaultdict(float)
    told: dict[Place, Detail] = {}
    for each in _of_orders(connection, key, DetailKind.FILL, fills):
        known[_place(each)] += each.body["quantity"]
        if is_imported(each):
            told[_place(each)] = each
    new = []
    for fill in fills:
        place, quantity = _place(fill), fill.body["quantity"]
        rest = quantity - known[place]
        if abs(rest) > LEAST and (rest > 0) == (quantity > 0):
            more = told[place].body["quantity"] if place in told else 0.0
            new.append(_with_quantity(fill, rest + more))
    for each in new:
        connection.execute(delete(DETAILS).where(*_own(key, each)))
    return keep(connection, key, new).new


def give_way(connection: Connection, key: int, kept: Kept) -> None:
    """Take from what imports filled up the fills and trades that came themselves."""
    fills = [each for each in kept.new if each.kind is DetailKind.FILL and not is_imported(each)]
    trades = [each for each in kept.new if each.kind is DetailKind.TRADE and not is_imported(each)]
    if fills:
        _reduce(connection, key, fills)
    if trades:
        _drop(connection, key, trades)


def _reduce(connection: Connection, key: int, fills: Sequence[Detail]) -> None:
    told = _of_orders(connection, key, DetailKind.FILL, fills, imported=True)
    rests = {_place(each): each for each in told}
    changed: dict[Place, Detail] = {}
    for fill in fills:
        place = _place(fill)
        if place in rests:
            quantity = rests[place].body["quantity"] - fill.body["quantity"]
            rests[place] = changed[place] = _with_quantity(rests[place], quantity)
    for rest in changed.values():
        own = _own(key, rest)
        if abs(rest.body["quantity"]) <= LEAST:
            connection.execute(delete(DETAILS).where(*own))
        else:
            connection.execute(update(DETAILS).where(*own).values(body=text_of(rest.body)))


def _place(detail: Detail) -> Place:
    return detail.order, detail.time, detail.body["sid"]


def _with_quantity(detail: Detail, quantity: float) -> Detail:
    """The same of another quantity, its fee in proportion."""
    fee, whole = detail.body["fee"], detail.body["quantity"]
    part = None if fee is None or not whole else fee * quantity / whole
    return replace(detail, body={**detail.body, "quantity": quantity, "fee": part})


# --- closed trades


def add_missing(connection: Connection, key: int, trades: Sequence[Detail]) -> tuple[Detail, ...]:
    """Keep the closed trades of an import that are not known; returns them.

    Args:
        connection: In a transaction that writes, and that alone writes of this deployment.
        key: The deployment's.
        trades: All that the import tells.
    """
    known = Counter(map(_trade_place, _of_orders(connection, key, DetailKind.TRADE, trades)))
    numbers: Counter[Place] = Counter()
    missing = []
    for trade in trades:
        place = _trade_place(trade)
        numbers[place] += 1
        if numbers[place] > known[place]:
            missing.append(replace(trade, name=imported_name(trade, numbers[place])))
    return keep(connection, key, missing).new


def _drop(connection: Connection, key: int, trades: Sequence[Detail]) -> None:
    """Drop what an import told of closed trades that came themselves."""
    told: dict[Place, list[Detail]] = defaultdict(list)
    for each in _of_orders(connection, key, DetailKind.TRADE, trades, imported=True):
        told[_trade_place(each)].append(each)
    for trade in trades:
        same = told[_trade_place(trade)]
        if same:
            connection.execute(delete(DETAILS).where(*_own(key, same.pop())))


def _trade_place(trade: Detail) -> Place:
    body = trade.body
    return *_place(trade), trade.opening, body["strategy"], body["entry_time"], body["quantity"]


# --- both


def _own(key: int, detail: Detail) -> tuple[Any, ...]:
    return (
        DETAILS.c.deployment == key,
        DETAILS.c.kind == detail.kind.value,
        DETAILS.c.name == detail.name,
    )


def _of_orders(
    connection: Connection,
    key: int,
    kind: DetailKind,
    details: Iterable[Detail],
    *,
    imported: bool = False,
) -> Iterator[Detail]:
    """What is kept of one kind of the orders of some details; all, or what imports told."""
    orders = sorted({each.order for each in details if each.order is not None})
    query = select(DETAILS).where(DETAILS.c.deployment == key, DETAILS.c.kind == kind.value)
    if imported:
        query = query.where(DETAILS.c.name.startswith(MARK))
    for first in range(0, len(orders), PART):
        these = query.where(DETAILS.c.order.in_(orders[first : first + PART]))
        yield from map(detail_of, connection.execute(these.order_by(DETAILS.c.name)).all())
