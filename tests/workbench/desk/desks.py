"""A desk for tests: routes of each scope, who may ask them, and a client at its own address."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import TestClient

from workbench.desk.app import make_app
from workbench.desk.desk import Desk
from workbench.desk.problems import ProblemError
from workbench.desk.route_table import ROUTES
from workbench.desk.routes import Route, Scope
from workbench.library.errors import LibraryError

HOST = "127.0.0.1:8765"
ORIGIN = f"http://{HOST}"
SOCKET = f"ws://{HOST}/api/v1/stream"
SMALL = 100  # bytes of a body that a route of the tests takes
OWN_CSP = "default-src 'none'"


def show(request: Request) -> Response:
    """Say who asked."""
    grant = request.state.grant
    return PlainTextResponse("nobody" if grant is None else grant.name)


async def take(request: Request) -> Response:
    """Say how long the body is."""
    return PlainTextResponse(f"{len(await request.body())} of {request.state.grant.name}")


def fail(request: Request) -> Response:
    """Have a fault that names something secret."""
    raise ZeroDivisionError(f"a fault with {request.headers.get('authorization')}")


def lose(request: Request) -> Response:
    """Find the library broken."""
    raise LibraryError("the library at a secret place: disk I/O error")


def refuse(request: Request) -> Response:
    """Refuse."""
    raise ProblemError(HTTPStatus.CONFLICT, "it is there", {"Retry-After": "3"}, there=7)


def tell(request: Request) -> Response:
    """Give a long text, with headers of its own."""
    headers = {"Content-Security-Policy": OWN_CSP, "Cache-Control": "private", "ETag": '"7"'}
    return PlainTextResponse("long " * 1_000, headers=headers)


TRIED: tuple[Route, ...] = (
    Route("GET", "/open", "Open", Scope.OPEN, show, media=("text/plain",)),
    Route("GET", "/read/{id}", "Read", Scope.READ, show, media=("text/plain",)),
    Route("POST", "/ingest", "Take", Scope.INGEST, take, media=("text/plain",)),
    Route("POST", "/small", "Take", Scope.ADMIN, take, media=("text/plain",), most_bytes=SMALL),
    Route("PATCH", "/admin", "Change", Scope.ADMIN, show, media=("text/plain",)),
    Route("GET", "/fault", "Fail", Scope.OPEN, fail),
    Route("GET", "/library", "Lose", Scope.OPEN, lose),
    Route("GET", "/refused", "Refuse", Scope.OPEN, refuse),
    Route("GET", "/long", "Tell", Scope.OPEN, tell, media=("text/plain",)),
)


def client_of(desk: Desk) -> TestClient:
    """Somebody who speaks to a desk, without any secret."""
    scheme = "https" if desk.gate.secure else "http"
    app = make_app(desk, (*ROUTES, *TRIED))
    return TestClient(app, base_url=f"{scheme}://{HOST}", raise_server_exceptions=False)


def bearer(desk: Desk, scope: Scope) -> dict[str, str]:
    """The header of somebody with a new token."""
    return {"Authorization": f"Bearer {desk.tokens.make(scope.value, scope).secret}"}


def log_in(client: TestClient, desk: Desk) -> str:
    """Give a client the cookie of a new session; returns the code that is used up."""
    code = desk.tokens.make_code().secret
    headers = {"Origin": f"{client.base_url.scheme}://{HOST}"}
    answer = client.post("/api/v1/session", json={"code": code}, headers=headers)
    assert answer.status_code == HTTPStatus.OK, answer.text
    return code
