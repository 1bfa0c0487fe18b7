"""Execution in records: one order, a group of them, and what its figures are judged by.

Every amount is in account currency. Slippage, its parts and markouts are signed so that negative is
cost for buyer and seller alike; basis points are of the value they stand against. What is
undefined, or was not measured, is None.
"""

from __future__ import annotations

import enum
import re
import sys
from array import array
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from math import ceil, floor, inf, log
from operator import attrgetter
from typing import Any

import numpy as np

from models.events import Instrument, OrderStatus, OrderType
from models.sharing import Order

REASON_LENGTH = 80
_PREFIX = re.compile(r"^Order Error: ids: \[[^\]]*\],? *")
_FIGURE = re.compile(r"-?\d[\d.,:/]*")


class Group(enum.Enum):
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

# The score's parts, each 0 at best: points out of 100, and where all of them are lost. In between
# they fall in a straight line.
WEIGHTS: dict[str, float] = {
    "slippage": 40.0,  # cost against arrival
    "unfilled": 20.0,  # part of the value ordered, rejected orders left out
    "latency": 15.0,  # average from submission to acknowledgement
    "rejected": 15.0,  # part of the orders
    "outside": 10.0,  # part of the quoted fills that are worse than the touch
}
THRESHOLDS: dict[str, float] = {
    "slippage": 20.0,  # basis points
    "unfilled": 0.5,
    "latency": 2.0,  # seconds
    "rejected": 0.1,
    "outside": 0.5,
}


def read_thresholds(text: str) -> dict[str, float]:
    """The thresholds of a setting like `slippage=10,latency=0.5`; those not named stay as they are.

    Raises:
        ValueError: A name is unknown or said twice, or a number is not above 0.
    """
    given: dict[str, float] = {}
    for part in filter(None, text.split(",")):
        name, _, number = (word.strip() for word in part.partition("="))
        if name not in THRESHOLDS or name in given:
            raise ValueError(f"{name!r} is not one of {', '.join(THRESHOLDS)}, each said once")
        given[name] = float(number)
        if not 0 < given[name] < inf:
            raise ValueError(f"{name} is {number}, not above 0")
    return {**THRESHOLDS, **given}


def quality_score(parts: Mapping[str, float | None], thresholds: Mapping[str, float]) -> float:
    """From 0 to 100: the weighted mean of `1 - part / threshold`, each at least 0 and at most 1.

    A part that is None drops out, and the others' weights share its points.
    """
    known = {name: part for name, part in parts.items() if part is not None}
    points = {
        name: WEIGHTS[name] * min(1.0, max(0.0, 1.0 - part / thresholds[name]))
        for name, part in known.items()
    }
    return 100.0 * sum(points.values()) / sum(WEIGHTS[name] for name in known)


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

    group: Group
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
            "group": Group(values["group"]),
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


# Different reasons that a group counts; further ones are OTHER.
MOST_REASONS = 20
OTHER = "other"

# The digest's relative error, and the sizes between which it holds: less is 0, more is the bound.
ERROR = 0.01
SMALLEST, LARGEST = 1e-9, 1e9
_GROWTH = (1 + ERROR) / (1 - ERROR)
_LOG_GROWTH = log(_GROWTH)
_MIDDLE = 1 + ceil(-log(SMALLEST) / _LOG_GROWTH)  # makes the bins of positive values positive


