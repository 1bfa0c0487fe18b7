"""Sums over the orders of one group, and the metrics computed from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

import numpy as np

from models.execution.quantiles import Quantiles
from models.execution.records import (
    HORIZONS,
    LATENCIES,
    Distribution,
    ExecutionMetrics,
    Markout,
    OrderGroup,
    Outcome,
)
from models.execution.score import quality_score

# Different reasons that a group counts; further ones are OTHER.
MOST_REASONS = 20
OTHER = "other"


def ratio(part: float, whole: float) -> float | None:
    """The part of the whole; None of nothing."""
    return part / whole if whole else None


def basis_points(money: float, value: float) -> float | None:
    """Money in basis points of a value; None of nothing."""
    return 1e4 * money / value if value else None


@dataclass(slots=True, eq=False)
class OrderFigures:
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


COLUMNS = tuple(each.name for each in fields(OrderFigures))
values_of: Callable[[OrderFigures], tuple[float, ...]] = attrgetter(*COLUMNS)


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
        self, group: OrderGroup, quantiles: Sequence[Quantiles], thresholds: Mapping[str, float]
    ) -> ExecutionMetrics:
        """The group in figures.

        Args:
            group: What it is a group by.
            quantiles: Its own, or those of the account; none where the group has none.
            thresholds: Where the score's points are lost.
        """
        sums = OrderFigures(*self.sums.tolist())
        outcomes = {each.value: round(getattr(sums, each.value)) for each in Outcome}
        orders = sum(outcomes.values())
        spread, *latencies = distributions(sums, quantiles)
        done, rejects = ratio(sums.done, sums.ordered), ratio(sums.rejected, orders)
        worse, slippage = ratio(sums.worse, sums.quoted_fills), in_bps(sums, "slippage", "arrived")
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
            *in_bps(sums, "half_spread", "quoted"),
            *in_bps(sums, "rest", "quoted"),
            sums.unquoted if sums.arrived else None,
            *in_bps(sums, "versus_limit", "limited"),
            *in_bps(sums, "shortfall", "staked"),
            round(sums.outside),
            ratio(sums.outside, sums.quoted_fills),
            worse,
            spread,
            dict(zip(LATENCIES, latencies, strict=True)),
            {
                name: markout_of(row)
                for (name, *_), row in zip(HORIZONS, self.markouts, strict=True)
            },
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


def in_bps(sums: OrderFigures, money: str, value: str) -> tuple[float | None, float | None]:
    """A sum and the same in basis points; None where it stands against nothing."""
    amount, whole = getattr(sums, money), getattr(sums, value)
    return (amount if whole else None), basis_points(amount, whole)


def distributions(sums: OrderFigures, quantiles: Sequence[Quantiles]) -> list[Distribution]:
    """Of slippage in basis points and the latencies; only means where there are no quantiles."""
    if quantiles:
        return [each.distribution() for each in quantiles]
    found = [Distribution(0, None)]
    for name in LATENCIES:
        orders = getattr(sums, f"{name}_orders")
        found.append(Distribution(round(orders), ratio(getattr(sums, name), orders)))
    return found


def markout_of(row: Sequence[float]) -> Markout:
    """The markout of a row of sums: fills, value, money and fills that were missed."""
    fills, value, money, missed = row
    return Markout(
        round(fills), round(missed), money if fills else None, basis_points(money, value)
    )
