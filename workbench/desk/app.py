"""The server: every route of a table behind the guard, and every refusal as a problem.

app = make_app(Desk(library))
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import cast

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.routing import Route as StarletteRoute
from starlette.types import Receive, Send
from starlette.types import Scope as Connection

from workbench.desk.desk import Desk
from workbench.desk.guarding import Guard, limited
from workbench.desk.metrics import Metrics, Observer
from workbench.desk.permits import permitted
from workbench.desk.problems import ProblemError, answer_problem, problem_response
from workbench.desk.route_table import ROUTES
from workbench.desk.routes import Route
from workbench.library.errors import LibraryError

LOG = logging.getLogger("tracker.desk")
GZIP_FROM = 1_000  # bytes
GZIP_LEVEL = 6


class Answering:
    """What answers the methods of one path.

    Args:
        routes: Its routes, by method.
    """

    def __init__(self, routes: Mapping[str, Route]) -> None:
        self.routes = routes

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        """Check who asks, and answer."""
        method = scope["method"]
        route = self.routes["GET" if method == "HEAD" else method]
        scope["desk.route"] = route.path
        request = Request(scope)
        request = Request(scope, limited(receive, route.most_bytes, request.headers), send)
        response = await answered(route, request)
        await response(scope, receive, send)


async def answered(route: Route, request: Request) -> Response:
    """The answer of a route; a plain function gives it on a thread.

    Raises:
        ProblemError: It is refused.
    """
    if inspect.iscoroutinefunction(route.handler):
        request.state.grant = await run_in_threadpool(permitted, request, route.scope)
        return await cast(Callable[[Request], Awaitable[Response]], route.handler)(request)
    return await run_in_threadpool(_answered_here, route, request)


def _answered_here(route: Route, request: Request) -> Response:
    request.state.grant = permitted(request, route.scope)
    return cast(Callable[[Request], Response], route.handler)(request)


def routing(routes: Sequence[Route]) -> list[BaseRoute]:
    """The routes as Starlette has them, the methods of one path together."""
    paths: dict[str, dict[str, Route]] = {}
    for route in routes:
        methods = paths.setdefault(route.path, {})
        if route.method in methods:
            raise ValueError(f"the table has {route.method} {route.path} twice")
        methods[route.method] = route
    served: list[BaseRoute] = [
        StarletteRoute(path, Answering(methods), methods=[*methods])
        for path, methods in paths.items()
    ]
    sockets = [(route.path, route.socket) for route in routes if route.socket is not None]
    return [*(WebSocketRoute(path, socket) for path, socket in sockets), *served]


def answer_http(request: Request, error: Exception) -> Response:
    """The problem of what Starlette refuses: an unknown path, or a method that a path has not."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    detail = DETAILS.get(status, error.detail)
    return problem_response(ProblemError(status, detail, error.headers))


DETAILS = {
    HTTPStatus.NOT_FOUND: "there is nothing at this path; /api/v1/openapi.json names what there is",
    HTTPStatus.METHOD_NOT_ALLOWED: "this path has other methods; the header Allow names them",
}


def answer_gone(request: Request, error: Exception) -> Response:
    """What a client would be told that went before all of its request was there."""
    return problem_response(ProblemError(HTTPStatus.BAD_REQUEST, "the request ended early"))


def answer_library(request: Request, error: Exception) -> Response:
    """The problem of a library that fails; what it is stands in the log alone."""
    LOG.error("%s", error)
    detail = "the library cannot be read or written now; the desk's log says why"
    return problem_response(ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail))


def answer_fault(request: Request, error: Exception) -> Response:
    """The problem of a fault of the desk itself; what it is stands in the log alone."""
    detail = "the desk has a fault; its log says which"
    headers = {**request.app.state.desk.gate.headers, "Cache-Control": "no-store"}
    return problem_response(ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, detail, headers))


def make_app(desk: Desk, routes: Sequence[Route] = ROUTES) -> Starlette:
    """The server of a desk.

    Args:
        desk: What it answers from.
        routes: What it answers.
    """
    metrics = Metrics(desk)
    app = Starlette(
        routes=routing(routes),
        middleware=[
            Middleware(Observer, metrics=metrics),
            Middleware(Guard, gate=desk.gate),
            Middleware(GZipMiddleware, minimum_size=GZIP_FROM, compresslevel=GZIP_LEVEL),
        ],
        exception_handlers={
            ProblemError: answer_problem,
            HTTPException: answer_http,
            ClientDisconnect: answer_gone,
            LibraryError: answer_library,
            Exception: answer_fault,
        },
    )
    app.router.redirect_slashes = False
    app.state.desk = desk
    app.state.metrics = metrics
    app.state.routes = tuple(routes)
    app.state.sockets = set()
    app.state.bells = {}
    return app
