"""What the desk measures of itself: counts by route, and nothing that a client can name."""

from __future__ import annotations

import logging

import pytest
from starlette.testclient import TestClient

from tests.workbench.desk.desks import TRIED, bearer
from workbench.desk.app import make_app
from workbench.desk.desk import Desk
from workbench.desk.metrics import Metrics
from workbench.desk.routes import Scope


def value(client: TestClient, desk: Desk, line: str) -> float:
    """A measure as Prometheus reads it."""
    told = client.get("/metrics", headers=bearer(desk, Scope.READ)).text
    (found,) = [each for each in told.splitlines() if each.startswith(f"{line} ")]
    return float(found.rpartition(" ")[2])


def test_requests_are_counted_by_route(desk: Desk, client: TestClient) -> None:
    """By its template, so that no id becomes a label."""
    for run in ("a", "b", "c"):
        client.get(f"/read/{run}", headers=bearer(desk, Scope.READ))
    line = 'tracker_desk_requests_total{method="GET",route="/read/{id}",status="200"}'
    assert value(client, desk, line) == 3
    assert value(client, desk, 'tracker_desk_request_seconds_count{route="/read/{id}"}') == 3


def test_nobody_makes_labels(desk: Desk, client: TestClient) -> None:
    """Unknown paths and methods, and what the guard refuses, are counted as one."""
    for number in range(4):
        client.request(f"M{number}", f"/nowhere/{number}")
        client.get(f"/{number}", headers={"Host": f"h{number}"})
    lines = 'tracker_desk_requests_total{{method="none",route="none",status="{}"}}'
    assert value(client, desk, lines.format(404)) == 4
    assert value(client, desk, lines.format(421)) == 4


def test_a_fault_is_counted(desk: Desk, client: TestClient) -> None:
    """As what it was answered with."""
    client.get("/fault")
    line = 'tracker_desk_requests_total{method="GET",route="/fault",status="500"}'
    assert value(client, desk, line) == 1


def test_the_stream_is_measured(desk: Desk, client: TestClient) -> None:
    """The number of its newest message and the sockets that are open."""
    newest = desk.stream.publish("a", "fill", {}, desk.clock())
    assert value(client, desk, "tracker_desk_newest_message") == newest
    assert value(client, desk, "tracker_desk_sockets") == 0


def test_desks_do_not_share_their_measures(desk: Desk, client: TestClient) -> None:
    """Each app has a registry of its own."""
    client.get("/open")
    other: Metrics = make_app(desk, TRIED).state.metrics
    assert other.registry.get_sample_value("tracker_desk_sockets") == 0
    labels = {"method": "GET", "route": "/open", "status": "200"}
    assert other.registry.get_sample_value("tracker_desk_requests_total", labels) is None


def test_the_log_of_requests_names_routes(
    desk: Desk, client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Client, method, route, status and time; no id, no query."""
    with caplog.at_level(logging.INFO, "tracker.desk.access"):
        client.get("/read/private?q=private", headers=bearer(desk, Scope.READ))
    lines = [each.getMessage() for each in caplog.records if each.name.endswith("access")]
    assert [line.rsplit(" ", 2)[0] for line in lines] == ["testclient GET /read/{id} 200"]


def test_measures_are_for_readers(desk: Desk, client: TestClient) -> None:
    """They say how many runs and clients there are."""
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers=bearer(desk, Scope.INGEST)).status_code == 403
