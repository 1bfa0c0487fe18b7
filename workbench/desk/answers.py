"""Answers in JSON, with the tag by which who has one already is told that it is the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from models import __version__
from workbench.desk.problems import ProblemError
from workbench.frames.packages import MissingPackageError
from workbench.json_text import json_text
from workbench.library.entries import Version
from workbench.library.errors import (
    AmbiguousRunError,
    ChangedRunError,
    LibraryError,
    QueryError,
    UnknownRunError,
)
from workbench.report.assembly import MissingLibraryError

JSON = "application/json"
# What an answer says that may change at any time and is of one user's runs.
KEPT = {"Cache-Control": "private, no-cache"}

# The status of what the library and what makes files say no with.
STATUS: Mapping[type[Exception], HTTPStatus] = {
    QueryError: HTTPStatus.BAD_REQUEST,
    UnknownRunError: HTTPStatus.NOT_FOUND,
    AmbiguousRunError: HTTPStatus.CONFLICT,
    ChangedRunError: HTTPStatus.CONFLICT,
    LibraryError: HTTPStatus.SERVICE_UNAVAILABLE,
    MissingPackageError: HTTPStatus.NOT_IMPLEMENTED,
    MissingLibraryError: HTTPStatus.NOT_IMPLEMENTED,
}


@contextmanager
def as_problems() -> Iterator[None]:
    """Refuse the request with a problem where the library refuses what is asked of it."""
    try:
        yield
    except tuple(STATUS) as error:
        status = next(each for kind, each in STATUS.items() if isinstance(error, kind))
        raise ProblemError(status, str(error)) from error


def tag_of(version: Version) -> str:
    """The entity tag of what is told of a version of a run."""
    return f'"{__version__}-{version.revision}-{version.changed:x}"'


def digest_tag(text: str) -> str:
    """The entity tag of a text by what is in it."""
    return f'"{sha256(text.encode()).hexdigest()[:32]}"'


def is_known(request: Request, tag: str) -> bool:
    """Whether who asks has what the tag is of."""
    given = request.headers.get("if-none-match", "")
    known = [each.strip().removeprefix("W/") for each in given.split(",")]
    return tag in known or "*" in known


def answer(
    request: Request,
    value: Any,
    tag: str | None = None,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """JSON, or nothing where who asks has it already.

    Args:
        request: What was asked.
        value: JSON values.
        tag: The entity tag; None for one of the text.
        status: The status.
        headers: More headers.
    """
    text = json_text(value)
    tag = tag or digest_tag(text)
    if is_known(request, tag):
        return unchanged(tag)
    own = {"ETag": tag, **KEPT, **(headers or {})}
    return Response(text, status, own, media_type=JSON)


def unchanged(tag: str) -> Response:
    """Nothing but that it is the same."""
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag, **KEPT})
