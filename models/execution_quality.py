"""Execution quality: what each order was sent for, what it got, and what that cost.

An order is followed from its first event to its last and counted when it has ended, once in a group
of every kind, so that the groups of a kind always sum to the account. Of the order itself the last
`KEPT` are kept, and a few numbers for the quantiles of its strategy. Orders that LEAN makes itself
are not the user's execution.

Half the spread and the rest sum to the slippage of every fill: the rest is what is left. Slippage
and the rest of it are signed so that negative is cost, for buyer and seller alike.

Time to the acknowledgement and to fills is measured where the events' times differ: in a backtest
most do not, and a later event that fills nothing carries no time of its own.
"""

from __future__ import annotations

from bisect import bisect
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import datetime, tzinfo
from typing import Any

import numpy as np

from models.events import Fill, Instrument, OrderType, OrderUpdate
from models.execution_records import (
    ENDS,
    HORIZONS,
    LATENCIES,
    OTHER,
    SIZES,
    THRESHOLDS,
    UNVALUED,
    Arrival,
    ExecutionMetrics,
    Figures,
    Group,
    GroupSums,
    OrderQuality,
    Outcome,
    Quantiles,
    SuggestedSlippage,
    basis_points,
    is_own,
    plain_reason,
    ratio,
    seconds_between,
    values_of,
    worth_of,
)
from models.sharing import Order

# Orders that take the market's price at once; LEAN's slippage models set what that costs.
IMMEDIATE = frozenset({OrderType.MARKET, OrderType.COMBO_MARKET})
MOST_PENDING = 1_000  # fills that wait for one horizon's markout; the oldest go as missed


