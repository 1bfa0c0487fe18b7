"""The benchmark of the library, on a small one."""

from __future__ import annotations

from pathlib import Path

from benchmarks.library import QUERIES, fill, measure
from tests.workbench.library.records import record
from workbench.library.library import open_library

RUNS = 30


def test_the_benchmarks_library_is_one_of_runs_that_differ(tmp_path: Path) -> None:
    """Each run has an id, a time and figures of its own, so that lists have something to sort."""
    url = str(tmp_path / "library.db")
    with open_library(url) as library:
        fill(url, record(), RUNS)
        page = library.list(sort="-equity", figures=["equity"])
        values = [entry.figures["equity"].value for entry in page.entries]
        assert page.total == len(set(values)) == RUNS + 1
        assert values == sorted(values, reverse=True)
        assert 0 < library.count("tag:prod") < RUNS
        assert library.get(page.entries[0].id).record.algorithm == "ThreeStrategies"


def test_every_list_is_measured_against_what_is_asked(tmp_path: Path) -> None:
    """A figure for each query, with its limit, and for putting and reading a run."""
    found = list(measure(str(tmp_path / "library.db"), record(), RUNS))
    named = {each.what: each.limit for each in found}
    assert {what for what, limit in named.items() if limit is not None} >= set(QUERIES)
    assert {"putting a run", "reading one whole"} <= set(named)
    assert all(each.milliseconds > 0.0 for each in found)
