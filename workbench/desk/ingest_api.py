"""Where live runs post their digests."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import Response

from models.errors import TrackerError
from workbench.desk.desk import desk_of
from workbench.desk.digest import MOST_BYTES, DigestError, DigestSizeError, read_digest
from workbench.desk.fleet.accepting import Outcome
from workbench.desk.fleet.errors import AstrayError, ClockError, ConflictError
from workbench.desk.fleet.fleet import Accepted
from workbench.desk.problems import ProblemError
from workbench.desk.routes import Route, Scope
from workbench.json_text import json_text
from workbench.library.errors import LibraryError

# The status of what a digest is refused with; of several the first.
STATUS: Mapping[type[Exception], HTTPStatus] = {
    DigestSizeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    DigestError: HTTPStatus.UNPROCESSABLE_ENTITY,
    AstrayError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ClockError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ConflictError: HTTPStatus.CONFLICT,
}

BODY: Mapping[str, Any] = {
    "type": "object",
    "description": "A digest, as `workbench/desk/digest.schema.json` has it.",
    "required": ["v", "deployment", "boot", "seq", "sent", "every", "state", "sha"],
}
ANSWER: Mapping[str, Any] = {
    "type": "object",
    "required": ["outcome", "new", "counts", "revision"],
    "properties": {
        "outcome": {"enum": [each.value for each in Outcome]},
        "new": {"type": "integer", "description": "Rows that were not known."},
        "counts": {"type": "boolean", "description": "Whether its state is the one shown now."},
        "revision": {"type": "integer", "description": "Of the deployment, after it."},
    },
}


async def take_digest(request: Request) -> Response:
    """Take a digest: 202 where it is new, 200 where it came before.

    Raises:
        ProblemError: It is too large, none, of another deployment, or known with other content.
    """
    body = await _body(request)
    accepted = await anyio.to_thread.run_sync(_taken, request, body)
    new = accepted.outcome is Outcome.TAKEN
    status = HTTPStatus.ACCEPTED if new else HTTPStatus.OK
    return Response(json_text(accepted.to_dict()), status, media_type="application/json")


async def _body(request: Request) -> bytes:
    """The body, of which no more is read than a digest may have, and a byte."""
    pieces, size = [], 0
    async for piece in request.stream():
        pieces.append(piece)
        size += len(piece)
        if size > MOST_BYTES:
            break
    return b"".join(pieces)


def _taken(request: Request, body: bytes) -> Accepted:
    desk = desk_of(request)
    try:
        digest = read_digest(body)
        return desk.fleet.accept(request.path_params["deployment"], digest, desk.clock())
    except TrackerError as error:
        status = next((each for kind, each in STATUS.items() if isinstance(error, kind)), None)
        if status is None:
            raise
        raise ProblemError(status, str(error)) from error
    except LibraryError as error:
        raise ProblemError(
            HTTPStatus.SERVICE_UNAVAILABLE, "the library cannot be written now: send it again"
        ) from error


ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/ingest/v1/{deployment}",
        "Take a digest of a live run",
        Scope.INGEST,
        take_digest,
        body=BODY,
        answer=ANSWER,
        status=HTTPStatus.ACCEPTED,
        most_bytes=MOST_BYTES,
    ),
)
