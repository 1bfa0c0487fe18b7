"""The body of a request: never more than a limit of bytes, and JSON with known members only."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.requests import Request

from workbench.desk.problems import ProblemError

MOST_JSON = 65_536  # bytes


async def pieces_of(request: Request, most: int) -> AsyncIterator[bytes]:
    """The pieces of a body as they come.

    Raises:
        ProblemError: It is of more bytes than that.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most:
        raise _too_large(most)
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            raise _too_large(most)
        yield piece


async def json_of(request: Request, known: Iterable[str]) -> Mapping[str, Any]:
    """A body that is a JSON object.

    Args:
        request: The request.
        known: The members that it may have.

    Raises:
        ProblemError: It is none, or has other members.
    """
    body = b"".join([piece async for piece in pieces_of(request, MOST_JSON)])
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, f"the body is no JSON: {error}") from None
    names = [*known]
    if not isinstance(value, dict):
        raise refused(f"the body is no JSON object; its members are {', '.join(names)}")
    other = [name for name in value if name not in names]
    if other:
        raise refused(
            f"the body has a member {other[0][:40]!r}; its members are {', '.join(names)}",
            allowed=names,
        )
    return value


def refused(detail: str, **more: Any) -> ProblemError:
    """What a body is refused with that can be read and says what cannot be."""
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, detail, **more)


def _too_large(most: int) -> ProblemError:
    return ProblemError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body is of more than {most:,} bytes", most=most
    )
