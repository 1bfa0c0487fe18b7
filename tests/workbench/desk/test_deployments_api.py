"""What is answered of deployments over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.workbench.desk.fleet.asking import Client
from tests.workbench.desk.fleet.senders import (
    BEGUN,
    came,
    digest_of,
    event_row,
    fill_row,
    state_row,
    trade_row,
)
from workbench.desk import deployments_api
from workbench.desk.desk import Desk
from workbench.desk.routes import Scope
from workbench.library.library import open_library

NOW = BEGUN + timedelta(hours=1)
FILLS = tuple(fill_row(order, BEGUN + timedelta(seconds=order)) for order in (1, 2, 3))
DIGESTS = (
    digest_of(fills=FILLS, closed=(trade_row(2, BEGUN),), events=(event_row("a", BEGUN),)),
    digest_of(9, events=(event_row("b", BEGUN, "flow"),)),
)
STATE = state_row(BEGUN, 5.0, open_orders=[{"order": 2}, {"order": 4}])


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A desk that has heard of `rotation` and of `b`."""
    place = tmp_path_factory.mktemp("deployments") / "library.db"
    with open_library(str(place)) as library:
        desk = Desk(library, clock=lambda: NOW)
        for digest in DIGESTS:
            desk.fleet.accept("rotation", digest, came(digest))
        other = digest_of(deployment="b", events=(event_row("c", NOW),), state=STATE, fills=FILLS)
        desk.fleet.accept("b", other, came(other))
        yield Client(desk, Scope.READ)


def got(client: Client, path: str) -> Any:
    """The JSON of an answer, which is as its route says."""
    response = client("GET", path)
    assert response.status_code == 200, response.text
    bare = path.partition("?")[0].replace("rotation", "{id}").replace("/b", "/{id}")
    bare = bare.replace("orders/2", "orders/{order}")
    (route,) = (each for each in deployments_api.ROUTES if each.path == bare)
    assert route.answer is not None
    Draft202012Validator(route.answer).validate(response.json())
    return response.json()


def test_all_in_lines_and_one_whole(client: Client) -> None:
    """The list has each, and the page of one begins with its line."""
    told = got(client, "/api/v1/deployments")
    assert told["now"] == NOW.isoformat()
    b, rotation = told["deployments"]
    assert (b["id"], rotation["id"], rotation["gaps"]) == ("b", "rotation", 1)
    whole = got(client, "/api/v1/deployments/rotation")
    assert {name: whole[name] for name in rotation} == rotation
    assert whole["last_fills"] == [*reversed(FILLS)]
    assert whole["state"] == DIGESTS[1].state


def test_the_curve_is_bounded(client: Client) -> None:
    """From a time on, in so many points at most, with its gaps."""
    path = "/api/v1/deployments/rotation/equity"
    assert [each["equity"] for each in got(client, path)["points"]] == [1_001.0, 1_009.0]
    (point,) = got(client, f"{path}?points=1")["points"]
    assert (point["equity"], point["low"], point["high"]) == (1_009.0, 1_001.0, 1_009.0)
    since = DIGESTS[1].sent.isoformat().replace("+00:00", "Z")
    later = got(client, f"{path}?since={since}")
    assert [each["equity"] for each in later["points"]] == [1_009.0]
    assert got(client, f"{path}?since=2026-11-01")["gaps"][0]["last"] == 8


def test_lists_come_in_parts(client: Client) -> None:
    """The newest first, each behind the cursor of the one before."""
    path = "/api/v1/deployments/rotation/fills?limit=2"
    first = got(client, path)
    assert [row["order"] for row in first["fills"]] == [3, 2]
    second = client("GET", path, params={"limit": 2, "cursor": first["cursor"]}).json()
    assert ([row["order"] for row in second["fills"]], second["cursor"]) == ([1], None)
    one = "/api/v1/deployments/rotation"
    assert [row["id"] for row in got(client, f"{one}/trades")["trades"]] == ["1:2"]
    assert {row["id"] for row in got(client, f"{one}/events")["events"]} == {"a", "b"}
    assert [row["id"] for row in got(client, f"{one}/alerts")["alerts"]] == ["a"]


def test_alerts_of_all(client: Client) -> None:
    """The newest first, each with its deployment."""
    alerts = got(client, "/api/v1/alerts")["alerts"]
    assert [(row["deployment"], row["id"]) for row in alerts] == [("b", "c"), ("rotation", "a")]


def test_an_orders_way(client: Client) -> None:
    """As it is open, what it filled, and the trades that it opened or closed."""
    way = got(client, "/api/v1/deployments/rotation/orders/2")
    assert (way["order"], way["open"]) == (2, [])
    assert [row["order"] for row in way["fills"]] == [2]
    assert [row["id"] for row in way["trades"]] == ["1:2"]
    assert got(client, "/api/v1/deployments/b/orders/2")["open"] == [{"order": 2}]


@pytest.mark.parametrize(
    ("status", "path"),
    [
        (404, "/api/v1/deployments/nobody"),
        (404, "/api/v1/deployments/nobody/equity"),
        (404, "/api/v1/deployments/nobody/fills"),
        (404, "/api/v1/deployments/rotation/orders/x"),
        (400, "/api/v1/deployments/rotation/fills?cursor=x"),
        (400, "/api/v1/deployments/rotation/fills?limit=0"),
        (400, "/api/v1/deployments/rotation/equity?points=x"),
        (400, "/api/v1/deployments/rotation/equity?since=yesterday"),
        (400, "/api/v1/alerts?page=2"),
    ],
)
def test_what_cannot_be_answered_is_a_problem(client: Client, status: int, path: str) -> None:
    """With a status and a text that says what is wrong."""
    response = client("GET", path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"]
