"""`stats` as a person and a machine use it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.models.statistics.lean_trade_results import different
from tests.workbench.commands.calls import broken, run
from workbench.engine.tape import TAPE_NAME, read_tape
from workbench.recordings import recordings
from workbench.replay.replay import Replay
from workbench.replay.saved_state import load


def test_stats_shows_every_section() -> None:
    """By name, a recording's statistics are printed section by section, LEAN's beside ours."""
    shown = run("stats", "option-combos")
    assert shown.exit_code == 0
    titles = ("Headline, USD", "Trades", "By strategy", "Portfolio", "Periods", "Drawdowns")
    for text in (*titles, "Execution", "LEAN's portfolio statistics", "LEAN's trade statistics"):
        assert text in shown.output


def test_stats_as_json_is_leans_ours_the_strategies_and_the_execution() -> None:
    """`--json` prints one object and nothing else; LEAN's blocks have LEAN's own figures."""
    values = json.loads(run("stats", recordings()["renamed-ticker"].path, "--json").output)
    assert list(values) == ["lean", "own", "strategies", "execution", "basis"]
    lean = values["lean"]
    assert list(lean) == ["portfolioStatistics", "tradeStatistics", "rollingWindow"]
    with gzip.open(recordings()["renamed-ticker"].path / "result.json.gz", "rt") as file:
        theirs = json.load(file)["totalPerformance"]
    for block in ("portfolioStatistics", "tradeStatistics"):
        assert different(lean[block], theirs[block]) == {}
    assert run("stats", "renamed-ticker", "--quiet").output == ""


@pytest.mark.parametrize("damaged", [False, True])
def test_stats_of_a_store_are_those_of_the_last_save(tmp_path: Path, damaged: bool) -> None:
    """A storage folder will do; what was damaged in it is a warning, not an end."""
    replay = Replay(read_tape(recordings()["option-combos"].path), store=tmp_path, persist="on")
    for _ in replay.play():
        pass
    assert replay.tracker.save_to_object_store()
    if damaged:
        load(tmp_path).path.write_text("pt1 cut")
    played = run("stats", tmp_path, "--json")
    assert played.exit_code == 0
    assert ("Warning: " in played.stderr) == damaged
    values = json.loads(played.stdout)
    assert values["own"] == json.loads(run("stats", "option-combos", "--json").output)["own"]
    assert values["lean"]["tradeStatistics"] is None
    shown = run("stats", tmp_path)
    assert "Saved state, all until 2015-12-25" in shown.stdout
    assert "which no saved" in shown.stdout


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("nothing", "there is no recording"),
        ("folder", "there is no saved state at"),
        ("text", "there is no saved state at"),
        ("no end", TAPE_NAME),
        ("bad line", "line 2"),
    ],
)
def test_stats_of_nonsense_are_refused(tmp_path: Path, kind: str, says: str) -> None:
    """What is neither a recording nor a saved state ends with exit code 2 and one sentence."""
    source = tmp_path / kind
    if kind == "folder":
        source.mkdir()
    elif kind == "text":
        source.write_text("hello")
    elif kind != "nothing":
        source = broken(tmp_path, kind)
    refused = run("stats", source)
    assert refused.exit_code == 2
    assert refused.output.startswith("Error: ")
    assert says in refused.output
    assert len(refused.output.splitlines()) == 1
