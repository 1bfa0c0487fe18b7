"""`frames` as a person and a machine use it."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests.workbench.commands.calls import broken, run
from tests.workbench.frames.runs import save
from workbench.frames.tables import TABLES
from workbench.frames.writing import FORMS


def test_without_a_place_the_tables_are_listed() -> None:
    """Each with what a row is and how many there are."""
    shown = run("frames", "shared-options")
    assert shown.exit_code == 0
    assert all(name in shown.output for name in TABLES)
    assert "A closing quantity against the lot that opened it" in shown.output


@pytest.mark.parametrize("form", FORMS)
def test_files_are_written(form: str, tmp_path: Path) -> None:
    """One for each table, and their places are printed."""
    out = tmp_path / "tables"
    shown = run("frames", "shared-options", "--out", out, "--format", form)
    assert shown.exit_code == 0
    assert {path.name for path in out.iterdir()} == {f"{name}.{form}" for name in TABLES}
    assert str(out / f"lots.{form}") in shown.output


def test_some_tables_are_written(tmp_path: Path) -> None:
    """Those that are named; CSV is what is written where nothing is said."""
    words = ("frames", "shared-options", "--table", "lots", "--table", "daily_nav", "--quiet")
    shown = run(*words, "--out", tmp_path)
    assert (shown.exit_code, shown.output) == (0, "")
    assert {path.name for path in tmp_path.iterdir()} == {"lots.csv", "daily_nav.csv"}
    assert pl.read_csv(tmp_path / "lots.csv").height == 5


def test_json_describes_every_column(tmp_path: Path) -> None:
    """One object: tables, columns with type, unit and meaning, and the files written."""
    values = json.loads(run("frames", "shared-options", "--json", "--out", tmp_path).output)
    assert (values["source"], values["currency"]) == ("shared-options", "USD")
    assert [each["name"] for each in values["tables"]] == [*TABLES]
    (lots,) = [each for each in values["tables"] if each["name"] == "lots"]
    assert (lots["rows"], lots["file"]) == (5, str(tmp_path / "lots.csv"))
    pnl = next(each for each in lots["columns"] if each["name"] == "pnl")
    assert (pnl["type"], pnl["unit"]) == ("number", "account currency")
    listed = json.loads(run("frames", "shared-options", "--json").output)
    assert not any("file" in each for each in listed["tables"])


def test_a_saved_state_warns_of_what_it_lacks(tmp_path: Path) -> None:
    """Apart from the output, which stays one object."""
    save(tmp_path, "shared-options")
    shown = run("frames", tmp_path, "--json", "--table", "lots")
    assert shown.exit_code == 0
    assert "Warning: single fills are not kept" in shown.stderr
    assert json.loads(shown.stdout)["tables"][0]["rows"] == 5


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """With one line and exit code 2."""
    for source in ("no-such-run", broken(tmp_path, "cut"), broken(tmp_path, "bad line")):
        shown = run("frames", source)
        assert (shown.exit_code, shown.stdout) == (2, "")
        assert shown.stderr.startswith("Error: ")
        assert shown.stderr.count("\n") == 1


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """With one line and exit code 2."""
    file = tmp_path / "file"
    file.write_text("in the way")
    shown = run("frames", "shared-options", "--out", file / "below")
    assert shown.exit_code == 2
    assert shown.stderr.startswith("Error: ")
