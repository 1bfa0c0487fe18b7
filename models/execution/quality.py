"""The execution quality of all orders: each is followed live, and counted once it ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from itertools import chain
from typing import Any

from models.codec import JSON_OBJECT, NUMBER, WHOLE, Codec, deque_of, dict_of, list_of
from models.events.instruments import Instrument
from models.events.orders import Fill, OrderType, OrderUpdate
from models.execution.group_metrics import ExecutionMetrics, OrderGroup, SuggestedSlippage
from models.execution.groups import OrderGroups
from models.execution.markouts import Markouts, pending_queues
from models.execution.order_quality import ENDS, OrderQuality, Outcome, owners
from models.execution.orders import FollowedOrder, followed_row, seconds_between, unit_value
from models.execution.score import THRESHOLDS
from models.fields import restore_part, saved_value
from models.ledger.orders import Order
from models.rows import row_of

FINISHED_WHOLE = 200  # finished orders kept whole


class ExecutionQuality:
    """The execution of all orders that are the user's own.

    An order that `liquidate()` shared among several is followed in a part for each of them. Orders
    that LEAN made itself, and exercises, are left out (`owners`). `rate` is account currency per
    unit of the instrument's P&L currency.

    Args:
        zone: The algorithm's time zone, for the hours.
        thresholds: From where on all points of a part of the score are lost (`read_thresholds`).

    Attributes:
        late_fills: Fills that came after their order's end, and are in no figure.
        since: UTC of the start of the deployment, for a new deployment counts order ids anew.
    """

    def __init__(self, zone: tzinfo, thresholds: Mapping[str, float] = THRESHOLDS) -> None:
        self._thresholds = thresholds
        self._groups = OrderGroups(zone)
        self._open: dict[int, list[FollowedOrder]] = {}  # by order id, a part for each owner
        self._ended: deque[FollowedOrder] = deque(maxlen=FINISHED_WHOLE)
        self._markouts = Markouts()
        self._prices: Mapping[str, float] = {}
        self.late_fills = 0
        self.since: datetime | None = None

    # --- events in

    def deploy(self, time: datetime) -> None:
        """Begin a deployment: end the open orders, as LEAN counts its orders anew.

        Args:
            time: UTC of the start.
        """
        for order_id in list(self._open):
            self._end(order_id, Outcome.UNKNOWN, time, "a new deployment began")
        self.since = time

    def submit(
        self,
        update: OrderUpdate,
        order: Order,
        instrument: Instrument,
        rate: float,
        created: datetime | None = None,
    ) -> bool:
        """Take an order's first event, where it fills nothing.

        Args:
            update: The event, with the quantity, the limit and the prices at submission.
            order: Whose order it is.
            instrument: What it trades.
            rate: The rate at the event.
            created: UTC of the submission; without it the submission is at the event's own time,
                and the latency of the acknowledgement is not measured.

        Returns:
            Whether the order ended with the event.
        """
        sharing = owners(order, update.order_type)
        if not sharing:
            return False
        self._end(update.order_id, Outcome.UNKNOWN, created or update.time, "its id came again")
        quotes = update.bid, update.ask, update.price
        for owner in sharing:
            followed = self._follow(
                update, owner, order.order_type, instrument, rate, created or update.time, quotes
            )
            if created is not None:
                followed.acknowledged = seconds_between(created, update.time)
        if len(sharing) == 1 and update.limit_price is None and update.status not in ENDS:
            return False  # there is nothing more in it
        return self.update(update)

    def update(self, update: OrderUpdate) -> bool:
        """Take an event that fills nothing; that of an order which is not followed is ignored.

        The price at the end is the event's own where it has one, else that of the last mark.

        Returns:
            Whether the order ended with the event.
        """
        parts = self._open.get(update.order_id)
        if parts is None:
            return False
        whole = sum(followed.quantity for followed in parts)
        for followed in parts:
            if update.limit_price is not None and followed.order_type is not OrderType.COMBO_LIMIT:
                followed.limit = update.limit_price  # a combo's limit is not that of its legs
            if update.quantity and whole:
                followed.value *= abs(update.quantity / whole)
                followed.quantity = update.quantity * (followed.quantity / whole)
        outcome = ENDS.get(update.status)
        if outcome is None:
            return False
        if outcome is Outcome.CANCELED and "expired" in update.message.lower():
            outcome = Outcome.EXPIRED
        quoted = update.bid and update.ask
        price = (update.bid + update.ask) / 2 if quoted else update.price
        self._end(update.order_id, outcome, update.time, update.message, price)
        return True

    def fill(
        self, fill: Fill, order: Order, instrument: Instrument, rate: float, fee: float = 0.0
    ) -> bool:
        """Take a fill.

        Args:
            fill: The fill.
            order: Whose order it is.
            instrument: What was traded.
            rate: The rate at the fill.
            fee: The fill's fee, account currency, positive when paid.

        Returns:
            Whether the order ended with the fill.
        """
        sharing = owners(order, fill.order_type)
        if not sharing:
            return False
        parts = self._open.get(fill.order_id, ())
        if not parts and self._has_ended(fill.order_id):
            self.late_fills += 1
            return False
        for owner in sharing:
            name, share = owner
            followed = parts[0] if len(parts) == 1 else None
            if followed is None or followed.strategy != name:
                followed = next((part for part in parts if part.strategy == name), None)
            if followed is None:
                unquoted = 0.0, 0.0, 0.0
                followed = self._follow(
                    fill, owner, order.order_type, instrument, rate, fill.time, unquoted
                )
            part = fill if share == 1.0 else replace(fill, quantity=fill.quantity * share)
            followed.rate = rate
            followed.trade(part, fee * share)
            self._markouts.watch(followed, part)
        if fill.final:
            self._end(fill.order_id, Outcome.FILLED, fill.time)
        return fill.final

    def charge(self, order_id: int, fee: float) -> None:
        """Take a fee that came without a fill, account currency."""
        parts = self._open.get(order_id, ())
        whole = sum(followed.quantity for followed in parts)
        for followed in parts:
            followed.figures.fees += fee * (followed.quantity / whole if whole else 1 / len(parts))

    def mark(self, time: datetime, prices: Mapping[str, float]) -> None:
        """Take the prices of a mark by sid, quote currency, 0 where unknown; O(markouts due)."""
        self._prices = prices
        self._markouts.mark(time, prices)

    def due(self, time: datetime) -> set[str]:
        """The sids whose price a mark at that time needs for markouts, held or not."""
        return self._markouts.due(time)

    @property
    def waits(self) -> bool:
        """Whether a fill waits for a markout, so that the time of a mark matters."""
        return any(self._markouts.pending)

    def split(self, sid: str, factor: float) -> None:
        """Apply a split: quantities are divided by the factor, prices multiplied by it."""
        for followed in self._open_parts():
            if followed.instrument.sid == sid:
                followed.scale(factor)
        self._markouts.split(sid, factor)
        if sid in self._prices:
            self._prices = {**self._prices, sid: self._prices[sid] * factor}

    # --- what is known

    @property
    def open_orders(self) -> int:
        """Number of orders that have not ended, and are in no figure yet."""
        return len(self._open)

    def open(self) -> tuple[FollowedOrder, ...]:
        """The orders that have not ended, those of several in a part for each."""
        return tuple(self._open_parts())

    def ended(self) -> tuple[FollowedOrder, ...]:
        """The orders that ended last, at most 200 of them, the latest last.

        They are as they are followed: a markout that is not known yet comes later.
        """
        return tuple(self._ended)

    def orders(self, limit: int | None = None) -> tuple[OrderQuality, ...]:
        """The orders that ended last, at most 200 of them, the latest first."""
        ended = list(self._ended)[::-1]
        return tuple(followed.quality() for followed in ended[:limit])

    def metrics(self, group: OrderGroup = OrderGroup.ACCOUNT) -> tuple[ExecutionMetrics, ...]:
        """The figures of each group of a kind, by key; of the account just one record."""
        return self._groups.metrics(group, self._thresholds)

    def suggested_slippage(self) -> tuple[SuggestedSlippage, ...]:
        """What market orders paid in each symbol, for the next backtest; by sid."""
        return self._groups.suggested_slippage()

    # --- within

    def _open_parts(self) -> Iterator[FollowedOrder]:
        """The open orders, those of several in a part for each."""
        return chain.from_iterable(self._open.values())

    def _has_ended(self, order_id: int) -> bool:
        """Whether an order of the present deployment is among those that ended last."""
        since = self.since
        return any(
            ended.order_id == order_id and (since is None or ended.submitted >= since)
            for ended in self._ended
        )

    def _follow(
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
        followed.value = abs(followed.size(followed.quantity) * unit_value(instrument, price))
        followed.groups = self._groups.of(followed)
        self._open.setdefault(event.order_id, []).append(followed)
        return followed

    def _end(
        self,
        order_id: int,
        outcome: Outcome,
        time: datetime,
        message: str = "",
        price: float = 0.0,
    ) -> None:
        """End an open order, and count it; a price of 0 stands for that of the last mark."""
        for followed in self._open.pop(order_id, ()):
            at = price or self._prices.get(followed.instrument.sid, 0.0)
            followed.end(outcome, time, message, at)
            self._ended.append(followed)
            self._groups.count(followed, message)

    # --- state

    def state(self) -> dict[str, Any]:
        """JSON-able and exact; orders stand once, and elsewhere as their places among them."""
        everyone = [*self._ended, *self._open_parts(), *self._markouts.orders()]
        orders = list({id(followed): followed for followed in everyone}.values())
        places = {id(followed): at for at, followed in enumerate(orders)}
        place: Codec[FollowedOrder] = Codec((int,), lambda followed: places[id(followed)])
        return {
            "groups": self._groups.state(),
            "orders": list_of(followed_row({}, self._groups.kinds)).encode(orders),
            "ended": list_of(place).encode([*self._ended]),
            "open": list_of(place).encode([*self._open_parts()]),
            "markouts": pending_queues(place).encode(self._markouts.pending),
            "prices": dict(self._prices),
            "counts": [self._groups.orders, self.late_fills],
        }

    def restore(self, state: Mapping[str, Any], instruments: Mapping[str, Instrument]) -> None:
        """Take over what `state` returned.

        Args:
            state: The state.
            instruments: By sid, those of all its orders.

        Raises:
            StateError: Something in it is missing or of another type.
        """
        restore_part(self._groups, saved_value(state, "groups", JSON_OBJECT), "groups")
        order = followed_row(instruments, self._groups.kinds)
        orders = saved_value(state, "orders", list_of(order))
        place: Codec[FollowedOrder] = Codec((int,), read=orders.__getitem__)
        self._ended = saved_value(state, "ended", deque_of(place, FINISHED_WHOLE))
        still_open = saved_value(state, "open", list_of(place))
        self._open = {}
        for followed in still_open:
            self._open.setdefault(followed.order_id, []).append(followed)
        self._markouts.pending = saved_value(state, "markouts", pending_queues(place))
        self._prices = saved_value(state, "prices", dict_of(NUMBER))
        counts = saved_value(state, "counts", row_of(WHOLE, WHOLE))
        self._groups.orders, self.late_fills = counts
