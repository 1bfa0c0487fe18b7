"""Seeded markets whose true figures are known, for the tests of what is estimated."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from workbench.certainty.observations import ClosedTrades, Observations

Floats = npt.NDArray[np.float64]
Noise = Callable[[np.random.Generator, int], Floats]

DAYS_A_YEAR = 252.0
MEAN, BENCHMARK_MEAN = 0.0005, 0.0003  # a day
BETA, BENCHMARK_SPREAD, OWN_SPREAD = 0.6, 0.01, 0.008
SPREAD = (BETA**2 * BENCHMARK_SPREAD**2 + OWN_SPREAD**2) ** 0.5
TRADES_A_DAY, WIN_RATE, WIN, LOSS = 0.5, 0.55, 100.0, 90.0
PERSISTENCE = 0.2  # of one day's return in the next one's


def normal(generator: np.random.Generator, days: int) -> Floats:
    """Independent and normal."""
    return generator.standard_normal(days)


def fat_tailed(generator: np.random.Generator, days: int) -> Floats:
    """Independent, of Student's distribution with 5 degrees of freedom, scaled to variance 1."""
    found: Floats = generator.standard_t(5, days) / np.sqrt(5.0 / 3.0)
    return found


def autocorrelated(generator: np.random.Generator, days: int) -> Floats:
    """Normal, each day remembering a part of the one before."""
    shocks = generator.standard_normal(days + 50) * np.sqrt(1.0 - PERSISTENCE**2)
    # the memory of 30 days ago is below rounding
    weights = PERSISTENCE ** np.arange(30)
    found: Floats = np.convolve(shocks, weights, "valid")[-days:]
    return found


NOISES: Mapping[str, Noise] = {
    "normal": normal,
    "fat-tailed": fat_tailed,
    "autocorrelated": autocorrelated,
}


def market(generator: np.random.Generator, days: int, noise: Noise) -> Observations:
    """One series with its benchmark and trades."""
    benchmark = BENCHMARK_MEAN + BENCHMARK_SPREAD * noise(generator, days)
    own = OWN_SPREAD * noise(generator, days)
    returns = MEAN + BETA * (benchmark - BENCHMARK_MEAN) + own
    return Observations(
        names=("one",),
        returns=returns[np.newaxis],
        trades=(traded(generator, days),),
        benchmark=benchmark,
        calendar_days=round(days * 365 / DAYS_A_YEAR),
        days_a_year=DAYS_A_YEAR,
    )


def traded(generator: np.random.Generator, days: int) -> ClosedTrades:
    """Trades of random number, outcome and size."""
    closed = generator.poisson(TRADES_A_DAY, days)
    wins = generator.binomial(closed, WIN_RATE)
    losses = closed - wins
    return ClosedTrades(
        closed=closed.astype(float),
        wins=wins.astype(float),
        losses=losses.astype(float),
        won=WIN * _sizes(generator, wins),
        lost=-LOSS * _sizes(generator, losses),
    )


def _sizes(generator: np.random.Generator, trades: npt.NDArray[np.int64]) -> Floats:
    """The sum of so many exponential sizes of mean 1."""
    drawn = generator.gamma(np.maximum(trades, 1), 1.0)
    return np.where(trades > 0, drawn, 0.0)


def truth(noise: Noise) -> Mapping[str, float]:
    """The true figures; those without a formula are those of a very long series."""
    long = market(np.random.default_rng(0), 2_000_000, noise).returns[0]
    returns = long - long.mean() + MEAN
    below = float(np.sqrt((np.minimum(returns, 0.0) ** 2).mean()))
    growth = float(np.log1p(returns).mean())
    return {
        "sharpe": MEAN / SPREAD * DAYS_A_YEAR**0.5,
        "sortino": MEAN / below * DAYS_A_YEAR**0.5,
        "cagr": float(np.expm1(growth * DAYS_A_YEAR)),
        "volatility": SPREAD * DAYS_A_YEAR**0.5,
        "win_rate": WIN_RATE,
        "expectancy": WIN_RATE * WIN - (1.0 - WIN_RATE) * LOSS,
        "profit_factor": WIN_RATE * WIN / ((1.0 - WIN_RATE) * LOSS),
        "alpha": (MEAN - BETA * BENCHMARK_MEAN) * DAYS_A_YEAR,
        "beta": BETA,
    }


def drawdown(returns: Floats) -> float:
    """The deepest fall from a peak, the start included; a fraction."""
    nav = np.concatenate(([1.0], np.cumprod(1.0 + returns)))
    return float((1.0 - nav / np.maximum.accumulate(nav)).max())
