"""The server made of a table: who answers, and how everything else is refused."""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus

import pytest
from starlette.testclient import TestClient
from starlette.types import Message

from tests.workbench.desk.desks import HOST, TRIED, bearer
from workbench.desk.app import make_app, routing
from workbench.desk.desk import Desk
from workbench.desk.problems import PROBLEM_TYPE
from workbench.desk.route_table import ROUTES
from workbench.desk.routes import Scope


def test_handlers_know_who_asks(desk: Desk, client: TestClient) -> None:
    """A plain function on its thread as a coroutine does; on an open route nobody is known."""
    assert client.get("/open").text == "nobody"
    assert client.get("/read/7", headers=bearer(desk, Scope.READ)).text == "read"
    taken = client.post("/ingest", content=b"abc", headers=bearer(desk, Scope.INGEST))
    assert taken.text == "3 of ingest"


@pytest.mark.parametrize("path", ["/nowhere", "/open/", "/read/1/2", "/%2e%2e/open"])
def test_what_is_not_there_is_a_problem(client: TestClient, path: str) -> None:
    """It says where to look, and leads nobody elsewhere."""
    answer = client.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM_TYPE)
    assert "/api/v1/openapi.json" in answer.json()["detail"]


def test_a_path_names_its_methods(client: TestClient) -> None:
    """All of them, though they are several routes of the table."""
    answer = client.put("/api/v1/session")
    assert (answer.status_code, answer.headers["content-type"]) == (405, PROBLEM_TYPE)
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST", "DELETE"}


def test_a_refusal_has_what_the_handler_said(client: TestClient) -> None:
    """Status, headers and further members."""
    answer = client.get("/refused")
    assert answer.headers["retry-after"] == "3"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "detail": "it is there",
        "there": 7,
    }


def test_a_client_that_goes_is_no_fault(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """Half a body and no more: there is nobody to answer, and nothing to log."""
    came = iter(
        (
            {"type": "http.request", "body": b"half", "more_body": True},
            {"type": "http.disconnect"},
        )
    )
    headers = {"Host": HOST, **bearer(desk, Scope.INGEST)}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/ingest",
        "raw_path": b"/ingest",
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), text.encode()) for name, text in headers.items()],
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return next(came)

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(make_app(desk, TRIED)(scope, receive, send))
    assert sent[0]["status"] == HTTPStatus.BAD_REQUEST
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


@pytest.mark.parametrize(("path", "status"), [("/fault", 500), ("/library", 503)])
def test_a_fault_says_nothing_of_the_desk(
    client: TestClient, caplog: pytest.LogCaptureFixture, path: str, status: int
) -> None:
    """Neither what is wrong nor where; the log has it."""
    answer = client.get(path, headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM_TYPE)
    assert "log" in answer.json()["detail"]
    assert not any(word in answer.text for word in ("secret", "Zero", "Bearer", "disk"))
    errors = [each.getMessage() for each in caplog.records if each.levelno == logging.ERROR]
    assert status == HTTPStatus.INTERNAL_SERVER_ERROR or "disk I/O error" in errors[0]


def test_long_answers_are_packed(client: TestClient) -> None:
    """For who takes them so; the entity's tag is as it was, and short ones go as they are."""
    packed = client.get("/long", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(packed.text) == 5_000
    assert (packed.headers["etag"], packed.headers["vary"]) == ('"7"', "Accept-Encoding")
    plain = client.get("/long", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in client.get("/open").headers


def test_a_head_is_answered_as_its_get(desk: Desk, client: TestClient) -> None:
    """Monitors ask so."""
    assert client.head("/healthz").status_code == HTTPStatus.OK
    assert client.head("/read/1", headers=bearer(desk, Scope.READ)).status_code == HTTPStatus.OK


def test_a_table_has_no_route_twice() -> None:
    """One would never answer."""
    with pytest.raises(ValueError, match="GET /open twice"):
        routing((*TRIED, TRIED[0]))


def test_the_table_itself_can_be_served(desk: Desk) -> None:
    """No two of its routes are the same, and each says whom it answers."""
    assert make_app(desk).state.routes == ROUTES
    assert {route.scope for route in ROUTES} <= set(Scope)


def test_no_route_of_the_table_is_open_by_mistake() -> None:
    """Those open to all are these; whoever adds one adds it here."""
    opened = {f"{route.method} {route.path}" for route in ROUTES if route.scope is Scope.OPEN}
    assert opened <= {
        "GET /",
        "GET /static/{name}",
        "GET /healthz",
        "GET /api/v1/openapi.json",
        "GET /api/v1/session",
        "POST /api/v1/session",
        "DELETE /api/v1/session",
    }


def test_no_route_trades() -> None:
    """Nothing of the table is about making, changing or closing an order."""
    words = {
        word
        for route in ROUTES
        if route.method != "GET"
        for word in route.path.strip("/").split("/")
    }
    assert words.isdisjoint({"orders", "order", "trade", "trades", "positions", "liquidate"})