class Quantiles:
    """Values by rank: one by one at first, after `condense` counts in bins of growing width.

    A bin holds what lies between two powers of (1 + ERROR) / (1 - ERROR), so a value is known
    within `ERROR` of its size, however many came, in at most 4,150 bins. C. Masson, J. Rim and
    H. Lee: DDSketch, VLDB 2019.

    Attributes:
        n: Values so far.
        total: Their sum.
        low: The least; `high` is the greatest.
    """

    __slots__ = ("_bins", "_values", "high", "low", "n", "total")

    def __init__(self, exact: bool = True) -> None:
        self.n = 0
        self.total = 0.0
        self.low = inf
        self.high = -inf
        self._values = array("d") if exact else None
        self._bins: dict[int, int] = {}

    def add(self, value: float) -> None:
        """Count a value."""
        self.n += 1
        self.total += value
        if value < self.low:
            self.low = value
        if value > self.high:
            self.high = value
        if self._values is not None:
            self._values.append(value)
        else:
            bin_ = _bin(value)
            self._bins[bin_] = self._bins.get(bin_, 0) + 1

    def condense(self) -> None:
        """Keep the bins from now on, no longer the values."""
        self._bins = self._counted()
        self._values = None

    def _counted(self) -> dict[int, int]:
        return self._bins if self._values is None else dict(Counter(map(_bin, self._values)))

    def distribution(self) -> Distribution:
        """The figure as it spreads."""
        if not self.n:
            return Distribution(0, None)
        p5, median, p95, p99 = self._at(0.05, 0.5, 0.95, 0.99)
        average, exact = self.total / self.n, self._values is not None
        return Distribution(self.n, average, self.low, p5, median, p95, p99, self.high, exact)

    def _at(self, *parts: float) -> list[float]:
        """The values below which these parts are, between two ranks in a straight line."""
        if self._values is not None:
            ordered = np.sort(np.array(self._values))
        else:
            bins = sorted(self._bins)
            through = np.cumsum([self._bins[each] for each in bins])
            middles = np.clip([_middle(each) for each in bins], self.low, self.high)
        found: list[float] = []
        for part in parts:
            ranks = np.array([floor(part * (self.n - 1)), ceil(part * (self.n - 1))])
            if self._values is None:
                pair = middles[np.searchsorted(through, ranks, side="right")]
            else:
                pair = ordered[ranks]
            first, second = pair.tolist()
            found.append(first + (second - first) * (part * (self.n - 1) - ranks[0].item()))
        return found

    @classmethod
    def together(cls, each: Iterable[Quantiles]) -> Quantiles:
        """All values of several; exact where all of them are."""
        parts = list(each)
        made = cls(all(part._values is not None for part in parts))
        for part in parts:
            made.n += part.n
            made.total += part.total
            made.low, made.high = min(made.low, part.low), max(made.high, part.high)
            if made._values is not None and part._values is not None:
                made._values.extend(part._values)
            else:
                for bin_, count in part._counted().items():
                    made._bins[bin_] = made._bins.get(bin_, 0) + count
        return made

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        kept = self._values
        return {
            "ends": [self.n, self.total, self.low, self.high] if self.n else None,
            "values": None if kept is None else b64encode(_little(kept)).decode("ascii"),
            "bins": sorted(self._bins.items()),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Quantiles:
        """What `state` described."""
        made = cls(state["values"] is not None)
        if state["ends"]:
            made.n, made.total, made.low, made.high = state["ends"]
        if made._values is not None:
            made._values = _little(array("d", b64decode(state["values"])))
        made._bins = dict(state["bins"])
        return made


def _little(values: array[float]) -> array[float]:
    """The values in little-endian order of bytes, or back from it."""
    if sys.byteorder != "little":
        values = values[:]
        values.byteswap()
    return values


def _bin(value: float) -> int:
    """The bin of a value; bins are in the order of their values."""
    size = abs(value)
    if size < SMALLEST:
        return 0
    number = _MIDDLE + ceil(log(min(size, LARGEST)) / _LOG_GROWTH)
    return number if value > 0 else -number


def _middle(number: int) -> float:
    """The value that stands for a bin: within `ERROR` of all that is in it."""
    if not number:
        return 0.0
    size: float = 2 * _GROWTH ** (abs(number) - _MIDDLE) / (_GROWTH + 1)
    return size if number > 0 else -size


def ratio(part: float, whole: float) -> float | None:
    """The part of the whole; None of nothing."""
    return part / whole if whole else None


def basis_points(money: float, value: float) -> float | None:
    """Money in basis points of a value; None of nothing."""
    return 1e4 * money / value if value else None


@dataclass(slots=True, eq=False)
class Figures:
    """What an order adds to its groups; money and values in account currency.

    Attributes:
        filled: Orders of this outcome; so are the next four.
        partial: Orders with a fill that were not filled whole; `touched` all with a fill.
        ordered: Value ordered, rejected orders left out; `done` the part of it that was filled.
        traded: Value filled, at the fills' prices.
        arrived: Value filled, at the arrival price: `slippage` stands against it; the slippage of
            orders without a spread is `unquoted`.
        quoted: The same of orders with a quoted spread: for `half_spread` and `rest`.
        limited: Value filled, at the limits: for `versus_limit`.
        staked: Value ordered, at the arrival price: for `shortfall`.
        quoted_fills: Fills of orders with a quoted spread; `outside` those that are not in it,
            `worse` those on its expensive side.
        taken: `arrived` of `taken_orders`, which take the market's price at once: for
            `taken_slippage`; `taken_quoted` is for `taken_rest`.
        acknowledged: Seconds, of `acknowledged_orders`; so are the first and the last fill's.
    """

    filled: float = 0.0
    canceled: float = 0.0
    rejected: float = 0.0
    expired: float = 0.0
    unknown: float = 0.0
    partial: float = 0.0
    touched: float = 0.0
    fills: float = 0.0
    ordered: float = 0.0
    done: float = 0.0
    traded: float = 0.0
    fees: float = 0.0
    arrived: float = 0.0
    slippage: float = 0.0
    unquoted: float = 0.0
    quoted: float = 0.0
    half_spread: float = 0.0
    rest: float = 0.0
    limited: float = 0.0
    versus_limit: float = 0.0
    staked: float = 0.0
    shortfall: float = 0.0
    quoted_fills: float = 0.0
    outside: float = 0.0
    worse: float = 0.0
    taken_orders: float = 0.0
    taken: float = 0.0
    taken_slippage: float = 0.0
    taken_quoted: float = 0.0
    taken_rest: float = 0.0
    acknowledged_orders: float = 0.0
    acknowledged: float = 0.0
    first_fill_orders: float = 0.0
    first_fill: float = 0.0
    last_fill_orders: float = 0.0
    last_fill: float = 0.0


COLUMNS = tuple(each.name for each in fields(Figures))
values_of: Callable[[Figures], tuple[float, ...]] = attrgetter(*COLUMNS)


class GroupSums:
    """A group's sums.

    Attributes:
        key: The group's value; `name` is what a person calls it.
        sums: In the order of `COLUMNS`.
        markouts: Fills, their value, money and missed fills of each horizon.
        reasons: "outcome: reason" -> orders.
        quantiles: Of slippage in basis points and the latencies; of strategies only.
    """

    __slots__ = ("key", "markouts", "name", "quantiles", "reasons", "sums")

    def __init__(self, key: str, name: str) -> None:
        self.key = key
        self.name = name
        self.sums = np.zeros(len(COLUMNS))
        self.markouts: list[list[float]] = [[0, 0.0, 0.0, 0] for _ in HORIZONS]
        self.reasons: Counter[str] = Counter()
        self.quantiles: list[Quantiles] = []

    def rank(self, exact: bool) -> None:
        """Keep quantiles from now on, exact or as a digest."""
        self.quantiles = [Quantiles(exact) for _ in range(1 + len(LATENCIES))]

    def count_reason(self, reason: str) -> None:
        """Count why an order was not filled."""
        if reason not in self.reasons and len(self.reasons) >= MOST_REASONS:
            reason = OTHER
        self.reasons[reason] += 1

    def metrics(
        self, group: Group, quantiles: Sequence[Quantiles], thresholds: Mapping[str, float]
    ) -> ExecutionMetrics:
        """The group in figures.

        Args:
            group: What it is a group by.
            quantiles: Its own, or those of the account; none where the group has none.
            thresholds: Where the score's points are lost.
        """
        sums = Figures(*self.sums.tolist())
        outcomes = {each.value: round(getattr(sums, each.value)) for each in Outcome}
        orders = sum(outcomes.values())
        spread, *latencies = _distributions(sums, quantiles)
        done, rejects = ratio(sums.done, sums.ordered), ratio(sums.rejected, orders)
        worse, slippage = ratio(sums.worse, sums.quoted_fills), _in_bps(sums, "slippage", "arrived")
        parts = {
            "slippage": None if slippage[1] is None else -slippage[1],
            "unfilled": None if done is None else 1.0 - done,
            "latency": latencies[0].average,
            "rejected": rejects,
            "outside": worse,
        }
        return ExecutionMetrics(
            group,
            self.key,
            self.name,
            orders,
            outcomes,
            round(sums.partial),
            round(sums.fills),
            ratio(sums.fills, sums.touched),
            ratio(sums.filled, orders - sums.rejected),
            done,
            ratio(sums.canceled, orders),
            rejects,
            ratio(sums.expired, orders),
            dict(self.reasons.most_common()),
            sums.traded,
            sums.fees,
            basis_points(sums.fees, sums.traded),
            *slippage,
            *_in_bps(sums, "half_spread", "quoted"),
            *_in_bps(sums, "rest", "quoted"),
            sums.unquoted if sums.arrived else None,
            *_in_bps(sums, "versus_limit", "limited"),
            *_in_bps(sums, "shortfall", "staked"),
            round(sums.outside),
            ratio(sums.outside, sums.quoted_fills),
            worse,
            spread,
            dict(zip(LATENCIES, latencies, strict=True)),
            {name: _markout(row) for (name, *_), row in zip(HORIZONS, self.markouts, strict=True)},
            quality_score(parts, thresholds) if orders else None,
        )

    def state(self) -> list[Any]:
        """JSON-able and exact."""
        quantiles = [each.state() for each in self.quantiles]
        markouts = [list(row) for row in self.markouts]
        return [self.key, self.name, self.sums.tolist(), markouts, dict(self.reasons), quantiles]

    @classmethod
    def from_state(cls, state: list[Any]) -> GroupSums:
        """What `state` described."""
        made = cls(state[0], state[1])
        made.sums = np.array(state[2])
        made.markouts = [list(row) for row in state[3]]
        made.reasons = Counter(state[4])
        made.quantiles = [Quantiles.from_state(each) for each in state[5]]
        return made


def _in_bps(sums: Figures, money: str, value: str) -> tuple[float | None, float | None]:
    """A sum and the same in basis points; None where it stands against nothing."""
    amount, whole = getattr(sums, money), getattr(sums, value)
    return (amount if whole else None), basis_points(amount, whole)


def _distributions(sums: Figures, quantiles: Sequence[Quantiles]) -> list[Distribution]:
    """Of slippage in basis points and the latencies; only means where there are no quantiles."""
    if quantiles:
        return [each.distribution() for each in quantiles]
    found = [Distribution(0, None)]
    for name in LATENCIES:
        orders = getattr(sums, f"{name}_orders")
        found.append(Distribution(round(orders), ratio(getattr(sums, name), orders)))
    return found


def _markout(row: Sequence[float]) -> Markout:
    fills, value, money, missed = row
    return Markout(
        round(fills), round(missed), money if fills else None, basis_points(money, value)
    )


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
