"""Changing the library over HTTP: a file imported, what is said of a run, the trash."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.workbench.desk.asking import Asking, desk_with, threads
from tests.workbench.desk.fleet.asking import Client
from tests.workbench.runs.folders import result_folder
from workbench.desk.desk import LIBRARY, Desk
from workbench.desk.jobs import Jobs
from workbench.desk.routes import Scope
from workbench.desk.runs import changes_api
from workbench.desk.runs.runs_api import RUNS
from workbench.library.entries import Put, Said
from workbench.library.library import Library, open_library
from workbench.runs.reading import read_record
from workbench.runs.record import RunRecord

FILLS = b"""symbol,time,quantity,price,fee,strategy
SPY,2024-01-02T15:00:00+00:00,10,100,1,trend
SPY,2024-01-03T15:00:00+00:00,-10,110,1,trend
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Path]:
    """A result folder of LEAN's, as the bytes of a zip archive and as it is."""
    folder = result_folder("option-combos", tmp_path_factory.mktemp("result") / "run")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for path in folder.iterdir():
            target.write(path, path.name)
    return packed.getvalue(), folder


# --- a file imported


def test_a_result_is_imported(ask: Asking, archive: tuple[bytes, Path]) -> None:
    """The run is that which the command imports; the same again changes nothing."""
    content, folder = archive
    path = f"{RUNS}?name=my result.zip"
    first = ask("POST", path, content=content)
    assert first.status_code == 201
    told = first.json()
    run = told["run"]["id"]
    assert first.headers["location"] == f"{RUNS}/{run}"
    assert told["outcome"] == "added"
    record, kept = read_record(str(folder)), ask.desk.library.get(run).record
    assert (run, kept.balance, kept.told.lots) == (record.id, record.balance, record.told.lots)
    again = ask("POST", path, content=content)
    assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")
    assert "location" not in again.headers


def test_nobody_learns_where_the_file_was_put(ask: Asking) -> None:
    """What is kept and told of it knows its name alone."""
    response = ask("POST", f"{RUNS}?name=fills.csv", content=FILLS)
    assert response.status_code == 201
    kept = ask.desk.library.get(response.json()["run"]["id"]).record
    assert kept.told.name == "fills.csv"
    assert "tracker-import" not in response.text + repr(kept.told.problems)
    refused = ask.refused(422, f"{RUNS}?name=bad.csv", "POST", content=b"a,b\n1,2\n")
    assert refused["detail"].startswith("bad.csv: the columns are a, b")


