"""Records of execution: one order, a group of orders, and what to give LEAN's slippage model.

Every amount is in account currency. Slippage, its parts and markouts are signed so that negative is
cost for buyer and seller alike; basis points are of the value they stand against. What is
undefined, or was not measured, is None.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Any

from models.events.orders import OrderStatus, OrderType
from models.ledger.orders import Order


class OrderGroup(enum.Enum):
    """What orders are put together by."""

    ACCOUNT = "account"  # all of them
    STRATEGY = "strategy"
    SYMBOL = "symbol"  # by sid
    SECURITY_TYPE = "security type"
    ORDER_TYPE = "order type"
    HOUR = "hour"  # of submission, on the algorithm's clock: 00 to 23
    SIZE = "size"  # value at submission, account currency: see SIZES


class Outcome(enum.Enum):
    """How an order ended."""

    FILLED = "filled"
    CANCELED = "canceled"
    REJECTED = "rejected"
    EXPIRED = "expired"  # canceled with a message that says so
    UNKNOWN = "unknown"  # its id came again, after a redeployment: the end was never seen


ENDS = {
    OrderStatus.FILLED: Outcome.FILLED,
    OrderStatus.CANCELED: Outcome.CANCELED,
    OrderStatus.INVALID: Outcome.REJECTED,
}


def is_own(order: Order, order_type: OrderType | None) -> bool:
    """Whether an order is the user's: not shared among the holders, and no exercise."""
    exercise = OrderType.OPTION_EXERCISE
    return order.strategy is not None and exercise not in (order.order_type, order_type)


class Arrival(enum.Enum):
    """Which price an order arrived at."""

    MID = "mid"
    LAST = "last"  # no two different quotes: LEAN shows the last price for a quote it lacks
    NONE = "none"


# Horizon, time after the fill, how much later the mark may be: a day's spans a long weekend.
HORIZONS: tuple[tuple[str, timedelta, timedelta], ...] = (
    ("1m", timedelta(minutes=1), timedelta(minutes=1)),
    ("5m", timedelta(minutes=5), timedelta(minutes=5)),
    ("15m", timedelta(minutes=15), timedelta(minutes=15)),
    ("1d", timedelta(days=1), timedelta(days=4)),
)
LATENCIES = ("acknowledged", "first_fill", "last_fill")

# Below which value of an order, account currency, and what that is called.
UNVALUED = "unknown"  # no price at submission
SIZES: tuple[tuple[float, str], ...] = (
    (1e3, "<1k"),
    (1e4, "1k-10k"),
    (1e5, "10k-100k"),
    (1e6, "100k-1M"),
    (inf, ">=1M"),
)


@dataclass(frozen=True, slots=True)
class Distribution:
    """How a figure spreads over orders.

    Attributes:
        n: Orders it was measured for.
        average: Their mean, exact.
        minimum: The least, exact; `maximum` the greatest.
        p5: 5 % are below; so on for `median`, `p95` and `p99`, interpolated between two orders.
        exact: Whether these are exact, or interpolated between orders known within `ERROR`.
    """

    n: int
    average: float | None
    minimum: float | None = None
    p5: float | None = None
    median: float | None = None
    p95: float | None = None
    p99: float | None = None
    maximum: float | None = None
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Markout:
    """What the price did in a while after the fills; positive is in their favor.

    Attributes:
        fills: Those it was measured for.
        missed: Those that no mark in time had a price for.
        money: The sum.
        bps: The same in basis points of the value filled.
    """

    fills: int
    missed: int
    money: float | None
    bps: float | None


