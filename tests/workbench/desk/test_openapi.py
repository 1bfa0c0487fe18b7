"""The OpenAPI document against the rules of OpenAPI 3.1 and against the table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from tests.workbench.desk.desks import TRIED, client_of
from workbench.desk.desk import Desk
from workbench.desk.gate import Gate
from workbench.desk.openapi import openapi
from workbench.desk.route_table import ROUTES
from workbench.desk.routes import Parameter, Route, Scope

TABLE = (*ROUTES, *TRIED)
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}

# What the specification says of the objects that this document has (OpenAPI 3.1.1, chapter 4.8):
# which fields each may have and must have. Anything else but `x-` is no field of it.
FIELDS: Mapping[str, tuple[set[str], set[str]]] = {
    "document": (
        {"openapi", "info", "servers", "paths", "components"},
        {"openapi", "info", "paths"},
    ),
    "info": ({"title", "version", "description", "license", "summary"}, {"title", "version"}),
    "path": (METHODS | {"summary", "description", "parameters"}, set()),
    "operation": (
        {"summary", "operationId", "parameters", "requestBody", "responses", "security"},
        {"responses"},
    ),
    "parameter": ({"name", "in", "required", "schema", "description"}, {"name", "in", "schema"}),
    "body": ({"required", "content", "description"}, {"content"}),
    "response": ({"description", "content", "headers"}, {"description"}),
    "media": ({"schema", "example"}, set()),
}


def violations(kind: str, value: Mapping[str, Any]) -> list[str]:
    """What an object has that it may not have, and lacks that it must have."""
    allowed, needed = FIELDS[kind]
    names = {name for name in value if not name.startswith("x-")}
    return [f"{kind}: {name}" for name in sorted((names - allowed) | (needed - names))]


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Every operation with its path and method."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def broken(document: Mapping[str, Any]) -> list[str]:
    """What of the document the specification does not allow."""
    found = [*violations("document", document), *violations("info", document["info"])]
    names: list[str] = []
    for path, methods in document["paths"].items():
        found += violations("path", methods)
        found += [] if path.startswith("/") else [f"path {path}"]
    for path, method, operation in operations(document):
        found += violations("operation", operation)
        names.append(operation["operationId"])
        found += broken_parameters(path, operation["parameters"])
        found += broken_contents(operation, method)
    return found + [name for name in set(names) if names.count(name) > 1]


def broken_parameters(path: str, parameters: list[Mapping[str, Any]]) -> list[str]:
    """A path's parts are its required parameters; no two have a name; a schema is one."""
    found = [fault for each in parameters for fault in violations("parameter", each)]
    places = [(each["name"], each["in"]) for each in parameters]
    parts = {each["name"] for each in parameters if each["in"] == "path" and each["required"]}
    if parts != set(re.findall(r"{(\w+)}", path)) or len(set(places)) < len(places):
        found.append(f"parameters of {path}")
    for each in parameters:
        Draft202012Validator.check_schema(each["schema"])
    return found


def broken_contents(operation: Mapping[str, Any], method: str) -> list[str]:
    """Bodies and responses with their media types and schemas."""
    found = []
    holders = [("response", each) for each in operation["responses"].values()]
    if "requestBody" in operation:
        holders.append(("body", operation["requestBody"]))
        found += [f"body of {method}"] if method in ("get", "head") else []
    found += [
        f"status {status}"
        for status in operation["responses"]
        if not re.fullmatch(r"[1-5](\d\d|XX)|default", status)
    ]
    for kind, holder in holders:
        found += violations(kind, holder)
        for media, content in holder.get("content", {}).items():
            found += violations("media", content) + ([] if "/" in media else [f"media {media}"])
            Draft202012Validator.check_schema(content.get("schema", {}))
    return found


def test_the_document_is_of_openapi_3_1() -> None:
    """Every object has the fields that it must have, and none that it may not have."""
    document = openapi(TABLE, Gate())
    assert document["openapi"].startswith("3.1.")
    assert broken(document) == []


@pytest.mark.parametrize(
    "route",
    [
        Route("GET", "no-slash", "x", Scope.OPEN, TRIED[0].handler),
        Route("GET", "/a", "x", Scope.OPEN, TRIED[0].handler, body={"type": "object"}),
        Route("GET", "/a/{id}", "x", Scope.OPEN, TRIED[0].handler, (Parameter("b", "c"),) * 2),
        Route("GET", "/a", "x", Scope.OPEN, TRIED[0].handler, media=("json",)),
    ],
    ids=["path", "body", "parameters", "media"],
)
def test_the_rules_find_what_breaks_them(route: Route) -> None:
    """A table that makes a wrong document would not pass."""
    assert broken(openapi((route,), Gate())) != []


def test_every_route_is_in_the_document() -> None:
    """And nothing else, with the scope that it asks for."""
    document = openapi(TABLE, Gate())
    told = {
        (path, method.upper(), operation["x-scope"])
        for path, method, operation in operations(document)
    }
    assert told == {(route.path, route.method, route.scope.value) for route in TABLE}
    for _, _, operation in operations(document):
        assert bool(operation["security"]) == (operation["x-scope"] != Scope.OPEN.value)


def test_what_the_document_refers_to_is_in_it() -> None:
    """No reference and no scheme leads nowhere."""
    document = openapi(TABLE, Gate(port=9))
    for reference in re.findall(r"'\$ref': '#/([\w/]+)'", str(document)):
        found: Any = document
        for word in reference.split("/"):
            found = found[word]
        Draft202012Validator.check_schema(found)
    schemes = document["components"]["securitySchemes"]
    asked = {name for *_, each in operations(document) for way in each["security"] for name in way}
    assert asked == set(schemes)
    assert schemes["session"]["name"] == "tracker_desk_9"


def test_the_desk_gives_it_to_all(desk: Desk, client: TestClient) -> None:
    """As it is made of the table that this desk serves."""
    assert client.get("/api/v1/openapi.json").json() == openapi(TABLE, desk.gate)


def test_answers_are_what_the_document_says(desk: Desk) -> None:
    """The JSON of each open route passes its schema, and a refusal that of problems."""
    client = client_of(desk)
    document = openapi(TABLE, desk.gate)
    for path in ("/healthz", "/api/v1/openapi.json"):
        (response, _) = document["paths"][path]["get"]["responses"].values()
        schema = response["content"]["application/json"]["schema"]
        Draft202012Validator(schema).validate(client.get(path).json())
    refusal = Draft202012Validator(document["components"]["schemas"]["Problem"])
    refusal.validate(client.get("/nowhere").json())
    assert not refusal.is_valid({"status": 1})
