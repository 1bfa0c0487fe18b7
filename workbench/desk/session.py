"""Logging in: a code or a token becomes a browser's cookie, which no script can read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from workbench.desk.desk import Desk, desk_of
from workbench.desk.permits import CHALLENGE, known
from workbench.desk.problems import ProblemError
from workbench.desk.routes import Route, Scope
from workbench.desk.tokens import SESSION_LASTS, Grant, Made, TokenKind
from workbench.json_text import json_text

JSON = "application/json"
ADDRESS = "/api/v1/session"

GRANT: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "kind": {"enum": [kind.value for kind in TokenKind]},
        "name": {"type": "string"},
        "scope": {"enum": [scope.value for scope in Scope]},
        "made": {"type": "string", "format": "date-time"},
        "expires": {"type": ["string", "null"], "format": "date-time"},
    },
    "required": ["id", "kind", "name", "scope", "made", "expires"],
}
LOGIN: Mapping[str, Any] = {
    "type": "object",
    "properties": {"code": {"type": "string"}, "token": {"type": "string"}},
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}


async def begin_session(request: Request) -> Response:
    """Take a code, which is good once, or a token, and give the browser its cookie.

    Raises:
        ProblemError: The body is not understood, or what is in it is not good.
    """
    how, secret = _login(await request.body())
    desk = desk_of(request)
    made = await anyio.to_thread.run_sync(_begun, desk, how, secret)
    if made is None:
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED,
            f"this {how} is not good, or no longer: `tracker tokens login` gives a new address",
            CHALLENGE,
        )
    response = _answer(made.grant)
    response.set_cookie(
        desk.gate.cookie,
        made.secret,
        max_age=int(SESSION_LASTS.total_seconds()),
        secure=desk.gate.secure,
        httponly=True,
        samesite="strict",
    )
    return response


def _login(body: bytes) -> tuple[str, str]:
    """What is given to log in with, and whether it is a code or a token."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        given = None
    if isinstance(given, dict) and len(given) == 1:
        ((how, secret),) = given.items()
        if how in ("code", "token") and isinstance(secret, str):
            return how, secret
    raise ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY, 'the body is {"code": "..."} or {"token": "..."}'
    )


def _begun(desk: Desk, how: str, secret: str) -> Made | None:
    tokens = desk.tokens
    return tokens.begin(secret) if how == "code" else tokens.begin_with(secret)


def show_session(request: Request) -> Response:
    """Tell who asks, and what they may.

    Raises:
        ProblemError: It is not known.
    """
    return _answer(known(request))


def end_session(request: Request) -> Response:
    """Log out: the cookie is good no longer.

    Raises:
        ProblemError: It is not known who asks, or not by a cookie.
    """
    grant, desk = known(request), desk_of(request)
    if grant.kind is not TokenKind.SESSION:
        raise ProblemError(
            HTTPStatus.CONFLICT, "a token is no session; `tracker tokens revoke` ends it"
        )
    desk.tokens.revoke(grant.id)
    response = Response(status_code=HTTPStatus.NO_CONTENT)
    response.delete_cookie(
        desk.gate.cookie, secure=desk.gate.secure, httponly=True, samesite="strict"
    )
    return response


def _answer(grant: Grant) -> Response:
    return Response(json_text(grant.to_dict()), media_type=JSON)


ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        ADDRESS,
        "Log in with a code or a token; the answer sets a cookie",
        Scope.OPEN,
        begin_session,
        body=LOGIN,
        answer=GRANT,
    ),
    Route("GET", ADDRESS, "Who asks, and what they may", Scope.OPEN, show_session, answer=GRANT),
    Route(
        "DELETE",
        ADDRESS,
        "Log out",
        Scope.OPEN,
        end_session,
        status=HTTPStatus.NO_CONTENT,
        media=(),
    ),
)
