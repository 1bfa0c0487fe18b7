"""The library's runs of an algorithm count as tried."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.workbench.commands.calls import run
from tests.workbench.comparison.runs import noise
from tests.workbench.comparison.runs import run as made
from tests.workbench.library.records import record, recorded
from workbench.comparison.run import Run
from workbench.comparison.trials import Tried
from workbench.library.library import Library, open_library
from workbench.library.trials import tried_beside, tried_in

FAST = ("--resamples", "100")


def given(*traded: str) -> Sequence[Run]:
    """Runs of one algorithm that traded so."""
    run = replace(made("a", noise(1)), algorithm="ThreeStrategies")
    return [replace(run, traded=each) for each in traded]


def test_each_other_run_of_the_algorithm_is_a_trial(library: Library) -> None:
    """Those given are none of them, those in the trash are, and what traded the same is one."""
    for name, traded, sharpe in (("r1", "x", 1.0), ("r2", "y", 0.5), ("r3", "z", None)):
        library.put(record(name, traded=traded, sharpe=sharpe))
    library.put(record("r4", traded="y", sharpe=0.5, parameters={"other": "1"}))
    library.put(record("r5", traded="w", algorithm="Another"))
    library.put(record("r6", traded="", sharpe=0.0))
    library.delete("r2")
    assert tried_beside(library, given("x")) == Tried(3, (0.5, 0.0))
    assert tried_beside(library, given("x", "y")) == Tried(2, (0.0,))
    assert tried_beside(library, [replace(given("x")[0], algorithm="")]) == Tried()


def test_no_library_is_made_by_counting(tmp_path: Path) -> None:
    """Where there is none nothing was tried."""
    place = tmp_path / "library.db"
    assert tried_in(str(place), given("x")) == Tried()
    assert not place.exists()


@pytest.mark.recording("cash-account")
def test_compare_counts_the_library(tmp_path: Path) -> None:
    """The deflated ratio falls, what was counted is said, and a recording is not counted twice."""
    place = tmp_path / "library.db"
    itself = recorded("cash-account")
    with open_library(str(place)) as library:
        library.put(itself)
        for number in range(12):
            library.put(record(f"r{number}", algorithm=itself.algorithm, traded=f"{number}"))
    words = ("compare", "cash-account", "--json", *FAST)
    alone = run(*words, "--library", place, "--no-library")
    counted = run(*words, "--library", place)
    assert alone.stderr == ""
    assert counted.stderr == "Counted as tried: 12 other runs of your library\n"
    ratios = [
        json.loads(shown.stdout)["strategies"][0]["track_record"]["deflated_sharpe"]
        for shown in (alone, counted)
    ]
    assert ratios[1] < ratios[0]


def test_a_library_that_fails_is_a_warning_unless_it_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A comparison does not need it."""
    place = tmp_path / "library.db"
    place.write_text("hello, this is no database\n" * 40)
    refused = run("compare", "cash-account", "--library", place, *FAST)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "file is not a database" in refused.stderr
    monkeypatch.setenv("TRACKER_LIBRARY", str(place))
    warned = run("compare", "cash-account", "--json", *FAST)
    assert warned.exit_code == 0
    assert warned.stderr.startswith("Warning: no run of your library counts as tried: ")
