"""The documentation's snippets, run: what a page shows works as it is shown."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from tests.structure.pages import fenced, read
from tests.structure.source_tree import ROOT
from utils.tracking import track
from workbench.engine import RecordedAlgorithm, RecordedEngine, read_tape


def run(page: str, names: dict[str, Any], snippets: slice = slice(None)) -> dict[str, Any]:
    """Run a page's Python snippets one after the other; returns the names they leave."""
    for number, snippet in enumerate(fenced(read(ROOT / page), "python")[snippets], 1):
        exec(compile(snippet, f"{page}, snippet {number}", "exec"), names)
    return names


@pytest.fixture(scope="module")
def lean() -> Iterator[None]:
    """What an algorithm imports in LEAN: LEAN's names, and the exported package."""
    imports, package = ModuleType("AlgorithmImports"), ModuleType("performance_tracker")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(imports, "QCAlgorithm", RecordedAlgorithm, raising=False)
        # a clock that stands still: no save is slow, whatever the machine does beside it
        still = partial(track, clock=lambda: 1e9)
        patch.setattr(package, "track", still, raising=False)
        for module in (imports, package):
            patch.setitem(sys.modules, module.__name__, module)
        yield


def test_trades_by_hand_work_as_shown() -> None:
    """The page of trades by hand runs from its first snippet to its last, its claims included."""
    names = run("docs/by-hand.md", {"pd": pd})
    assert names["copy"].summary().equity == 10_099.0


@pytest.mark.usefixtures("lean")
def test_the_wiring_works_as_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """An algorithm wired as the README says is tested as the page of the desk says."""
    monkeypatch.chdir(ROOT)
    names = run("README.md", {}, slice(1))
    engine = run("docs/desk.md", names)["engine"]
    assert engine.algorithm.tracker.summary().fills > 0


@pytest.fixture(scope="module")
def algorithm(lean: None) -> Any:
    """The README's algorithm after a run of three strategies, one of them `trend`."""
    names = run("README.md", {}, slice(1))
    engine = RecordedEngine(
        read_tape(ROOT / "recordings" / "three-strategies"), names["MyAlgorithm"]
    )
    engine.run()
    return engine.algorithm


@pytest.mark.parametrize(
    ("page", "snippets"),
    [
        ("README.md", slice(1, None)),
        ("docs/using.md", slice(1, None)),
        ("docs/redeploys.md", slice(None)),
        ("docs/log-and-alerts.md", slice(None)),
    ],
)
def test_what_an_algorithm_may_call_works_as_shown(
    page: str, snippets: slice, algorithm: Any
) -> None:
    """What a page calls within an algorithm is there, and does not fail after a run."""
    algorithm.tracker.log.set_level("info")
    algorithm.rebalance = lambda: algorithm.tracker.log.emit("rebalanced")
    names = run(page, {"self": algorithm}, snippets)
    assert names["self"].tracker.summary().errors == {}
