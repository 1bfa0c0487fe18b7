"""`runs` as a person and a machine use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.workbench.commands.calls import run
from tests.workbench.library.records import labels, record, sources
from workbench.commands import libraries
from workbench.library.library import open_library
from workbench.runs.exactness import Exactness

RUNS = (
    record("aaaaaaaa1111", sharpe=2.0),
    record("aaaaaaaa2222", sharpe=0.5, live=True, algorithm="Odd\x1b[31mName" + "x" * 60),
    record("bbbbbbbb3333", sharpe=1.5, labels=labels(drawdown=Exactness.SAMPLED)),
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of three runs, which the environment names."""
    place = tmp_path / "library.db"
    monkeypatch.setenv("TRACKER_LIBRARY", str(place))
    with open_library(str(place)) as library:
        for each in RUNS:
            library.put(each)
        library.tag("bbbb", "prod")
        library.star("bbbb")
    return place


def listed(*words: str) -> list[str]:
    """The ids that a call of `runs` lists as JSON."""
    shown = run("runs", *words, "--json")
    assert shown.exit_code == 0, shown.output
    return [each["id"] for each in json.loads(shown.output)["runs"]]


def refused(shown: Result) -> str:
    """The one line with which a call is refused."""
    assert (shown.exit_code, shown.stdout) == (2, "")
    (line,) = shown.stderr.splitlines()
    assert line.startswith("Error: ")
    return line


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ([], "bbbbbbbb3333 aaaaaaaa2222 aaaaaaaa1111"),
        (["list"], "bbbbbbbb3333 aaaaaaaa2222 aaaaaaaa1111"),
        (["--sort", "-sharpe"], "aaaaaaaa1111 bbbbbbbb3333 aaaaaaaa2222"),
        (["sharpe>1", "--sort", "sharpe"], "bbbbbbbb3333 aaaaaaaa1111"),
        (["tag:prod"], "bbbbbbbb3333"),
        (["star"], "bbbbbbbb3333"),
        (["list", "star", "live:yes"], ""),
        (["baseline"], ""),
    ],
)
def test_runs_lists_what_matches(words: list[str], ids: str) -> None:
    """With or without `list`; a flag alone is a filter, not the command of the same name."""
    assert listed(*words) == ids.split()


@pytest.mark.usefixtures("place")
def test_a_filter_turned_round_stands_behind_the_options() -> None:
    """After a `--`, so that its minus is none of an option."""
    shown = run("runs", "--json", "--sort", "id", "--", "-tag:prod")
    assert json.loads(shown.output)["total"] == 2


@pytest.mark.usefixtures("place")
def test_the_list_is_a_table() -> None:
    """Ids are as short as they can be, marks and figures stand beside them, and no text acts."""
    shown = run("runs", "--figure", "trend.sharpe", "--sort", "-imported")
    assert shown.exit_code == 0
    head, *rows = [line for line in shown.output.splitlines() if line.strip()][1:]
    assert "trend.sharpe" in head
    assert [row.split()[0] for row in rows if row.startswith((" a", " b"))] == [
        "bbbbbbbb",
        "aaaaaaaa2",
        "aaaaaaaa1",
    ]
    assert "*" in rows[1]
    assert "5.00 % s" in rows[1]
    assert "\x1b" not in shown.output
    assert "1 of 3 runs" in run("runs", "--limit", "1").output


def test_an_empty_library_says_so(tmp_path: Path) -> None:
    """And so does one in which nothing matches."""
    url = str(tmp_path / "new.db")
    assert "there are no runs yet" in run("runs", "--library", url).output
    with open_library(url) as library:
        library.put(RUNS[0])
    assert "no run matches" in run("runs", "tag:none", "--library", url).output


