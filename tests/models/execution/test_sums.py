"""Sums over the orders of a group: figures by name, bounded reasons, and none without orders."""

from __future__ import annotations

from models.execution.group_metrics import OrderGroup
from models.execution.sums import (
    COLUMNS,
    MOST_REASONS,
    OTHER,
    GroupSums,
    OrderFigures,
    basis_points,
    ratio,
    values_of,
)


def test_figures_stand_in_the_order_of_the_columns() -> None:
    """A row of sums reads back as the figures that made it."""
    figures = OrderFigures(*range(len(COLUMNS)))
    assert values_of(figures) == tuple(range(len(COLUMNS)))
    assert len(COLUMNS) == len(set(COLUMNS))


def test_a_ratio_of_nothing_is_none() -> None:
    """Nothing is divided by zero."""
    assert (ratio(1.0, 0.0), basis_points(1.0, 0.0)) == (None, None)
    assert (ratio(1.0, 4.0), basis_points(-1.0, 400.0)) == (0.25, -25.0)


def test_reasons_are_bounded() -> None:
    """Reasons beyond those a group counts are put together."""
    sums = GroupSums("a", "a")
    for number in range(MOST_REASONS + 5):
        sums.count_reason(f"reason {number}")
    sums.count_reason("reason 0")
    assert len(sums.reasons) == MOST_REASONS + 1
    assert (sums.reasons[OTHER], sums.reasons["reason 0"]) == (5, 2)
    assert next(iter(sums.metrics(OrderGroup.STRATEGY, [], {}).reasons)) == OTHER


def test_a_group_without_orders_has_no_figures() -> None:
    """Everything that needs an order is None, counts and sums are 0."""
    found = GroupSums("a", "a").metrics(OrderGroup.STRATEGY, [], {})
    assert (found.orders, found.fills, found.fees) == (0, 0, 0.0)
    nothing = (found.score, found.fill_rate, found.slippage, found.slippage_bps, found.fees_bps)
    assert nothing == (None,) * 5
    assert found.markouts["1m"].bps is None
    assert found.latency["acknowledged"].average is None
