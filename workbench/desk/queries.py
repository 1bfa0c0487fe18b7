"""Parameters of a query, read by the very table that documents them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from http import HTTPStatus
from typing import Any

from starlette.requests import Request

from workbench.desk.problems import ProblemError
from workbench.desk.routes import Parameter

Schema = Mapping[str, Any]
Asked = dict[str, Any]
WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)


def whole(least: int, most: int, default: int) -> Schema:
    """The schema of a whole number."""
    return {"type": "integer", "minimum": least, "maximum": most, "default": default}


def one_of(values: Sequence[str], default: str) -> Schema:
    """The schema of one of some words."""
    return {"type": "string", "enum": list(values), "default": default}


def text(default: str = "") -> Schema:
    """The schema of any text."""
    return {"type": "string", "default": default}


DAY: Schema = {"type": "string", "format": "date"}


def asked_of(request: Request, parameters: Sequence[Parameter]) -> Asked:
    """The value of each parameter: what was asked, or else its default, None where it has none.

    Raises:
        ProblemError: One is not known or cannot be understood; the text says what is allowed.
    """
    known = [each.name for each in parameters]
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        allowed = f"it knows {', '.join(known)}" if known else "it knows none"
        raise _refused(f"there is no parameter {unknown[0]!r} here: {allowed}", allowed=known)
    return {each.name: _value(each, request.query_params.get(each.name)) for each in parameters}


def _value(parameter: Parameter, given: str | None) -> Any:
    schema = parameter.schema
    if given is None or (not given and schema.get("default") != ""):
        return schema.get("default")
    return READERS[schema.get("format") or schema["type"]](parameter, given)


def _whole(parameter: Parameter, given: str) -> int:
    least, most = parameter.schema["minimum"], parameter.schema["maximum"]
    if not WHOLE.fullmatch(given) or not least <= int(given) <= most:
        raise _refused(
            f"{parameter.name} is {given[:40]!r}, and is a whole number from {least} to {most}"
        )
    return int(given)


def _text(parameter: Parameter, given: str) -> str:
    allowed = parameter.schema.get("enum")
    if allowed and given not in allowed:
        raise _refused(
            f"{parameter.name} is {given[:40]!r}, and is one of {', '.join(allowed)}",
            allowed=allowed,
        )
    return given


def _day(parameter: Parameter, given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise _refused(
            f"{parameter.name} is {given[:40]!r}, and is a day such as 2024-01-31"
        ) from None


READERS: Mapping[str, Callable[[Parameter, str], Any]] = {
    "integer": _whole,
    "string": _text,
    "date": _day,
}


def _refused(detail: str, **more: Any) -> ProblemError:
    return ProblemError(HTTPStatus.BAD_REQUEST, detail, **more)
