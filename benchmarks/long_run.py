"""Twenty-three years and 145,167 fills in the hooks, played once: whether anything grows.

Its reads are those of the short recording, kind by kind, for their number depends on no history.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import mean, median
from typing import Final

from benchmarks.passes import DATA, EVENT, SAVE, Call, Learnt, Pass
from benchmarks.prediction import MICRO, Cache, Prediction, by_cache, kind_of
from benchmarks.scene import Scene
from workbench.recordings import recordings

RECORDING: Final = "three-strategies-23y"
ENGINE: Final = 36.0
"""Seconds that LEAN took for it without a tracker, 87 with it; at most 55 are asked for."""
EARLY: Final = slice(2_000, 6_000)  # calls of a kind: the first 1,000 trades are closed there
LATE: Final = slice(-4_000, None)


@dataclass(frozen=True, slots=True)
class LongRun:
    """What was found.

    Attributes:
        fills: How many there were.
        seconds: What the tracker adds, by cache.
        growth: By kind of hook, how many times as long it takes at the end as near the start.
        saving: Seconds of Python of the save at the end.
    """

    fills: int
    seconds: dict[Cache, float]
    growth: dict[str, float]
    saving: float


def long_run(short: Prediction) -> LongRun | None:
    """Play it; None where the recording is missing.

    Args:
        short: The prediction of the short recording: its reads, and how cold compares with warm.
    """
    found = recordings().get(RECORDING)
    if found is None:
        return None
    calls = Pass(Scene(found.path), Learnt(dict)).play()
    return LongRun(
        sum(call.filled for call in calls),
        {cache: _seconds(calls, short, cache) for cache in Cache},
        {kind: _growth(calls, kind) for kind in (EVENT, DATA)},
        sum(call.own for call in calls if call.kind == SAVE) / 1e9,
    )


def _seconds(calls: list[Call], short: Prediction, cache: Cache) -> float:
    reads: defaultdict[tuple[str, bool], list[float]] = defaultdict(list)
    for hook in short.hooks:
        reads[hook.call.kind, hook.call.filled].append(hook.charge.total)
    price = {kind: mean(costs) for kind, costs in reads.items()}
    total = 0.0
    for call in calls:
        ratio = short.ratios.get(kind_of(call), 1.0)
        total += by_cache(call.own * MICRO, ratio)[cache] + price.get((call.kind, call.filled), 0.0)
    return total / 1e6


def _growth(calls: list[Call], kind: str) -> float:
    """Medians are compared: one pass alone has what disturbed it in the means."""
    own = [call.own for call in calls if call.kind == kind]
    return median(own[LATE]) / median(own[EARLY])
