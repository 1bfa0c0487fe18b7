"""Fills and closed trades that an import tells, without the ids that a digest gives them.

An import knows an order and a time, to the second in some files, and not the number of LEAN's
event. So it fills up what is missing: of each order about each time what was filled there beyond
the fills that are known. Where the fill itself comes later, what was filled up gives way to it, and
the sum stays the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

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
from workbench.library.writing import plain_text

MARK = "@"  # begins the name of what an import told, and no id of a digest
SLACK = timedelta(seconds=1)  # by which sources tell the time of one fill differently
LEAST = 1e-9  # a quantity that is none
PART = 400  # orders that one statement asks for

OF_ORDERS = (
    select(DETAILS)
    .where(
        DETAILS.c.deployment == bindparam("of"),
        DETAILS.c.kind == bindparam("of_kind"),
        DETAILS.c.order.in_(bindparam("orders", expanding=True)),
    )
    .order_by(DETAILS.c.name)
)
IMPORTED = OF_ORDERS.where(DETAILS.c.name.startswith(MARK))

Place = tuple[Any, ...]


def imported_name(detail: Detail, *more: object) -> str:
    """What tells a detail of an import from others: order, time, instrument, and what is given."""
    parts = (detail.order, to_microseconds(detail.time), detail.body["sid"], *more)
    return plain_text(MARK + ":".join(map(str, parts)))


# --- fills


@dataclass(slots=True)
class _Rest:
    """What is left of a fill that others were held against."""

    detail: Detail
    quantity: float

    def take(self, time: datetime, quantity: float) -> float:
        """Take what was filled about that time; returns how much, of the sign of `quantity`."""
        if abs(self.detail.time - time) > SLACK or self.quantity * quantity <= 0.0:
            return 0.0
        taken = min(self.quantity, quantity, key=abs)
        self.quantity -= taken
        return taken


class _Rests:
    """Fills by order and instrument, to hold others against.

    Args:
        fills: Which.
    """

    def __init__(self, fills: Iterable[Detail]) -> None:
        self._rests: dict[Place, list[_Rest]] = defaultdict(list)
        for each in fills:
            self._rests[_place(each)].append(_Rest(each, each.body["quantity"]))

    def take(self, fill: Detail) -> float:
        """Take a fill from them; returns how much of it was not there."""
        left: float = fill.body["quantity"]
        for rest in self._rests[_place(fill)]:
            left -= rest.take(fill.time, left)
        return left if abs(left) > LEAST else 0.0

    def changed(self) -> Iterator[_Rest]:
        """Those of which something was taken."""
        for each in (rest for rests in self._rests.values() for rest in rests):
            if each.quantity != each.detail.body["quantity"]:
                yield each


def fill_up(connection: Connection, key: int, fills: Sequence[Detail]) -> tuple[Detail, ...]:
    """Keep of the fills of an import what is missing; returns what was kept.

    Args:
        connection: In a transaction that writes, and that alone writes of this deployment.
        key: The deployment's.
        fills: One for each order, time and instrument, with the sum of the quantities.
    """
    known = [*_of_orders(connection, key, DetailKind.FILL, fills)]
    rests, quantities = _Rests(known), {each.name: each.body["quantity"] for each in known}
    new = []
    for fill in sorted(fills, key=lambda each: each.time):
        missing = rests.take(fill)
        if missing:
            new.append(_with_quantity(fill, missing + quantities.get(fill.name, 0.0)))
    for each in new:
        connection.execute(delete(DETAILS).where(*_own(key, each)))
    return keep(connection, key, new).new


def give_way(connection: Connection, key: int, kept: Kept) -> None:
    """Take from what imports filled up the fills and trades that came themselves."""
    fills = [each for each in kept.new if each.kind is DetailKind.FILL]
    trades = [each for each in kept.new if each.kind is DetailKind.TRADE]
    if fills:
        _reduce(connection, key, fills)
    if trades:
        _drop(connection, key, trades)


def _reduce(connection: Connection, key: int, fills: Sequence[Detail]) -> None:
    rests = _Rests(_of_orders(connection, key, DetailKind.FILL, fills, imported=True))
    for fill in fills:
        rests.take(fill)
    for rest in rests.changed():
        own = _own(key, rest.detail)
        if abs(rest.quantity) <= LEAST:
            connection.execute(delete(DETAILS).where(*own))
        else:
            body = text_of(_with_quantity(rest.detail, rest.quantity).body)
            connection.execute(update(DETAILS).where(*own).values(body=body))


def _place(detail: Detail) -> Place:
    return detail.order, detail.body["sid"]


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
            name = imported_name(trade, *place[2:], numbers[place])
            missing.append(replace(trade, name=name, body={**trade.body, "id": name}))
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
    return *_place(trade), trade.opening, body["strategy"], body["quantity"]


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
    query = IMPORTED if imported else OF_ORDERS
    for first in range(0, len(orders), PART):
        these = {"of": key, "of_kind": kind.value, "orders": orders[first : first + PART]}
        yield from map(detail_of, connection.execute(query, these).all())
