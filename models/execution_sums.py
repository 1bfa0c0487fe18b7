"""Sums and quantiles over many orders, of bounded size, and the metrics they make.

A group's sums cost O(1) an order and its metrics O(1) to read, whatever it holds. Quantiles are
exact at first and then come from a digest.
"""

from __future__ import annotations

import sys
from array import array
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from math import ceil, floor, inf, log
from operator import attrgetter
from typing import Any

import numpy as np

from models.execution_records import (
    HORIZONS,
    LATENCIES,
    Distribution,
    ExecutionMetrics,
    Group,
    Markout,
    Outcome,
    quality_score,
)

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
