"""The table of routes: the server and its OpenAPI document are made of it."""

from __future__ import annotations

from workbench.desk import deployments_api, health, ingest_api, metrics, openapi, session, socket
from workbench.desk.page import page_routes
from workbench.desk.routes import Route

ROUTES: tuple[Route, ...] = (
    *health.ROUTES,
    *metrics.ROUTES,
    *openapi.ROUTES,
    *session.ROUTES,
    *socket.ROUTES,
    *deployments_api.ROUTES,
    *ingest_api.ROUTES,
    *page_routes.ROUTES,
)
