"""Who may have a route: every scope against every credential, and nothing by cunning."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

import pytest
from starlette.testclient import TestClient

from tests.workbench.desk.conftest import Clock
from tests.workbench.desk.desks import HOST, ORIGIN, bearer, client_of, log_in
from workbench.desk.desk import Desk
from workbench.desk.routes import Scope
from workbench.desk.secrets import new_secret

ASKED = {
    Scope.OPEN: ("GET", "/open"),
    Scope.READ: ("GET", "/read/1"),
    Scope.INGEST: ("POST", "/ingest"),
    Scope.ADMIN: ("PATCH", "/admin"),
}
OK, UNKNOWN, FORBIDDEN = HTTPStatus.OK, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN


def statuses(client: TestClient, headers: dict[str, str]) -> list[int]:
    """How the routes of each scope answer."""
    return [client.request(*asked, headers=headers).status_code for asked in ASKED.values()]


@pytest.mark.parametrize(
    ("scope", "answers"),
    [
        (Scope.READ, [OK, OK, FORBIDDEN, FORBIDDEN]),
        (Scope.INGEST, [OK, FORBIDDEN, OK, FORBIDDEN]),
        (Scope.ADMIN, [OK, OK, OK, OK]),
    ],
)
def test_a_token_opens_its_scope_alone(
    desk: Desk, client: TestClient, scope: Scope, answers: list[int]
) -> None:
    """As a header, whatever the route's method, and as the cookie it was exchanged for."""
    assert statuses(client, bearer(desk, scope)) == answers
    token = desk.tokens.make("a", scope).secret
    assert client.post("/api/v1/session", json={"token": token}).status_code == OK
    assert statuses(client, {"Origin": ORIGIN}) == answers


def test_without_anything_only_what_is_open_is_had(client: TestClient) -> None:
    """The answer says how to ask."""
    assert statuses(client, {}) == [OK, UNKNOWN, UNKNOWN, UNKNOWN]
    answer = client.get("/read/1")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "tokens make" in answer.json()["detail"]


def test_what_a_head_or_another_method_asks_is_checked_too(client: TestClient) -> None:
    """A route cannot be had by a method that is like its own."""
    assert client.head("/read/1").status_code == UNKNOWN
    for method in ("PUT", "DELETE", "OPTIONS", "TRACE", "get"):
        answer = client.request(method, "/read/1")
        assert answer.status_code in (UNKNOWN, HTTPStatus.METHOD_NOT_ALLOWED)


def test_wrong_tokens_are_refused(desk: Desk, client: TestClient) -> None:
    """Another's, a spoilt one, a revoked one, none, and a scheme that is another."""
    good = desk.tokens.make("a", Scope.ADMIN)
    wrong = [
        f"Bearer {new_secret().text}",
        f"Bearer {good.secret[:-1]}",
        f"Bearer {good.secret}x",
        f"Bearer {good.grant.id}",
        "Bearer",
        "Bearer ",
        f"Basic {good.secret}",
        good.secret,
        f"Bearer {good.secret} {good.secret}",
        f"Bearer {good.secret}, Bearer {good.secret}",
    ]
    for header in wrong:
        assert client.get("/read/1", headers={"Authorization": header}).status_code == UNKNOWN
    right = {"Authorization": f"bearer  {good.secret}"}
    assert client.get("/read/1", headers=right).status_code == OK
    desk.tokens.revoke(good.grant.id)
    assert client.get("/read/1", headers=right).status_code == UNKNOWN


def test_a_token_is_good_until_its_time(desk: Desk, client: TestClient, clock: Clock) -> None:
    """At the end of it the answer is that of a wrong one."""
    token = desk.tokens.make("a", Scope.READ, timedelta(days=1)).secret
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/read/1", headers=headers).status_code == OK
    clock.go(timedelta(days=1))
    assert client.get("/read/1", headers=headers).status_code == UNKNOWN


def test_a_cookie_changes_nothing_without_the_own_page(desk: Desk, client: TestClient) -> None:
    """A form of another page would send it along; it may look where browsers let nobody read."""
    log_in(client, desk)
    assert client.get("/read/1").status_code == OK
    assert client.patch("/admin").status_code == UNKNOWN
    assert client.post("/ingest").status_code == UNKNOWN
    assert client.delete("/api/v1/session").status_code == UNKNOWN
    assert client.patch("/admin", headers={"Origin": ORIGIN}).status_code == OK


def test_a_header_counts_alone(desk: Desk, client: TestClient) -> None:
    """A wrong token is not saved by a good cookie, nor its scope widened by one."""
    log_in(client, desk)
    wrong = {"Authorization": f"Bearer {new_secret().text}", "Origin": ORIGIN}
    assert statuses(client, wrong) == [OK, UNKNOWN, UNKNOWN, UNKNOWN]
    read = {**bearer(desk, Scope.READ), "Origin": ORIGIN}
    assert statuses(client, read) == [OK, OK, FORBIDDEN, FORBIDDEN]


def test_a_cookie_is_no_token_and_a_token_no_cookie(desk: Desk, client: TestClient) -> None:
    """Each is good where it belongs alone."""
    log_in(client, desk)
    cookie = client.cookies["tracker_desk"]
    other = client_of(desk)
    assert statuses(other, {"Authorization": f"Bearer {cookie}"})[1:] == [UNKNOWN] * 3
    token = desk.tokens.make("a", Scope.ADMIN).secret
    other.cookies.set("tracker_desk", token, domain=HOST.partition(":")[0])
    assert statuses(other, {"Origin": ORIGIN})[1:] == [UNKNOWN] * 3
