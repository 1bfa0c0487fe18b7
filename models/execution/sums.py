"""Sums over the orders of one group, and the metrics computed from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from models.codec import NUMBER, WHOLE, Codec, dict_of, list_of
from models.execution.group_metrics import Distribution, ExecutionMetrics, Markout, OrderGroup
from models.execution.order_quality import HORIZONS, LATENCIES, Outcome
from models.execution.quantiles import Quantiles
from models.execution.score import quality_score
from models.fields import restored
from models.records import Saved, row_codec
from models.rows import RowFormat, row_of

# The most reasons that a group counts apart; orders with further ones are counted as OTHER.
MOST_REASONS = 20
OTHER = "other"


def ratio(part: float, whole: float) -> float | None:
    """The part over the whole; None where the whole is 0."""
    return part / whole if whole else None


def basis_points(money: float, value: float) -> float | None:
    """Money in basis points of a value; None where the value is 0."""
    return 1e4 * money / value if value else None


@dataclass(slots=True, eq=False)
class OrderFigures:
    """What an order adds to the sums of its groups; money and values are in account currency.

    Attributes:
        filled: 1 where the order was filled.
        canceled: 1 where the order was canceled.
        rejected: 1 where the order was rejected.
        expired: 1 where the order expired.
        unknown: 1 where the order's end was not seen.
        partial: 1 where the order has a fill and was not filled whole.
        touched: 1 where the order has a fill.
        fills: Fills.
        ordered: Value ordered, 0 of a rejected order.
        done: The part of `ordered` that was filled.
        traded: Value filled, at the prices of the fills.
        fees: Fees, positive when paid.
        arrived: Value filled, at the arrival price.
        slippage: Slippage on `arrived`.
        unquoted: Slippage without a quoted spread.
        quoted: Value filled at the arrival price, with a quoted spread.
        half_spread: Half-spread on `quoted`.
        rest: Slippage beyond the half-spread on `quoted`.
        limited: Value filled, at the limits in force.
        versus_limit: What the fills were better than the limits.
        ordered_at_arrival: Value ordered, at the arrival price.
        shortfall: Implementation shortfall on `ordered_at_arrival`.
        quoted_fills: Fills with a quoted spread.
        outside: Fills outside the quoted spread.
        worse: Fills on the expensive side of the quoted spread.
        taken_orders: 1 where the order took the market's price at once and `arrived` is known.
        taken: `arrived` of such an order.
        taken_slippage: `slippage` of such an order.
        taken_quoted: `quoted` of such an order.
        taken_rest: `rest` of such an order.
        acknowledged_orders: 1 where `acknowledged` was measured.
        acknowledged: Seconds from submission to LEAN's first event.
        first_fill_orders: 1 where `first_fill` was measured.
        first_fill: Seconds from submission to the first fill.
        last_fill_orders: 1 where `last_fill` was measured.
        last_fill: Seconds from submission to the last fill.
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
    ordered_at_arrival: float = 0.0
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


@dataclass(slots=True, eq=False)
class GroupSums:
    """The sums over the orders of one group.

    Attributes:
        key: The group's value.
        name: What a person calls it.
        sums: The sum of each of `COLUMNS`, in their order.
        markouts: For each horizon the fills, their value, the money they made and the fills that
            were missed.
        reasons: "outcome: reason" -> orders.
        quantiles: Of slippage in basis points and of the latencies; only strategies have them.
    """

    key: str
    name: str
    sums: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(COLUMNS)))
    markouts: list[list[float]] = field(
        default_factory=lambda: [[0, 0.0, 0.0, 0] for _ in HORIZONS]
    )
    reasons: Counter[str] = field(default_factory=Counter)
    quantiles: list[Quantiles] = field(default_factory=list)

    def rank(self, exact: bool) -> None:
        """Keep quantiles from now on, exact ones or counts in bins."""
        self.quantiles = [Quantiles(exact) for _ in range(1 + len(LATENCIES))]

    def count_reason(self, reason: str) -> None:
        """Count the reason why an order was not filled."""
        if reason not in self.reasons and len(self.reasons) >= MOST_REASONS:
            reason = OTHER
        self.reasons[reason] += 1

    def metrics(
        self, group: OrderGroup, quantiles: Sequence[Quantiles], thresholds: Mapping[str, float]
    ) -> ExecutionMetrics:
        """The group in figures.

        Args:
            group: What the orders are grouped by.
            quantiles: The group's own, or those of the account; none where the group has none.
            thresholds: From where on all points of a part of the score are lost.
        """
        sums = self.figures()
        outcomes = {each.value: round(getattr(sums, each.value)) for each in Outcome}
        orders = sum(outcomes.values())
        slippage_spread, *latencies = distributions(sums, quantiles)
        rates = _rates(sums, orders)
        slippage, slippage_bps = in_bps(sums, "slippage", "arrived")
        half_spread, half_spread_bps = in_bps(sums, "half_spread", "quoted")
        rest, rest_bps = in_bps(sums, "rest", "quoted")
        versus_limit, versus_limit_bps = in_bps(sums, "versus_limit", "limited")
        shortfall, shortfall_bps = in_bps(sums, "shortfall", "ordered_at_arrival")
        return ExecutionMetrics(
            group=group,
            key=self.key,
            name=self.name,
            orders=orders,
            outcomes=outcomes,
            partial=round(sums.partial),
            fills=round(sums.fills),
            **rates,
            reasons=dict(self.reasons.most_common()),
            value=sums.traded,
            fees=sums.fees,
            fees_bps=basis_points(sums.fees, sums.traded),
            slippage=slippage,
            slippage_bps=slippage_bps,
            half_spread=half_spread,
            half_spread_bps=half_spread_bps,
            rest=rest,
            rest_bps=rest_bps,
            unquoted=sums.unquoted if sums.arrived else None,
            versus_limit=versus_limit,
            versus_limit_bps=versus_limit_bps,
            shortfall=shortfall,
            shortfall_bps=shortfall_bps,
            outside=round(sums.outside),
            slippage_spread=slippage_spread,
            latency=dict(zip(LATENCIES, latencies, strict=True)),
            markouts={
                name: markout_of(row)
                for (name, *_), row in zip(HORIZONS, self.markouts, strict=True)
            },
            score=_score(rates, slippage_bps, latencies[0], thresholds) if orders else None,
        )

    def figures(self) -> OrderFigures:
        """The sums by name."""
        return OrderFigures(*self.sums.tolist())


