"""The quality score: thresholds as a setting says them, and points lost in a straight line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.execution.score import THRESHOLDS, WEIGHTS, quality_score, read_thresholds

BEST = dict.fromkeys(WEIGHTS, 0.0)


def test_thresholds_are_read_from_a_setting() -> None:
    """Those named change, the others stay."""
    assert read_thresholds("") == THRESHOLDS
    assert read_thresholds("slippage=5, latency = 0.5") == {
        **THRESHOLDS,
        "slippage": 5.0,
        "latency": 0.5,
    }


@pytest.mark.parametrize(
    "text",
    [
        "speed=1",
        "slippage",
        "slippage=",
        "slippage=0",
        "slippage=-1",
        "slippage=nan",
        "slippage=inf",
        "slippage=fast",
        "slippage=1,slippage=2",
        "slippage=1=2",
    ],
)
def test_wrong_thresholds_are_refused(text: str) -> None:
    """A name that is unknown or said twice, or a number that is not above 0."""
    with pytest.raises(ValueError, match=r"."):
        read_thresholds(text)


def test_the_weights_are_points_out_of_a_hundred() -> None:
    """Every part has a weight and a threshold, and the best of all is 100."""
    assert sum(WEIGHTS.values()) == 100.0
    assert WEIGHTS.keys() == THRESHOLDS.keys()
    assert quality_score(BEST, THRESHOLDS) == 100.0
    assert quality_score(THRESHOLDS, THRESHOLDS) == 0.0


def test_a_score_loses_points_in_a_straight_line() -> None:
    """5 of 20 basis points cost a quarter of 40 points, 0.05 of 0.1 half of 15."""
    parts = {**BEST, "slippage": 5.0, "rejected": 0.05}
    assert quality_score(parts, THRESHOLDS) == pytest.approx(100 - 10 - 7.5)


def test_a_part_that_is_unknown_drops_out() -> None:
    """Without latency and spread 75 points are left, of which half the slippage's are lost."""
    parts = {**BEST, "slippage": 10.0, "latency": None, "outside": None}
    assert quality_score(parts, THRESHOLDS) == pytest.approx(100 * 55 / 75)


@given(st.fixed_dictionaries({name: st.none() | st.floats(-1e3, 1e3) for name in WEIGHTS}))
def test_a_score_is_within_its_bounds(parts: dict[str, float | None]) -> None:
    """A gain is worth no more than no cost, and the worst no less than 0."""
    found = quality_score({**parts, "rejected": 0.0}, THRESHOLDS)
    assert 0.0 <= found <= 100.0
