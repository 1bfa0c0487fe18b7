"""What a request can be refused with, as RFC 9457 has it: `application/problem+json`."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from models.errors import TrackerError
from workbench.json_text import json_text

PROBLEM_TYPE = "application/problem+json"


class ProblemError(TrackerError):
    """A request cannot be answered; what is raised becomes the response.

    Args:
        status: The status of the response.
        detail: What is wrong with this request and what would be right, without any secret.
        headers: Headers of the response.
        more: Further members of the problem, such as the values that are allowed.
    """

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = more

    def to_dict(self) -> dict[str, Any]:
        """The problem as JSON values."""
        own = {"title": self.status.phrase, "status": self.status.value, "detail": self.detail}
        return {"type": "about:blank", **own, **self.more}


def answer_problem(request: Request, error: Exception) -> Response:
    """The response to a request that was refused; Starlette calls it for `ProblemError`."""
    assert isinstance(error, ProblemError)
    return problem_response(error)


def problem_response(problem: ProblemError) -> Response:
    """The response that says what a request is refused with."""
    text = json_text(problem.to_dict())
    return Response(text, problem.status, problem.headers, media_type=PROBLEM_TYPE)
