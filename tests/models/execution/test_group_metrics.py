"""Records of groups of orders: sizes in order, and JSON there and back."""

from __future__ import annotations

from models.execution.group_metrics import SIZES, Distribution, SuggestedSlippage
from models.execution.order_quality import HORIZONS


def test_sizes_and_horizons_stand_in_order() -> None:
    """Each size's bound is above the one before; each markout comes after the one before."""
    bounds = [bound for bound, _ in SIZES]
    assert bounds == sorted(bounds)
    waits = [after for _, after, _ in HORIZONS]
    assert waits == sorted(waits)


def test_records_without_nesting_come_back_from_json() -> None:
    """What they say of themselves makes them again."""
    suggested = SuggestedSlippage("S", "STOCK", 3, None, 0.0002)
    assert SuggestedSlippage.from_dict(suggested.to_dict()) == suggested
    assert Distribution(0, None).exact
