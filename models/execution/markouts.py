"""Markouts: what the price did for a fill in the minutes, or the day, after it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.codec import Codec, deque_of
from models.events.orders import Fill
from models.execution.order_quality import HORIZONS
from models.execution.orders import FollowedOrder, unit_value
from models.execution.sums import GroupSums
from models.ledger.mark_columns import MarkColumns
from models.records import Saved, row_codec
from models.rows import row_of

# The most fills that wait for one horizon's markout; beyond it the oldest counts as missed.
MOST_PENDING = 1_000
LAST = len(HORIZONS) - 1  # the longest horizon


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
        # for each horizon the groups of the fills that missed it and are not counted yet
        self._missed: list[list[tuple[GroupSums, ...]]] = [[] for _ in HORIZONS]

    def watch(self, order: FollowedOrder, fill: Fill) -> None:
        """Let a fill of an order wait for its markouts."""
        instrument, price = order.instrument, fill.price
        worth = unit_value(instrument, price) if instrument.inverse else price
        size = fill.quantity * instrument.multiplier * order.rate  # as `FollowedOrder.size` has it
        self.pending[0].append(PendingFill(fill.time, worth, size, order))
        if len(self.pending[0]) > MOST_PENDING:
            self._give_up(0)

    def mark(self, time: datetime, prices: Mapping[str, float]) -> None:
        """Decide the markouts that are due at the prices of a mark; O(fills due)."""
        for horizon, (_, after, patience) in enumerate(HORIZONS):
            queue, missed = self.pending[horizon], self._missed[horizon]
            if not queue or queue[0].time + after > time:
                continue
            until = time - after
            since = until - patience
            while queue and queue[0].time <= until:
                pending_fill = queue.popleft()
                order = pending_fill.order
                price = 0.0
                if pending_fill.time >= since:
                    price = prices.get(order.instrument.sid, 0.0)
                if price:
                    _measure(horizon, pending_fill, price)
                else:
                    missed.append(order.groups)
                if horizon < LAST:
                    later = self.pending[horizon + 1]
                    later.append(pending_fill)
                    if len(later) > MOST_PENDING:
                        self._give_up(horizon + 1)

    def mark_all(
        self, marks: MarkColumns, held: Sequence[str]
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Decide the markouts that are due at marks in columns, each at what it should show.

        Args:
            marks: They may have prices of what is not held.
            held: The sids of what is.

        Returns:
            The prices that the last mark should show, and the last ones of what was due at some
            mark and is not held.
        """
        times, beside, more = marks.times, dict[str, float](), len(marks.sids) > len(held)
        row, last = 0, len(times) - 1
        while True:
            if row < last:
                due = self._next_due()
                row = last if due is None else bisect_left(times, due, row, last)
            prices = marks.prices_at(row)
            shown = {sid: prices[sid] for sid in held}
            for sid in (self.due(times[row]) & prices.keys()) - shown.keys() if more else ():
                shown[sid] = beside[sid] = prices[sid]
            self.mark(times[row], shown)
            if row == last:
                return shown, beside
            row += 1

    def _next_due(self) -> datetime | None:
        """UTC from which on a mark decides something; None while no fill waits."""
        waiting = zip(HORIZONS, self.pending, strict=True)
        return min(
            (queue[0].time + after for (_, after, _), queue in waiting if queue), default=None
        )

    def settle(self, most: int = 0) -> None:
        """Count the fills that missed a markout, those of orders alike at once.

        Args:
            most: Where they are no more than these, they are left for later.
        """
        for horizon, missed in enumerate(self._missed):
            if len(missed) <= most:
                continue
            for groups, count in Counter(missed).items():
                for sums in groups:
                    sums.markouts[horizon][3] += count
            missed.clear()

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

    def sids(self) -> set[str]:
        """The sids of the fills that wait."""
        return {fill.order.instrument.sid for queue in self.pending for fill in queue}

    def orders(self) -> list[FollowedOrder]:
        """The orders of the fills that wait, once for each fill."""
        return [pending_fill.order for queue in self.pending for pending_fill in queue]

    def _give_up(self, horizon: int) -> None:
        """Let the oldest fill that waits for a horizon miss its markouts from there on."""
        oldest = self.pending[horizon].popleft()
        for missed in self._missed[horizon:]:
            missed.append(oldest.order.groups)


def _measure(horizon: int, pending_fill: PendingFill, price: float) -> None:
    """Count a fill's markout at a price."""
    order, size, before = pending_fill.order, pending_fill.size, pending_fill.worth
    worth = unit_value(order.instrument, price) if order.instrument.inverse else price
    money = size * (worth - before)
    value = abs(size * before)
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
