"""The risk-free rate that LEAN used, solved from its own Sharpe ratio.

No file states the rate. LEAN's Sharpe ratio is the annual return less the rate, over the deviation
of the daily returns, and all of it but the rate comes out of the chart of equity: so the rate does
too. It is LEAN's mean over the run, as far as the decimals of its figures tell it. See
`models.statistics.lean_portfolio` for LEAN's formulas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from models.equity.samples import Samples
from models.events.account import DayEnd
from models.statistics.lean_portfolio import lean_portfolio_statistics
from workbench.runs.lean.fields import ResultError, number_of

DECIMAL = 1e-4  # the last decimal of LEAN's figures
# How far LEAN's Sortino ratio may be from the one that the rate makes: both have four decimals.
NEAR_PART, NEAR = 1e-2, 5e-3


class RisklessRate(NamedTuple):
    """A risk-free rate.

    Attributes:
        rate: Annual, a fraction.
        bound: How far it may be off.
    """

    rate: float
    bound: float


def riskless_rate(
    days: Sequence[DayEnd], stated: Mapping[str, Any], *, capital: float, days_a_year: float
) -> RisklessRate | None:
    """The rate with which LEAN's Sharpe ratio comes out.

    Args:
        days: LEAN's daily samples.
        stated: LEAN's `portfolioStatistics`.
        capital: Equity at the start, account currency.
        days_a_year: Trading days a year.

    Returns:
        None where LEAN states no Sharpe ratio, or where its other figures do not come out of the
        samples: the rate would then be a guess.
    """
    said = {name: _number(stated.get(name)) for name in (DEVIATION, SHARPE, SORTINO)}
    if not all(said.get(name) for name in (DEVIATION, SHARPE)):
        return None
    without = _figures(days, 0.0, capital, days_a_year)
    deviation, gap = without[DEVIATION], without[SHARPE] - said[SHARPE]
    if not deviation or abs(deviation - said[DEVIATION]) > 1.5 * DECIMAL:
        return None
    rate = gap * deviation
    found = _figures(days, rate, capital, days_a_year)[SORTINO]
    if abs(found - said[SORTINO]) > NEAR + NEAR_PART * abs(found):
        return None
    return RisklessRate(rate, (deviation + abs(gap) / 2.0) * DECIMAL)


DEVIATION, SHARPE, SORTINO = "annualStandardDeviation", "sharpeRatio", "sortinoRatio"


def _figures(
    days: Sequence[DayEnd], rate: float, capital: float, days_a_year: float
) -> dict[str, float]:
    samples = Samples(
        [day.time.timestamp() for day in days],
        [day.equity for day in days],
        [day.benchmark for day in days],
        [rate for _ in days],
        [0.0 for _ in days],
    )
    found = lean_portfolio_statistics(samples, capital=capital, days_a_year=round(days_a_year))
    return found.total


def _number(value: Any) -> float:
    """A figure that LEAN may have written as a text; 0 where there is none."""
    try:
        return 0.0 if value is None else number_of(value, "LEAN's statistics")
    except ResultError:
        return 0.0
