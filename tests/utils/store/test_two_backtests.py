"""Two backtests of one id at once, as a local LEAN runs them: neither costs the other anything."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from models.trades.log import BATCH
from tests.models.tracker.feeds import bought_and_sold
from tests.recordings.played import RECORDINGS
from workbench.engine.tape import read_tape
from workbench.replay.replay import Replay
from workbench.replay.saved_state import load

RUN: dict[str, Any] = {"persist": "on", "keep_trades": 0, "log_store": "on", "log_level": "debug"}


def start(store: Path, now: float, **settings: Any) -> Replay:
    """A backtest that began at that time, under the id that they share; each look takes 1 ms."""
    tape, ticks = read_tape(RECORDINGS["order-types"].path), itertools.count(now, 0.001)
    given = {**RUN, **settings}
    return Replay(tape, store=store, deployment="same", clock=lambda: next(ticks), **given)


def fills_saved(folder: Path) -> dict[str, int]:
    """By the mark of each run, how many fills its newest state has."""
    marks = {path.parent.name for path in folder.rglob("state/*/test-[ab]")}
    found = {}
    for mark in marks:
        (place,) = {path.parent for path in folder.rglob(f"state/{mark}/test-?")}
        found[mark] = load(place).tracker.ledger.books.fills
    return found


@pytest.mark.parametrize("resume", ["off", "on"])
@pytest.mark.parametrize("apart", [0.0, 1.0], ids=["at once", "a second apart"])
def test_neither_writes_over_what_the_other_saved(
    resume: str, apart: float, tmp_path: Path
) -> None:
    """States, trades and logs of both are whole, even where they began in the same millisecond."""
    first, second = (start(tmp_path, 1.6e9 + wait, resume=resume) for wait in (0.0, apart))
    last = 0
    for number, _ in enumerate(zip(first.play(), second.play(), strict=True)):
        if number % 40 == 0:
            assert first.tracker.save_to_object_store()
            if number < 400:
                assert second.tracker.save_to_object_store()
                last = second.tracker.ledger.books.fills
        if number == 500:
            break
    second.tracker.log.stored.keep_so_far()
    del second  # killed
    first.tracker.finish()
    saved = fills_saved(tmp_path)
    assert sorted(saved.values()) == sorted([last, first.tracker.ledger.books.fills])
    logs = {path.parent.name for path in tmp_path.rglob("logs/*/log-00001")}
    assert logs == saved.keys()
    assert not first.tracker.errors


def test_the_one_that_resumes_is_told_of_the_other(tmp_path: Path) -> None:
    """It goes on from what was saved last."""
    first, second = (start(tmp_path, 1.6e9 + wait, resume="on") for wait in (0.0, 0.01))
    for _ in zip(first.play(), second.play(), strict=True):
        pass
    late: Any = start(tmp_path, 1.6e9 + 10, resume="on")
    assert late.tracker.errors["load: damaged"] == 1


def test_segments_of_a_run_that_has_saved_no_state_yet_stay(tmp_path: Path) -> None:
    """A backtest that began meanwhile takes them for no orphans."""
    first = start(tmp_path, 1.6e9)
    steps = first.play()
    while not first.marks:
        next(steps)
    bought_and_sold(first.tracker, BATCH + 50)
    segments = {*tmp_path.rglob("trades/*/test-*")}
    assert segments
    second = start(tmp_path, 1.6e9 + 5.0)
    assert second.tracker.save_to_object_store()
    assert segments <= {*tmp_path.rglob("trades/*/test-*")}
    assert first.tracker.save_to_object_store()
    assert len(first.tracker.trades()) == BATCH + 50
