"""The table of routes: the server and its OpenAPI document are made of it."""

from __future__ import annotations

from workbench.desk import (
    commands_api,
    deployments_api,
    health,
    ingest_api,
    metrics,
    openapi,
    session,
    socket,
)
from workbench.desk.page import page_routes
from workbench.desk.routes import Route
from workbench.desk.runs import routes as runs

ROUTES: tuple[Route, ...] = (
    *health.ROUTES,
    *metrics.ROUTES,
    *openapi.ROUTES,
    *session.ROUTES,
    *socket.ROUTES,
    *runs.ROUTES,
    *deployments_api.ROUTES,
    *ingest_api.ROUTES,
    *commands_api.ROUTES,
    *page_routes.ROUTES,
)
