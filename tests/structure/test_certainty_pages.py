"""The pages of certainty and comparison against the code, name for name."""

from __future__ import annotations

import pytest

from tests.structure.pages import named, read, tables
from tests.structure.source_tree import ROOT
from workbench.certainty.bootstrap import RESAMPLES
from workbench.certainty.estimates import DRAWDOWN
from workbench.certainty.intervals import LEAST_OBSERVATIONS
from workbench.certainty.overfitting import BLOCKS
from workbench.certainty.statistics import STATISTICS
from workbench.comparison.parting import Parting
from workbench.comparison.side_by_side import TrackRecord
from workbench.comparison.surface import Surface
from workbench.comparison.tables import TITLES
from workbench.runs.secrets import SECRET

CERTAINTY, COMPARISON = (read(ROOT / "docs" / f"{name}.md") for name in ("certainty", "comparison"))


def test_every_interval_has_its_line() -> None:
    """The page of certainty lists every figure with an interval, in the order of the command."""
    names = [*STATISTICS]
    names.insert(names.index("volatility") + 1, DRAWDOWN)
    assert named(tables(CERTAINTY)["Intervals"][0]) == names


def test_every_interval_was_tried() -> None:
    """The page tells for each figure with an interval how often it holds the truth."""
    (table,) = tables(CERTAINTY)["How often the intervals hold the truth"]
    assert sorted(row[0] for row in table) == sorted(TITLES.values())
    rates = [float(cell) for row in table for cell in row[1:]]
    assert all(50.0 < rate < 99.0 for rate in rates)


def test_every_figure_of_a_track_record_has_its_line() -> None:
    """What the track record says beside days is defined."""
    names = named(tables(CERTAINTY)["What a Sharpe ratio proves"][0])
    assert sorted(names) == sorted({*TrackRecord.__slots__} - {"days", "enough"})


def test_every_figure_of_a_parting_has_its_line() -> None:
    """What a live run's comparison with its backtest says is defined, in order."""
    assert named(tables(COMPARISON)["A backtest against its live run"][0]) == [*Parting.__slots__]


def test_every_part_of_a_surface_has_its_line() -> None:
    """What lies over the parameters is defined, in order."""
    (table,) = tables(COMPARISON)["The Sharpe ratio over the parameters"]
    assert named(table) == [*Surface.__slots__]


@pytest.mark.parametrize("word", SECRET)
def test_what_is_never_shown_is_told(word: str) -> None:
    """The page names the words that hide a parameter."""
    assert f"`{word}`" in COMPARISON


@pytest.mark.parametrize(
    "text", [f"{RESAMPLES:,} times", f"fewer than {LEAST_OBSERVATIONS} days", f"{BLOCKS} blocks"]
)
def test_the_numbers_of_the_page_are_the_codes(text: str) -> None:
    """How many resamples, days and blocks there are is told as it is."""
    assert text in " ".join(CERTAINTY.split())
