"""Groups of finished orders: by account, strategy, symbol and so on, each with its sums."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

import numpy as np

from models.codec import list_of
from models.execution.group_metrics import (
    SIZES,
    UNVALUED,
    ExecutionMetrics,
    OrderGroup,
    SuggestedSlippage,
)
from models.execution.order_quality import LATENCIES, Outcome
from models.execution.orders import FollowedOrder
from models.execution.quantiles import Quantiles
from models.execution.reasons import plain_reason
from models.execution.sums import GROUP_SUMS_ROW, OTHER, GroupSums, values_of
from models.fields import Field, Table

EXACT_ORDERS = 10_000  # orders up to which quantiles are exact
MOST_KEYS = 500  # groups of one kind; orders of further ones are put together as OTHER

_KINDS = tuple(OrderGroup)
STRATEGY, SYMBOL = _KINDS.index(OrderGroup.STRATEGY), _KINDS.index(OrderGroup.SYMBOL)
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

    def of(self, order: FollowedOrder) -> tuple[GroupSums, ...]:
        """The groups of an order, one of each kind; those that are new to it are made."""
        instrument, value = order.instrument, order.value
        keys = (
            "",
            order.strategy,
            instrument.sid,
            instrument.security_type.value,
            order.order_type.name,
            f"{order.submitted.astimezone(self._zone).hour:02}",
            SIZE_NAMES[bisect(SIZE_BOUNDS, value)] if value else UNVALUED,
        )
        sums = [found.get(key) for found, key in zip(self.kinds, keys, strict=True)]
        return tuple(
            self._new_group(kind, keys[kind], instrument.ticker if kind == SYMBOL else keys[kind])
            if each is None
            else each
            for kind, each in enumerate(sums)
        )

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
        """Count an order that ended in its groups, with LEAN's message."""
        added = np.array(values_of(order.figures), dtype=float)
        for sums in order.groups:
            sums.sums += added
        outcome = order.outcome or Outcome.UNKNOWN
        if outcome is not Outcome.FILLED:
            reason = f"{outcome.value}: {plain_reason(message)}"
            for sums in order.groups:
                sums.count_reason(reason)
        self._rank(order)

    def _rank(self, order: FollowedOrder) -> None:
        """Count an order in the quantiles of its strategy."""
        self.orders += 1
        if self.orders == EXACT_ORDERS + 1:
            for sums in self.kinds[STRATEGY].values():
                for each in sums.quantiles:
                    each.condense()
        values = (order.slippage_bps, *(getattr(order, name) for name in LATENCIES))
        for each, value in zip(order.groups[STRATEGY].quantiles, values, strict=True):
            if value is not None:
                each.add(value)

    def metrics(
        self, group: OrderGroup, thresholds: Mapping[str, float]
    ) -> tuple[ExecutionMetrics, ...]:
        """The figures of each group of a kind, in the order of their keys."""
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
        found = (_suggestion(sid, sums) for sid, sums in sorted(self.kinds[SYMBOL].items()))
        return tuple(each for each in found if each is not None)

    def state(self) -> dict[str, Any]:
        """JSON-able and exact: the groups of each kind by the kind's value."""
        return {
            kind.value: _GROUP_ROWS.encode([*found.values()])
            for kind, found in zip(_KINDS, self.kinds, strict=True)
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned; `StateError` where something is missing or mistyped."""
        read = _GROUPS.from_object(state)
        self.kinds = [{sums.key: sums for sums in found} for found in read]


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
