"""Corporate actions: what makes no split."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.errors import EventError
from models.events.corporate_actions import (
    Split,
    SplitKind,
)

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize("factor", [0.0, -0.5])
def test_a_splits_factor_is_positive(factor: float) -> None:
    """Quantities are divided by it."""
    with pytest.raises(EventError, match=f"split of AAPL: the factor is {factor}"):
        Split(NOON, "AAPL", SplitKind.SPLIT_OCCURRED, factor, 10.0)
