"""Closes of the NAV, and the values of every statistic of them."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import strategies as st

from models.statistics.closes import Closes
from models.statistics.portfolio import own_statistics

SUNDAY = date(2020, 1, 5)


def closes(navs: list[float], benchmark: list[float] | None = None, start: date = SUNDAY) -> Closes:
    """Closes of one day after the other, the start on a Sunday."""
    return Closes([start.toordinal() + day for day in range(len(navs))], navs, benchmark)


def values(
    navs: list[float],
    benchmark: list[float] | None = None,
    days_a_year: int = 252,
    risk_free: float = 0.0,
) -> dict[str, float | None]:
    """The values of every statistic."""
    found = own_statistics(closes(navs, benchmark), days_a_year=days_a_year, risk_free=risk_free)
    return {name: figure.value for name, figure in found.items()}


STEPS = st.lists(st.floats(-0.2, 0.25), min_size=2, max_size=60)


def curve(steps: list[float]) -> list[float]:
    """The NAVs that returns make of 1."""
    return [float(nav) for nav in np.cumprod([1.0, *(1.0 + step for step in steps)])]