@dataclass(slots=True, eq=False)
class FollowedOrder:
    """An order from its first event on; what is not said here is as in `OrderQuality`.

    Attributes:
        groups: The sums of its groups, one of each kind, as `Group` has them.
        rate: Account currency per unit of P&L currency when last told.
        value: 0 where unknown; so are `bid`, `ask` and `arrival`.
        half: Half the spread a unit; None where no spread was quoted.
        paid: Sum of filled quantity times price.
        figures: What it adds to its groups.
    """

    order_id: int
    strategy: str
    instrument: Instrument
    order_type: OrderType
    submitted: datetime
    groups: tuple[GroupSums, ...]
    quantity: float
    rate: float
    value: float = 0.0
    bid: float = 0.0
    ask: float = 0.0
    arrival: float = 0.0
    half: float | None = None
    limit: float | None = None
    filled: float = 0.0
    paid: float = 0.0
    acknowledged: float | None = None
    first_fill: float | None = None
    last_fill: float | None = None
    outcome: Outcome | None = None
    ended: datetime | None = None
    reason: str = ""
    shortfall: float | None = None
    markouts: list[float | None] = field(default_factory=lambda: [None] * len(HORIZONS))
    figures: Figures = field(default_factory=Figures)

    def arrive(self, bid: float, ask: float, price: float) -> None:
        """Take the prices at submission; 0 where unknown."""
        self.bid, self.ask = bid, ask
        self.arrival = (bid + ask) / 2 if bid and ask else price
        if bid and ask > bid:
            self.half = (worth_of(self.instrument, ask) - worth_of(self.instrument, bid)) / 2

    @property
    def slippage_bps(self) -> float | None:
        """Slippage in basis points of what was filled."""
        return basis_points(self.figures.slippage, self.figures.arrived)

    def size(self, quantity: float) -> float:
        """Signed money that a quantity moves by, a unit of worth."""
        return quantity * self.instrument.multiplier * self.rate

    def trade(self, fill: Fill, fee: float) -> None:
        """Take a fill; the fee is in account currency."""
        figures, price, size = self.figures, fill.price, self.size(fill.quantity)
        worth, each = worth_of(self.instrument, price), abs(size)
        figures.fills += 1
        figures.traded += each * abs(worth)
        figures.fees += fee
        self.filled += fill.quantity
        self.paid += fill.quantity * price
        self.last_fill = seconds_between(self.submitted, fill.time)
        if figures.fills == 1:
            self.first_fill = self.last_fill
        if self.arrival:
            self._slip(size, worth)
        if self.half is not None:
            dust = 1e-9 * abs(price)
            above, below = price > self.ask + dust, price < self.bid - dust
            figures.quoted_fills += 1
            figures.outside += above or below
            figures.worse += above if size > 0 else below
        if self.limit is not None:
            limit = worth_of(self.instrument, self.limit)
            figures.limited += each * abs(limit)
            figures.versus_limit += size * (limit - worth)

    def _slip(self, size: float, worth: float) -> None:
        figures, arrival = self.figures, worth_of(self.instrument, self.arrival)
        value, slippage = abs(size * arrival), size * (arrival - worth)
        takes = self.order_type in IMMEDIATE
        figures.arrived += value
        figures.slippage += slippage
        if self.half is None:
            figures.unquoted += slippage
        else:
            half_spread = -abs(size) * self.half
            figures.quoted += value
            figures.half_spread += half_spread
            figures.rest += slippage - half_spread
            if takes:
                figures.taken_quoted += value
                figures.taken_rest += slippage - half_spread
        if takes:
            figures.taken_orders = 1
            figures.taken += value
            figures.taken_slippage += slippage

    def end(self, outcome: Outcome, time: datetime, message: str, price: float) -> None:
        """Note how it ended, and at which price of the instrument; 0 where that is unknown."""
        self.outcome, self.ended, figures = outcome, time, self.figures
        if outcome is not Outcome.FILLED:
            self.reason = message
        left = self.quantity - self.filled
        if outcome is Outcome.FILLED or left * self.quantity <= 0:
            left = 0.0
        setattr(figures, outcome.value, 1)
        figures.touched = 1 if figures.fills else 0
        figures.partial = figures.touched if outcome is not Outcome.FILLED else 0
        rejected = outcome is Outcome.REJECTED
        if not rejected:
            figures.ordered = self.value
            figures.done = self.value * (1.0 - left / self.quantity) if left else self.value
        if not rejected and self.arrival and (price or not left):
            arrival = worth_of(self.instrument, self.arrival)
            moved = arrival - worth_of(self.instrument, price) if left else 0.0
            self.shortfall = figures.shortfall = figures.slippage + self.size(left) * moved
            figures.staked = abs(self.size(self.quantity) * arrival)
        for name in LATENCIES:
            seconds = getattr(self, name)
            if seconds is not None:
                setattr(figures, name, seconds)
                setattr(figures, f"{name}_orders", 1)

    def scale(self, factor: float) -> None:
        """Apply a split, as LEAN does to its open orders."""
        self.quantity /= factor
        self.filled /= factor
        self.bid, self.ask, self.arrival = (
            price * factor for price in (self.bid, self.ask, self.arrival)
        )
        self.half = None if self.half is None else self.half * factor
        self.limit = None if self.limit is None else self.limit * factor

    def quality(self) -> OrderQuality:
        """The record of it, once it has ended."""
        figures, known = self.figures, self.figures.arrived > 0
        quoted = known and self.half is not None
        return OrderQuality(
            self.order_id,
            self.strategy,
            self.instrument.sid,
            self.instrument.ticker,
            self.order_type.name,
            self.submitted,
            self.ended or self.submitted,
            self.outcome or Outcome.UNKNOWN,
            self.reason,
            self.quantity,
            self.filled,
            round(figures.fills),
            ratio(self.paid, self.filled),
            self.arrival or None,
            self._arrival_price(),
            self.bid or None,
            self.ask or None,
            self.limit,
            self.value or None,
            figures.slippage if known else None,
            self.slippage_bps,
            figures.half_spread if quoted else None,
            figures.rest if quoted else None,
            figures.versus_limit if figures.limited else None,
            self.shortfall,
            figures.fees,
            round(figures.outside),
            self.acknowledged,
            self.first_fill,
            self.last_fill,
            {name: money for (name, *_), money in zip(HORIZONS, self.markouts, strict=True)},
        )

    def _arrival_price(self) -> Arrival:
        if not self.arrival:
            return Arrival.NONE
        return Arrival.MID if self.bid and self.ask and self.bid != self.ask else Arrival.LAST

    def state(self) -> list[Any]:
        """JSON-able and exact."""
        return [
            self.order_id,
            self.strategy,
            self.instrument.sid,
            int(self.order_type),
            self.submitted.isoformat(),
            [sums.key for sums in self.groups],
            *(getattr(self, name) for name in _PLAIN),
            self.outcome.value if self.outcome else None,
            self.ended.isoformat() if self.ended else None,
            list(self.markouts),
            list(astuple(self.figures)),
        ]

    @classmethod
    def from_state(
        cls,
        state: list[Any],
        instruments: Mapping[str, Instrument],
        groups: Sequence[Mapping[str, GroupSums]],
    ) -> FollowedOrder:
        """What `state` described; instruments by sid, groups of each kind by key."""
        order_id, strategy, sid, order_type, submitted, keys, *plain = state[: 6 + len(_PLAIN)]
        outcome, ended, markouts, figures = state[6 + len(_PLAIN) :]
        return cls(
            order_id,
            strategy,
            instruments[sid],
            OrderType(order_type),
            datetime.fromisoformat(submitted),
            tuple(found[key] for found, key in zip(groups, keys, strict=True)),
            **dict(zip(_PLAIN, plain, strict=True)),
            outcome=Outcome(outcome) if outcome else None,
            ended=datetime.fromisoformat(ended) if ended else None,
            markouts=list(markouts),
            figures=Figures(*figures),
        )


# What of it is JSON as it is.
_PLAIN = (
    "quantity",
    "rate",
    "value",
    "bid",
    "ask",
    "arrival",
    "half",
    "limit",
    "filled",
    "paid",
    "acknowledged",
    "first_fill",
    "last_fill",
    "reason",
    "shortfall",
)


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


EXACT = 10_000  # orders up to which quantiles are exact
KEPT = 200  # finished orders kept whole
MOST_KEYS = 500  # values of a kind of group; orders of further ones are put together as OTHER

# Where an order has its strategy and its symbol among its groups.
STRATEGY, SYMBOL = tuple(Group).index(Group.STRATEGY), tuple(Group).index(Group.SYMBOL)
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
        self._groups: list[dict[str, GroupSums]] = [{} for _ in Group]
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

    def metrics(self, group: Group = Group.ACCOUNT) -> tuple[ExecutionMetrics, ...]:
        """A record of every value of a group, by key; of the account just one."""
        found = self._groups[tuple(Group).index(group)]
        quantiles: list[Quantiles] = []
        if group is Group.ACCOUNT:
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
            figures = Figures(*sums.sums.tolist())
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
            instrument.kind.value,
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
                for group, found in zip(Group, self._groups, strict=True)
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
            [GroupSums.from_state(each) for each in state["groups"][kind.value]] for kind in Group
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
