"""One order followed for its execution quality, from submission to its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import datetime
from typing import Any

from models.events.instruments import Instrument
from models.events.orders import Fill, OrderType
from models.execution.records import HORIZONS, LATENCIES, Arrival, OrderQuality, Outcome
from models.execution.sums import GroupSums, OrderFigures, basis_points, ratio


def worth_of(instrument: Instrument, price: float) -> float:
    """What a unit is worth to its buyer: of an inverse contract -1 / price, which rises with it."""
    return -instrument.unit_value(price) if instrument.inverse else price


def seconds_between(start: datetime, end: datetime) -> float | None:
    """What went by; None where nothing did, which a backtest's clock says of everything."""
    seconds = (end - start).total_seconds()
    return seconds if seconds > 0 else None


# Orders that take the market's price at once; LEAN's slippage models set what that costs.
IMMEDIATE = frozenset({OrderType.MARKET, OrderType.COMBO_MARKET})


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
    figures: OrderFigures = field(default_factory=OrderFigures)

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
            figures=OrderFigures(*figures),
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
