"""Where runs to compare come from."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.performance_tracker import PerformanceTracker
from workbench.comparison.ledger_days import SIGNS
from workbench.comparison.run import run_of
from workbench.comparison.sources import read_run, read_runs
from workbench.engine.tape import TAPE_NAME, read_tape
from workbench.recordings import find
from workbench.replay.replay import Replay
from workbench.replay.saved_state import SavedStateError


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store's folder of the run `option-combos`."""
    folder = tmp_path_factory.mktemp("store")
    for _ in Replay(read_tape(find("option-combos")), store=folder).play():
        pass
    return folder


def test_a_recording_is_a_run() -> None:
    """It is replayed with the terms of the ledger by day and what orders cost."""
    found = read_run("shared-options")
    assert (found.name, found.live, found.currency) == ("shared-options", False, "USD")
    assert set(found.daily.days) <= set(found.ledger.days)
    assert set(found.ledger.terms) == set(SIGNS)
    assert {"", *(each.name for each in found.daily.strategies)} >= set(found.execution)
    assert found.execution[""].orders > 0
    assert len(found.trades) == 5
    assert found.problems == ()


@pytest.mark.recording("three-strategies")
def test_every_trade_of_a_recording_counts() -> None:
    """Trades that the tracker no longer keeps in memory are compared too."""
    found = read_run("three-strategies")
    assert len(found.trades) == 6_553
    assert found.problems == ()


def test_trades_that_are_gone_are_told() -> None:
    """What was counted and is not there any more is a problem of the run."""
    tracker = PerformanceTracker()
    for day in (1, 2, 3):
        opened = datetime(2026, 3, day, tzinfo=UTC)
        tracker.open_trade("A", quantity=1, price=10.0, time=opened)
        tracker.close_trade("A", price=11.0)
    kept = tracker.trades(limit=1)
    assert run_of("by hand", tracker).problems == ()
    assert run_of("by hand", tracker, trades=kept).problems == (
        "2 of the oldest trades are not kept",
    )


def test_a_saved_state_is_a_run(saved: Path) -> None:
    """It has the days, trades and sessions that were saved, and its path for a name."""
    found, played = read_run(str(saved)), read_run("option-combos")
    assert found.name == str(saved)
    assert found.daily.days.tolist() == played.daily.days.tolist()
    assert found.daily.returns == pytest.approx(played.daily.returns)
    assert len(found.trades) == len(played.trades)
    assert set(found.ledger.terms) == {"trading", "fees"}
    assert found.parameters == {}


def test_a_source_that_comes_again_is_numbered() -> None:
    """The same source twice makes two runs that can be told apart."""
    names = [each.name for each in read_runs(["option-combos", "option-combos"])]
    assert names == ["option-combos", "option-combos (2)"]


def test_parameters_are_read_and_secrets_are_not(tmp_path: Path) -> None:
    """What the algorithm was run with is known from LEAN's result, but what hides a secret."""
    (tmp_path / TAPE_NAME).write_bytes((find("option-combos") / TAPE_NAME).read_bytes())
    given = {"fast": "10", "api-token": "x", "Intrinio-Password": "y", "tracker_notify": "z"}
    result = {"algorithmConfiguration": {"parameters": given}}
    with gzip.open(tmp_path / "result.json.gz", "wt", encoding="utf-8") as file:
        json.dump(result, file)
    assert read_run(str(tmp_path)).parameters == {"fast": "10"}


def test_a_run_without_a_result_has_no_parameters(tmp_path: Path) -> None:
    """A tape alone is enough, and a live result has no configuration."""
    (tmp_path / TAPE_NAME).write_bytes((find("option-combos") / TAPE_NAME).read_bytes())
    assert read_run(str(tmp_path)).parameters == {}
    assert read_run("live-paper").parameters == {}
    assert read_run("live-paper").live


def test_what_is_no_source_is_refused(tmp_path: Path) -> None:
    """A name that nobody knows and a folder without a state are errors that say so."""
    with pytest.raises(LookupError, match="no recording 'no-such-run'"):
        read_run("no-such-run")
    with pytest.raises(SavedStateError, match="no saved state"):
        read_run(str(tmp_path))
