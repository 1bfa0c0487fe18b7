"""Finding recordings by name and by path."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workbench.engine import tapes
from workbench.recordings import FOLDERS, find, recordings, result


def test_recordings_are_found_in_each_folder_the_first_wins(tmp_path: Path) -> None:
    """A recording that is in both folders is the first one's."""
    here, shared = tmp_path / "here", tmp_path / "shared"
    tapes.write(here / "a", [tapes.start()])
    tapes.write(shared / "a", [tapes.start()])
    tapes.write(shared / "b", [tapes.start(algorithm="Other")])
    found = recordings((here, shared, tmp_path / "missing"))
    assert {name: recording.path.parent.name for name, recording in found.items()} == {
        "a": "here",
        "b": "shared",
    }
    assert found["b"].start()["algorithm"] == "Other"
    assert found["a"].size > 0


def test_a_recording_is_found_by_path_or_name(tmp_path: Path) -> None:
    """A folder is taken as it is; a name is looked up."""
    folder = tapes.write(tmp_path / "mine", [tapes.start()])
    assert find(str(folder)) == folder
    assert find("mine", (tmp_path,)) == folder


def test_an_unknown_name_says_what_there_is(tmp_path: Path) -> None:
    """The error lists the names, or says that there is none."""
    with pytest.raises(LookupError, match="none here"):
        find("x", (tmp_path,))
    tapes.write(tmp_path / "mine", [tapes.start()])
    with pytest.raises(LookupError, match="mine"):
        find("x", (tmp_path,))


def test_leans_own_files_can_be_read_for_comparison() -> None:
    """A recording's result is LEAN's JSON; a missing one raises."""
    path = recordings(FOLDERS)["sliced-fills"].path
    assert "totalPerformance" in result(path, "result")
    with pytest.raises(FileNotFoundError):
        result(path, "nothing")
