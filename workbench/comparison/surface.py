"""How the Sharpe ratio moves with the one or two parameters in which runs differ.

A good ratio amid bad ones was more likely found by searching than one amid others like it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import fmean

LEAST_SPOTS = 3  # fewer values say no more than the figures side by side
MOST_AXES = 2
FALL = 0.5  # neighbours fall off below this part of the ratio between them

Place = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """A parameter in which the runs differ.

    Attributes:
        parameter: Its name.
        values: Each value once, numbers by size, others in the order of the runs.
        ordered: Whether all are numbers: only then a value has neighbours.
    """

    parameter: str
    values: tuple[str, ...]
    ordered: bool


@dataclass(frozen=True, slots=True)
class Spot:
    """The runs with the same values.

    Attributes:
        place: Where their value stands on each axis.
        runs: Their names.
        sharpe: The mean of their annual Sharpe ratios.
        neighbours: The mean of the spots around, next to it on an axis or across; None where there
            is none.
        alone: Whether it is above 0 and its neighbours have less than half of it.
    """

    place: Place
    runs: tuple[str, ...]
    sharpe: float
    neighbours: float | None
    alone: bool


@dataclass(frozen=True, slots=True)
class Surface:
    """The Sharpe ratio over one parameter or two.

    Attributes:
        axes: The parameters.
        spots: Where there are runs with a Sharpe ratio.
        luck: The annual Sharpe ratio that the best of as many worthless runs is expected to show.
    """

    axes: tuple[Axis, ...]
    spots: tuple[Spot, ...]
    luck: float


def surface(
    different: Mapping[str, Sequence[str | None]],
    sharpes: Mapping[str, float | None],
    luck: float,
) -> Surface | None:
    """Lay the runs over their parameters.

    Args:
        different: Each parameter that differs with its value in each run, None of one that does not
            have it: that run is left out.
        sharpes: The annual Sharpe ratio of each run, in the same order.
        luck: What the best of as many worthless runs is expected to show.

    Returns:
        None where they differ in no parameter or in more than two, and below three spots.
    """
    given = _given(different, sharpes)
    columns = {
        name: values
        for name, values in zip(different, zip(*given.values(), strict=True), strict=False)
        if len(set(values)) > 1
    }
    if not 1 <= len(columns) <= MOST_AXES:
        return None
    axes = tuple(_axis(name, values) for name, values in columns.items())
    runs: dict[Place, list[str]] = {}
    for name, values in zip(given, zip(*columns.values(), strict=True), strict=True):
        place = tuple(axis.values.index(value) for axis, value in zip(axes, values, strict=True))
        runs.setdefault(place, []).append(name)
    means = {place: fmean(sharpes[name] or 0.0 for name in names) for place, names in runs.items()}
    if len(means) < LEAST_SPOTS:
        return None
    return Surface(axes, tuple(_spot(at, runs[at], means, axes) for at in sorted(means)), luck)


def _given(
    different: Mapping[str, Sequence[str | None]], sharpes: Mapping[str, float | None]
) -> dict[str, list[str]]:
    """The values of each run that has them all and a Sharpe ratio."""
    found = {}
    for at, (name, sharpe) in enumerate(sharpes.items()):
        values = [each for every in different.values() if (each := every[at]) is not None]
        if sharpe is not None and len(values) == len(different):
            found[name] = values
    return found


def _axis(parameter: str, values: Sequence[str]) -> Axis:
    distinct = tuple(dict.fromkeys(values))
    numbers = {value: _number(value) for value in distinct}
    if not all(map(math.isfinite, numbers.values())):
        return Axis(parameter, distinct, ordered=False)
    return Axis(parameter, tuple(sorted(distinct, key=numbers.__getitem__)), ordered=True)


def _number(value: str) -> float:
    """What a value is as a number; NaN where it is none."""
    try:
        return float(value)
    except ValueError:
        return math.nan


def _spot(
    place: Place, runs: Sequence[str], means: Mapping[Place, float], axes: Sequence[Axis]
) -> Spot:
    steps = [(-1, 0, 1) if axis.ordered else (0,) for axis in axes]
    around = {
        tuple(at + step for at, step in zip(place, way, strict=True)) for way in product(*steps)
    }
    known = [means[each] for each in sorted(around - {place}) if each in means]
    own, neighbours = means[place], fmean(known) if known else None
    alone = neighbours is not None and own > 0.0 and neighbours < FALL * own
    return Spot(place, tuple(runs), own, neighbours, alone)
