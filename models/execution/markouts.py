"""Markouts: where the price stood some time after a fill."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.events.orders import Fill
from models.execution.orders import FollowedOrder, worth_of
from models.execution.records import HORIZONS

MOST_PENDING = 1_000  # fills that wait for one horizon's markout; the oldest go as missed


@dataclass(slots=True, eq=False)
class Watched:
    """A fill whose markouts are not all known.

    Attributes:
        time: UTC of the fill.
        worth: What a unit was worth at its price.
        size: Signed money that it moves by, a unit of worth.
        order: Its order.
    """

    time: datetime
    worth: float
    size: float
    order: FollowedOrder


class Markouts:
    """The fills that wait for what the price does after them, horizon by horizon.

    A fill waits in one queue at a time. The first mark at or after a horizon decides: it measures
    the markout if it has a price and is not too late (`HORIZONS`), else that is missed.
    """

    def __init__(self) -> None:
        self._pending: list[deque[Watched]] = [deque() for _ in HORIZONS]

    def watch(self, order: FollowedOrder, fill: Fill) -> None:
        """Let a fill wait."""
        worth = worth_of(order.instrument, fill.price)
        self._wait(0, Watched(fill.time, worth, order.size(fill.quantity), order))

    def mark(self, time: datetime, prices: Mapping[str, float]) -> None:
        """Decide what is due; O(that)."""
        for horizon, (_, after, patience) in enumerate(HORIZONS):
            pending = self._pending[horizon]
            while pending and pending[0].time + after <= time:
                watched = pending.popleft()
                in_time = time <= watched.time + after + patience
                price = prices.get(watched.order.instrument.sid, 0.0) if in_time else 0.0
                self._decide(horizon, watched, price)
                if horizon + 1 < len(HORIZONS):
                    self._wait(horizon + 1, watched)

    def due(self, time: datetime) -> set[str]:
        """The sids whose price a mark at that time would take; O(fills due)."""
        found: set[str] = set()
        for (_, after, _), pending in zip(HORIZONS, self._pending, strict=True):
            for watched in pending:
                if watched.time + after > time:
                    break
                found.add(watched.order.instrument.sid)
        return found

    def split(self, sid: str, factor: float) -> None:
        """Apply a split to what waits."""
        for pending in self._pending:
            for watched in pending:
                if watched.order.instrument.sid == sid:
                    watched.worth *= factor
                    watched.size /= factor

    def orders(self) -> list[FollowedOrder]:
        """The orders of the fills that wait."""
        return [watched.order for pending in self._pending for watched in pending]

    def _wait(self, horizon: int, watched: Watched) -> None:
        pending = self._pending[horizon]
        pending.append(watched)
        if len(pending) > MOST_PENDING:
            oldest = pending.popleft()
            for missed in range(horizon, len(HORIZONS)):
                self._decide(missed, oldest, 0.0)

    def _decide(self, horizon: int, watched: Watched, price: float) -> None:
        """Count a fill's markout at a price, or as missed at 0."""
        order = watched.order
        if not price:
            for sums in order.groups:
                sums.markouts[horizon][3] += 1
            return
        money = watched.size * (worth_of(order.instrument, price) - watched.worth)
        value = abs(watched.size * watched.worth)
        order.markouts[horizon] = (order.markouts[horizon] or 0.0) + money
        for sums in order.groups:
            row = sums.markouts[horizon]
            row[0] += 1
            row[1] += value
            row[2] += money

    def state(self, number: Callable[[FollowedOrder], int]) -> list[list[list[Any]]]:
        """JSON-able and exact; orders by number."""
        return [
            [[each.time.isoformat(), each.worth, each.size, number(each.order)] for each in pending]
            for pending in self._pending
        ]

    def restore(self, state: list[list[list[Any]]], orders: list[FollowedOrder]) -> None:
        """Take over what `state` returned; the orders by number."""
        self._pending = [
            deque(
                Watched(datetime.fromisoformat(time), worth, size, orders[at])
                for time, worth, size, at in pending
            )
            for pending in state
        ]
