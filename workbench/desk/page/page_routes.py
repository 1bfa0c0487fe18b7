"""The live page's routes. They are open: nothing of a run is in what they give."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from workbench.desk.page.page_files import SHELL, PageFile, page_files
from workbench.desk.problems import ProblemError
from workbench.desk.routes import Route, Scope

# A browser asks each time whether it has the newest, so that no page runs half of an old program.
CACHING = "no-cache"


def answer_shell(request: Request) -> Response:
    """The page, before it knows anything."""
    return _given(request, page_files()[SHELL])


def answer_static(request: Request) -> Response:
    """A file of the page.

    Raises:
        ProblemError: The page has no such file.
    """
    name = request.path_params["name"]
    found = page_files().get(name)
    if found is None or name == SHELL:
        raise ProblemError(HTTPStatus.NOT_FOUND, "The page has no such file.")
    return _given(request, found)


def _given(request: Request, file: PageFile) -> Response:
    """The file, or that the browser has it already."""
    headers = {"ETag": file.tag, "Cache-Control": CACHING, "X-Content-Type-Options": "nosniff"}
    known = request.headers.get("if-none-match", "")
    if file.tag in [each.strip().removeprefix("W/") for each in known.split(",")]:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(file.content, media_type=file.media, headers=headers)


ROUTES: tuple[Route, ...] = (
    Route("GET", "/", "The live page", Scope.OPEN, answer_shell, media=("text/html",)),
    Route(
        "GET",
        "/static/{name}",
        "A file of the live page",
        Scope.OPEN,
        answer_static,
        media=("text/css", "text/javascript", "image/svg+xml"),
    ),
)
