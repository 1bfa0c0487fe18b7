"""The execution quality of every order: followed live, summed by group once it ended."""

from __future__ import annotations

from bisect import bisect
from collections import deque
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

import numpy as np

from models.events.instruments import Instrument
from models.events.orders import Fill, OrderType, OrderUpdate
from models.execution.markouts import Markouts
from models.execution.orders import FollowedOrder, seconds_between, worth_of
from models.execution.quantiles import Quantiles
from models.execution.reasons import plain_reason
from models.execution.records import (
    ENDS,
    LATENCIES,
    SIZES,
    UNVALUED,
    ExecutionMetrics,
    OrderGroup,
    OrderQuality,
    Outcome,
    SuggestedSlippage,
    is_own,
)
from models.execution.score import THRESHOLDS
from models.execution.sums import OTHER, GroupSums, OrderFigures, values_of
from models.ledger.orders import Order

EXACT = 10_000  # orders up to which quantiles are exact
KEPT = 200  # finished orders kept whole
MOST_KEYS = 500  # values of a kind of group; orders of further ones are put together as OTHER

# Where an order has its strategy and its symbol among its groups.
STRATEGY, SYMBOL = (
    tuple(OrderGroup).index(OrderGroup.STRATEGY),
    tuple(OrderGroup).index(OrderGroup.SYMBOL),
)
BOUNDS, SIZE_NAMES = zip(*SIZES, strict=True)


