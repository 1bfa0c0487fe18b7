"""Tests of what tells a run from others."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.workbench.frames.runs import save
from tests.workbench.runs.folders import result_folder
from workbench.recordings import find
from workbench.runs.reading import read_record


@pytest.mark.parametrize("name", ["option-combos", "live-redeploy-2", "euro-futures", "no-trades"])
def test_a_recording_and_its_result_are_the_same_run(name: str, tmp_path: Path) -> None:
    """Whatever it is read from: the tape, or LEAN's files alone."""
    assert read_record(str(result_folder(name, tmp_path))).id == read_record(name).id


def test_a_saved_state_knows_what_it_traded(tmp_path: Path) -> None:
    """It has no parameters, but what was traded tells that it is the run of the files."""
    save(tmp_path, "option-combos")
    state, recording = read_record(str(tmp_path)), read_record("option-combos")
    assert state.traded == recording.traded != ""


def test_other_parameters_are_another_run(tmp_path: Path) -> None:
    """Two trials that traded alike are two runs, and one LEAN id is one run whatever it traded."""

    def change(result: dict[str, Any], _: list[Any]) -> None:
        result["algorithmConfiguration"]["parameters"]["ema-fast"] = "11"

    def name(result: dict[str, Any], rows: list[Any]) -> None:
        change(result, rows)
        for row in rows:
            row["algorithmId"] = "1234567890"

    known = read_record(str(result_folder("covered-calls", tmp_path / "a")))
    other = read_record(str(result_folder("covered-calls", tmp_path / "b", change)))
    assert (other.id != known.id, other.traded == known.traded) == (True, True)
    named = read_record(str(result_folder("covered-calls", tmp_path / "c", name)))
    again = read_record(str(result_folder("option-combos", tmp_path / "d", name)))
    assert named.id == again.id


def test_where_a_run_lies_does_not_matter(tmp_path: Path) -> None:
    """A copy elsewhere, under another name, is the same run."""
    shutil.copytree(find("covered-calls"), tmp_path / "elsewhere")
    assert read_record(str(tmp_path / "elsewhere")).id == read_record("covered-calls").id