def test_who_sends_digests_adds_runs_and_replaces_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A better file of a run that is there changes nothing, and nothing of the run is told."""
    asked: list[bool] = []
    put = Library.put

    def heard(library: Library, record: RunRecord, *, replaces: bool = True) -> Put:
        asked.append(replaces)
        return put(library, record, replaces=replaces)

    monkeypatch.setattr(Library, "put", heard)
    with open_library(str(tmp_path / "library.db")) as library:
        client = Client(Desk(library, jobs=Jobs(threads)), Scope.INGEST)
        path = f"{RUNS}?name=fills.csv"
        first = client("POST", path, content=FILLS)
        assert first.status_code == 201
        assert first.json()["run"].keys() == {"id"}
        again = client("POST", path, content=FILLS).json()
        assert (again["outcome"], again["run"]) == ("unchanged", first.json()["run"])
        run = f"{RUNS}/{first.json()['run']['id']}"
        assert client("PATCH", run, json={"star": True}).status_code == 403
        assert client("DELETE", run).status_code == 403
        assert client("GET", run).status_code == 403
        token = client.desk.tokens.make("me", Scope.ADMIN).secret
        client("POST", path, token, content=FILLS)
        assert asked == [False, False, True]


def told(ask: Asking) -> list[tuple[str, str]]:
    """What the stream was told of runs: the id of each and what became of it."""
    messages = ask.desk.stream.take({LIBRARY}, ask.desk.stream.oldest).messages
    data = [json.loads(each.text)["data"] for each in messages]
    return [(each["id"], each["outcome"]) for each in data]


def test_the_stream_hears_of_each_change(ask: Asking) -> None:
    """An import, what is said of a run, the trash; and of nothing where nothing changed."""
    path = f"{RUNS}?name=fills.csv"
    run = ask("POST", path, content=FILLS).json()["run"]["id"]
    ask("POST", path, content=FILLS)
    assert ask("PATCH", f"{RUNS}/{run}", json={"star": True}).status_code == 428
    change = ask("PATCH", f"{RUNS}/{run}", json={"star": True}, headers={"If-Match": "*"})
    assert change.status_code == 200
    assert ask("DELETE", f"{RUNS}/{run[:8]}").status_code == 204
    assert ask("DELETE", f"{RUNS}/{run}").status_code == 404
    assert told(ask) == [(run, "added"), (run, "said"), (run, "deleted")]


@pytest.mark.parametrize("name", ["result.zip", "result.json", "result.json.gz", "f.csv", "state"])
def test_what_is_no_run_is_refused(ask: Asking, name: str) -> None:
    """Whatever its name promises, in one line, and nothing of it is kept."""
    said = ask.refused(422, f"{RUNS}?name={name}", "POST", content=b"\x00nothing at all")["detail"]
    assert name in said
    assert "tracker-import" not in said
    assert ask.desk.library.ids() == ("run-1",)


@pytest.mark.parametrize("name", ["", "../x.zip", "a/b.zip", ".hidden", "x" * 201, "a\nb.zip"])
def test_a_name_with_a_folder_is_refused(ask: Asking, name: str) -> None:
    """Nothing is written outside of the folder of the import."""
    said = ask.refused(400, RUNS, "POST", params={"name": name}, content=b"x")["detail"]
    assert said.startswith("name is missing, or is no file's name")


def test_a_body_that_is_too_large_is_refused(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    """Announced or not; none of it is kept."""
    monkeypatch.setattr(changes_api, "MOST_READ", 10)

    async def pieces() -> Any:
        for _ in range(3):
            yield b"12345"

    for content in (b"x" * 11, pieces()):
        problem = ask.refused(413, f"{RUNS}?name=f.csv", "POST", content=content)
        assert problem["detail"] == "the body is of more than 10 bytes"
    assert ask.refused(422, f"{RUNS}?name=f.csv", "POST", content=b"x" * 10)


# --- what is said of a run


def change(ask: Asking, body: Any, tag: str | None = "*", **given: Any) -> Any:
    """The response to a change."""
    headers = {} if tag is None else {"If-Match": tag}
    return ask("PATCH", f"{RUNS}/run-1", headers=headers, json=body, **given)


def test_what_is_said_is_kept(ask: Asking) -> None:
    """The answer is the run as it is then, with the tag for the next change."""
    tag = ask("GET", f"{RUNS}/run-1").headers["etag"]
    body = {"name": "the new stop", "notes": "Before\n9:45", "star": True, "tags": ["prod", "a b"]}
    first = change(ask, body, tag)
    assert first.status_code == 200
    entry = ask.desk.library.entry("run-1")
    assert (entry.name, entry.notes, entry.star) == ("the new stop", "Before\n9:45", True)
    assert entry.tags == ("a b", "prod")
    assert first.json()["tags"] == ["a b", "prod"]
    second = change(ask, {"tags": []}, first.headers["etag"])
    assert (second.json()["tags"], second.json()["name"]) == ([], "the new stop")


def test_a_change_of_what_was_changed_is_refused(ask: Asking) -> None:
    """Whoever saw an older version has to read it again."""
    tag = ask("GET", f"{RUNS}/run-1").headers["etag"]
    assert change(ask, {"name": "first"}, tag).status_code == 200
    second = change(ask, {"name": "second"}, tag)
    assert second.status_code == 412
    assert "was changed meanwhile: read it again" in second.json()["detail"]
    assert ask.desk.library.entry("run-1").name == "first"
    missing = change(ask, {"name": "second"}, None)
    assert missing.status_code == 428
    assert "If-Match is missing: it is the ETag of the run" in missing.json()["detail"]


def test_a_change_at_the_same_moment_is_refused(
    ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another one may come between the look and the change."""
    library = ask.desk.library
    seen = library.version("run-1")
    library.say(seen, Said(name="first"))
    monkeypatch.setattr(type(library), "version", lambda *_: seen)
    assert change(ask, {"name": "second"}).status_code == 412
    assert library.entry("run-1").name == "first"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "there is nothing to change; the members are name, notes, star, tags"),
        ([], "the body is no JSON object; its members are name"),
        ({"title": "x"}, "the body has a member 'title'; its members are name"),
        ({"name": 1}, "name is a text of at most 200 characters"),
        ({"name": None}, "name is a text of at most 200 characters"),
        ({"name": "x" * 201}, "name is a text of at most 200 characters"),
        ({"star": "yes"}, "star is true or false"),
        ({"tags": "prod"}, "tags is a list of at most 100 texts of 1 to 100 characters"),
        ({"tags": [""]}, "tags is a list of at most 100 texts"),
        ({"tags": ["x"] * 101}, "tags is a list of at most 100 texts"),
    ],
)
def test_what_cannot_be_said_is_refused(ask: Asking, body: Any, said: str) -> None:
    """And nothing is changed."""
    response = change(ask, body)
    assert response.status_code == 422
    assert said in response.json()["detail"]
    assert ask.desk.library.entry("run-1").revision == 1


def test_a_body_that_is_no_json_is_refused(ask: Asking) -> None:
    """As is one that is too large, or nested without an end."""
    path, headers = f"{RUNS}/run-1", {"If-Match": "*"}
    for content in (b"{", b"\xff", b"[" * 60_000):
        problem = ask.refused(400, path, "PATCH", headers=headers, content=content)
        assert problem["detail"].startswith("the body is no JSON")
    assert ask.refused(413, path, "PATCH", headers=headers, content=b" " * 65_537)


def test_text_that_no_database_takes_is_said_without_it(ask: Asking) -> None:
    """A mark stands in its place."""
    content = b'{"notes": "a\\u0000b", "tags": ["\\ud800"]}'
    response = ask("PATCH", f"{RUNS}/run-1", headers={"If-Match": "*"}, content=content)
    assert response.status_code == 200
    entry = ask.desk.library.entry("run-1")
    assert (entry.notes, entry.tags) == ("a\ufffdb", ("?",))


# --- the trash


def test_a_run_goes_into_the_trash(ask: Asking) -> None:
    """It is listed no more, and can be brought back by the command."""
    response = ask("DELETE", f"{RUNS}/run-1")
    assert (response.status_code, response.content) == (204, b"")
    assert ask.get(RUNS)["runs"] == []
    assert ask.get(f"{RUNS}/run-1")["deleted"] is not None
    ask.refused(404, f"{RUNS}/run-1", "DELETE")
    ask.desk.library.restore("run-1")
    assert ask.get(RUNS)["total"] == 1


def test_what_is_in_the_trash_stays_there(tmp_path: Path) -> None:
    """An import of it changes nothing, and says so."""
    with desk_with(tmp_path) as ask:
        run = ask("POST", f"{RUNS}?name=fills.csv", content=FILLS).json()["run"]["id"]
        ask("DELETE", f"{RUNS}/{run}")
        again = ask("POST", f"{RUNS}?name=fills.csv", content=FILLS)
        assert (again.status_code, again.json()["outcome"]) == (200, "in the trash")
