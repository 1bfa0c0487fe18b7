"""An order, followed from its first event to its last, and the price after its fills.

Half the spread and the rest sum to the slippage of every fill: the rest is what is left. Slippage
and the rest of it are signed so that negative is cost, for buyer and seller alike.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import datetime
from typing import Any

from models.events import Fill, OrderType
from models.execution_records import HORIZONS, LATENCIES, Arrival, OrderQuality, Outcome
from models.execution_sums import Figures, GroupSums, basis_points, ratio
from models.instruments import Instrument

# Orders that take the market's price at once; LEAN's slippage models set what that costs.
IMMEDIATE = frozenset({OrderType.MARKET, OrderType.COMBO_MARKET})
REASON_LENGTH = 80
MOST_PENDING = 1_000  # fills that wait for one horizon's markout; the oldest go as missed

_PREFIX = re.compile(r"^Order Error: ids: \[[^\]]*\],? *")
_FIGURE = re.compile(r"-?\d[\d.,:/]*")


def plain_reason(message: str) -> str:
    """What a message says of every order alike: no ids, no figures, no details in brackets."""
    text = _PREFIX.sub("", message)
    text = text.partition(" (")[0].strip() or text
    return _FIGURE.sub("#", text)[:REASON_LENGTH] or "no reason given"


def worth_of(instrument: Instrument, price: float) -> float:
    """What a unit is worth to its buyer: of an inverse contract -1 / price, which rises with it."""
    return -instrument.worth(price) if instrument.inverse else price


def seconds_between(start: datetime, end: datetime) -> float | None:
    """What went by; None where nothing did, which a backtest's clock says of everything."""
    seconds = (end - start).total_seconds()
    return seconds if seconds > 0 else None


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