@pytest.mark.usefixtures("place")
def test_show_has_everything_of_a_run() -> None:
    """Facts, figures by strategy, and files; as JSON the ledger and the labels too."""
    shown = run("runs", "show", "bbb")
    assert shown.exit_code == 0
    for text in ("bbbbbbbb3333", "fast=10", "prod", "sharpe", "trend", "bbbbbbbb3333.json"):
        assert text in shown.output
    values = json.loads(run("runs", "show", "bbb", "--json").output)
    assert values["tags"] == ["prod"]
    assert values["figures"]["trend.sharpe"]["value"] == 0.25
    assert values["labels"]["drawdown"]["exactness"] == "sampled"
    assert values["sources"][0]["sha256"] == RUNS[2].sources[0].sha256
    assert values["rows"]["lots"] == 2


@pytest.mark.usefixtures("place")
def test_runs_are_marked() -> None:
    """Tags, notes, stars and baselines are what the list can then be filtered by."""
    for words, query in (
        (["tag", "bbb", "checked", "two words"], 'tag:"two words"'),
        (["note", "bbb", "before the new stop"], "note:stop"),
        (["name", "bbb", "the new stop"], "name:stop"),
        (["star", "bbb"], "star"),
        (["baseline", "bbb"], "baseline"),
    ):
        said = run("runs", *words)
        assert (said.exit_code, said.output.split()[0]) == (0, "bbbbbbbb3333")
        with open_library() as library:
            assert library.count(query) == 1
    for words in (["untag", "bbb", "prod"], ["star", "bbb", "--off"], ["baseline", "bbb", "--off"]):
        assert run("runs", *words).exit_code == 0
    assert listed("star") == listed("baseline") == listed("tag:prod") == []
    assert listed("tag:checked") == ["bbbbbbbb3333"]


@pytest.mark.usefixtures("place")
def test_runs_go_through_the_trash() -> None:
    """Deleted, brought back, deleted again and thrown away."""
    assert run("runs", "delete", "bbb", "aaaaaaaa1").exit_code == 0
    assert listed() == ["aaaaaaaa2222"]
    assert run("runs", "restore", "bbb").output == "bbbbbbbb3333 is back\n"
    assert listed("trash") == ["aaaaaaaa1111"]
    assert run("runs", "prune").output == "1 run is gone for good\n"
    assert listed("trash") == []


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["sharp>1"], "do you mean sharpe"),
        (["--", "-"], "'-' is no filter"),
        (["--sort", "beauty"], "imported, changed"),
        (["--figure", "beauty"], "there is no figure 'beauty'"),
        (["--cursor", "x"], "the cursor is of no list"),
        (["show", "zz"], "there is no run 'zz'"),
        (["show", "aaa"], "short for several runs: aaaaaaaa1111, aaaaaaaa2222"),
        (["restore", "bbb"], "in the trash"),
        (["note", "zz\x1b[31m", "x"], "\\x1b[31m"),
        (["--library", "mysql://x"], "postgresql://USER@HOST/DATABASE"),
    ],
)
def test_what_cannot_be_is_one_line(words: list[str], says: str) -> None:
    """And exit code 2, as everywhere."""
    assert says in refused(run("runs", *words))


def test_a_database_that_fails_is_one_line(tmp_path: Path) -> None:
    """A file of something else, for one."""
    place = tmp_path / "notes.txt"
    place.write_text("hello, this is no database\n" * 40)
    for words in ([], ["show", "a"], ["tag", "a", "b"], ["prune"]):
        assert "file is not a database" in refused(run("runs", *words, "--library", place))


def test_a_library_that_cannot_be_written_is_listed(place: Path) -> None:
    """A library that may only be read lists, and refuses marks with one line."""
    url = f"sqlite:///file:{place}?mode=ro&uri=true"
    with open_library(str(place)) as library:
        library.put(record("cccccccc", sources=sources("c")))
    assert "cccccccc" in run("runs", "--library", url).output
    assert "readonly database" in refused(run("runs", "star", "ccc", "--library", url))


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With how to install it: an algorithm in LEAN needs none of them."""
    import builtins

    real = builtins.__import__

    def without(name: str, *more: object) -> object:
        if name == "workbench.library.library":
            raise ModuleNotFoundError("no", name="sqlalchemy")
        return real(name, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    assert "pip install '.[workbench]'" in refused(run("runs"))
    assert {"alembic", "platformdirs", "sqlalchemy"} == libraries.PACKAGES
