"""What a slice costs by what is held, how far slices are apart and how many strategies hold it."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.market import Market, Resolution
from benchmarks.prediction import Cache, predict, slices
from benchmarks.scene import Scene

HOLDINGS = (0, 1, 5, 50)
STRATEGIES = (1, 3, 20)
SLICES = 500
PASSES = 2
MARKETS = (
    *(Market(held, 1, apart, SLICES) for apart in Resolution for held in HOLDINGS),
    *(Market(5, count, Resolution.MINUTE, SLICES) for count in STRATEGIES[1:]),
    *(Market(50, count, Resolution.MINUTE, SLICES) for count in STRATEGIES[1:]),
)


@dataclass(frozen=True, slots=True)
class SliceCost:
    """What a slice of a market costs inside LEAN.

    Attributes:
        market: The market.
        reads: Microseconds of reads at LEAN's prices.
        cost: Microseconds in all, by cache.
        lacking: Hook and member of the reads without a price.
    """

    market: Market
    reads: float
    cost: dict[Cache, float]
    lacking: Counter[tuple[str, str]]


def slice_costs(advance: Callable[[], object] = lambda: None) -> list[SliceCost]:
    """Each market's slice."""
    with tempfile.TemporaryDirectory() as name:
        found: list[SliceCost] = []
        for number, market in enumerate(MARKETS):
            found.append(_cost(market, Path(name) / str(number)))
            advance()
    return found


def _cost(market: Market, folder: Path) -> SliceCost:
    prediction = predict(Scene(market.write(folder)), PASSES)
    which = slices(market.held)
    seen = [hook.charge.total for hook in prediction.hooks if which(hook)]
    cost = {cache: prediction.mean(which, cache) for cache in Cache}
    return SliceCost(market, sum(seen) / len(seen), cost, prediction.lacking)
