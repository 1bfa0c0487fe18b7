"""Markouts: what the price did for a fill in the minutes, or the day, after it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from models.codec import Codec, deque_of
from models.events.orders import Fill
from models.execution.order_quality import HORIZONS
from models.execution.orders import FollowedOrder, unit_value
from models.records import Saved, row_codec
from models.rows import row_of

# The most fills that wait for one horizon's markout; beyond it the oldest counts as missed.
MOST_PENDING = 1_000


@dataclass(slots=True, eq=False)
class PendingFill:
    """A fill whose markouts are not all known.

    Attributes:
        time: UTC of the fill.
        worth: `unit_value` at the fill's price.
        size: Account currency that the fill gains when `unit_value` rises by 1.
        order: The order that was filled.
    """

    time: datetime
    worth: float
    size: float
    order: FollowedOrder


class Markouts:
    """The fills that wait for the markouts of each horizon.

    A fill waits in one queue at a time, the shortest horizon's first. The first mark at or after
    the horizon measures the markout if it has a price and is not too late (`HORIZONS`); else the
    markout is missed.

    Attributes:
        pending: For each horizon the fills that wait for it, the oldest first.
    """

    def __init__(self) -> None:
        self.pending: list[deque[PendingFill]] = [deque() for _ in HORIZONS]

    def watch(self, order: FollowedOrder, fill: Fill) -> None:
        """Let a fill of an order wait for its markouts."""
        instrument, price = order.instrument, fill.price
        worth = unit_value(instrument, price) if instrument.inverse else price
        self._wait(0, PendingFill(fill.time, worth, order.size(fill.quantity), order))

    def mark(self, time: datetime, prices: Mapping[str, float]) -> None:
        """Decide the markouts that are due at the prices of a mark; O(fills due)."""
        for horizon, (_, after, patience) in enumerate(HORIZONS):
            queue = self.pending[horizon]
            while queue and queue[0].time + after <= time:
                pending_fill = queue.popleft()
                in_time = time <= pending_fill.time + after + patience
                price = prices.get(pending_fill.order.instrument.sid, 0.0) if in_time else 0.0
                self._decide(horizon, pending_fill, price)
                if horizon + 1 < len(HORIZONS):
                    self._wait(horizon + 1, pending_fill)

    def due(self, time: datetime) -> set[str]:
        """The sids whose price a mark at that time needs for markouts; O(fills due)."""
        found: set[str] = set()
        for (_, after, _), queue in zip(HORIZONS, self.pending, strict=True):
            for pending_fill in queue:
                if pending_fill.time + after > time:
                    break
                found.add(pending_fill.order.instrument.sid)
        return found

    def split(self, sid: str, factor: float) -> None:
        """Apply a split to the fills that wait: the factor is new price over old."""
        for queue in self.pending:
            for pending_fill in queue:
                if pending_fill.order.instrument.sid == sid:
                    pending_fill.worth *= factor
                    pending_fill.size /= factor

    def orders(self) -> list[FollowedOrder]:
        """The orders of the fills that wait, once for each fill."""
        return [pending_fill.order for queue in self.pending for pending_fill in queue]

    def _wait(self, horizon: int, pending_fill: PendingFill) -> None:
        """Queue a fill for a horizon; in a full queue the oldest fill misses its markouts."""
        queue = self.pending[horizon]
        queue.append(pending_fill)
        if len(queue) > MOST_PENDING:
            oldest = queue.popleft()
            for missed in range(horizon, len(HORIZONS)):
                self._decide(missed, oldest, 0.0)

    def _decide(self, horizon: int, pending_fill: PendingFill, price: float) -> None:
        """Count a fill's markout at a price, or as missed where the price is 0."""
        order = pending_fill.order
        if not price:
            for sums in order.groups:
                sums.markouts[horizon][3] += 1
            return
        money = pending_fill.size * (unit_value(order.instrument, price) - pending_fill.worth)
        value = abs(pending_fill.size * pending_fill.worth)
        order.markouts[horizon] = (order.markouts[horizon] or 0.0) + money
        for sums in order.groups:
            row = sums.markouts[horizon]
            row[0] += 1
            row[1] += value
            row[2] += money


def pending_queues(order: Codec[FollowedOrder]) -> Codec[list[deque[PendingFill]]]:
    """The codec of `Markouts.pending`; `order` is how a fill's order is saved."""
    queue = deque_of(row_codec(PendingFill, Saved(codecs={"order": order})))
    return row_of(*[queue] * len(HORIZONS), make=list)
