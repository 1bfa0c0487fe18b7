"""The route of a run's report: one page that asks nobody for anything."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from workbench.desk.answers import KEPT, as_problems, is_known, tag_of, unchanged
from workbench.desk.jobs_api import as_work
from workbench.desk.queries import asked_of
from workbench.desk.routes import Route, Scope
from workbench.desk.runs.opened import OpenedRun, open_run
from workbench.desk.runs.runs_api import RUN
from workbench.desk.work import made_report
from workbench.report.assembly import boot_program, policy

HTML = "text/html"


def give_report(request: Request) -> Response:
    """The report, made once a version of the run."""
    asked_of(request, ())
    with as_problems(), as_work():
        run = open_run(request)
        tag = tag_of(run.version)
        if is_known(request, tag):
            return unchanged(tag)
        text = run.kept("report", lambda: _made(run), len)
    # the page has its own policy, which is narrower than the server's and knows its first script
    headers = {
        "ETag": tag,
        **KEPT,
        "Content-Security-Policy": f"{policy(boot_program())}; frame-ancestors 'self'",
    }
    return Response(text, HTTPStatus.OK, headers, media_type=HTML)


def _made(run: OpenedRun) -> str:
    text: str = run.desk.jobs.run(made_report, run.pieces())
    return text


ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        f"{RUN}/report.html",
        "Show a run as one page with everything to see.",
        Scope.READ,
        give_report,
        media=(HTML,),
    ),
)