@dataclass(frozen=True, slots=True)
class OrderQuality:
    """One finished order.

    Attributes:
        order_id: LEAN's.
        strategy: Whose it was.
        sid: The Symbol's ID.
        symbol: The ticker at first sight.
        order_type: LEAN's order type by name.
        submitted: UTC.
        ended: UTC of the last fill, else of the last event known when it ended.
        outcome: How it ended.
        reason: LEAN's message where it was not filled.
        quantity: Signed quantity ordered.
        filled: Signed quantity filled.
        fills: How many.
        price: Mean fill price, quote currency.
        arrival: Arrival price, quote currency.
        arrival_price: Which price that is.
        bid: Best bid at submission; None where unknown. `ask` likewise.
        limit_price: The last limit.
        value: Quantity ordered at the arrival price, or at a fill that is the order's first event.
        slippage: Of what was filled, against arrival.
        slippage_bps: Of the arrival value of what was filled.
        half_spread: The part of it that half the spread at submission explains.
        rest: The other part.
        versus_limit: What was filled, against the limit in force; positive is better than it.
        shortfall: Slippage, and what the price moved until the end on what was not filled; None
            where that is unknown, and of a rejected order.
        fees: Positive when paid.
        outside: Fills outside the spread at submission.
        acknowledged: Seconds from submission to LEAN's first event; None where not measured.
        first_fill: Seconds from submission to the first fill; `last_fill` to the last.
        markouts: Horizon -> money; None until it is known.
    """

    order_id: int
    strategy: str
    sid: str
    symbol: str
    order_type: str
    submitted: datetime
    ended: datetime
    outcome: Outcome
    reason: str
    quantity: float
    filled: float
    fills: int
    price: float | None
    arrival: float | None
    arrival_price: Arrival
    bid: float | None
    ask: float | None
    limit_price: float | None
    value: float | None
    slippage: float | None
    slippage_bps: float | None
    half_spread: float | None
    rest: float | None
    versus_limit: float | None
    shortfall: float | None
    fees: float
    outside: int
    acknowledged: float | None
    first_fill: float | None
    last_fill: float | None
    markouts: Mapping[str, float | None]

    def to_dict(self) -> dict[str, Any]:
        """JSON values; times in ISO 8601."""
        return {
            **asdict(self),
            "submitted": self.submitted.isoformat(),
            "ended": self.ended.isoformat(),
            "outcome": self.outcome.value,
            "arrival_price": self.arrival_price.value,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> OrderQuality:
        """The record that `to_dict` described."""
        given = {
            "submitted": datetime.fromisoformat(values["submitted"]),
            "ended": datetime.fromisoformat(values["ended"]),
            "outcome": Outcome(values["outcome"]),
            "arrival_price": Arrival(values["arrival_price"]),
        }
        return cls(**{**values, **given})


@dataclass(frozen=True, slots=True)
class ExecutionMetrics:
    """The finished orders of a group.

    Attributes:
        group: What they are put together by.
        key: The group's value: a strategy, a sid, an hour ...; empty for the account.
        name: The key as a person knows it: of a symbol its ticker.
        orders: Finished; each is one of `outcomes`.
        outcomes: `Outcome` by its value -> orders.
        partial: Orders that ended with a part of their quantity filled.
        fills: Of all of them.
        fills_per_order: Of orders with a fill.
        fill_rate: Orders filled whole, of those not rejected.
        fill_rate_quantity: Quantity filled of that ordered, likewise, weighted by value.
        cancel_rate: Canceled orders of all; so are `reject_rate` and `expiry_rate`.
        reasons: "outcome: reason" -> orders, the most frequent first; figures are # in a reason.
        value: Value filled.
        fees: Positive when paid.
        fees_bps: Of the value filled.
        slippage: Against arrival, of orders with an arrival price.
        slippage_bps: Of the arrival value of what was filled.
        half_spread: Of orders with a quoted spread: what half of it explains.
        half_spread_bps: Of their arrival value.
        rest: Their other part.
        rest_bps: Of the same.
        unquoted: Slippage of orders without a quoted spread; the three sum to `slippage`.
        versus_limit: Against the limits in force; positive is better than the limit.
        versus_limit_bps: Of the value at the limit.
        shortfall: Implementation shortfall, of orders for which it is known.
        shortfall_bps: Of the arrival value of what they ordered.
        outside: Fills outside the spread at submission, of those with one.
        outside_rate: Their part.
        worse_rate: The part on the expensive side.
        slippage_spread: Orders' slippage in basis points; quantiles for account and strategies.
        latency: "acknowledged", "first_fill" and "last_fill" -> seconds from submission, where
            they are above 0; quantiles likewise.
        markouts: Horizon -> what the price did.
        score: From 0 to 100; None without orders.
    """

    group: OrderGroup
    key: str
    name: str
    orders: int
    outcomes: Mapping[str, int]
    partial: int
    fills: int
    fills_per_order: float | None
    fill_rate: float | None
    fill_rate_quantity: float | None
    cancel_rate: float | None
    reject_rate: float | None
    expiry_rate: float | None
    reasons: Mapping[str, int]
    value: float
    fees: float
    fees_bps: float | None
    slippage: float | None
    slippage_bps: float | None
    half_spread: float | None
    half_spread_bps: float | None
    rest: float | None
    rest_bps: float | None
    unquoted: float | None
    versus_limit: float | None
    versus_limit_bps: float | None
    shortfall: float | None
    shortfall_bps: float | None
    outside: int
    outside_rate: float | None
    worse_rate: float | None
    slippage_spread: Distribution
    latency: Mapping[str, Distribution]
    markouts: Mapping[str, Markout]
    score: float | None

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {**asdict(self), "group": self.group.value}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ExecutionMetrics:
        """The record that `to_dict` described."""
        given = {
            "group": OrderGroup(values["group"]),
            "slippage_spread": Distribution(**values["slippage_spread"]),
            "latency": {name: Distribution(**each) for name, each in values["latency"].items()},
            "markouts": {name: Markout(**each) for name, each in values["markouts"].items()},
        }
        return cls(**{**values, **given})


@dataclass(frozen=True, slots=True)
class SuggestedSlippage:
    """What market orders in a symbol paid, as LEAN's `ConstantSlippageModel` takes it.

    The model moves a fill by this fraction of the last price, against the order. On quotes LEAN
    fills market orders at the touch first, on trade bars at the last price, so

        security.set_slippage_model(ConstantSlippageModel(suggested.with_quotes))

    is right for a backtest on quotes, and `with_trades` for one on trade bars.

    Attributes:
        sid: The Symbol's ID.
        symbol: The ticker at first sight.
        orders: Market and combo market orders with a fill and an arrival price.
        with_quotes: Mean cost beyond half the spread, by value, as a fraction, at least 0; None
            where no spread was quoted.
        with_trades: Mean cost against arrival, likewise.
    """

    sid: str
    symbol: str
    orders: int
    with_quotes: float | None
    with_trades: float

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SuggestedSlippage:
        """The record that `to_dict` described."""
        return cls(**values)
