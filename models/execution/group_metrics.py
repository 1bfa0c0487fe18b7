"""The execution quality of groups of orders, and the slippage to give LEAN's backtests.

Every amount is in account currency. Slippage, its parts and markouts are signed so that negative is
cost for buyer and seller alike; basis points are of the value that the amount stands against. What
is undefined, or was not measured, is None.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from models.records import Record


class OrderGroup(enum.Enum):
    """What orders are grouped by."""

    ACCOUNT = "account"  # all orders are in one group
    STRATEGY = "strategy"
    SYMBOL = "symbol"  # by sid
    SECURITY_TYPE = "security type"
    ORDER_TYPE = "order type"
    HOUR = "hour"  # of the submission, on the algorithm's clock: 00 to 23
    SIZE = "size"  # of the value at submission, account currency: see SIZES


# The groups by size: each one's upper bound of an order's value, account currency, and its name.
SIZES: tuple[tuple[float, str], ...] = (
    (1e3, "<1k"),
    (1e4, "1k-10k"),
    (1e5, "10k-100k"),
    (1e6, "100k-1M"),
    (inf, ">=1M"),
)
UNVALUED = "unknown"  # the size of an order without a price at submission


@dataclass(frozen=True, slots=True)
class Distribution:
    """How a figure is distributed over orders.

    Attributes:
        n: Orders for which the figure was measured.
        average: Their mean, exact.
        minimum: The least, exact.
        p5: The 5th percentile, interpolated between two orders, as are the other percentiles.
        median: The 50th percentile.
        p95: The 95th percentile.
        p99: The 99th percentile.
        maximum: The greatest, exact.
        exact: Whether the percentiles are exact; else the two orders between which they are
            interpolated are known within one percent of their size.
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
    """What the price did in the time after the fills; positive is in their favor.

    Attributes:
        fills: Fills for which it was measured.
        missed: Fills for which no mark in time had a price.
        money: The sum over the fills.
        bps: The sum in basis points of the value filled.
    """

    fills: int
    missed: int
    money: float | None
    bps: float | None


@dataclass(frozen=True, slots=True)
class ExecutionMetrics(Record):
    """The finished orders of one group.

    Attributes:
        group: What the orders are grouped by.
        key: The group's value: a strategy, a sid, an hour and so on; empty for the account.
        name: The key as a person knows it, which of a symbol is its ticker.
        orders: Finished orders.
        outcomes: How orders ended, by the value of `Outcome` -> orders.
        partial: Orders that ended with only a part of their quantity filled.
        fills: Fills of all orders.
        fills_per_order: Fills over orders with a fill.
        fill_rate: Orders filled whole over orders not rejected.
        fill_rate_quantity: Value filled over value ordered, rejected orders left out, both at the
            price at submission.
        cancel_rate: Canceled orders over all orders.
        reject_rate: Rejected orders over all orders.
        expiry_rate: Expired orders over all orders.
        reasons: "outcome: reason" -> orders, the most frequent first; figures are # in a reason.
        value: Value filled.
        fees: Fees, positive when paid.
        fees_bps: Fees in basis points of the value filled.
        slippage: Cost against the arrival price, of orders that have one.
        slippage_bps: Slippage in basis points of the filled quantity's value at arrival.
        half_spread: The part of the slippage that half the spread explains, of orders with a
            quoted spread.
        half_spread_bps: The half-spread in basis points of those orders' value at arrival.
        rest: The other part of those orders' slippage.
        rest_bps: The rest in basis points of those orders' value at arrival.
        unquoted: Slippage of orders without a quoted spread; half-spread, rest and unquoted sum to
            `slippage`.
        versus_limit: What was filled against the limits in force; positive is better than the
            limit.
        versus_limit_bps: `versus_limit` in basis points of the value at the limit.
        shortfall: Implementation shortfall, of orders for which it is known.
        shortfall_bps: The shortfall in basis points of those orders' ordered value at arrival.
        outside: Fills outside the spread at submission, of orders with a quoted spread.
        outside_rate: Fills outside the spread over all fills of those orders.
        worse_rate: Fills on the expensive side of the spread over all fills of those orders.
        slippage_spread: Slippage of the orders in basis points; percentiles only for the account
            and for strategies.
        latency: "acknowledged", "first_fill" and "last_fill" -> seconds from submission, of orders
            where they are above 0; percentiles only for the account and for strategies.
        markouts: Horizon -> what the price did.
        score: The quality score, 0 to 100; None without orders.
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


@dataclass(frozen=True, slots=True)
class SuggestedSlippage(Record):
    """What market orders in a symbol paid, as LEAN's `ConstantSlippageModel` takes it.

    The model moves a fill by this fraction of the last price, against the order. On quotes LEAN
    fills market orders at the touch first, on trade bars at the last price, so

        security.set_slippage_model(ConstantSlippageModel(suggested.with_quotes))

    is right for a backtest on quotes, and `with_trades` for one on trade bars.

    Attributes:
        sid: The Symbol's ID.
        symbol: The ticker at first sight.
        orders: Market and combo market orders with a fill and an arrival price.
        with_quotes: Mean cost beyond half the spread, weighted by value, as a fraction, at least
            0; None where no spread was quoted.
        with_trades: Mean cost against the arrival price, weighted by value, as a fraction, at least
            0.
    """

    sid: str
    symbol: str
    orders: int
    with_quotes: float | None
    with_trades: float
