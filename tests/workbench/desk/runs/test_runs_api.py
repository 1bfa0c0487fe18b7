"""Reading runs over HTTP: the list, one of them, and its figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.workbench.desk.asking import Asking, desk_with
from tests.workbench.library.records import SHELVED, labels, record
from workbench.desk.routes import Route
from workbench.desk.runs.routes import ROUTES
from workbench.desk.runs.runs_api import RUN, RUNS
from workbench.library.figures import ACCOUNT_TERMS, FIGURES
from workbench.runs.exactness import Exactness, Label
from workbench.runs.record import RunRecord

DEFINED = {"value", "n", "unit", "exactness", "bound"}


def ids(told: Any) -> list[str]:
    """The ids of a list."""
    return [run["id"] for run in told["runs"]]


def test_the_list_is_filtered_and_sorted(shelf: Asking) -> None:
    """The words and the order are those of the library."""
    assert ids(shelf.get(RUNS, params={"q": "sharpe>0", "sort": "-sharpe"})) == ["aa1", "ab2"]
    assert ids(shelf.get(RUNS, params={"q": "live:yes"})) == ["aa1"]


def test_the_list_comes_in_parts(shelf: Asking) -> None:
    """By cursor all runs come, each once, and the last part has no cursor."""
    seen, cursor = [], ""
    for _ in range(9):
        asked = {"sort": "id", "limit": 2, **({"cursor": cursor} if cursor else {})}
        part = shelf.get(RUNS, params=asked)
        assert part["total"] == len(SHELVED) + 1
        seen += ids(part)
        cursor = part["cursor"]
        if cursor is None:
            break
    assert seen == ids(shelf.get(RUNS, params={"sort": "id"}))
    assert len(set(seen)) == len(SHELVED) + 1


def test_an_undefined_figure_of_a_list_is_null(shelf: Asking) -> None:
    """The usual figures and those that are asked for are there in any case."""
    asked = {"q": "id:ab3", "figures": "calmar,trend.sharpe"}
    (run,) = shelf.get(RUNS, params=asked)["runs"]
    assert run["figures"]["sharpe"] is None
    assert run["figures"]["calmar"] is None
    assert run["figures"]["trend.sharpe"]["value"] == 0.25
    (run,) = shelf.get(RUNS, params={"q": "id:aa1", "figures": "*"})["runs"]
    assert {"max_drawdown", "fees", "trend.realized"} <= set(run["figures"])
    assert set(run["figures"]["fees"]) >= DEFINED


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("q=sharp>1", "do you mean sharpe"),
        ("q=nope:1", "the fields are id:"),
        ("sort=wealth", "there is no figure 'wealth'"),
        ("cursor=xyz", "the cursor is of no list of this order"),
        ("limit=0", "limit is '0', and is a whole number from 1 to 1000"),
        ("limit=1e3", "limit is '1e3'"),
        ("page=2", "there is no parameter 'page' here: it knows q, sort"),
    ],
)
def test_what_a_list_cannot_be_asked(shelf: Asking, query: str, said: str) -> None:
    """The problem says what is allowed."""
    assert said in shelf.refused(400, f"{RUNS}?{query}")["detail"]


def test_a_run_tells_itself(shelf: Asking, combos: RunRecord) -> None:
    """The beginning of its id is enough."""
    told = shelf.get(f"{RUNS}/{combos.id[:10]}")
    assert (told["id"], told["algorithm"], told["zone"]) == (combos.id, "Condors", combos.zone)
    assert told["labels"].keys() == combos.labels.keys()
    assert [each["sha256"] for each in told["sources"]] == [e.sha256 for e in combos.sources]


def test_the_balance_is_the_law_of_the_ledger(shelf: Asking, combos: RunRecord) -> None:
    """Each term is the record's to the last bit, and has its unit and exactness."""
    told = shelf.get(f"{RUNS}/{combos.id}/balance")
    assert {name: each["value"] for name, each in told["figures"].items()} == {
        name: value for name, value in combos.balance.items() if name in told["figures"]
    }
    assert {"realized", "flows", "unexplained", "lean_equity"} <= told["figures"].keys()
    assert all(each.keys() >= DEFINED for each in told["figures"].values())
    assert {each["exactness"] for each in told["figures"].values()} == {"exact"}
    assert told["as_of"] == combos.balance["as_of"]


def test_a_figure_whose_source_does_not_tell_it_is_null(tmp_path: Path) -> None:
    """Its label says that it is absent; a derived one has its bound."""
    run = record(labels=labels(fees=Exactness.ABSENT))
    derived = Label(Exactness.DERIVED, 0.5, "another file has it")
    run = replace(run, labels={**run.labels, "realized": derived})
    with desk_with(tmp_path, run) as ask:
        figures = ask.get(f"{RUNS}/run-1/balance")["figures"]
    assert figures["fees"]["value"] is None
    assert figures["fees"]["exactness"] == "absent"
    assert (figures["realized"]["value"], figures["realized"]["bound"]) == (20.0, 0.5)
    assert figures["realized"]["note"] == "another file has it"


