"""`compare` as a person and a machine use it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.workbench.commands.calls import broken, run
from workbench.engine.tape import TAPE_NAME

FAST = ("--resamples", "200")


def test_one_source_shows_its_strategies() -> None:
    """The strategies of a recording are laid side by side."""
    shown = run("compare", "shared-options", *FAST)
    assert shown.exit_code == 0
    for text in ("Side by side", "What each adds to the account", "200 joint resamples"):
        assert text in shown.output


def test_several_sources_show_their_window_and_what_differs() -> None:
    """Runs are compared on the days that all cover, their parameters before any figure."""
    shown = run("compare", "opposed-futures", "euro-futures", "futures-roll", *FAST)
    assert shown.exit_code == 0
    assert "Left out of" in shown.output
    assert "The best of 3 runs that were tried" in shown.output


def test_json_is_one_object_and_the_same_each_time() -> None:
    """`--json` prints one object and nothing else, and a seed gives the same one."""
    words = ("compare", "shared-options", "--json", *FAST)
    first = run(*words)
    values = json.loads(first.output)
    assert (values["of"], values["draw"]["resamples"]) == ("strategies", 200)
    assert [each["name"] for each in values["strategies"]] == ["income", "vega", "stock"]
    assert run(*words).output == first.output
    assert run(*words, "--seed", "7").output != first.output


def test_csv_has_a_row_for_each_subject() -> None:
    """`--csv` prints a line of names and a line for each run."""
    found = run("compare", "opposed-futures", "euro-futures", "--csv", *FAST)
    rows = list(csv.DictReader(io.StringIO(found.output)))
    assert [row["name"] for row in rows] == ["opposed-futures", "euro-futures"]


def test_runs_tried_elsewhere_count() -> None:
    """With more trials the deflated ratio is lower."""
    few, many = (
        json.loads(run("compare", "cash-account", "--json", "--trials", trials, *FAST).output)
        for trials in ("1", "1000")
    )
    one, other = (each["strategies"][0]["track_record"]["deflated_sharpe"] for each in (few, many))
    assert other < one


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("no-such-run",), "there is no recording"),
        (("macd-eleven-years", "live-paper"), "the runs have no day in common"),
        (("no-trades",), "no strategy to compare"),
    ],
)
def test_what_cannot_be_compared_is_refused(words: tuple[str, ...], says: str) -> None:
    """Exit code 2 and one sentence that says why."""
    refused = run("compare", *words)
    assert refused.exit_code == 2
    assert refused.output.startswith("Error: ")
    assert says in refused.output
    assert len(refused.output.splitlines()) == 1


def test_a_damaged_recording_is_refused(tmp_path: Path) -> None:
    """The error names the file."""
    refused = run("compare", broken(tmp_path, "no end"))
    assert refused.exit_code == 2
    assert TAPE_NAME in refused.output


@pytest.mark.parametrize("words", [("compare",), ("compare", "x", "--json", "--csv")])
def test_a_call_that_says_too_little_or_too_much_is_a_usage_error(words: tuple[str, ...]) -> None:
    """A source is needed, and only one form of output can be asked for."""
    assert run(*words).exit_code == 2
