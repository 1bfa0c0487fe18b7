"""The guard: names, origins, addresses and bodies that reach no handler, and what is logged."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

import anyio
import pytest
from starlette.datastructures import Headers
from starlette.testclient import TestClient
from starlette.types import Message
from starlette.websockets import WebSocketDisconnect

from tests.workbench.desk.desks import (
    HOST,
    ORIGIN,
    OWN_CSP,
    SMALL,
    SOCKET,
    TRIED,
    bearer,
    client_of,
    log_in,
)
from workbench.desk import guarding
from workbench.desk.desk import Desk
from workbench.desk.guarding import SECRET_PARAMETERS, limited
from workbench.desk.problems import PROBLEM_TYPE, ProblemError
from workbench.desk.routes import MOST_BYTES, Scope
from workbench.desk.secrets import new_secret


def problem(answer: Any, status: HTTPStatus) -> str:
    """What an answer is refused with."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM_TYPE
    said: dict[str, Any] = answer.json()
    assert said["status"] == status
    detail: str = said["detail"]
    return detail


@pytest.mark.parametrize("host", ["evil.example:8765", "127.0.0.1.evil.example", "", "testserver"])
@pytest.mark.parametrize("path", ["/open", "/healthz", "/read/1", "/nowhere", "/api/v1/session"])
def test_a_rebound_name_reaches_nothing(client: TestClient, host: str, path: str) -> None:
    """Not even what is open to all, nor that there is nothing."""
    answer = client.get(path, headers={"Host": host})
    assert "--name" in problem(answer, HTTPStatus.MISDIRECTED_REQUEST)


def test_two_names_are_none(client: TestClient) -> None:
    """What a proxy and the desk would read differently is refused."""
    headers = [("Host", HOST), ("Host", "evil.example")]
    problem(client.get("/open", headers=headers), HTTPStatus.MISDIRECTED_REQUEST)


def test_a_name_that_is_given_is_let_in(library: Any) -> None:
    """It is the desk's then."""
    from workbench.desk.gate import Gate

    client = client_of(Desk(library, gate=Gate(frozenset({"desk.example.org"}))))
    assert client.get("/open", headers={"Host": "desk.example.org"}).status_code == HTTPStatus.OK
    problem(client.get("/open"), HTTPStatus.MISDIRECTED_REQUEST)


FOREIGN = ["https://evil.example", "null", "http://127.0.0.1:3000", f"https://{HOST}"]


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize(("method", "path"), [("GET", "/open"), ("POST", "/small"), ("GET", "/x")])
def test_the_page_of_another_reaches_nothing(
    desk: Desk, client: TestClient, origin: str, method: str, path: str
) -> None:
    """Whatever it knows, and what it does."""
    headers = {**bearer(desk, Scope.ADMIN), "Origin": origin}
    answer = client.request(method, path, headers=headers)
    problem(answer, HTTPStatus.FORBIDDEN)
    assert "access-control-allow-origin" not in answer.headers


def test_the_own_page_reaches_all(desk: Desk, client: TestClient) -> None:
    """Its origin is the address that it calls."""
    log_in(client, desk)
    assert client.patch("/admin", headers={"Origin": ORIGIN}).text == "browser"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_page_fetches_is_refused(client: TestClient, site: str) -> None:
    """Even where no origin is sent, as for pictures; a link to the page may be followed."""
    fetched = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}
    problem(client.get("/open", headers=fetched), HTTPStatus.FORBIDDEN)
    problem(client.get("/open", headers={"Sec-Fetch-Site": site}), HTTPStatus.FORBIDDEN)
    followed = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
    assert client.get("/open", headers=followed).status_code == HTTPStatus.OK
    problem(client.post("/small", headers=followed), HTTPStatus.FORBIDDEN)


@pytest.mark.parametrize(
    ("host", "origin"), [("evil.example", ORIGIN), *((HOST, o) for o in FOREIGN)]
)
def test_a_socket_of_another_does_not_open(
    desk: Desk, client: TestClient, host: str, origin: str
) -> None:
    """It is refused before anything is said, cookie or not."""
    log_in(client, desk)
    headers = {"Host": host, "Origin": origin}
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect(SOCKET, headers=headers),
    ):
        pass
    assert refused.value.code == guarding.REFUSED_SOCKET


@pytest.mark.parametrize("name", sorted(SECRET_PARAMETERS))
def test_no_secret_is_taken_from_an_address(client: TestClient, name: str) -> None:
    """Any parameter that is for one is refused, whatever it holds."""
    detail = problem(client.get(f"/open?x=1&{name.upper()}=abc"), HTTPStatus.BAD_REQUEST)
    assert "URL" in detail
    problem(client.get(f"/open?{name}"), HTTPStatus.BAD_REQUEST)


@pytest.mark.parametrize(
    "address", ["/open?q={}", "/read/{}", "/nowhere/{}", "/open?{}=1", "/read/x%2F{}?a=b"]
)
@pytest.mark.parametrize("quoted", [False, True])
def test_a_secret_in_an_address_is_refused_and_logged_without_it(
    desk: Desk,
    client: TestClient,
    caplog: pytest.LogCaptureFixture,
    address: str,
    quoted: bool,
) -> None:
    """Wherever it stands and however it is written; a good one is refused as well."""
    secret = desk.tokens.make("a", Scope.READ).secret
    told = "".join(f"%{byte:02x}" for byte in secret.encode()) if quoted else secret
    with caplog.at_level(logging.DEBUG, "tracker"):
        answer = client.get(address.format(told))
    detail = problem(answer, HTTPStatus.BAD_REQUEST)
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("tracker")]
    assert any("refused" in line for line in lines)
    assert any(" 400 " in line for line in lines)
    hidden = secret.split("_", 2)[2]
    assert not any(hidden in text or told in text for text in (*lines, detail, answer.text))


