"""Whether the desk is well, for whatever starts it anew where it is not."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from models import __version__
from workbench.desk.desk import desk_of
from workbench.desk.problems import ProblemError
from workbench.desk.routes import Route, Scope
from workbench.json_text import json_text
from workbench.library.errors import LibraryError

HEALTH = {
    "type": "object",
    "properties": {"status": {"const": "ok"}, "version": {"type": "string"}},
    "required": ["status", "version"],
}


def show_health(request: Request) -> Response:
    """Say that all is well.

    Raises:
        ProblemError: The library cannot be read; what is wrong with it stands in the log.
    """
    try:
        desk_of(request).tokens.check_database()
    except LibraryError as error:
        raise ProblemError(
            HTTPStatus.SERVICE_UNAVAILABLE, "the library cannot be read now"
        ) from error
    told = json_text({"status": "ok", "version": __version__})
    return Response(told, media_type="application/json")


ROUTES: tuple[Route, ...] = (
    Route("GET", "/healthz", "Whether the desk is well", Scope.OPEN, show_health, answer=HEALTH),
)
