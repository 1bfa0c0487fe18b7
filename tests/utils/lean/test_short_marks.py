"""Marks on which only prices moved, which are booked without a `Mark`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from models.events.account import Mark
from utils.lean.account import AccountReader
from workbench.engine.tape import read_tape
from workbench.recordings import recordings
from workbench.replay.replay import Replay


def played(name: str) -> dict[str, Any]:
    """The state after a recording, to the last digit."""
    replay = Replay(read_tape(recordings()[name].path), execution="on", keep_trades=300)
    for _ in replay.play():
        pass
    return replay.tracker.state()


@pytest.mark.parametrize("name", ["sliced-fills", "option-combos", "euro-futures", "live-paper"])
def test_short_marks_come_to_what_whole_marks_come_to(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recording played with a `Mark` for every slice ends in the same state."""
    short = played(name)

    def see(reader: AccountReader, time: datetime) -> Mark | None:
        return reader.mark(time, check=False)

    monkeypatch.setattr(AccountReader, "see", see)
    assert played(name) == short
