"""The Sharpe ratio over the parameters that differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from workbench.comparison.surface import Axis, Surface, surface


def laid(
    different: Mapping[str, Sequence[str | None]], *sharpes: float | None, luck: float = 0.5
) -> Surface:
    """The surface of runs that are called by their number."""
    found = surface(different, {f"{at}": each for at, each in enumerate(sharpes)}, luck)
    assert found is not None
    return found


def test_one_parameter_is_ordered_as_numbers_are() -> None:
    """Each value has those beside it as neighbours: a peak is alone, a plateau is not."""
    found = laid({"fast": ["10", "5", "9.5", "20", "30"]}, 2.0, 0.3, 0.4, 0.2, -0.1)
    assert found.axes == (Axis("fast", ("5", "9.5", "10", "20", "30"), ordered=True),)
    assert [each.sharpe for each in found.spots] == [0.3, 0.4, 2.0, 0.2, -0.1]
    assert [each.neighbours for each in found.spots] == pytest.approx([0.4, 1.15, 0.3, 0.95, 0.2])
    assert [each.alone for each in found.spots] == [False, False, True, False, False]
    assert found.luck == 0.5


def test_two_parameters_have_neighbours_across() -> None:
    """A spot in the middle has eight, one that has no run is left out."""
    across = {"fast": ["1", "2", "3"] * 3, "slow": [each for each in "789" for _ in range(3)]}
    found = laid(across, *[1.0] * 4, 2.5, *[1.0] * 3, None)
    assert [each.place for each in found.spots] == [
        *((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (2, 0), (2, 1)),
    ]
    middle, corner = found.spots[4], found.spots[0]
    assert (middle.runs, middle.neighbours, middle.alone) == (("4",), 1.0, True)
    assert corner.neighbours == 1.5


def test_names_have_no_neighbours() -> None:
    """They stand in the order of the runs."""
    for values in (["trend", "carry", "value"], ["1", "nan", "2"], ["1", "", "2"]):
        found = laid({"way": values}, 2.0, 0.1, 0.2)
        assert found.axes == (Axis("way", tuple(values), ordered=False),)
        assert {(each.neighbours, each.alone) for each in found.spots} == {(None, False)}


def test_runs_of_the_same_values_are_one_spot() -> None:
    """As a backtest and its live run: their mean stands for both."""
    found = laid({"fast": ["1", "2", "2", "3"]}, 0.0, 1.0, 2.0, 0.0)
    assert [each.runs for each in found.spots] == [("0",), ("1", "2"), ("3",)]
    assert [each.sharpe for each in found.spots] == [0.0, 1.5, 0.0]


def test_a_run_that_does_not_have_a_parameter_is_left_out() -> None:
    """What the others do not differ in is no axis: a run that tells nothing takes none away."""
    different = {"x": ["1", "2", None, "3"], "y": ["5", "5", None, "5"], "z": ["6", "6", None, "6"]}
    found = laid(different, 0.1, 0.2, 9.0, 0.3)
    assert [each.parameter for each in found.axes] == ["x"]
    assert [each.sharpe for each in found.spots] == [0.1, 0.2, 0.3]


@pytest.mark.parametrize(
    ("different", "sharpes"),
    [
        ({}, [1.0, 2.0, 3.0]),
        ({"x": ["1", "2"]}, [1.0, 2.0]),
        ({"x": ["1", "2", "3"]}, [1.0, 2.0, None]),
        ({"x": ["1", "2", None]}, [1.0, 2.0, 3.0]),
        ({"x": [None, None, None]}, [1.0, 2.0, 3.0]),
        ({name: ["1", "2", "3"] for name in "xyz"}, [1.0, 2.0, 3.0]),
    ],
)
def test_what_says_nothing_is_no_surface(
    different: Mapping[str, Sequence[str | None]], sharpes: Sequence[float | None]
) -> None:
    """No parameter, too many, or fewer than three spots."""
    assert surface(different, {f"{at}": each for at, each in enumerate(sharpes)}, 0.0) is None
