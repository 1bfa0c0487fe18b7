"""The OpenAPI document, made of the table of routes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from models import __version__
from workbench.desk.desk import desk_of
from workbench.desk.gate import Gate
from workbench.desk.problems import PROBLEM_TYPE
from workbench.desk.routes import Parameter, Route, Scope
from workbench.json_text import json_text

VERSION = "3.1.1"
JSON = "application/json"
PART = re.compile(r"{(\w+)(?::\w+)?}")

PROBLEM: Mapping[str, Any] = {
    "description": "A refusal, as RFC 9457 has it.",
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
    "required": ["type", "title", "status", "detail"],
}
REFUSED = {
    "description": "Refused; the body says why.",
    "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def openapi(routes: Sequence[Route], gate: Gate) -> dict[str, Any]:
    """The document of a table.

    Args:
        routes: The table.
        gate: How the desk is reached.
    """
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        path = PART.sub(r"{\1}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": VERSION,
        "info": {
            "title": "LEAN performance tracker: the desk",
            "version": __version__,
            "description": "Runs and live deployments. No route trades.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {"Problem": PROBLEM},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": gate.cookie},
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    return {
        "summary": route.summary,
        "operationId": _name(route),
        "parameters": [
            *(_part(name) for name in PART.findall(route.path)),
            *map(_parameter, route.parameters),
        ],
        **_body(route),
        "responses": {str(route.status.value): _answer(route), "default": REFUSED},
        "security": _security(route.scope),
        "x-scope": route.scope.value,
    }


def _name(route: Route) -> str:
    words = [word for word in re.split(r"\W+", PART.sub(r"by_\1", route.path)) if word]
    return "_".join((route.method.lower(), *words))


def _part(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.meaning,
        "schema": parameter.schema,
    }


def _body(route: Route) -> dict[str, Any]:
    if route.body is None:
        return {}
    return {"requestBody": {"required": True, "content": {JSON: {"schema": route.body}}}}


def _answer(route: Route) -> dict[str, Any]:
    told: dict[str, Any] = {"description": HTTPStatus(route.status).phrase}
    if route.media and route.status is not HTTPStatus.NO_CONTENT:
        told["content"] = {media: _content(route, media) for media in route.media}
    return told


def _content(route: Route, media: str) -> dict[str, Any]:
    return {"schema": route.answer} if media == JSON and route.answer is not None else {}


def _security(scope: Scope) -> list[dict[str, list[str]]]:
    if scope is Scope.OPEN:
        return []
    return [{"token": []}, {"session": []}]


def show_openapi(request: Request) -> Response:
    """Give the document of the table that this server was made of."""
    document = openapi(request.app.state.routes, desk_of(request).gate)
    return Response(json_text(document), media_type=JSON)


ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/api/v1/openapi.json",
        "This document",
        Scope.OPEN,
        show_openapi,
        answer={"type": "object"},
    ),
)