_MARKOUT_ROW = row_of(WHOLE, NUMBER, NUMBER, WHOLE, make=list)
GROUP_SUMS_ROW: Codec[GroupSums] = row_codec(
    GroupSums,
    Saved(
        codecs={
            "sums": Codec(
                (list, tuple),
                np.ndarray.tolist,
                RowFormat(COLUMNS, [NUMBER] * len(COLUMNS), np.array).read,
            ),
            "markouts": row_of(*[_MARKOUT_ROW] * len(HORIZONS), make=list),
            "reasons": dict_of(WHOLE, Counter),
            "quantiles": list_of(restored(Quantiles)),
        }
    ),
)


def _rates(sums: OrderFigures, orders: int) -> dict[str, float | None]:
    """The rates of `ExecutionMetrics`; None where there is nothing that they are of."""
    return {
        "fills_per_order": ratio(sums.fills, sums.touched),
        "fill_rate": ratio(sums.filled, orders - sums.rejected),
        "fill_rate_quantity": ratio(sums.done, sums.ordered),
        "cancel_rate": ratio(sums.canceled, orders),
        "reject_rate": ratio(sums.rejected, orders),
        "expiry_rate": ratio(sums.expired, orders),
        "outside_rate": ratio(sums.outside, sums.quoted_fills),
        "worse_rate": ratio(sums.worse, sums.quoted_fills),
    }


def _score(
    rates: Mapping[str, float | None],
    slippage_bps: float | None,
    latency: Distribution,
    thresholds: Mapping[str, float],
) -> float:
    """The quality score of a group from its rates, its slippage and its first latency."""
    done = rates["fill_rate_quantity"]
    parts = {
        "slippage": None if slippage_bps is None else -slippage_bps,
        "unfilled": None if done is None else 1.0 - done,
        "latency": latency.average,
        "rejected": rates["reject_rate"],
        "outside": rates["worse_rate"],
    }
    return quality_score(parts, thresholds)


def in_bps(sums: OrderFigures, money: str, value: str) -> tuple[float | None, float | None]:
    """A sum of money, also in basis points of a sum of values; None where there is no value."""
    amount, whole = getattr(sums, money), getattr(sums, value)
    return (amount if whole else None), basis_points(amount, whole)


def distributions(sums: OrderFigures, quantiles: Sequence[Quantiles]) -> list[Distribution]:
    """The distributions of slippage in basis points and of each latency.

    Without quantiles the latencies have only their means, and the slippage has nothing.
    """
    if quantiles:
        return [each.distribution() for each in quantiles]
    found = [Distribution(0, None)]
    for name in LATENCIES:
        orders = getattr(sums, f"{name}_orders")
        found.append(Distribution(round(orders), ratio(getattr(sums, name), orders)))
    return found


def markout_of(row: Sequence[float]) -> Markout:
    """The markout from a group's sums: fills, their value, money and fills that were missed."""
    fills, value, money, missed = row
    return Markout(
        round(fills), round(missed), money if fills else None, basis_points(money, value)
    )
