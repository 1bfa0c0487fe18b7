"""A route of the desk: what is asked for, who may ask, and what answers.

One table of them makes the server's routes and its OpenAPI document.
"""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket

MOST_BYTES = 65_536  # of a body, where a route does not say otherwise

# What answers a request: a function that Starlette calls on a thread, or a coroutine's.
Handler = Callable[[Request], Response] | Callable[[Request], Awaitable[Response]]
# What answers a socket.
SocketHandler = Callable[[WebSocket], Awaitable[None]]


class Scope(enum.Enum):
    """Whom a route answers. A token of `admin` may do what the other two may."""

    OPEN = "open"  # everybody: nothing of a run is in the answer
    READ = "read"
    INGEST = "ingest"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the query.

    Attributes:
        name: Its name.
        meaning: What it does, in words.
        schema: Its JSON schema.
    """

    name: str
    meaning: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path.

    Attributes:
        method: The HTTP method.
        path: The path, with `{name}` for its parts.
        summary: What it is for, in one line.
        scope: Whom it answers.
        handler: What answers.
        parameters: Those of the query.
        body: JSON schema of the body; None where there is none, or it is no JSON.
        answer: JSON schema of the answer; None where it is no JSON.
        status: The status of the answer.
        media: Media types of the answer.
        most_bytes: How long a body may be; a longer one is refused before the handler has it.
        socket: What answers where a socket is opened at this path; it checks the scope itself.
    """

    method: str
    path: str
    summary: str
    scope: Scope
    handler: Handler
    parameters: tuple[Parameter, ...] = ()
    body: Mapping[str, Any] | None = None
    answer: Mapping[str, Any] | None = None
    status: HTTPStatus = HTTPStatus.OK
    media: tuple[str, ...] = ("application/json",)
    most_bytes: int = MOST_BYTES
    socket: SocketHandler | None = None
