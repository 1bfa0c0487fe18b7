"""Tests of reading a run into its record."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from pathlib import Path

import pytest

from tests.workbench.runs.folders import SHARED, result_folder
from workbench.engine.tape import TapeError, read_tape
from workbench.recordings import find
from workbench.replay.replay import Replay
from workbench.runs.exactness import Exactness, worst
from workbench.runs.reading import read_record


def test_a_recording_is_all_exact_and_says_what_its_replay_says() -> None:
    """Balance, strategies and LEAN's count are those of the replay, and nothing is less than
    exact."""
    replay = Replay(read_tape(find("option-combos")))
    for _ in replay.play():
        pass
    record = read_record("option-combos")
    assert record.balance == replay.tracker.balance()
    assert record.sheets == replay.tracker.sheets()
    assert record.lean_trades == len(replay.lean_trades) == 30
    assert record.realized == -1065.0
    assert (record.algorithm, record.live, record.currency) == ("Condors", False, "USD")
    assert worst([*record.labels.values()]) is Exactness.EXACT
    assert len(record.told.lots) == len(replay.trades)


def test_each_file_is_named_with_its_hash() -> None:
    """Whoever doubts a figure can tell which bytes it was made of."""
    record = read_record("option-combos")
    path = find("option-combos")
    assert [file.kind for file in record.sources] == ["tape", "result", "order-events"]
    for file in record.sources:
        data = (path / file.name).read_bytes()
        assert (file.size, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_parameters_come_without_secrets(tmp_path: Path) -> None:
    """What LEAN's result says of a password is in no field of the record."""
    shutil.copytree(find("option-combos"), tmp_path / "run")
    place = tmp_path / "run" / "result.json.gz"
    result = json.loads(gzip.decompress(place.read_bytes()))
    result["algorithmConfiguration"]["parameters"] = {"fast": "3", "tracker_notify": "hunter2"}
    place.chmod(0o644)
    place.write_bytes(gzip.compress(json.dumps(result).encode()))
    record = read_record(str(tmp_path / "run"))
    assert record.parameters == {"fast": "3"}
    assert "hunter2" not in repr(record)


def test_a_run_has_the_same_id_whatever_it_is_read_from(tmp_path: Path) -> None:
    """The id of a recording does not depend on where it lies, but on its parameters."""
    known = read_record("option-combos")
    shutil.copytree(find("option-combos"), tmp_path / "copy")
    assert read_record(str(tmp_path / "copy")).id == known.id
    assert read_record("covered-calls").id != known.id


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    """A folder without a run, and a name that nobody knows, raise with a text that says so."""
    with pytest.raises(LookupError, match="no saved state"):
        read_record(str(tmp_path))
    with pytest.raises(LookupError, match="no recording"):
        read_record("nobody-knows-it")
    (tmp_path / "tape.jsonl.gz").write_bytes(b"nothing")
    with pytest.raises(TapeError):
        read_record(str(tmp_path))


def test_a_folder_of_a_project_names_the_folders_in_it_that_hold_runs(tmp_path: Path) -> None:
    """One who names the project is told what to name instead."""
    result_folder("no-trades", tmp_path / "backtests" / "2025-01-02")
    with pytest.raises(LookupError) as refused:
        read_record(str(tmp_path))
    assert str(refused.value) == f"{tmp_path} is no run itself: name {tmp_path / 'backtests'}"


def test_what_is_not_there_is_told_in_one_short_line() -> None:
    """A name that is no file is no recording's either: the line says where those are listed."""
    with pytest.raises(LookupError, match="no file or folder nosuch, and no recording") as refused:
        read_record("nosuch")
    assert len(str(refused.value)) < 200


def test_what_is_no_run_says_what_it_was_tried_as(tmp_path: Path) -> None:
    """An empty folder, and a text."""
    with pytest.raises(LookupError, match="is no result of LEAN's, no recording and no CSV"):
        read_record(str(tmp_path))
    (tmp_path / "x.txt").write_text("hello")
    with pytest.raises(LookupError, match="is no result of LEAN's, no recording and no CSV"):
        read_record(str(tmp_path / "x.txt"))


@pytest.mark.skipif(not SHARED.exists(), reason="the result folders are not here")
def test_structures_that_a_saved_state_lacks_come_from_the_files() -> None:
    """A tracker of an older version saved none; its money is exact nevertheless."""
    record = read_record(str(SHARED / "HybridOptionsBot"))
    assert [each.name for each in record.told.structures] == [
        "iron condor", "iron condor", "covered call",
    ]  # fmt: skip
    assert record.labels["realized"].exactness is Exactness.EXACT
