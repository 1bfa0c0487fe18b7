"""The progress bar of a replay."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workbench.engine import tapes
from workbench.commands.progress import with_progress
from workbench.replay.replay import Replay


@pytest.mark.parametrize("shown", [True, False])
def test_every_row_of_the_replay_comes_through(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], shown: bool
) -> None:
    """The rows are the replay's; where errors go to no terminal, no bar is drawn."""
    marks = [tapes.mark(f"14:{minute}", tpv=1000.0) for minute in (30, 31)]
    rows = list(with_progress(Replay(tapes.tape(tmp_path, *marks)), shown=shown))
    assert rows == list(Replay(tapes.tape(tmp_path / "again", *marks)).play())
    assert [row is None for row in rows] == [True, False, False, True]
    printed = capsys.readouterr()
    assert (printed.out, printed.err.strip()) == ("", "")
