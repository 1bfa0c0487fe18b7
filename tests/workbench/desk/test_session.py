"""Logging in and out: what a code and a token give a browser."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.workbench.desk.conftest import Clock
from tests.workbench.desk.desks import ORIGIN, bearer, client_of, log_in
from workbench.desk.desk import Desk
from workbench.desk.gate import LOOPBACK, Gate
from workbench.desk.routes import Scope
from workbench.desk.secrets import new_secret
from workbench.desk.tokens import CODE_LASTS
from workbench.library.library import Library

ADDRESS = "/api/v1/session"


def test_a_code_gives_a_cookie_that_no_script_reads(desk: Desk, client: TestClient) -> None:
    """It goes to the desk's own pages alone, and what is answered does not hold it."""
    answer = client.post(ADDRESS, json={"code": desk.tokens.make_code().secret})
    cookie = answer.headers["set-cookie"]
    words = {word.strip().lower() for word in cookie.split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/", "max-age=2592000"} == words
    assert client.cookies["tracker_desk"] not in answer.text
    assert answer.json()["scope"] == "admin"
    assert client.get(ADDRESS).json() == answer.json()


def test_https_has_its_cookie_kept_to_it(library: Library) -> None:
    """It is never sent in plain text, and no other host can set it."""
    client = client_of(Desk(library, gate=Gate(LOOPBACK, secure=True, port=8765)))
    log_in(client, client.app.state.desk)  # type: ignore[attr-defined]
    (cookie,) = client.cookies.jar
    assert (cookie.name, cookie.secure) == ("__Host-tracker_desk_8765", True)
    assert client.get(ADDRESS).status_code == HTTPStatus.OK


def test_a_code_is_good_once(desk: Desk, client: TestClient) -> None:
    """Who uses it again, another browser or the same, is refused."""
    code = log_in(client, desk)
    for other in (client_of(desk), client):
        answer = other.post(ADDRESS, json={"code": code}, headers={"Origin": ORIGIN})
        assert answer.status_code == HTTPStatus.UNAUTHORIZED
        assert "set-cookie" not in answer.headers
        assert code not in answer.text


def test_a_code_is_good_for_a_while(desk: Desk, client: TestClient, clock: Clock) -> None:
    """After it the answer is that of a wrong one, and says what gives a new one."""
    code = desk.tokens.make_code().secret
    clock.go(CODE_LASTS)
    wrong = client.post(ADDRESS, json={"code": new_secret().text})
    late = client.post(ADDRESS, json={"code": code})
    assert late.status_code == HTTPStatus.UNAUTHORIZED
    assert late.json() == wrong.json()
    assert "tokens login" in late.json()["detail"]


def test_a_token_gives_a_cookie_of_its_scope(desk: Desk, client: TestClient) -> None:
    """A code is no token to log in with, and a token no code."""
    token = desk.tokens.make("phone", Scope.READ).secret
    assert client.post(ADDRESS, json={"code": token}).status_code == HTTPStatus.UNAUTHORIZED
    answer = client.post(ADDRESS, json={"token": token})
    assert (answer.json()["scope"], answer.json()["name"]) == ("read", "phone")
    code = desk.tokens.make_code().secret
    assert client.post(ADDRESS, json={"token": code}).status_code == HTTPStatus.UNAUTHORIZED


BODIES: list[Any] = [
    b"",
    b"{",
    b"[" * 60_000,
    b"\xff",
    b"[]",
    b"{}",
    b'{"code": 7}',
    b'{"code": null}',
    b'{"password": "x"}',
    b'{"code": "x", "token": "y"}',
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_a_body_that_is_none_says_what_one_is(client: TestClient, body: bytes) -> None:
    """It is a problem and no fault."""
    answer = client.post(ADDRESS, content=body)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert '{"code": "..."}' in answer.json()["detail"]


def test_another_page_logs_nobody_in(desk: Desk, client: TestClient) -> None:
    """The code it was given is still good for its user."""
    code = desk.tokens.make_code().secret
    headers = {"Origin": "https://evil.example"}
    answer = client.post(ADDRESS, json={"code": code}, headers=headers)
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert client.post(ADDRESS, json={"code": code}).status_code == HTTPStatus.OK


def test_logging_out_ends_the_session(desk: Desk, client: TestClient) -> None:
    """The cookie is good no longer, wherever it was copied to."""
    log_in(client, desk)
    copied = client.cookies["tracker_desk"]
    answer = client.delete(ADDRESS, headers={"Origin": ORIGIN})
    assert answer.status_code == HTTPStatus.NO_CONTENT
    assert "tracker_desk" not in client.cookies
    client.cookies.set("tracker_desk", copied, domain="127.0.0.1")
    assert client.get(ADDRESS).status_code == HTTPStatus.UNAUTHORIZED
    assert not desk.tokens.has_sessions()


def test_a_token_does_not_end_itself(desk: Desk, client: TestClient) -> None:
    """Logging out is for browsers; the answer says what ends a token."""
    headers = bearer(desk, Scope.READ)
    answer = client.delete(ADDRESS, headers=headers)
    assert answer.status_code == HTTPStatus.CONFLICT
    assert client.get(ADDRESS, headers=headers).json()["kind"] == "token"


def test_a_session_ends_by_itself(desk: Desk, client: TestClient, clock: Clock) -> None:
    """It lasts for days."""
    log_in(client, desk)
    clock.go(timedelta(days=29))
    assert client.get(ADDRESS).status_code == HTTPStatus.OK
    clock.go(timedelta(days=1))
    assert client.get(ADDRESS).status_code == HTTPStatus.UNAUTHORIZED
