"""Quantities: kept free of the dust that floating point leaves."""

from __future__ import annotations

import pytest

from models.events.quantities import tidy


@pytest.mark.parametrize(
    ("sum_of", "result"), [(0.1 + 0.2, 0.3), (3.0, 3.0), (-0.3 + 0.1, -0.2), (1e-13, 0.0)]
)
def test_tidy_takes_the_dust_of_a_sum(sum_of: float, result: float) -> None:
    """Twelve decimals are kept."""
    assert tidy(sum_of) == result
