"""The execution quality of all orders: each is followed live, and counted once it ended.

What came of an event or of a mark nobody asks at once: it is left until somebody does, and many are
taken together. Following an order touches memory all over, which LEAN's own work between two hooks
drives out of the processor's caches.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from itertools import chain
from typing import Any

from models.codec import JSON_OBJECT, NUMBER, WHOLE, Codec, deque_of, dict_of, list_of
from models.errors import Failure, guarded
from models.events.instruments import Instrument
from models.events.orders import Fill, OrderType, OrderUpdate
from models.execution.followed import FINISHED_WHOLE, FollowedOrders
from models.execution.group_metrics import ExecutionMetrics, OrderGroup, SuggestedSlippage
from models.execution.groups import OrderGroups
from models.execution.markouts import Markouts, pending_queues
from models.execution.order_quality import ENDS, HORIZONS, OrderQuality, Outcome, owners
from models.execution.orders import (
    FILLED,
    FollowedOrder,
    followed_row,
    seconds_between,
)
from models.execution.score import THRESHOLDS
from models.fields import restore_part, saved_value
from models.ledger.mark_columns import MarkColumns
from models.ledger.orders import Order
from models.rows import row_of

MOST_UNTAKEN = 256  # events and marks that are left to be taken together
MOST_MISSED = 4_096  # fills that missed a markout and are counted together
LAST_HORIZON = HORIZONS[-1][1]

# Whose an order is, with the share of each.
Sharing = Sequence[tuple[str, float]]


class ExecutionQuality:
    """The execution of all orders that are the user's own.

    An order that `liquidate()` shared among several is followed in a part for each of them. Orders
    that LEAN made itself, and exercises, are left out (`owners`). `rate` is account currency per
    unit of the instrument's P&L currency.

    Args:
        zone: The algorithm's time zone, for the hours.
        thresholds: From where on all points of a part of the score are lost (`read_thresholds`).
        failures: Where it is put that something left could not be taken, for whoever counts it.

    Attributes:
        watched: The sids of which a fill may wait for a markout.
        since: UTC of the start of the deployment, for a new deployment counts order ids anew.
    """

    def __init__(
        self,
        zone: tzinfo,
        thresholds: Mapping[str, float] = THRESHOLDS,
        failures: list[tuple[str, Failure]] | None = None,
    ) -> None:
        self._thresholds = thresholds
        self._failures = [] if failures is None else failures
        self._groups = OrderGroups(zone)
        self._orders = FollowedOrders(self._groups)
        self._markouts = Markouts()
        self._left: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()
        self._decided = datetime.min.replace(tzinfo=UTC)  # by then the last fill waits no more
        self.watched: set[str] = set()
        self._late_fills = 0
        self.since: datetime | None = None

    # --- events in

    def deploy(self, time: datetime) -> None:
        """Begin a deployment: end the open orders, as LEAN counts its orders anew.

        Args:
            time: UTC of the start.
        """
        self.settle()
        for order_id in list(self._orders.open):
            self._orders.end(order_id, Outcome.UNKNOWN, time, "a new deployment began")
        self.since = time

    def submit(
        self,
        update: OrderUpdate,
        order: Order,
        instrument: Instrument,
        rate: float,
        created: datetime | None = None,
    ) -> None:
        """Take an order's first event, where it fills nothing.

        Args:
            update: The event, with the quantity, the limit and the prices at submission.
            order: Whose order it is.
            instrument: What it trades.
            rate: The rate at the event.
            created: UTC of the submission; without it the submission is at the event's own time,
                and the latency of the acknowledgement is not measured.
        """
        sharing = owners(order, update.order_type)
        if sharing:
            about = update, sharing, order.order_type, instrument, rate, created
            self._leave(ExecutionQuality._submit, about)

    def _submit(
        self,
        update: OrderUpdate,
        sharing: Sharing,
        order_type: OrderType,
        instrument: Instrument,
        rate: float,
        created: datetime | None,
    ) -> None:
        submitted, order_id = created or update.time, update.order_id
        if order_id in self._orders.open:
            self._orders.end(order_id, Outcome.UNKNOWN, submitted, "its id came again")
        quotes = update.bid, update.ask, update.price
        for owner in sharing:
            followed = self._orders.follow(
                update, owner, order_type, instrument, rate, submitted, quotes
            )
            if created is not None:
                followed.acknowledged = seconds_between(created, update.time)
        if len(sharing) > 1 or update.limit_price is not None or update.status in ENDS:
            self._update(update)  # else there is nothing more in it

    def update(self, update: OrderUpdate) -> bool:
        """Take an event that fills nothing; that of an order which is not followed is ignored.

        The price at the end is the event's own where it has one, else that of the last mark.

        Returns:
            Whether the order ended with the event.
        """
        self.settle()
        return self._update(update)

    def _update(self, update: OrderUpdate) -> bool:
        parts = self._orders.open.get(update.order_id)
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
        self._orders.end(update.order_id, outcome, update.time, update.message, price)
        return True

    def fill(
        self, fill: Fill, order: Order, instrument: Instrument, rate: float, fee: float = 0.0
    ) -> None:
        """Take a fill.

        Args:
            fill: The fill.
            order: Whose order it is.
            instrument: What was traded.
            rate: The rate at the fill.
            fee: The fill's fee, account currency, positive when paid.
        """
        sharing = owners(order, fill.order_type)
        if sharing:
            self.watched.add(instrument.sid)
            self._decided = fill.time + LAST_HORIZON
            about = fill, sharing, order.order_type, instrument, rate, fee
            self._leave(ExecutionQuality._fill, about)

    def _fill(
        self,
        fill: Fill,
        sharing: Sharing,
        order_type: OrderType,
        instrument: Instrument,
        rate: float,
        fee: float,
    ) -> None:
        parts = self._orders.open.get(fill.order_id, ())
        if not parts and self._orders.has_ended(fill.order_id, self.since):
            self._late_fills += 1
            return
        for owner in sharing:
            name, share = owner
            followed = parts[0] if len(parts) == 1 else None
            if followed is None or followed.strategy != name:
                followed = next((part for part in parts if part.strategy == name), None)
            if followed is None:
                unquoted = 0.0, 0.0, 0.0
                followed = self._orders.follow(
                    fill, owner, order_type, instrument, rate, fill.time, unquoted
                )
            part = fill if share == 1.0 else replace(fill, quantity=fill.quantity * share)
            followed.rate = rate
            followed.trade(part, fee * share)
            self._markouts.watch(followed, part)
        if fill.final:
            self._orders.end(fill.order_id, FILLED, fill.time)

    def charge(self, order_id: int, fee: float) -> None:
        """Take a fee that came without a fill, account currency."""
        self.settle()
        parts = self._orders.open.get(order_id, ())
        whole = sum(followed.quantity for followed in parts)
        for followed in parts:
            followed.figures.fees += fee * (followed.quantity / whole if whole else 1 / len(parts))

    def mark(self, time: datetime, prices: Mapping[str, float]) -> None:
        """Take the prices of a mark by sid, quote currency, 0 where unknown; O(markouts due)."""
        if not (self.watched or self._left):
            self._orders.prices = prices
            return
        self._leave(ExecutionQuality._mark, (time, prices))
        if time >= self._decided:
            self.settle()  # no fill waits any more, and marks may rest

    def _mark(self, time: datetime, prices: Mapping[str, float]) -> None:
        self._orders.prices = prices
        self._markouts.mark(time, prices)

    def mark_all(self, marks: MarkColumns, held: Sequence[str]) -> Mapping[str, float]:
        """Take marks in columns, as `mark` would take each with the prices it should show.

        Args:
            marks: They may have prices of what is not held, which markouts may wait for.
            held: The sids of what is.

        Returns:
            The last prices that were wanted of what is not held.
        """
        if len(marks.sids) > len(held):
            self.settle()
            return self._mark_all(marks, held)
        self._leave(ExecutionQuality._mark_all, (marks, held))
        if marks.times[-1] >= self._decided:
            self.settle()
        return {}

    def _mark_all(self, marks: MarkColumns, held: Sequence[str]) -> Mapping[str, float]:
        self._orders.prices, beside = self._markouts.mark_all(marks, held)
        return beside

    def due(self, time: datetime) -> set[str]:
        """The sids whose price a mark at that time needs for markouts, held or not.

        They are among those `watched`.
        """
        self.settle()
        return self._markouts.due(time)

    def waiting(self) -> set[str]:
        """The sids of the fills that wait for a markout."""
        self.settle()
        return self.watched

    @property
    def waits(self) -> bool:
        """Whether a fill waits for a markout, so that the time of a mark matters."""
        return bool(self.watched)

    def split(self, sid: str, factor: float) -> None:
        """Apply a split: quantities are divided by the factor, prices multiplied by it."""
        self.settle()
        for followed in self.open_parts():
            if followed.instrument.sid == sid:
                followed.scale(factor)
        self._markouts.split(sid, factor)
        if sid in self._orders.prices:
            self._orders.prices = {**self._orders.prices, sid: self._orders.prices[sid] * factor}

    def _leave(self, take: Callable[..., object], about: tuple[Any, ...]) -> None:
        """Leave something to be taken, with what is known of it, after all that was left before."""
        self._left.append((take, about))
        if len(self._left) >= MOST_UNTAKEN:
            self.settle()

    def settle(self) -> None:
        """Take what was left, in the order in which it came; whoever asks for a figure does."""
        if self._left:
            while (failure := guarded(self._take)) is not None:  # it costs no other, nor who asks
                self._failures.append(("execution", failure))
            self._markouts.settle(MOST_MISSED)
            self.watched = self._markouts.sids()

    def _take(self) -> None:
        """Take what was left, until there is no more or something fails."""
        left = self._left
        while left:
            take, about = left.popleft()
            take(self, *about)

    # --- what is known

    @property
    def late_fills(self) -> int:
        """Fills that came after their order's end, and are in no figure."""
        self.settle()
        return self._late_fills

    @property
    def open_orders(self) -> int:
        """Number of orders that have not ended, and are in no figure yet."""
        self.settle()
        return len(self._orders.open)

    def open_parts(self) -> Iterator[FollowedOrder]:
        """The open orders, those of several in a part for each."""
        self.settle()
        return chain.from_iterable(self._orders.open.values())

    def ended(self) -> tuple[FollowedOrder, ...]:
        """The orders that ended last, at most 200 of them, the latest last.

        They are as they are followed: a markout that is not known yet comes later.
        """
        self.settle()
        return tuple(self._orders.ended)

    def orders(self, limit: int | None = None) -> tuple[OrderQuality, ...]:
        """The orders that ended last, at most 200 of them, the latest first."""
        ended = self.ended()[::-1]
        return tuple(followed.quality() for followed in ended[:limit])

    def metrics(self, group: OrderGroup = OrderGroup.ACCOUNT) -> tuple[ExecutionMetrics, ...]:
        """The figures of each group of a kind, by key; of the account just one record."""
        self.settle()
        self._markouts.settle()
        return self._groups.metrics(group, self._thresholds)

    def suggested_slippage(self) -> tuple[SuggestedSlippage, ...]:
        """What market orders paid in each symbol, for the next backtest; by sid."""
        self.settle()
        return self._groups.suggested_slippage()

    # --- state

    def state(self) -> dict[str, Any]:
        """JSON-able and exact; orders stand once, and elsewhere as their places among them."""
        self.settle()
        self._markouts.settle()
        everyone = [*self._orders.ended, *self.open_parts(), *self._markouts.orders()]
        orders = list({id(followed): followed for followed in everyone}.values())
        places = {id(followed): at for at, followed in enumerate(orders)}
        place: Codec[FollowedOrder] = Codec((int,), lambda followed: places[id(followed)])
        return {
            "groups": self._groups.state(),
            "orders": list_of(followed_row({}, self._groups.kinds)).encode(orders),
            "ended": list_of(place).encode([*self._orders.ended]),
            "open": list_of(place).encode([*self.open_parts()]),
            "markouts": pending_queues(place).encode(self._markouts.pending),
            "prices": dict(self._orders.prices),
            "counts": [self._groups.orders, self._late_fills],
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
        self._orders.ended = saved_value(state, "ended", deque_of(place, FINISHED_WHOLE))
        still_open = saved_value(state, "open", list_of(place))
        self._orders.open = {}
        for followed in still_open:
            self._orders.open.setdefault(followed.order_id, []).append(followed)
        self._markouts.pending = saved_value(state, "markouts", pending_queues(place))
        self._orders.prices = saved_value(state, "prices", dict_of(NUMBER))
        counts = saved_value(state, "counts", row_of(WHOLE, WHOLE))
        self._groups.orders, self._late_fills = counts
        self._left.clear()
        self.watched = self._markouts.sids()
