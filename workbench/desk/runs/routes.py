"""Every route of runs, and of the jobs that take them."""

from __future__ import annotations

from workbench.desk import jobs_api
from workbench.desk.routes import Route
from workbench.desk.runs import changes_api, report_api, rows_api, runs_api

ROUTES: tuple[Route, ...] = (
    *runs_api.ROUTES,
    *rows_api.ROUTES,
    *report_api.ROUTES,
    *changes_api.ROUTES,
    *jobs_api.ROUTES,
)
