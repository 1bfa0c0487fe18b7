"""The guard before every route: the host's name, the page's origin, the address, the body's size.

What it refuses reaches no handler, and what it logs holds no secret.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import parse_qsl

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workbench.desk.gate import Gate
from workbench.desk.problems import ProblemError, problem_response
from workbench.desk.secrets import has_secret

LOG = logging.getLogger("tracker.desk")
BODY_SECONDS = 60.0  # that a client has for each piece of a body
REFUSED_SOCKET = 1008  # the code of a socket that breaks a rule; before it opens that is a 403
# Parameters of a query that are taken for a secret whatever they hold.
SECRET_PARAMETERS = frozenset(
    {"access_token", "api_key", "apikey", "auth", "authorization", "bearer", "code", "key"}
    | {"password", "secret", "session", "token"}
)
# Pages of others that a browser fetches from; the first is a link that was followed.
FOREIGN = frozenset({"cross-site", "same-site"})


class Guard:
    """Middleware that lets through what may be answered.

    Args:
        app: What answers.
        gate: How the desk is reached.
    """

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self.app = app
        self.gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request or a socket, and hand it on or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        try:
            check_secrets(scope)
            check_host(scope, self.gate)
            check_origin(scope, self.gate)
        except ProblemError as problem:
            await self._refuse(problem, scope, receive, send)
            return
        await self.app(scope, receive, self._with_headers(scope, send))

    async def _refuse(
        self, problem: ProblemError, scope: Scope, receive: Receive, send: Send
    ) -> None:
        client = (scope.get("client") or ("",))[0]
        LOG.warning("refused %s of %s: %s", scope["type"], client, problem.detail)
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": REFUSED_SOCKET})
            return
        response = problem_response(problem)
        await response(scope, receive, self._with_headers(scope, send))

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        """Say in every answer what browsers may do with it."""
        if scope["type"] != "http":
            return send

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.gate.headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        return sending


def check_secrets(scope: Scope) -> None:
    """Refuse a URL with a secret in it: others log URLs.

    Raises:
        ProblemError: It has one, or a parameter that is for one.
    """
    query = scope["query_string"].decode("latin-1")
    names = {name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)}
    path = scope.get("raw_path") or scope["path"].encode()
    if names & SECRET_PARAMETERS or has_secret(query) or has_secret(path.decode("latin-1")):
        raise ProblemError(
            HTTPStatus.BAD_REQUEST,
            "a secret does not belong in a URL, where others log it: send it as the header "
            "`Authorization: Bearer`, and revoke this one",
        )


def check_host(scope: Scope, gate: Gate) -> None:
    """Refuse a request that calls the desk by another name, as a rebound DNS name does.

    Raises:
        ProblemError: It does, or it names none or several.
    """
    hosts = _all(scope, "host")
    if len(hosts) != 1 or not gate.admits(hosts[0]):
        raise ProblemError(
            HTTPStatus.MISDIRECTED_REQUEST,
            "the header Host is not a name of this desk; `tracker serve --name` adds one",
        )


def check_origin(scope: Scope, gate: Gate) -> None:
    """Refuse what the page of another site sends.

    Raises:
        ProblemError: Its origin is another one, or the browser says that its site is.
    """
    host = _all(scope, "host")[0]
    foreign = [each for each in _all(scope, "origin") if not gate.is_own(each, host)]
    headers = Headers(scope=scope)
    fetched = headers.get("sec-fetch-mode") != "navigate" or scope.get("method") != "GET"
    if foreign or (headers.get("sec-fetch-site") in FOREIGN and fetched):
        raise ProblemError(
            HTTPStatus.FORBIDDEN, "the page of another origin does not speak to this desk"
        )


def has_own_origin(scope: Scope, gate: Gate) -> bool:
    """Whether the request says that it comes from the desk's own page."""
    host = _all(scope, "host")[0]
    return any(gate.is_own(each, host) for each in _all(scope, "origin"))


def _all(scope: Scope, name: str) -> list[str]:
    pairs: Iterable[tuple[bytes, bytes]] = scope["headers"]
    return [value.decode("latin-1") for key, value in pairs if key == name.encode()]


def limited(receive: Receive, most: int, headers: Headers) -> Receive:
    """What a body is received with: never more than so many bytes, and never for ever.

    The reader gets `ProblemError` of 413 where it is longer, and of 408 where a piece of it does
    not come.
    """
    announced = headers.get("content-length", "")
    size, whole = 0, False

    async def receiving() -> Message:
        nonlocal size, whole
        if whole:  # what comes now is that the client went
            return await receive()
        if announced.isdecimal() and int(announced) > most:
            raise _too_long(most)
        with anyio.move_on_after(BODY_SECONDS):
            message = await receive()
            size += len(message.get("body", b""))
            if size > most:
                raise _too_long(most)
            whole = not message.get("more_body", False)
            return message
        raise ProblemError(
            HTTPStatus.REQUEST_TIMEOUT,
            f"a piece of the body did not come within {BODY_SECONDS:.0f} s",
            {"Connection": "close"},
        )

    return receiving


def _too_long(most: int) -> ProblemError:
    return ProblemError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"the body is longer than {most:,} bytes",
        {"Connection": "close"},
        most_bytes=most,
    )
