"""The routes of what takes long: a comparison is begun, and its job is asked how far it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import Response

from workbench.certainty.bootstrap import RESAMPLES, SEED
from workbench.desk.answers import answer, as_problems
from workbench.desk.bodies import json_of, refused
from workbench.desk.desk import Desk, desk_of
from workbench.desk.jobs import BusyError, Job, LostError, RefusedError, Status, UnknownJobError
from workbench.desk.problems import ProblemError
from workbench.desk.queries import asked_of
from workbench.desk.routes import Route, Scope
from workbench.desk.runs.opened import OpenedRun
from workbench.desk.work import Draws, compared
from workbench.library.trials import tried_beside

JOBS = "/api/v1/jobs"
MOST_RUNS = 20
WAIT = {"Retry-After": "5"}

# The whole numbers of a comparison: the least, the most and what is taken where none is given.
WHOLES: Mapping[str, tuple[int, int, int]] = {
    "resamples": (100, 20_000, RESAMPLES),
    "seed": (0, 2**63 - 1, SEED),
    "trials": (1, 1_000_000, 1),
}
BODY: Mapping[str, Any] = {
    "type": "object",
    "required": ["runs"],
    "additionalProperties": False,
    "properties": {
        "runs": {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 1,
            "maxItems": MOST_RUNS,
            "description": "Ids; a single run has its strategies compared.",
        },
        **{
            name: {"type": "integer", "minimum": least, "maximum": most, "default": usual}
            for name, (least, most, usual) in WHOLES.items()
        },
    },
}
JOB: Mapping[str, Any] = {
    "type": "object",
    "required": ["id", "kind", "status", "created", "ended", "problem", "result"],
    "properties": {
        "id": {"type": "string"},
        "kind": {"type": "string"},
        "status": {"type": "string", "enum": [*Status]},
        "created": {"type": "string", "format": "date-time"},
        "ended": {"type": ["string", "null"], "format": "date-time"},
        "problem": {"type": ["string", "null"]},
        "result": {"type": ["object", "null"]},
    },
}

# The status of what work says no with, and its headers.
STATUS: Mapping[type[Exception], tuple[HTTPStatus, Mapping[str, str]]] = {
    BusyError: (HTTPStatus.SERVICE_UNAVAILABLE, WAIT),
    LostError: (HTTPStatus.INTERNAL_SERVER_ERROR, {}),
    RefusedError: (HTTPStatus.UNPROCESSABLE_ENTITY, {}),
    UnknownJobError: (HTTPStatus.NOT_FOUND, {}),
}


@contextmanager
def as_work() -> Iterator[None]:
    """Refuse the request with a problem where work is refused or lost."""
    try:
        yield
    except tuple(STATUS) as error:
        status, headers = STATUS[type(error)]
        raise ProblemError(status, str(error), headers) from error


@dataclass(frozen=True, slots=True)
class Wanted:
    """A comparison that is asked for.

    Attributes:
        runs: Their ids, or the beginnings of them.
        resamples: How many to draw.
        seed: The same one gives the same comparison.
        trials: Every run that was tried, where that is more than are known.
    """

    runs: Sequence[str]
    resamples: int
    seed: int
    trials: int


async def begin_comparison(request: Request) -> Response:
    """Begin a comparison; the answer says where to ask for it."""
    asked_of(request, ())
    wanted = _wanted(await json_of(request, BODY["properties"]))
    with as_problems(), as_work():
        job = await anyio.to_thread.run_sync(_begin, desk_of(request), wanted)
    where = {"Location": f"{JOBS}/{job.id}"}
    return answer(request, job.to_dict(), status=HTTPStatus.ACCEPTED, headers=where)


def _wanted(body: Mapping[str, Any]) -> Wanted:
    runs = body.get("runs")
    texts = isinstance(runs, list) and all(isinstance(each, str) and each for each in runs)
    if not isinstance(runs, list) or not texts or not 1 <= len(runs) <= MOST_RUNS:
        raise refused(f"runs is a list of 1 to {MOST_RUNS} ids")
    return Wanted(runs, **{name: _whole(body, name) for name in WHOLES})


def _whole(body: Mapping[str, Any], name: str) -> int:
    least, most, usual = WHOLES[name]
    value = body.get(name, usual)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise refused(f"{name} is a whole number from {least} to {most}")
    return value


def _begin(desk: Desk, wanted: Wanted) -> Job:
    """Hand the pieces of the runs over, and count what else of their algorithms was tried."""
    found = {each.version.id: each for each in map(desk.library.contents, wanted.runs)}
    if len(found) < len(wanted.runs):
        raise refused("runs has one of them twice")
    facts = [OpenedRun(desk, each.version).facts() for each in found.values()]
    tried = tried_beside(desk.library, facts)
    trials = max(wanted.trials, len(facts) + tried.count)
    draws = Draws(trials, tried.sharpes, wanted.resamples, wanted.seed)
    return desk.jobs.submit(
        "compare", compared, [(run, each.pieces) for run, each in found.items()], draws
    )


def tell_job(request: Request) -> Response:
    """How far a job is, and its result."""
    asked_of(request, ())
    with as_work():
        job = desk_of(request).jobs.find(request.path_params["id"])
    return answer(request, job.to_dict())


ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/api/v1/compare",
        "Begin to compare runs, or the strategies of one.",
        Scope.READ,
        begin_comparison,
        body=BODY,
        answer=JOB,
        status=HTTPStatus.ACCEPTED,
    ),
    Route("GET", f"{JOBS}/{{id}}", "Tell how far a job is.", Scope.READ, tell_job, answer=JOB),
)
