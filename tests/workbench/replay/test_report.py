"""The tables that a replay prints."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from tests.recordings.played import play, played
from workbench.engine.tape import TAPE_NAME, read_tape
from workbench.recordings import recordings
from workbench.replay.replay import Replay
from workbench.replay.report import show


def shown(replay: Replay, width: int = 100) -> str:
    """All that is printed of a replay that was played."""
    console = Console(file=io.StringIO(), width=width)
    show(replay, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.recording("no-trades")
def test_a_run_without_a_trade_shows_its_balance() -> None:
    """No fill, no strategy: the sheet still stands."""
    text = shown(played("no-trades").replay)
    assert "100,000.00" in text
    assert "Largest trades" not in text
    assert "The books balance" in text


@pytest.mark.recording("opposed-futures")
def test_deposits_are_listed() -> None:
    """Deposits have a table of their own with their cause."""
    text = shown(played("opposed-futures").replay)
    assert "Deposits and withdrawals" in text
    assert "unannounced" in text


@pytest.mark.recording("three-strategies")
def test_the_sheet_fits_a_terminal_of_80() -> None:
    """With three strategies no figure is cut at 80 columns."""
    text = shown(played("three-strategies").replay, width=80)
    assert "10,000,000.00" in text
    assert "…" not in text


def test_books_that_do_not_balance_say_so(tmp_path: Path) -> None:
    """A falsified value is shown as an anomaly, and the verdict is no."""
    with gzip.open(recordings()["option-combos"].path / TAPE_NAME, "rt") as file:
        lines = [json.loads(line) for line in file]
    for line in lines[len(lines) // 2 :]:
        if line["type"] == "mark" and "tpv" in line:
            line["tpv"] -= 5.0
    with gzip.open(tmp_path / TAPE_NAME, "wt") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    text = shown(play(Replay(read_tape(tmp_path))).replay)
    assert "unexplained money" in text
    assert "do NOT balance" in text
