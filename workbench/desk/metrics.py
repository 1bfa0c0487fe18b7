"""What the desk measures of itself, for Prometheus and for its log."""

from __future__ import annotations

import logging
import time

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as Connection

from workbench.desk.desk import Desk
from workbench.desk.fleet_metrics import FleetMetrics
from workbench.desk.routes import Route, Scope

ACCESS = logging.getLogger("tracker.desk.access")
# Where no route answers; a path of a client's own would be a label without end, and may be secret.
NOWHERE = "none"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The measures of one desk, in a registry of their own.

    Args:
        desk: What is measured.
    """

    def __init__(self, desk: Desk) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "tracker_desk_requests",
            "Requests that were answered",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "tracker_desk_request_seconds",
            "How long answers took",
            ("route",),
            buckets=SECONDS,
            registry=self.registry,
        )
        self.sockets = Gauge(
            "tracker_desk_sockets", "Sockets of the stream", registry=self.registry
        )
        self.overflows = Counter(
            "tracker_desk_overflows",
            "Sockets that were closed because their client was too slow",
            registry=self.registry,
        )
        newest = Gauge(
            "tracker_desk_newest_message", "Number of the newest message", registry=self.registry
        )
        newest.set_function(lambda: desk.stream.newest)
        self.registry.register(FleetMetrics(desk))

    def count(self, scope: Connection, status: int, seconds: float) -> None:
        """Count a request, and log it by its route: no path and no query of a client's."""
        route = scope.get("desk.route", NOWHERE)
        method = scope["method"] if route != NOWHERE else NOWHERE
        self.requests.labels(method, route, status).inc()
        self.seconds.labels(route).observe(seconds)
        client = (scope.get("client") or ("",))[0]
        ACCESS.info("%s %s %s %d %.0f ms", client, method, route, status, 1_000 * seconds)


class Observer:
    """Middleware that measures each request.

    Args:
        app: What answers.
        metrics: Where it is counted.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        """Hand a request on, and count it when it is answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            self.metrics.count(scope, status, time.perf_counter() - begun)


def show_metrics(request: Request) -> Response:
    """Give all measures, as Prometheus reads them."""
    metrics: Metrics = request.app.state.metrics
    return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)


ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/metrics",
        "Measures for Prometheus",
        Scope.READ,
        show_metrics,
        media=("text/plain",),
    ),
)