def test_a_socket_with_a_secret_in_its_address_does_not_open(
    desk: Desk, client: TestClient
) -> None:
    """The token is good, and the way it came is not."""
    secret = desk.tokens.make("a", Scope.READ).secret
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect(f"{SOCKET}?token={secret}"),
    ):
        pass


def test_no_refusal_logs_what_was_given(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Wrong tokens, cookies, codes and names stand in no log, and nobody writes lines into it."""
    wrong = new_secret().text
    client.cookies.set("tracker_desk", wrong, domain="127.0.0.1")
    with caplog.at_level(logging.DEBUG, "tracker"):
        client.get("/read/1", headers={"Authorization": f"Bearer {wrong}"})
        client.get("/read/1")
        client.post("/api/v1/session", json={"code": wrong})
        client.get("/open", headers={"Host": "evil.example"})
        client.get("/forged-line", headers={"Origin": "https://evil.example"})
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("tracker")]
    assert len([line for line in lines if "refused" in line]) == 4
    for text in (wrong, "evil.example", "forged-line"):
        assert not any(text in line for line in lines)


@pytest.mark.parametrize("route", TRIED, ids=lambda route: route.path)
def test_every_answer_binds_the_browser(desk: Desk, client: TestClient, route: Any) -> None:
    """Policies stand in answers, refusals and faults alike."""
    headers = bearer(desk, Scope.ADMIN)
    answer = client.request(route.method, route.path.replace("{id}", "1"), headers=headers)
    for name, value in desk.gate.headers.items():
        own = name == "Content-Security-Policy" and route.path == "/long"
        assert answer.headers[name] == (OWN_CSP if own else value)
    assert "default-src 'self'" in client.get("/open").headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == ("private" if route.path == "/long" else "no-store")
    assert "server" not in answer.headers


def test_refusals_bind_the_browser_too(client: TestClient) -> None:
    """The guard's own, and that there is nothing."""
    for path, headers in (("/nowhere", {}), ("/open", {"Host": "evil"}), ("/open?token=1", {})):
        answer = client.get(path, headers=headers)
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("path", "most"), [("/small", SMALL), ("/ingest", MOST_BYTES)])
def test_a_body_is_taken_up_to_its_limit(
    desk: Desk, client: TestClient, path: str, most: int
) -> None:
    """One byte more is refused, whether its length is said before or not."""
    headers = bearer(desk, Scope.ADMIN)
    assert client.post(path, content=b"x" * most, headers=headers).text == f"{most} of admin"
    for content in (b"x" * (most + 1), iter([b"x" * most, b"x"]), iter([b"x"] * (most + 1))):
        answer = client.post(path, content=content, headers=headers)
        assert f"{most:,} bytes" in problem(answer, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        assert answer.headers["connection"] == "close"


def test_who_asks_is_checked_before_the_body_is_read(client: TestClient) -> None:
    """Somebody unknown cannot make the desk read."""
    answer = client.post("/small", content=b"x" * (SMALL + 1))
    problem(answer, HTTPStatus.UNAUTHORIZED)


def received(messages: list[Message], headers: dict[str, str], most: int) -> list[Message]:
    """What a reader gets of a body; no message that is left is one that never comes."""

    async def receive() -> Message:
        if not messages:
            await anyio.sleep(3_600)
        return messages.pop(0)

    async def read() -> list[Message]:
        reader = limited(receive, most, Headers(headers))
        return [await reader() for _ in range(len(messages) + 1)]

    return anyio.run(read)


def test_a_length_that_is_said_is_believed_before_anything_is_read() -> None:
    """Nothing of a body that says it is too long is received."""
    messages: list[Message] = [{"type": "http.request", "body": b"", "more_body": True}]
    with pytest.raises(ProblemError, match="10 bytes"):
        received(messages, {"content-length": "11"}, 10)
    assert len(messages) == 1


def test_a_length_that_is_a_lie_is_not_believed() -> None:
    """What comes counts."""
    messages: list[Message] = [
        {"type": "http.request", "body": b"x" * 6, "more_body": True} for _ in range(2)
    ]
    with pytest.raises(ProblemError, match="10 bytes"):
        received(messages, {"content-length": "1"}, 10)


def test_a_body_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that sends half of it holds nothing for ever."""
    monkeypatch.setattr(guarding, "BODY_SECONDS", 0.01)
    with pytest.raises(ProblemError) as refused:
        received([{"type": "http.request", "body": b"x", "more_body": True}], {}, 10)
    assert refused.value.status is HTTPStatus.REQUEST_TIMEOUT


def test_a_client_may_stay_when_its_body_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long answer is not cut off by the time that a body has."""
    monkeypatch.setattr(guarding, "BODY_SECONDS", 0.01)
    waited: list[int] = []

    async def receive() -> Message:
        if waited:
            await anyio.sleep(0.1)
            return {"type": "http.disconnect"}
        waited.append(1)
        return {"type": "http.request", "body": b"x", "more_body": False}

    async def read() -> list[str]:
        reader = limited(receive, 10, Headers({}))
        return [(await reader())["type"] for _ in range(2)]

    assert anyio.run(read) == ["http.request", "http.disconnect"]
