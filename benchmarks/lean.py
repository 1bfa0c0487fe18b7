"""What the tracker costs inside LEAN, predicted: the lines that were measured there, and more.

What was measured inside LEAN (LEAN 24863901d, a shared machine of two cores, November 2026) stands
beside each prediction: hooks that only read, the tracker as it was then, and what is asked of it.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.market import Market, Resolution
from benchmarks.parts import Part
from benchmarks.passes import DATA, EVENT, MIDNIGHT
from benchmarks.prediction import Cache, Prediction, of_kind, predict, slices
from benchmarks.reader import reader
from benchmarks.scene import Scene
from workbench.recordings import recordings

RECORDING: Final = "three-strategies"
FULL: Final[Mapping[str, Any]] = {"execution": "on", "log_level": "info"}
FIVE: Final = 5  # instruments that three-strategies holds
NO_GAPS: Final = frozenset({EVENT, DATA})
"""Hooks in which every read must have a price."""
STEPS: Final = 5  # scenes that are played
Advance = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Line:
    """One figure.

    Attributes:
        key: Its name in the JSON; the last word is its unit.
        name: What it is of.
        alone: Measured in LEAN: hooks that only read.
        then: Measured in LEAN: the tracker before anything was done about it.
        asked: The most it may be, in the unit of the key.
        cache: What is taken for the caches inside LEAN.
    """

    key: str
    name: str
    alone: str
    then: str
    asked: float
    cache: Cache = Cache.HALF

    @property
    def unit(self) -> str:
        """Seconds or microseconds."""
        return self.key.rpartition("_")[2]


LINES: Final = (
    Line("order_us", "a fill with its submission", "40", "230", 70.0),
    Line("slice_empty_us", "a slice, nothing held", "2-3.5", "21-25", 5.0, Cache.WARM),
    Line("slice_one_us", "a slice, one holding", "11", "19-25", 16.0, Cache.WARM),
    Line("slice_five_us", "a slice, five holdings, three strategies", "14", "110-150", 35.0),
    Line("midnight_us", "a midnight", "80", "1100", 250.0),
    Line("fifteen_months_s", "three-strategies, 15 months", "0.27-0.56", "1.5-2.1", 0.7),
    Line("fifteen_months_full_s", "  with execution quality and log", "", "4.4", 1.5),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is predicted.

    Attributes:
        values: By the key of a line, by cache.
        plain: The recording with the tracker's defaults.
        full: The recording with execution quality and the info log.
        alone: Seconds of the reader that keeps nothing.
        lacking: Hook and member of each read that no table prices, over all scenes.
    """

    values: dict[str, dict[Cache, float]]
    plain: Prediction
    full: Prediction
    alone: dict[Cache, float]
    lacking: Counter[tuple[str, str]]

    @property
    def gaps(self) -> list[str]:
        """What has no price in a hook where everything must have one."""
        return sorted(f"{member} in {hook}" for hook, member in self.lacking if hook in NO_GAPS)

    def to_dict(self) -> dict[str, Any]:
        """The figures as one JSON-able object; the first ones are the prediction."""
        return {
            **{line.key: round(self.values[line.key][line.cache], 3) for line in LINES},
            "reading_alone_s": round(self.alone[Cache.WARM], 3),
            **{cache.value: self._by_key(cache) for cache in (Cache.WARM, Cache.COLD)},
            "asked": {line.key: line.asked for line in LINES},
            "measured_before": {line.key: line.then for line in LINES},
            "parts_s": _parts(self.plain),
            "parts_full_s": _parts(self.full),
            "lacking": [
                {"hook": hook, "member": member, "times": times}
                for (hook, member), times in sorted(self.lacking.items())
            ],
        }

    def _by_key(self, cache: Cache) -> dict[str, float]:
        return {key: round(values[cache], 3) for key, values in self.values.items()}


def measure(advance: Advance = lambda: None) -> Figures:
    """Play all scenes, and tell of each one that is done."""

    def played(scene: Scene) -> Prediction:
        prediction = predict(scene)
        advance()
        return prediction

    path = recordings()[RECORDING].path
    plain, full = played(Scene(path)), played(Scene(path, FULL))
    alone = played(Scene(path, wire=reader))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        empty, one = (
            played(Scene(Market(held, resolution=Resolution.SECOND).write(folder / f"{held}")))
            for held in (0, 1)
        )
    values = {
        "order_us": _each(plain.order),
        "slice_empty_us": _each(lambda cache: empty.mean(slices(0), cache)),
        "slice_one_us": _each(lambda cache: one.mean(slices(1), cache)),
        "slice_five_us": _each(lambda cache: plain.mean(slices(FIVE), cache)),
        "midnight_us": _each(lambda cache: plain.mean(of_kind(MIDNIGHT), cache)),
        "fifteen_months_s": _each(plain.seconds),
        "fifteen_months_full_s": _each(full.seconds),
    }
    lacking = sum((p.lacking for p in (plain, full, empty, one)), Counter[tuple[str, str]]())
    return Figures(values, plain, full, _each(alone.seconds), lacking)


def _each(figure: Callable[[Cache], float]) -> dict[Cache, float]:
    return {cache: figure(cache) for cache in Cache}


def _parts(prediction: Prediction) -> dict[str, dict[str, float]]:
    parts = prediction.parts(Cache.HALF)
    return {
        part.value: {"reads": round(parts[part][0], 3), "python": round(parts[part][1], 3)}
        for part in Part
    }
