"""Groups of finished orders: by account, strategy, symbol and so on, each with its sums."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from operator import attrgetter
from struct import Struct
from typing import Any

import numpy as np

from models.codec import list_of
from models.events.orders import OrderType
from models.execution.group_metrics import (
    SIZES,
    UNVALUED,
    ExecutionMetrics,
    OrderGroup,
    SuggestedSlippage,
)
from models.execution.order_quality import LATENCIES, Outcome
from models.execution.orders import FILLED, FollowedOrder
from models.execution.quantiles import Quantiles
from models.execution.reasons import plain_reason
from models.execution.sums import (
    COLUMNS,
    GROUP_SUMS_ROW,
    OTHER,
    GroupSums,
    basis_points,
    values_of,
)
from models.fields import Field, Table

EXACT_ORDERS = 10_000  # orders up to which quantiles are exact
MOST_WAITING = 1_024  # orders that ended and are summed together
MOST_KEYS = 500  # groups of one kind; orders of further ones are put together as OTHER

_KINDS = tuple(OrderGroup)
STRATEGY, SYMBOL, BY_HOUR, BY_SIZE = (
    _KINDS.index(kind)
    for kind in (OrderGroup.STRATEGY, OrderGroup.SYMBOL, OrderGroup.HOUR, OrderGroup.SIZE)
)
_LATENCIES_OF = attrgetter(*LATENCIES)
NONE_MEASURED = (None,) * len(LATENCIES)  # as in a backtest that fills at once
_pack = Struct(f"{len(COLUMNS)}d").pack
SIZE_BOUNDS, SIZE_NAMES = zip(*SIZES, strict=True)


class OrderGroups:
    """The sums of every group of every kind; an order is counted in its groups when it ended.

    Args:
        zone: The algorithm's time zone, for the hours.

    Attributes:
        kinds: For each kind in the order of `OrderGroup` the groups by key.
        orders: Orders that were counted.
    """

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self.kinds: list[dict[str, GroupSums]] = [{} for _ in OrderGroup]
        self.orders = 0
        self._new_group(0, "", "")
        # the groups by what they depend on; orders alike share one tuple
        self._alike: dict[tuple[str, str, OrderType, str, str], tuple[GroupSums, ...]] = {}
        self._hour: tuple[datetime | None, str] = (None, "")  # that of the last time
        # the groups of the orders that ended and are not summed yet, and their figures, packed
        self._waiting: list[tuple[GroupSums, ...]] = []
        self._figures = bytearray()

    def of(self, order: FollowedOrder) -> tuple[GroupSums, ...]:
        """The groups of an order, one of each kind; those that are new to it are made."""
        value, submitted = order.value, order.submitted
        time, hour = self._hour
        if submitted != time:
            hour = f"{submitted.astimezone(self._zone).hour:02}"
            self._hour = submitted, hour
        size = SIZE_NAMES[bisect(SIZE_BOUNDS, value)] if value else UNVALUED
        alike = order.strategy, order.instrument.sid, order.order_type, hour, size
        found = self._alike.get(alike)
        if found is None:
            if len(self._alike) >= MOST_KEYS:
                self._alike.clear()
            lasting = self._lasting_of(order)
            found = *lasting, self._group(BY_HOUR, hour), self._group(BY_SIZE, size)
            self._alike[alike] = found
        return found

    def _lasting_of(self, order: FollowedOrder) -> tuple[GroupSums, ...]:
        """The groups of an order that are those of every order like it."""
        instrument = order.instrument
        keys = (
            "",
            order.strategy,
            instrument.sid,
            instrument.security_type.value,
            order.order_type.name,
        )
        return tuple(
            self._group(kind, key, instrument.ticker if kind == SYMBOL else key)
            for kind, key in enumerate(keys)
        )

    def _group(self, kind: int, key: str, name: str = "") -> GroupSums:
        """The group of a key; it is made, with a name or else its key, where it is new."""
        return self.kinds[kind].get(key) or self._new_group(kind, key, name or key)

    def _new_group(self, kind: int, key: str, name: str) -> GroupSums:
        """The sums of a key that is new to its kind."""
        found = self.kinds[kind]
        if len(found) >= MOST_KEYS:
            key = name = OTHER
            if key in found:
                return found[key]
        sums = found[key] = GroupSums(key, name)
        if kind == STRATEGY:
            sums.rank(exact=self.orders <= EXACT_ORDERS)
        return sums

    def count(self, order: FollowedOrder, message: str) -> None:
        """Count an order that ended in its groups, with LEAN's message.

        Its figures move no more: they are added to the sums with those of others, at once.
        """
        self.orders += 1
        if order.outcome is not FILLED:
            self._count_reason(order, message)
        self._rank(order)
        self._waiting.append(order.groups)
        self._figures += _pack(*values_of(order.figures))
        if len(self._waiting) >= MOST_WAITING:
            self.settle()

    def settle(self) -> None:
        """Add all that waits to the sums, which whoever reads them does first.

        Of each group numpy adds row by row, in the order in which the orders ended: to the last bit
        that is what adding them one by one makes.
        """
        waiting, figures = self._waiting, self._figures
        if not waiting:
            return
        self._waiting, self._figures = [], bytearray()
        rows = np.frombuffer(figures).reshape(len(waiting), -1)
        summed = np.empty((1 + len(rows), len(COLUMNS)))
        alike: dict[int, tuple[tuple[GroupSums, ...], list[int]]] = {}
        for place, groups in enumerate(waiting):
            alike.setdefault(id(groups), (groups, []))[1].append(place)
        for sums, own in _by_group(alike.values()):
            summed[0] = sums.sums
            np.take(rows, own, axis=0, out=summed[1 : 1 + len(own)], mode="clip")
            sums.sums = np.add.reduce(summed[: 1 + len(own)], axis=0)

    def _count_reason(self, order: FollowedOrder, message: str) -> None:
        """Count why an order was not filled."""
        outcome = order.outcome or Outcome.UNKNOWN
        reason = f"{outcome.value}: {plain_reason(message)}"
        for sums in order.groups:
            sums.count_reason(reason)

    def _rank(self, order: FollowedOrder) -> None:
        """Count the order that ended last in the quantiles of its strategy."""
        if self.orders == EXACT_ORDERS + 1:
            for sums in self.kinds[STRATEGY].values():
                for each in sums.quantiles:
                    each.condense()
        quantiles, figures = order.groups[STRATEGY].quantiles, order.figures
        paid, measured = basis_points(figures.slippage, figures.arrived), _LATENCIES_OF(order)
        if paid is not None:
            quantiles[0].add(paid)
        if measured != NONE_MEASURED:
            for each, seconds in zip(quantiles[1:], measured, strict=True):
                if seconds is not None:
                    each.add(seconds)

    def metrics(
        self, group: OrderGroup, thresholds: Mapping[str, float]
    ) -> tuple[ExecutionMetrics, ...]:
        """The figures of each group of a kind, in the order of their keys."""
        self.settle()
        found = self.kinds[_KINDS.index(group)]
        quantiles: Sequence[Quantiles] = []
        if group is OrderGroup.ACCOUNT:
            strategies = self.kinds[STRATEGY].values()
            columns = zip(*(each.quantiles for each in strategies), strict=True)
            quantiles = [Quantiles.together(column) for column in columns]
        return tuple(
            found[key].metrics(group, found[key].quantiles or quantiles, thresholds)
            for key in sorted(found)
        )

    def suggested_slippage(self) -> tuple[SuggestedSlippage, ...]:
        """What market orders paid in each symbol that has some, in the order of the sids."""
        self.settle()
        found = (_suggestion(sid, sums) for sid, sums in sorted(self.kinds[SYMBOL].items()))
        return tuple(each for each in found if each is not None)

    def state(self) -> dict[str, Any]:
        """JSON-able and exact: the groups of each kind by the kind's value."""
        self.settle()
        return {
            kind.value: _GROUP_ROWS.encode([*found.values()])
            for kind, found in zip(_KINDS, self.kinds, strict=True)
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned; `StateError` where something is missing or mistyped."""
        read = _GROUPS.from_object(state)
        self.kinds = [{sums.key: sums for sums in found} for found in read]
        self._alike.clear()
        self._waiting, self._figures = [], bytearray()


def _by_group(
    alike: Iterable[tuple[tuple[GroupSums, ...], list[int]]],
) -> list[tuple[GroupSums, list[int]]]:
    """Each group with the places of its orders, in order, from those of orders alike."""
    places: dict[int, tuple[GroupSums, list[int]]] = {}
    for groups, own in alike:
        for sums in groups:
            places.setdefault(id(sums), (sums, []))[1].extend(own)
    return [(sums, sorted(own)) for sums, own in places.values()]


_GROUP_ROWS = list_of(GROUP_SUMS_ROW)
_GROUPS = Table(*(Field(kind.value, _GROUP_ROWS) for kind in OrderGroup))


def _suggestion(sid: str, sums: GroupSums) -> SuggestedSlippage | None:
    """What market orders in one symbol paid; None where there was none with an arrival price."""
    figures = sums.figures()
    if not figures.taken:
        return None
    quoted = None
    if figures.taken_quoted:
        quoted = max(0.0, -figures.taken_rest / figures.taken_quoted)
    return SuggestedSlippage(
        sid=sid,
        symbol=sums.name,
        orders=round(figures.taken_orders),
        with_quotes=quoted,
        with_trades=max(0.0, -figures.taken_slippage / figures.taken),
    )
