"""What reaches a terminal: the text of users and files, with nothing in it that acts."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from rich.console import Console

from tests.workbench.commands.calls import run
from tests.workbench.engine import tapes
from workbench.commands.progress import with_progress
from workbench.engine.tape import read_tape
from workbench.replay.replay import Replay
from workbench.tables import grid
from workbench.terminal import LONGEST_LINE, clean_lines, clean_text, tell_aside, terminal

ESCAPE = "\x1b[31m"
# A color, a markup that closes nothing, an emoji, a bell, a line's end, a turn of the direction.
HOSTILE = f"A{ESCAPE}[/x][red]:boom:\a\r\n\u202e\x9b"


def shown(*words: str | Path) -> str:
    """All that a command prints of a call that succeeds."""
    ended = run(*words)
    assert ended.exit_code == 0, ended.output
    return ended.output


def acts(text: str) -> list[str]:
    """The characters of a text that are no text."""
    return [each for each in text if not each.isprintable() and each != "\n"]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("rsi[fast] 100 %", "rsi[fast] 100 %"),
        ("straße", "straße"),
        (ESCAPE, "\\x1b[31m"),
        ("a\r\nb\tc\x7f\x9b", "a\\r\\nb\\tc\\x7f\\x9b"),
        ("\u202e\u2028\ud800", "\\u202e\\u2028\\ud800"),
        ("\U000e0001", "\\U000e0001"),
    ],
)
def test_text_is_cleaned(text: str, clean: str) -> None:
    """What is printable stays; the rest is written out."""
    assert clean_text(text) == clean


def test_lines_stay_lines() -> None:
    """Of several lines each is cleaned, and a tab is blanks."""
    assert clean_lines(f"a\tb\n{ESCAPE}c") == "a   b\n\\x1b[31mc"


def test_a_line_that_is_told_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Line ends are written out, and what is too long is cut."""
    tell_aside("Error: a\nb" + "c" * 10_000)
    told = capsys.readouterr().err
    assert told.startswith("Error: a\\nbccc")
    assert told.endswith("c...\n")
    assert len(told) == LONGEST_LINE + 4


@pytest.mark.parametrize("markup", [True, False])
def test_a_table_shows_text_as_it_is(markup: bool) -> None:
    """Titles, heads and cells are no markup to rich, whatever the console."""
    table = grid("of [b]x[/b]", ["", "rsi[fast]"])
    table.add_column("[red]")
    table.add_row("[/x]", f":boom:{ESCAPE}", "1")
    console = Console(width=200, markup=markup, force_terminal=True, color_system=None)
    with console.capture() as printed:
        console.print(table)
    for text in ("of [b]x[/b]", "rsi[fast]", "[/x]", ":boom:\\x1b[31m", "[red]"):
        assert text in printed.get()


def test_a_width_is_for_what_is_no_terminal() -> None:
    """A pipe has the width that is asked for."""
    assert terminal(77).width == 77


# --- the commands


def recording(folder: Path, **changes: str) -> Path:
    """A recording whose every text is hostile; one trade is closed, one stays open."""
    named = {"algorithm": HOSTILE, **changes}
    return tapes.write(
        folder,
        [
            tapes.start(**named),
            tapes.security(ticker=HOSTILE),
            tapes.order("14:31", tag=f"strategy=rsi[fast]{ESCAPE}"),
            tapes.order("14:32", order=2, fill_qty=-5.0, tag="strategy=rsi[fast]", position=5.0),
            tapes.mark("14:33", tpv=1000.0),
            tapes.end(),
        ],
    )


@pytest.mark.parametrize("command", ["replay", "stats", "compare"])
def test_hostile_text_of_a_tape_is_shown_as_text(tmp_path: Path, command: str) -> None:
    """Tags, tickers and names that hold markup or an escape sequence are shown as such."""
    text = shown(command, recording(tmp_path / "hostile[x]"))
    assert not acts(text)
    assert "rsi[fast]" in text


def test_a_progress_bar_shows_the_folder_as_it_is(tmp_path: Path) -> None:
    """The name of a recording's folder is no markup; on a terminal no escape of it arrives."""
    folder = recording(tmp_path / f"[x]{ESCAPE}")
    for _ in with_progress(Replay(read_tape(folder)), shown=True):
        pass


@pytest.mark.parametrize("words", [["--json"], ["--csv"]])
def test_machines_get_clean_text_too(tmp_path: Path, words: list[str]) -> None:
    """JSON has its own escapes, and a name in the CSV is on one line."""
    text = shown("compare", recording(tmp_path / "hostile\x7f"), *words)
    assert not acts(text.replace("\r", ""))
    if words == ["--json"]:
        assert json.loads(text)["of"] == "strategies"


@pytest.mark.parametrize("name", [f"no{ESCAPE}\nthing", "[x]"])
@pytest.mark.parametrize("command", ["replay", "stats", "compare"])
def test_a_refusal_is_one_clean_line(tmp_path: Path, command: str, name: str) -> None:
    """The path of what is not there, or not read, is written out."""
    for path in (tmp_path / name, tmp_path / f"{name}.file"):
        if path.name.endswith(".file"):
            path.write_bytes(gzip.compress(b"{}"))
        refused = run(command, path)
        assert refused.exit_code == 2
        assert not acts(refused.output)
        assert refused.output.count("\n") == 1
        assert refused.output.startswith("Error: ")


@pytest.mark.parametrize("words", [[ESCAPE], [f"--{ESCAPE}"], ["export", ".", "--tier", ESCAPE]])
def test_a_wrong_call_is_told_clean(words: list[str]) -> None:
    """Click's own errors repeat the words of the call without acting on them."""
    refused = run(*words)
    assert refused.exit_code == 2
    assert not acts(refused.output)
    assert "\\x1b" in refused.output


def test_an_export_shows_paths_as_they_are(tmp_path: Path) -> None:
    """A folder of brackets is no markup, and the commands to type are whole."""
    text = shown("export", tmp_path / "[red]a[/x]" / f"b{ESCAPE}", "--dry-run")
    assert not acts(text)
    assert "[red]a[/x]" in text.replace("\n", "")
