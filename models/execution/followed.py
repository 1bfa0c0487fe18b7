"""The orders that are followed: those that are open, and those that ended last."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import datetime

from models.events.instruments import Instrument
from models.events.orders import Fill, OrderType, OrderUpdate
from models.execution.groups import OrderGroups
from models.execution.order_quality import Outcome
from models.execution.orders import FollowedOrder, unit_value

FINISHED_WHOLE = 200  # finished orders kept whole


class FollowedOrders:
    """The orders from their first event on; the groups count them once they ended.

    Args:
        groups: The groups.

    Attributes:
        open: The open orders by id, a part for each owner.
        ended: Those that ended last, the latest last.
        prices: Those of the last mark by sid, quote currency, 0 where unknown.
    """

    def __init__(self, groups: OrderGroups) -> None:
        self._groups = groups
        self.open: dict[int, list[FollowedOrder]] = {}
        self.ended: deque[FollowedOrder] = deque(maxlen=FINISHED_WHOLE)
        self.prices: Mapping[str, float] = {}

    def has_ended(self, order_id: int, since: datetime | None) -> bool:
        """Whether an order submitted since then, UTC, is among those that ended last."""
        return any(
            ended.order_id == order_id and (since is None or ended.submitted >= since)
            for ended in self.ended
        )

    def follow(
        self,
        event: OrderUpdate | Fill,
        owner: tuple[str, float],
        order_type: OrderType,
        instrument: Instrument,
        rate: float,
        submitted: datetime,
        quotes: tuple[float, float, float],
    ) -> FollowedOrder:
        """Begin to follow an order, or a part of it.

        Args:
            event: Its first event.
            owner: Whose it is, and with which share.
            order_type: LEAN's order type.
            instrument: What it trades.
            rate: The rate at the event.
            submitted: UTC of the submission.
            quotes: Best bid, best ask and last price at the submission; 0 where unknown.
        """
        strategy, share = owner
        quantity = event.quantity * share
        about = event.order_id, strategy, instrument, order_type, submitted
        followed = FollowedOrder(*about, (), quantity, rate)
        followed.arrive(*quotes)
        price = followed.arrival or event.price
        worth = unit_value(instrument, price) if instrument.inverse else price
        followed.value = abs(followed.size(quantity) * worth)
        followed.groups = self._groups.of(followed)
        self.open.setdefault(event.order_id, []).append(followed)
        return followed

    def end(
        self,
        order_id: int,
        outcome: Outcome,
        time: datetime,
        message: str = "",
        price: float = 0.0,
    ) -> None:
        """End an open order, and count it; a price of 0 stands for that of the last mark."""
        for followed in self.open.pop(order_id, ()):
            at = price or self.prices.get(followed.instrument.sid, 0.0)
            followed.end(outcome, time, message, at)
            self.ended.append(followed)
            self._groups.count(followed, message)
