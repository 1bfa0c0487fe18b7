"""What must hold on every recording where the tracker saves, logs, stops and goes on."""

from __future__ import annotations

import itertools
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.recordings.going_on import RUN, SETTINGS, outcome
from tests.recordings.played import RECORDINGS, SMALL, Played, play, played, slow_if_large
from tests.structure.source_tree import ROOT
from utils.store.results import SaveReason
from workbench.engine.tape import read_tape
from workbench.replay.replay import Replay

# Everything on: what is saved, kept, watched and told.
ALL_ON: dict[str, Any] = {
    "persist": "on",
    "keep_trades": 100,
    "log_level": "debug",
    "log_format": "json",
    "log_store": "on",
    "log_bytes": 1_000_000,
    "alerts": "drawdown=0.01,strategy_drawdown=0.02,day_loss=0.01,losing_streak=2,unexplained=0.01",
    "charts": "on",
}


@pytest.mark.parametrize("name", slow_if_large(*SMALL, large=15_000))
def test_a_tracker_from_the_store_at_every_50th_line_goes_on_alike(
    name: str, tmp_path: Path
) -> None:
    """Saved, built anew from the store and gone on with: the output is an uninterrupted one's."""
    tape = read_tape(RECORDINGS[name].path)
    quiet: dict[str, Any] = {"persist": "on", "keep_trades": 100}
    replay = Replay(tape, store=tmp_path, deployment=RUN, **quiet)
    rows: list[dict[str, Any]] = []
    loads = 0
    for count, row in enumerate(replay.play()):
        if row is not None:
            rows.append(row)
        if count % 50 == 49:
            assert replay.tracker.save_to_object_store()
            loads += replay.wire(**quiet).load_from_object_store()
    assert loads == (count + 1) // 50
    assert Played(replay, rows, {}, []).output == played(name).output
    assert replay.tracker.trades() == replay.trades
    assert len(replay.tracker.deployments) == len(played(name).replay.tracker.deployments)


@pytest.mark.parametrize("name", slow_if_large(*SMALL, "futures-2700-fills", large=30_000))
def test_persistence_logging_and_alerts_change_nothing(name: str) -> None:
    """With all of it on, and saves all along as the wall clock strides on, the output is alike."""
    ticks = itertools.count(1e9, 0.05)
    tape = read_tape(RECORDINGS[name].path)
    replay = Replay(tape, clock=lambda: float(next(ticks)), **ALL_ON)
    assert play(replay).output == played(name).output
    saves = replay.tracker.store.statistics().saves
    assert saves[SaveReason.SAVED] == sum(saves.values()) > 0
    assert replay.tracker.log.written.total() > 0


def run(module: str, *arguments: object) -> Any:
    """What a process of its own prints, as JSON."""
    command = [sys.executable, "-m", f"tests.recordings.{module}", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def saved_at(name: str, lines: Sequence[int], folder: Path) -> dict[str, Any]:
    """Play a recording, saving at these lines; what an uninterrupted run comes to."""
    replay = Replay(read_tape(RECORDINGS[name].path), store=folder, deployment=RUN, **SETTINGS)
    for count, _ in enumerate(replay.play(), 1):
        if count in lines:
            assert replay.tracker.save_to_object_store(f"line-{count}")
    return outcome(replay)


@pytest.mark.recording("three-strategies")
@pytest.mark.slow
def test_a_new_process_goes_on_from_twenty_points_alike(tmp_path: Path) -> None:
    """Each finds a store that ran on to the end meanwhile, and comes to the same end itself."""
    name = "three-strategies"
    total = sum(1 for _ in read_tape(RECORDINGS[name].path).lines())
    points = random.Random(20).sample(range(1, total), 20)
    expected = saved_at(name, points, tmp_path / "store")

    def process(point: int) -> Any:
        store = shutil.copytree(tmp_path / "store", tmp_path / f"store-{point}")
        return run("going_on", name, store, f"line-{point}", point)

    with ThreadPoolExecutor(2) as pool:
        for point, found in zip(points, pool.map(process, points), strict=True):
            assert found == expected, f"from line {point}"


@pytest.mark.slow
def test_two_hundred_kills_during_saves_lose_no_state(tmp_path: Path) -> None:
    """What was reported saved is there after each of them, though many left half a file behind."""
    seen = run("killed_saves", tmp_path, 200, 1)
    assert (seen["lost"], seen["behind"], seen["broken"]) == (0, 0, 0)
    assert seen["damaged"] > 10, "few kills hit a save: the test proved nothing"
    assert seen["trades"] >= 300