class ExecutionQuality:
    """The execution of all orders that are the user's own.

    Each call says whose the order is: LEAN's own orders, which are shared or exercises, are left
    out. `rate` is account currency per unit of the instrument's P&L currency.

    Args:
        zone: The algorithm's time zone, for the hours.
        thresholds: Where the score's points are lost (`read_thresholds`).

    Attributes:
        late_fills: Fills that came after their order's end, and are in no figure.
        since: UTC of the start of the deployment: an order of an earlier one has another's id.
    """

    def __init__(self, zone: tzinfo, thresholds: Mapping[str, float] = THRESHOLDS) -> None:
        self._zone = zone
        self._thresholds = thresholds
        self._groups: list[dict[str, GroupSums]] = [{} for _ in OrderGroup]
        self._open: dict[int, FollowedOrder] = {}
        self._ended: deque[FollowedOrder] = deque(maxlen=KEPT)
        self._markouts = Markouts()
        self._prices: Mapping[str, float] = {}
        self._orders = 0
        self.late_fills = 0
        self.since: datetime | None = None
        self._make(0, "", "")

    # --- events in

    def deploy(self, time: datetime) -> None:
        """End what is open: LEAN counts its orders anew."""
        for followed in list(self._open.values()):
            self._end(followed, Outcome.UNKNOWN, time, "a new deployment began")
        self.since = time

    def submit(
        self,
        update: OrderUpdate,
        order: Order,
        instrument: Instrument,
        rate: float,
        created: datetime | None = None,
    ) -> bool:
        """Take an order's first event, when it fills nothing.

        Args:
            update: The event, with the quantity, the limit and the prices at submission.
            order: Whose it is.
            instrument: What it trades.
            rate: At the event.
            created: UTC of the submission; without it that is the event's own time, and the
                latency of the acknowledgement is not measured.

        Returns:
            Whether the order ended with it.
        """
        if not is_own(order, update.order_type):
            return False
        quotes = update.bid, update.ask, update.price
        followed = self._follow(update, order, instrument, rate, created or update.time, quotes)
        if created is not None:
            followed.acknowledged = seconds_between(created, update.time)
        return self.update(update)

    def update(self, update: OrderUpdate) -> bool:
        """Take an event that fills nothing; of an order that is not followed it does nothing.

        The price it ended at is the event's own where it has one, else the last mark's.

        Returns:
            Whether the order ended with it.
        """
        followed = self._open.get(update.order_id)
        if followed is None:
            return False
        if update.limit_price is not None and followed.order_type is not OrderType.COMBO_LIMIT:
            followed.limit = update.limit_price  # a combo's limit is not that of its legs
        if update.quantity and followed.quantity:
            followed.value *= abs(update.quantity / followed.quantity)
            followed.quantity = update.quantity
        outcome = ENDS.get(update.status)
        if outcome is None:
            return False
        if outcome is Outcome.CANCELED and "expired" in update.message.lower():
            outcome = Outcome.EXPIRED
        quoted = update.bid and update.ask
        price = (update.bid + update.ask) / 2 if quoted else update.price
        self._end(followed, outcome, update.time, update.message, price)
        return True

    def fill(
        self, fill: Fill, order: Order, instrument: Instrument, rate: float, fee: float = 0.0
    ) -> bool:
        """Take a fill.

        Args:
            fill, order, instrument: What was traded, and whose it is.
            rate: At the fill.
            fee: Of the fill, account currency, positive when paid.

        Returns:
            Whether the order ended with it.
        """
        if not is_own(order, fill.order_type):
            return False
        followed = self._open.get(fill.order_id)
        if followed is None:
            if self._has_ended(fill.order_id):
                self.late_fills += 1
                return False
            followed = self._follow(fill, order, instrument, rate, fill.time, (0.0, 0.0, 0.0))
        followed.rate = rate
        followed.trade(fill, fee)
        self._markouts.watch(followed, fill)
        if fill.final:
            self._end(followed, Outcome.FILLED, fill.time)
        return fill.final

    def mark(self, time: datetime, prices: Mapping[str, float]) -> None:
        """Take the prices of a moment by sid, 0 where unknown; O(markouts due) a mark."""
        self._prices = prices
        self._markouts.mark(time, prices)

    def due(self, time: datetime) -> set[str]:
        """The sids whose price a mark at that time would take for markouts, held or not."""
        return self._markouts.due(time)

    def split(self, sid: str, factor: float) -> None:
        """Apply a split that happened: quantities are divided by the factor, prices multiplied."""
        for followed in self._open.values():
            if followed.instrument.sid == sid:
                followed.scale(factor)
        self._markouts.split(sid, factor)
        if sid in self._prices:
            self._prices = {**self._prices, sid: self._prices[sid] * factor}

    # --- what is known

    @property
    def open_orders(self) -> int:
        """Orders that have not ended, and are in no figure yet."""
        return len(self._open)

    def orders(self, limit: int | None = None) -> tuple[OrderQuality, ...]:
        """The orders that ended last, at most 200, the latest first."""
        ended = list(self._ended)[::-1]
        return tuple(followed.quality() for followed in ended[:limit])

    def metrics(self, group: OrderGroup = OrderGroup.ACCOUNT) -> tuple[ExecutionMetrics, ...]:
        """A record of every value of a group, by key; of the account just one."""
        found = self._groups[tuple(OrderGroup).index(group)]
        quantiles: list[Quantiles] = []
        if group is OrderGroup.ACCOUNT:
            columns = zip(*(each.quantiles for each in self._strategies()), strict=True)
            quantiles = [Quantiles.together(column) for column in columns]
        return tuple(
            found[key].metrics(group, found[key].quantiles or quantiles, self._thresholds)
            for key in sorted(found)
        )

    def suggested_slippage(self) -> tuple[SuggestedSlippage, ...]:
        """What market orders paid in each symbol, for the next backtest; by sid."""
        found: list[SuggestedSlippage] = []
        for sid, sums in sorted(self._groups[SYMBOL].items()):
            figures = OrderFigures(*sums.sums.tolist())
            if figures.taken:
                traded = max(0.0, -figures.taken_slippage / figures.taken)
                quoted = None
                if figures.taken_quoted:
                    quoted = max(0.0, -figures.taken_rest / figures.taken_quoted)
                orders = round(figures.taken_orders)
                found.append(SuggestedSlippage(sid, sums.name, orders, quoted, traded))
        return tuple(found)

    # --- within

    def _has_ended(self, order_id: int) -> bool:
        since = self.since
        return any(
            ended.order_id == order_id and (since is None or ended.submitted >= since)
            for ended in self._ended
        )

    def _follow(
        self,
        event: OrderUpdate | Fill,
        order: Order,
        instrument: Instrument,
        rate: float,
        submitted: datetime,
        quotes: tuple[float, float, float],
    ) -> FollowedOrder:
        old = self._open.get(event.order_id)
        if old is not None:
            self._end(old, Outcome.UNKNOWN, submitted, "its id came again")
        followed = FollowedOrder(
            event.order_id,
            order.strategy or "",
            instrument,
            order.order_type,
            submitted,
            (),
            event.quantity,
            rate,
        )
        followed.arrive(*quotes)
        price = followed.arrival or event.price
        followed.value = abs(followed.size(event.quantity) * worth_of(instrument, price))
        followed.groups = self._groups_of(followed)
        self._open[event.order_id] = followed
        return followed

    def _groups_of(self, followed: FollowedOrder) -> tuple[GroupSums, ...]:
        instrument, value = followed.instrument, followed.value
        keys = (
            "",
            followed.strategy,
            instrument.sid,
            instrument.security_type.value,
            followed.order_type.name,
            f"{followed.submitted.astimezone(self._zone).hour:02}",
            SIZE_NAMES[bisect(BOUNDS, value)] if value else UNVALUED,
        )
        sums = [found.get(key) for found, key in zip(self._groups, keys, strict=True)]
        return tuple(
            self._make(kind, keys[kind], instrument.ticker if kind == SYMBOL else keys[kind])
            if each is None
            else each
            for kind, each in enumerate(sums)
        )

    def _make(self, kind: int, key: str, name: str) -> GroupSums:
        """The sums of a value that is new to its kind of group."""
        found = self._groups[kind]
        if len(found) >= MOST_KEYS:
            key = name = OTHER
            if key in found:
                return found[key]
        sums = found[key] = GroupSums(key, name)
        if kind == STRATEGY:
            sums.rank(exact=self._orders <= EXACT)
        return sums

    def _strategies(self) -> list[GroupSums]:
        return list(self._groups[STRATEGY].values())

    def _end(
        self,
        followed: FollowedOrder,
        outcome: Outcome,
        time: datetime,
        message: str = "",
        price: float = 0.0,
    ) -> None:
        del self._open[followed.order_id]
        price = price or self._prices.get(followed.instrument.sid, 0.0)
        followed.end(outcome, time, message, price)
        self._ended.append(followed)
        added = np.array(values_of(followed.figures), dtype=float)
        for sums in followed.groups:
            sums.sums += added
        if outcome is not Outcome.FILLED:
            reason = f"{outcome.value}: {plain_reason(message)}"
            for sums in followed.groups:
                sums.count_reason(reason)
        self._rank(followed)

    def _rank(self, followed: FollowedOrder) -> None:
        """Count it in its strategy's quantiles."""
        self._orders += 1
        if self._orders == EXACT + 1:
            for sums in self._strategies():
                for each in sums.quantiles:
                    each.condense()
        values = (followed.slippage_bps, *(getattr(followed, name) for name in LATENCIES))
        for each, value in zip(followed.groups[STRATEGY].quantiles, values, strict=True):
            if value is not None:
                each.add(value)

    # --- state

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        everyone = [*self._ended, *self._open.values(), *self._markouts.orders()]
        orders = list({id(followed): followed for followed in everyone}.values())
        numbers = {id(followed): at for at, followed in enumerate(orders)}

        def number(followed: FollowedOrder) -> int:
            return numbers[id(followed)]

        return {
            "groups": {
                group.value: [sums.state() for sums in found.values()]
                for group, found in zip(OrderGroup, self._groups, strict=True)
            },
            "orders": [followed.state() for followed in orders],
            "ended": [number(followed) for followed in self._ended],
            "open": [number(followed) for followed in self._open.values()],
            "markouts": self._markouts.state(number),
            "prices": dict(self._prices),
            "counts": [self._orders, self.late_fills],
        }

    def restore(self, state: Mapping[str, Any], instruments: Mapping[str, Instrument]) -> None:
        """Take over what `state` returned; the instruments by sid."""
        made = (
            [GroupSums.from_state(each) for each in state["groups"][kind.value]]
            for kind in OrderGroup
        )
        self._groups = [{sums.key: sums for sums in each} for each in made]
        orders = [
            FollowedOrder.from_state(values, instruments, self._groups)
            for values in state["orders"]
        ]
        self._ended = deque((orders[at] for at in state["ended"]), KEPT)
        self._open = {orders[at].order_id: orders[at] for at in state["open"]}
        self._markouts.restore(state["markouts"], orders)
        self._prices = state["prices"]
        self._orders, self.late_fills = state["counts"]
