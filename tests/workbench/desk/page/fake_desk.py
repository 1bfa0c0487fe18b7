"""A small desk that speaks the protocol of the real one: what the page is tested against alone."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.workbench.desk.page.states import Json, at, curve, fill, line
from workbench.desk.page.page_routes import ROUTES
from workbench.desk.problems import ProblemError, answer_problem

POLICY = "default-src 'self'"
COOKIE = "desk"
PATIENCE = 20.0  # seconds
TOKEN, CODE = "a-token-that-reads", "one-time-code"


@dataclass(slots=True)
class FakeDesk:
    """What the page is told, and what it asked.

    Attributes:
        deployments: What is told of each, by id.
        runs: The library's list.
        comparison: What a comparison comes to.
        guarded: Whether one must log in.
        scope: What whoever is logged in may.
        equity_at: Where a curve ends; of no use where a deployment is not there.
        asked: Method and path of each request.
        heard: What each socket asked.
        seq: Of the last message.
        ring: The messages.
        address: Where it is; empty before it runs.
    """

    deployments: dict[str, Json] = field(default_factory=dict)
    runs: list[Json] = field(default_factory=list)
    comparison: Json | None = None
    guarded: bool = False
    scope: str = "read"
    asked: list[str] = field(default_factory=list)
    heard: list[Json] = field(default_factory=list)
    seq: int = 1_000
    ring: list[Json] = field(default_factory=list)
    address: str = ""
    _sockets: set[WebSocket] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop | None = None

    # --- what a test does

    def publish(self, topic: str, kind: str, data: Json) -> None:
        """Send a message to everybody who is there, and keep it for those that come back."""
        self._soon(self._send(self.keep(topic, kind, data)))

    def keep(self, topic: str, kind: str, data: Json) -> Json:
        """Keep a message, which nobody is there to hear."""
        self.seq += 1
        message = {"seq": self.seq, "topic": topic, "type": kind, "time": at(0), "data": data}
        self.ring.append(message)
        return message

    def hang_up(self, code: int) -> None:
        """Close every socket."""
        self._soon(self._close(code))

    def _soon(self, work: Any) -> None:
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    async def _send(self, message: Json) -> None:
        for socket in list(self._sockets):
            await socket.send_json(message)

    async def _close(self, code: int) -> None:
        for socket in list(self._sockets):
            await socket.close(code)

    # --- what the page asks

    def check(self, request: Request) -> None:
        """Refuse who is not logged in."""
        self.asked.append(f"{request.method} {request.url.path}")
        if self.guarded and request.cookies.get(COOKIE) != "yes":
            raise ProblemError(HTTPStatus.UNAUTHORIZED, "Log in, or send a token.")

    async def log_in(self, request: Request) -> Response:
        """Exchange a code or a token for a cookie."""
        body = await request.json()
        if body not in ({"code": CODE}, {"token": TOKEN}):
            (how,) = body
            raise ProblemError(HTTPStatus.UNAUTHORIZED, f"this {how} is not good, or no longer")
        answer = JSONResponse({"scope": "read"})
        answer.set_cookie(COOKIE, "yes", httponly=True, samesite="strict")
        return answer

    async def who(self, request: Request) -> Response:
        """Who asks."""
        self.check(request)
        return JSONResponse({"scope": self.scope})

    async def command(self, request: Request) -> Response:
        """Do a command, but none of a flow of nothing."""
        self.check(request)
        given = await request.json()
        self.heard.append(given)
        if given.get("amount") == 0:
            raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "flow was not done")
        return JSONResponse({"id": "c1", "command": given["command"], "done": True})

    async def log_out(self, request: Request) -> Response:
        """Forget the cookie."""
        answer = Response(status_code=204)
        answer.delete_cookie(COOKIE)
        return answer

    async def list_deployments(self, request: Request) -> Response:
        """What the list shows."""
        self.check(request)
        return JSONResponse({"deployments": [line(each) for each in self.deployments.values()]})

    async def one_deployment(self, request: Request) -> Response:
        """Everything of one."""
        self.check(request)
        found = self.deployments.get(request.path_params["id"])
        if found is None:
            raise ProblemError(HTTPStatus.NOT_FOUND, "There is no such deployment.")
        return JSONResponse(found)

    async def equity(self, request: Request) -> Response:
        """Its curve, since a moment."""
        self.check(request)
        found = self.deployments[request.path_params["id"]]
        since = request.query_params.get("since", "")
        whole = [] if found["equity"] is None else curve(found["equity"])
        points = [each for each in whole if each["time"] >= since]
        return JSONResponse({"points": points, "gaps": found["known_gaps"], "silences": []})

    async def order(self, request: Request) -> Response:
        """The way of an order; a fill of it is older than what is shown."""
        self.check(request)
        number = int(request.path_params["order"])
        return JSONResponse({"order": number, "fills": [fill(number, -900.0)], "trades": []})

    async def list_runs(self, request: Request) -> Response:
        """The runs whose name has the filter in it."""
        self.check(request)
        wanted = request.query_params.get("q", "")
        if ">" in wanted:
            raise ProblemError(HTTPStatus.BAD_REQUEST, f"{wanted!r} is no filter.")
        found = [each for each in self.runs if wanted in each["name"]]
        return JSONResponse({"total": len(found), "cursor": None, "runs": found})

    async def one_run(self, request: Request) -> Response:
        """A run."""
        self.check(request)
        return JSONResponse(next(r for r in self.runs if r["id"] == request.path_params["id"]))

    async def compare(self, request: Request) -> Response:
        """Begin a comparison, which is not done yet."""
        self.check(request)
        self.heard.append(await request.json())
        return JSONResponse({"id": "j1", "status": "running", "result": None}, 202)

    async def job(self, request: Request) -> Response:
        """The comparison, done."""
        self.check(request)
        return JSONResponse({"id": "j1", "status": "done", "result": self.comparison})

    async def stream(self, socket: WebSocket) -> None:
        """The protocol of the stream, without its limits."""
        await socket.accept()
        if self.guarded and socket.cookies.get(COOKIE) != "yes":
            await socket.close(4401)
            return
        try:
            await self._serve(socket)
        except WebSocketDisconnect:
            pass
        finally:
            self._sockets.discard(socket)

    async def _serve(self, socket: WebSocket) -> None:
        await socket.send_json(_own(0, "hello"))
        while True:
            asked = await socket.receive_json()
            self.heard.append(asked)
            if asked.get("after") is None:
                await socket.send_json(_own(self.seq, "reset"))
            for message in self.ring:
                if message["seq"] > asked.get("after", self.seq):
                    await socket.send_json(message)
            self._sockets.add(socket)

    def app(self) -> Starlette:
        """The server's routes: the page's own, and what it asks."""
        api = "/api/v1"
        told: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
            ("POST", "/session", self.log_in),
            ("GET", "/session", self.who),
            ("DELETE", "/session", self.log_out),
            ("POST", "/deployments/{id}/commands", self.command),
            ("GET", "/deployments", self.list_deployments),
            ("GET", "/deployments/{id}", self.one_deployment),
            ("GET", "/deployments/{id}/equity", self.equity),
            ("GET", "/deployments/{id}/orders/{order}", self.order),
            ("GET", "/runs", self.list_runs),
            ("GET", "/runs/{id}", self.one_run),
            ("POST", "/compare", self.compare),
            ("GET", "/jobs/{id}", self.job),
        ]
        routes: list[Any] = [
            *(Route(each.path, _guarded(each.handler), methods=[each.method]) for each in ROUTES),
            *(Route(f"{api}{path}", answer, methods=[method]) for method, path, answer in told),
            WebSocketRoute(f"{api}/stream", self.stream),
        ]
        return Starlette(routes=routes, exception_handlers={ProblemError: answer_problem})


def _own(seq: int, kind: str) -> Json:
    """What the stream itself says."""
    return {"seq": seq, "topic": "", "type": kind, "time": at(0), "data": {}}


def _guarded(handler: Any) -> Any:
    """A page's handler with the policy that the real server gives."""

    def answer(request: Request) -> Response:
        given: Response = handler(request)
        given.headers["Content-Security-Policy"] = POLICY
        return given

    return answer


@contextmanager
def running(desk: FakeDesk) -> Iterator[FakeDesk]:
    """Serve a desk on a free port of this machine."""
    config = uvicorn.Config(desk.app(), port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)

    async def serve() -> None:
        desk._loop = asyncio.get_running_loop()
        await server.serve()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    until = time.monotonic() + PATIENCE
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    desk.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield desk
    server.should_exit = True
    desk.hang_up(1001)
    thread.join(PATIENCE)
