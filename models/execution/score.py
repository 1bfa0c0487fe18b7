"""The quality score of executions, from 0 to 100, and its thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

# The parts of the score, each 0 at best. A part has points out of 100 (`WEIGHTS`), of which all are
# lost from its threshold on (`THRESHOLDS`), and in between they fall in a straight line.
WEIGHTS: dict[str, float] = {
    "slippage": 40.0,  # cost against the arrival price
    "unfilled": 20.0,  # fraction of the value ordered, rejected orders left out
    "latency": 15.0,  # mean time from submission to acknowledgement
    "rejected": 15.0,  # fraction of the orders
    "outside": 10.0,  # fraction of the fills with quotes that were worse than the touch
}
THRESHOLDS: dict[str, float] = {
    "slippage": 20.0,  # basis points
    "unfilled": 0.5,
    "latency": 2.0,  # seconds
    "rejected": 0.1,
    "outside": 0.5,
}


def read_thresholds(text: str) -> dict[str, float]:
    """The thresholds of a setting such as `slippage=10,latency=0.5`; others keep their defaults.

    Raises:
        ValueError: A name is unknown or comes twice, or a number is not above 0.
    """
    given: dict[str, float] = {}
    for part in filter(None, text.split(",")):
        name, _, number = (word.strip() for word in part.partition("="))
        if name not in THRESHOLDS or name in given:
            raise ValueError(f"{name!r} is not one of {', '.join(THRESHOLDS)}, each said once")
        given[name] = float(number)
        if not 0 < given[name] < inf:
            raise ValueError(f"{name} is {number}, not above 0")
    return {**THRESHOLDS, **given}


def quality_score(parts: Mapping[str, float | None], thresholds: Mapping[str, float]) -> float:
    """The score from 0 to 100: the weighted mean of `1 - part / threshold`, kept within 0 and 1.

    A part that is None is left out, and the other parts share its points by their weights.

    Args:
        parts: Each part of `WEIGHTS`, 0 at best; None where it is unknown. One must be known.
        thresholds: From where on all points of a part are lost.
    """
    known = {name: part for name, part in parts.items() if part is not None}
    points = {
        name: WEIGHTS[name] * min(1.0, max(0.0, 1.0 - part / thresholds[name]))
        for name, part in known.items()
    }
    return 100.0 * sum(points.values()) / sum(WEIGHTS[name] for name in known)
