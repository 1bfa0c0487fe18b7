"""The files of a replay: JSON that every reader of JSON can read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.workbench.engine import tapes
from workbench.replay.outputs import Outputs
from workbench.replay.replay import Replay


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_what_json_has_not_is_an_error(tmp_path: Path, number: float) -> None:
    """NaN and the infinite are refused rather than written to a file."""
    outputs = Outputs(tmp_path / "out")
    with pytest.raises(ValueError, match="not JSON compliant"):
        outputs.mark({"equity": number})
    outputs.close(Replay(tapes.tape(tmp_path)))
    assert (tmp_path / "out" / "marks.jsonl").read_text() == ""


def test_the_files_are_there_once_closed(tmp_path: Path) -> None:
    """A replay without a trade still leaves its five files, each of them JSON."""
    replay = Replay(tapes.tape(tmp_path, tapes.mark(tpv=1000.0)))
    outputs = Outputs(tmp_path / "out" / "new")
    for row in replay.play():
        if row is not None:
            outputs.mark(row)
    outputs.close(replay)
    written = {path.name: path.read_text() for path in (tmp_path / "out" / "new").iterdir()}
    assert written.keys() == {
        "summary.json", "marks.jsonl", "trades.jsonl", "lean_trades.jsonl", "structures.jsonl",
    }  # fmt: skip
    assert json.loads(written["summary.json"])["marks"] == 1
    assert [json.loads(row)["equity"] for row in written["marks.jsonl"].splitlines()] == [1000.0]
    assert written["trades.jsonl"] == written["lean_trades.jsonl"] == ""
