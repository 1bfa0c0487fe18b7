"""What LEAN takes its statistics of: closing fills, and the points of its chart."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.statistics.lean_samples import EquityChart, Exercise, closing
from tests.models.statistics.lean_portfolio_results import (
    DAY,
)


@pytest.mark.parametrize(
    ("profit", "fee", "quantity", "exercise", "booked"),
    [
        (10.0, 2.0, -1.0, None, (6.0, 1.0)),
        (10.0, 5.0, -1.0, None, (0.0, 0.0)),
        (3e-14, 0.0, -1.0, None, (0.0, 0.0)),
        (1.0, 1.0, -1.0, None, (-1.0, 0.0)),
        (-40.0, 0.0, -1.0, Exercise(True, 100.0), (-40.0, 1.0)),
        (-140.0, 0.0, -1.0, Exercise(True, 100.0), (-140.0, 0.0)),
        (40.0, 0.0, 1.0, Exercise(False, 0.0), (40.0, 1.0)),
    ],
)
def test_a_closing_fill_pays_its_fee_twice(
    profit: float,
    fee: float,
    quantity: float,
    exercise: Exercise | None,
    booked: tuple[float, float],
) -> None:
    """LEAN takes twice the exit's fee, calls 0 a loss, and judges an exercise by its amount."""
    assert closing(profit, fee, quantity, exercise) == booked


def test_a_backtests_chart_has_4000_points_or_four_minutes() -> None:
    """LEAN spaces out the points of a long run."""
    assert EquityChart.period(0.0, DAY) == 240.0
    assert EquityChart.period(0.0, 400.0 * DAY) == DAY / 10


def test_the_chart_takes_a_step_after_a_period_with_its_last_equity() -> None:
    """A step counts with what it ended with; one not a whole period after the last does not."""
    chart = EquityChart(240.0)
    for time, equity in [(60.0, 1.0), (60.0, 2.0), (120.0, 3.0), (300.0, 4.0), (301.0, 5.0)]:
        chart.mark(time, equity)
    chart.sample(400.0, 6.0)
    assert list(zip(*chart.points(), strict=True)) == [(60.0, 2.0), (301.0, 5.0), (400.0, 6.0)]


def test_samples_are_charted_once_an_instant_and_delay_no_step() -> None:
    """Midnight is charted as it was sampled, whatever its step does after, and none is put off."""
    chart = EquityChart(240.0)
    chart.sample(0.0, 1.0)
    chart.mark(0.0, 2.0)
    chart.sample(60.0, 3.0)
    chart.mark(241.0, 4.0)
    chart.sample(300.0, 5.0)
    assert list(zip(*chart.points(), strict=True)) == [
        (0.0, 1.0),
        (60.0, 3.0),
        (241.0, 4.0),
        (300.0, 5.0),
    ]


@given(
    st.lists(st.tuples(st.floats(0.0, 2e3), st.floats(1.0, 1e6), st.booleans()), max_size=30),
    st.integers(0, 30),
)
def test_a_restored_chart_goes_on(steps: list[tuple[float, float, bool]], cut: int) -> None:
    """A chart saved as JSON at any step and restored picks what it would have picked."""
    chart = other = EquityChart(240.0)
    for number, (time, equity, sample) in enumerate(sorted(steps)):
        if number == cut:
            other = EquityChart(240.0)
            other.restore(json.loads(json.dumps(chart.state())))
        for each in {chart, other}:
            (each.sample if sample else each.mark)(time, equity)
    assert other.points() == chart.points()
    times = chart.points().time
    assert all(before < after for before, after in pairwise(times))
