"""The equity curve: every mark while it is short, then thinned out with its extremes kept."""

from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt
import pytest

from models.equity.curve import CURVE_POINTS, Curve
from tests.models.equity.marks import (
    CAPITAL,
    MINUTE,
    START,
    fresh,
)


def walk(count: int, seed: int = 3) -> npt.NDArray[np.float64]:
    """Equities of a random walk."""
    steps = np.random.default_rng(seed).normal(0.0, 1e-3, count)
    equities: npt.NDArray[np.float64] = CAPITAL * np.exp(np.cumsum(steps))
    return equities


@pytest.mark.parametrize("count", [1, 2, 100, 3_900])
def test_a_short_curve_is_every_mark(count: int) -> None:
    """Nothing is left out while there is room."""
    track = fresh()
    equities = walk(count).tolist()
    for number, equity in enumerate(equities):
        track.mark(START + number * MINUTE, equity)
    points = track.curve()
    assert [point.equity for point in points] == equities
    assert [point.time for point in points] == [START + n * MINUTE for n in range(count)]
    assert [point.nav for point in points] == [equity / CAPITAL for equity in equities]


def test_a_long_curve_keeps_its_extremes() -> None:
    """At most 4,000 points at any time, ends and extremes among them, and every spike."""
    track = fresh()
    equities = walk(40_000)
    spikes = np.random.default_rng(9).choice(np.arange(100, 39_900, 100), 60, replace=False)
    equities[spikes[:30]] *= 1.5
    equities[spikes[30:]] *= 0.5
    longest = 0
    for number, equity in enumerate(equities.tolist()):
        track.mark(START + number * MINUTE, equity)
        if number % 997 == 0 or 3_990 < number < 4_010:
            longest = max(longest, len(track.curve()))
    points = track.curve()
    assert 3_900 < longest <= CURVE_POINTS
    assert len(points) > CURVE_POINTS / 4
    assert points[0][:2] == (START, equities[0])
    assert points[-1][:2] == (START + 39_999 * MINUTE, equities[-1])
    kept = {point.equity for point in points}
    assert {equities.max(), equities.min(), *equities[spikes]} <= kept
    times = [point.time for point in points]
    assert times == sorted(set(times))
    index = [(time - START) // MINUTE for time in times]
    assert [point.equity for point in points] == equities[index].tolist()
    # Old times are shown as finely as late ones: of each 32 marks there are two.
    assert 16 < max(np.diff(index)) < 64


def test_a_curve_with_flows_keeps_the_extremes_of_both() -> None:
    """Where a flow comes with every mark, equity and NAV have their own extremes, both kept."""
    track = fresh()
    random = np.random.default_rng(4)
    equity, equities, navs = CAPITAL, [], []
    for number in range(9_000):
        flow = float(random.uniform(-0.1, 0.1)) * equity + (CAPITAL - equity) * 0.1
        equity = equity * float(random.uniform(0.98, 1.0204)) + flow
        track.mark(START + number * MINUTE, equity, flow)
        assert track.nav is not None
        equities.append(equity)
        navs.append(track.nav)
    points = track.curve()
    assert len(points) <= CURVE_POINTS
    assert {max(equities), min(equities)} <= {point.equity for point in points}
    shown = [point.nav for point in points if point.nav is not None]
    assert max(shown) == pytest.approx(max(navs), rel=1e-12)
    assert min(shown) == pytest.approx(min(navs), rel=1e-12)


def test_a_full_curve_is_restored() -> None:
    """A curve that was thinned out goes on with the same buckets."""
    whole, first, second = fresh(), fresh(), fresh()
    equities = walk(9_001).tolist()
    for number, equity in enumerate(equities):
        for track in (whole, first if number < 7_003 else second):
            track.mark(START + number * MINUTE, equity)
        if number == 7_002:
            second.restore(json.loads(json.dumps(first.state(), allow_nan=False)))
    assert second.curve() == whole.curve()
    assert second.state() == whole.state()


def test_scopes_that_take_the_same_marks_in_turn_store_the_times_of_theirs() -> None:
    """Also where one of them takes others in between, or a part of what the one before took."""
    first, second = ([START + n * MINUTE for n in range(since, since + 3)] for since in (0, 7))
    taken = [[first, second], [first, second[:2]], [first[1:]]]
    curves = [Curve() for _ in taken]
    for turn in range(2):
        for curve, blocks in zip(curves, taken, strict=True):
            for times in blocks[turn : turn + 1]:
                curve.take(times, [CAPITAL] * len(times), 1.0)
    for curve, blocks in zip(curves, taken, strict=True):
        assert [point.time for point in curve.points(1.0)] == [
            time for times in blocks for time in times
        ]
