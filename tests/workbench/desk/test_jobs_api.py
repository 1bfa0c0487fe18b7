"""Comparisons over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.workbench.desk.asking import Asking, desk_with
from tests.workbench.library.records import record, recorded
from workbench.comparison.comparison import compare
from workbench.comparison.document import to_json
from workbench.desk import jobs
from workbench.desk.jobs_api import JOB, JOBS
from workbench.json_text import json_text
from workbench.report.comparing import run_of_record

COMPARE = "/api/v1/compare"
YEAR = "splits-and-shorts"


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    """A desk of a recorded run, of two that are like it, and of one without a day."""
    run = recorded(YEAR)
    twins = [replace(run, id=name, traded=name) for name in ("twin-1", "twin-2")]
    none = record("none")
    place = tmp_path_factory.mktemp("desk")
    with desk_with(place, run, *twins, replace(none, told=replace(none.told, days=[]))) as asking:
        yield asking


def compared(ask: Asking, body: Any) -> Any:
    """The job of a comparison that has ended."""
    begun = ask("POST", COMPARE, json=body)
    assert begun.status_code == 202
    where = begun.headers["location"]
    assert where == f"{JOBS}/{begun.json()['id']}"
    while (told := ask.get(where))["ended"] is None:
        time.sleep(0.01)
    Draft202012Validator(dict(JOB)).validate(told)
    return told


def test_the_strategies_of_a_run_are_compared(ask: Asking) -> None:
    """As the comparison itself compares them, with their daily returns for a chart."""
    run = recorded(YEAR)
    told = compared(ask, {"runs": [run.id[:8]], "resamples": 200, "seed": 7})
    assert (told["status"], told["problem"]) == ("done", None)
    found = compare([run_of_record(run, run.id)], trials=4, others=(), resamples=200, seed=7)
    result = told["result"]
    overlay, _ = result.pop("overlay"), result.pop("problems")
    expected = json.loads(json_text(to_json(found)))
    assert result["pairs"] == expected["pairs"]
    assert result["contributions"] == expected["contributions"]
    assert [each["name"] for each in result["strategies"]] == [*overlay["returns"]]
    assert all(len(each) == len(overlay["days"]) for each in overlay["returns"].values())


def test_runs_are_compared_under_their_ids(ask: Asking) -> None:
    """Every other run of the algorithm in the library counts as tried."""
    told = compared(ask, {"runs": ["twin-1", "twin-2"], "resamples": 200})
    result = told["result"]
    assert [each["name"] for each in result["runs"]] == ["twin-1", "twin-2"]
    assert [*result["overlay"]["returns"]] == ["twin-1", "twin-2"]
    assert result["trials"]["trials"] == 3
    more = compared(ask, {"runs": ["twin-1", "twin-2"], "resamples": 200, "trials": 40})
    assert more["result"]["trials"]["trials"] == 40


def test_runs_of_one_parameter_have_a_surface(tmp_path: Path) -> None:
    """What the page draws: the Sharpe ratio over it, and what the best of all tried would show."""
    run = recorded(YEAR)
    given = [
        replace(run, id=f"fast-{fast}", traded=fast, parameters={"fast": fast}) for fast in "312"
    ]
    with desk_with(tmp_path, *given) as asking:
        result = compared(asking, {"runs": [each.id for each in given], "resamples": 200})["result"]
    surface = result["surface"]
    assert surface["axes"] == [{"parameter": "fast", "values": ["1", "2", "3"], "ordered": True}]
    assert [each["runs"] for each in surface["spots"]] == [["fast-1"], ["fast-2"], ["fast-3"]]
    sharpe = result["runs"][0]["estimates"]["sharpe"]["value"]
    assert [each["neighbours"] for each in surface["spots"]] == pytest.approx([sharpe] * 3)
    assert surface["luck"] == 0.0  # three that are the same do not spread


def test_runs_without_a_common_day_are_refused_by_the_job(ask: Asking) -> None:
    """It fails, and says why."""
    told = compared(ask, {"runs": ["twin-1", "none"], "resamples": 200})
    assert (told["status"], told["result"]) == ("failed", None)
    assert told["problem"] == "none has no day with a value to compare"


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 422, "runs is a list of 1 to 20 ids"),
        ({"runs": []}, 422, "runs is a list of 1 to 20 ids"),
        ({"runs": [1]}, 422, "runs is a list of 1 to 20 ids"),
        ({"runs": ["x"] * 21}, 422, "runs is a list of 1 to 20 ids"),
        ({"runs": ["twin-1", "twin-1"]}, 422, "runs has one of them twice"),
        ({"runs": ["twin"]}, 409, "short for several runs: twin-1, twin-2"),
        ({"runs": ["zz"]}, 404, "there is no run 'zz'"),
        ({"runs": ["none"], "seed": -1}, 422, "seed is a whole number from 0"),
        ({"runs": ["none"], "resamples": True}, 422, "resamples is a whole number from 100"),
        ({"runs": ["none"], "level": 0.9}, 422, "the body has a member 'level'"),
    ],
)
def test_what_cannot_be_compared_is_refused(ask: Asking, body: Any, status: int, said: str) -> None:
    """At once, and no job is made."""
    assert said in ask.refused(status, COMPARE, "POST", json=body)["detail"]


def test_a_desk_that_is_busy_says_when_to_ask_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As does one that was asked for a report or an import."""
    monkeypatch.setattr(jobs, "MOST_WAITING", 0)
    with desk_with(tmp_path, record()) as asking:
        response = asking("POST", COMPARE, json={"runs": ["run-1"]})
        assert (response.status_code, response.headers["retry-after"]) == (503, "5")
        assert asking("GET", "/api/v1/runs/run-1/report.html").status_code == 503
        assert asking("POST", "/api/v1/runs?name=f.csv", content=b"x").status_code == 503


def test_a_job_that_is_not_known(ask: Asking) -> None:
    """The problem says how long one is."""
    assert "a job is known for an hour" in ask.refused(404, f"{JOBS}/zz")["detail"]