def test_strategies_have_every_figure_there_can_be(shelf: Asking, combos: RunRecord) -> None:
    """What is undefined is null; the values are those of the library."""
    told = shelf.get(f"{RUNS}/{combos.id}/strategies")["strategies"]
    assert list(told) == ["condor", "put_spread"]
    entry = shelf.get(f"{RUNS}/{combos.id}")
    for name, figures in told.items():
        assert figures.keys() == FIGURES.keys() - ACCOUNT_TERMS.keys()
        known = {key: each["value"] for key, each in figures.items() if each["value"] is not None}
        kept = entry["figures"].items()
        assert known == {
            key.removeprefix(f"{name}."): each["value"]
            for key, each in kept
            if key.startswith(f"{name}.")
        }
        assert all(each.keys() >= DEFINED for each in figures.values())
    assert any(each["value"] is None for each in told["condor"].values())


def test_statistics_of_the_whole_run_are_the_records(shelf: Asking, combos: RunRecord) -> None:
    """Nothing is worked out anew; a figure of the portfolio has its unit and exactness beside n."""
    told = shelf.get(f"{RUNS}/{combos.id}/statistics")
    assert told["own"]["trades"] == combos.statistics["own"]["trades"]
    assert told["lean"] == combos.statistics["lean"]
    own = combos.statistics["own"]["portfolio"]
    for name, figure in told["own"]["portfolio"].items():
        assert (figure["value"], figure["n"]) == (own[name]["value"], own[name]["n"])
        assert figure["unit"] in ("fraction", "ratio")
        assert figure["exactness"] == "exact"
    assert told["strategies"].keys() == combos.statistics["strategies"].keys()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2014-1-1", "from is '2014-1-1', and is a day such as 2024-01-31"),
        ("from=2014-02-01&to=2014-01-01", "from is 2014-02-01, which is after to, 2014-01-01"),
    ],
)
def test_what_is_no_range_is_refused(shelf: Asking, query: str, said: str) -> None:
    """A day is in ISO 8601, and the first is not after the last."""
    assert said in shelf.refused(400, f"{RUNS}/aa1/statistics?{query}")["detail"]


def test_execution_is_the_records(shelf: Asking, combos: RunRecord) -> None:
    """With how far it can be trusted."""
    told = shelf.get(f"{RUNS}/{combos.id}/execution")
    assert told["execution"] == combos.statistics["execution"]
    assert told["exactness"] == {"execution": combos.labels["execution"].exactness.value}


def test_who_has_a_version_is_told_so(ask: Asking) -> None:
    """The tag changes with the run, and nothing else changes it."""
    first = ask("GET", f"{RUNS}/run-1")
    tag = first.headers["etag"]
    for name in ("", "/balance", "/trades"):
        again = ask("GET", f"{RUNS}/run-1{name}", headers={"If-None-Match": f'"x", W/{tag}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    ask.desk.library.note("run-1", "seen")
    changed = ask("GET", f"{RUNS}/run-1", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.json()["notes"] == "seen"
    assert changed.headers["etag"] != tag


def test_a_list_that_is_the_same_is_not_sent_again(ask: Asking) -> None:
    """Its tag is of what is in it."""
    tag = ask("GET", RUNS).headers["etag"]
    assert ask("GET", RUNS, headers={"If-None-Match": tag}).status_code == 304
    ask.desk.library.tag("run-1", "prod")
    assert ask("GET", RUNS, headers={"If-None-Match": tag}).status_code == 200


def test_a_run_that_is_not_there_or_could_be_several(shelf: Asking) -> None:
    """The problem says what to do."""
    assert "there is no run 'zz'" in shelf.refused(404, f"{RUNS}/zz/balance")["detail"]
    assert "short for several runs: ab2, ab3" in shelf.refused(409, f"{RUNS}/ab")["detail"]


@pytest.mark.parametrize(
    "route",
    [each for each in ROUTES if each.method == "GET" and each.answer and "/jobs/" not in each.path],
    ids=lambda each: each.path,
)
def test_an_answer_is_what_its_schema_says(shelf: Asking, combos: RunRecord, route: Route) -> None:
    """Of each route that reads; its schema is one, and every parameter has a schema."""
    told = shelf.get(route.path.replace("{id}", combos.id))
    Draft202012Validator.check_schema(dict(route.answer or {}))
    Draft202012Validator(dict(route.answer or {})).validate(told)
    assert all("type" in each.schema for each in route.parameters)


def test_every_route_of_a_run_is_below_it() -> None:
    """No two answer the same, and none has a token or a secret in its path."""
    asked = [(each.method, each.path) for each in ROUTES]
    assert len(asked) == len(set(asked))
    assert all(path.startswith((RUN, RUNS, "/api/v1/")) for _, path in asked)
