"""Commands to live runs on this machine: `snapshot`, `summary`, `flow` and `log`, and no others.

None of them trades. The tracker in the run answers them where its `on_command` passes them on.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import anyio
from starlette.requests import Request
from starlette.responses import Response

from models.events.causes import FlowCause
from utils.log.events import Level
from workbench.desk.command_files import CommandError, Sent, outcome_of, place_at, send
from workbench.desk.desk import Desk, desk_of
from workbench.desk.problems import ProblemError
from workbench.desk.routes import Route, Scope
from workbench.json_text import json_text

PATIENCE = 30.0  # seconds that LEAN is waited for, as the LEAN CLI does
EVERY = 0.2  # seconds between two looks for an answer
MOST_TEXT = 400  # characters
MOST_BODY = 4_096  # bytes

TEXT: Mapping[str, Any] = {"type": "string", "maxLength": MOST_TEXT}
CAUSES = [cause.value for cause in FlowCause]
LEVELS = [level.name.lower() for level in Level]


@dataclass(frozen=True, slots=True)
class CommandForm:
    """What a command may be given beside its name.

    Attributes:
        fields: Name -> JSON schema.
        required: Those that it must be given.
    """

    fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    required: tuple[str, ...] = ()


# Every command that is sent; the tracker knows no others, and none of them is LEAN's.
FORMS: Mapping[str, CommandForm] = {
    "snapshot": CommandForm(),
    "summary": CommandForm(),
    "flow": CommandForm(
        {
            "amount": {"type": "number"},
            "currency": {"type": "string", "maxLength": 10},
            "note": TEXT,
            "cause": {"enum": CAUSES},
            "strategy": TEXT,
        },
        ("amount",),
    ),
    "log": CommandForm({"level": {"enum": LEVELS}}, ("level",)),
}

BODY: Mapping[str, Any] = {
    "type": "object",
    "required": ["command"],
    "properties": {
        "command": {"enum": [*FORMS]},
        **{name: schema for form in FORMS.values() for name, schema in form.fields.items()},
    },
    "additionalProperties": False,
}
ANSWER: Mapping[str, Any] = {
    "type": "object",
    "required": ["id", "command", "done"],
    "properties": {
        "id": {"type": "string"},
        "command": {"enum": [*FORMS]},
        "done": {
            "type": ["boolean", "null"],
            "description": "Whether it was done; null where LEAN has it and did not answer yet.",
        },
    },
}


async def take_command(request: Request) -> Response:
    """Send a command, and wait for what became of it.

    Raises:
        ProblemError: It is none, the run is not on this machine, or LEAN does not take it.
    """
    given = read_command(await request.body())
    name = request.path_params["id"]
    try:
        sent = await anyio.to_thread.run_sync(_sent, desk_of(request), name, given)
        answer = await _answered(sent)
        if answer is None and await anyio.to_thread.run_sync(sent.withdraw):
            detail = (
                f"the LEAN of {name} took no command within {PATIENCE:.0f} seconds, and it was "
                "taken back: it runs no more, or works in another folder than that of its results"
            )
            raise ProblemError(HTTPStatus.GATEWAY_TIMEOUT, detail)
    except CommandError as problem:
        raise ProblemError(HTTPStatus.BAD_GATEWAY, str(problem)) from problem
    return _told(sent, given["tracker"], answer)


def read_command(body: bytes) -> dict[str, Any]:
    """A command as the tracker is given it.

    Raises:
        ProblemError: It is none of `FORMS`, or lacks something; the text says what is allowed.
    """
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise _no_command('the body is a JSON object such as {"command": "snapshot"}')
    name = said.pop("command", None)
    form = FORMS.get(name) if isinstance(name, str) else None
    if form is None:
        raise _no_command("there is no such command", allowed=[*FORMS])
    unknown = sorted(said.keys() - form.fields.keys())
    missing = sorted(set(form.required) - said.keys())
    if unknown or missing:
        what = f"has no {unknown[0][:40]!r}" if unknown else f"needs {missing[0]!r}"
        raise _no_command(f"{name} {what}", allowed=[*form.fields])
    for key, value in said.items():
        _check(key, value, form.fields[key])
    return {"tracker": name, **said}


def _check(name: str, value: Any, schema: Mapping[str, Any]) -> None:
    allowed = schema.get("enum")
    if allowed is not None:
        if value not in allowed:
            raise _no_command(f"{name} is none of those that are allowed", allowed=allowed)
    elif schema["type"] == "number":
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value):
            raise _no_command(f"{name} is a number")
    elif not isinstance(value, str) or len(value) > schema["maxLength"]:
        raise _no_command(f"{name} is a text of {schema['maxLength']} characters at most")


def _no_command(detail: str, **more: Any) -> ProblemError:
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, detail, **more)


def _sent(desk: Desk, deployment: str, given: Mapping[str, Any]) -> Sent:
    """The command, put where the LEAN of a deployment takes it."""
    folder = None if desk.watcher is None else desk.watcher.folder_of(deployment)
    if folder is None:
        detail = (
            f"{deployment[:60]!r} is no live run whose results are watched on this machine: "
            "commands go to those below a folder of `serve --watch` alone"
        )
        raise ProblemError(HTTPStatus.CONFLICT, detail)
    return send(place_at(folder.folder), given, uuid4().hex)


async def _answered(sent: Sent) -> Mapping[str, Any] | None:
    """What LEAN answers; None where it does not in time."""
    with anyio.move_on_after(PATIENCE):
        while True:
            answer = await anyio.to_thread.run_sync(sent.answer)
            if answer is not None:
                return answer
            await anyio.sleep(EVERY)
    return None


def _told(sent: Sent, command: str, answer: Mapping[str, Any] | None) -> Response:
    """What became of a command that LEAN has."""
    done = None if answer is None else outcome_of(answer)
    if answer is not None and not done:
        why = (
            "the tracker refused it, and the run's log says why"
            if done is False
            else "its on_command passes nothing on to the tracker"
        )
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, f"{command} was not done: {why}")
    status = HTTPStatus.ACCEPTED if answer is None else HTTPStatus.OK
    told = json_text({"id": sent.id, "command": command, "done": done})
    return Response(
        told, status, headers={"Cache-Control": "no-store"}, media_type="application/json"
    )


ROUTES = (
    Route(
        "POST",
        "/api/v1/deployments/{id}/commands",
        "Have a live run save its state, log its balance, expect a flow, or log from a level on",
        Scope.ADMIN,
        take_command,
        body=BODY,
        answer=ANSWER,
        most_bytes=MOST_BODY,
    ),
)
