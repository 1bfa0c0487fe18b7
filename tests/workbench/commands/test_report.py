"""The commands `report` and `compare --report`, as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from workbench.cli import main


def called(*words: str) -> tuple[int, str, str]:
    """Exit code, output and what is told apart from it."""
    result = CliRunner().invoke(main, [*words])
    return result.exit_code, result.stdout, result.stderr


def test_a_recording_becomes_a_page(tmp_path: Path) -> None:
    """The file is where it was asked for, and the output says where it is."""
    out = tmp_path / "deep" / "page.html"
    code, told, _ = called("report", "option-combos", "--out", str(out))
    assert (code, told.strip()) == (0, str(out))
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_machine_is_told_what_was_written(tmp_path: Path) -> None:
    """`--json` has the file, its size and the first figures."""
    out = tmp_path / "page.html"
    code, told, _ = called("report", "option-combos", "--out", str(out), "--json")
    found = json.loads(told)
    assert code == 0
    assert (found["report"], found["bytes"]) == (str(out), out.stat().st_size)
    assert (found["algorithm"], found["trades"], found["pdf"]) == ("Condors", 26, None)


def test_without_a_place_the_file_is_named_after_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lies where the command was called."""
    monkeypatch.chdir(tmp_path)
    code, told, _ = called("report", "option-combos")
    assert code == 0
    assert [path.name for path in tmp_path.iterdir()] == [told.strip()]
    assert told.startswith("Condors-")


@pytest.mark.parametrize("words", [["nothing-there"], ["option-combos", "--pdf"]])
def test_what_cannot_be_done_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    """A source that is not there, and paper without a browser: exit code 2."""
    monkeypatch.setenv("PATH", "")
    code, told, aside = called("report", *words, "--out", str(tmp_path / "page.html"))
    assert (code, told) == (2, "")
    assert len(aside.strip().splitlines()) == 1
    assert aside.startswith("Error: ")


def test_runs_are_laid_side_by_side_in_a_page(tmp_path: Path) -> None:
    """`compare --report` writes its page beside what it prints."""
    out = tmp_path / "page.html"
    code, told, _ = called(
        "compare", "splits-and-shorts", "cash-flows", "--report", str(out), "--json"
    )
    page = out.read_text(encoding="utf-8")
    assert code == 0
    assert [each["name"] for each in json.loads(told)["runs"]] == [
        "splits-and-shorts",
        "cash-flows",
    ]
    assert "splits-and-shorts, cash-flows: comparison" in page


def test_a_replay_ends_with_its_report(tmp_path: Path) -> None:
    """`replay --report` says where it is, and the books it prints are the same."""
    out = tmp_path / "page.html"
    code, told, _ = called("replay", "option-combos", "--report", str(out))
    assert code == 0
    plain = called("replay", "option-combos")[1]
    assert told.startswith(plain)
    assert told[len(plain) :].strip() == f"The report: {out}"
    assert out.stat().st_size > 400_000
