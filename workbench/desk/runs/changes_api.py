"""The routes that change the library: a file imported, what is said of a run, the trash."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import Response

from workbench.desk.answers import answer, as_problems, tag_of
from workbench.desk.bodies import json_of, pieces_of, refused
from workbench.desk.desk import Desk, desk_of
from workbench.desk.jobs_api import as_work
from workbench.desk.problems import ProblemError
from workbench.desk.queries import asked_of
from workbench.desk.routes import Parameter, Route, Scope
from workbench.desk.runs import schemas
from workbench.desk.runs.runs_api import RUN, RUNS
from workbench.desk.work import read_upload
from workbench.engine.files import MOST_READ
from workbench.library.entries import CHANGES, Outcome, Put, Said, Version
from workbench.library.errors import ChangedRunError
from workbench.library.writing import plain_text
from workbench.runs.record import JSON, RunRecord

NAME = Parameter(
    "name",
    "What the file is called, without a folder: .zip, .json, .json.gz or .csv says what it is.",
)
# A name without folders, without a dot first, and without what a file system may not take.
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ ()+-]{0,199}", re.ASCII)

MOST_NAME, MOST_NOTES, MOST_TAG, MOST_TAGS = 200, 20_000, 100, 100

SAID, DELETED = "said", "deleted"  # what the stream is told beside the outcomes of an import

# --- a file imported


async def import_file(request: Request) -> Response:
    """Put the run of the file that is the body into the library."""
    name = _file_name(asked_of(request, (NAME,))["name"])
    desk, trusted = desk_of(request), request.state.grant.allows(Scope.ADMIN)
    with tempfile.TemporaryDirectory(prefix="tracker-import-") as folder:
        place = Path(folder, name)
        async with await anyio.open_file(place, "wb") as file:
            async for piece in pieces_of(request, MOST_READ):
                await file.write(piece)
        with as_problems(), as_work():
            told, put = await anyio.to_thread.run_sync(_import, desk, place, trusted)
    added = put.outcome is Outcome.ADDED
    status = HTTPStatus.CREATED if added else HTTPStatus.OK
    where = {"Location": f"{RUNS}/{put.id}"} if added else {}
    return answer(request, told, status=status, headers=where)


def _file_name(given: str | None) -> str:
    if not given or not FILE_NAME.fullmatch(given):
        raise ProblemError(
            HTTPStatus.BAD_REQUEST,
            "name is missing, or is no file's name: letters, digits, blanks and . _ ( ) + -, "
            "without a folder, as name=result.zip",
        )
    return given


def _import(desk: Desk, place: Path, trusted: bool) -> tuple[JSON, Put]:
    """Import a file; who is not trusted adds a run, and neither replaces nor reads one.

    A token that sends lies among the parameters of an algorithm, which others may see.
    """
    record: RunRecord = desk.jobs.run(read_upload, str(place))
    put = desk.library.put(record, replaces=trusted)
    if trusted or put.outcome is Outcome.ADDED:
        desk.fleet.heal(record, desk.clock())
    if put.outcome in CHANGES:
        desk.tell_of_run(put.id, put.outcome.value)
    entry = desk.library.entry(put.id).to_dict() if trusted else {"id": put.id}
    told = {"outcome": put.outcome.value, "problems": list(record.told.problems), "run": entry}
    return told, put


# --- what is said of a run


async def change_run(request: Request) -> Response:
    """Change what is said of a run, if it is still as whoever asks has seen it."""
    asked_of(request, ())
    said = _said(await json_of(request, SAYING))
    with as_problems():
        return await anyio.to_thread.run_sync(_change, request, said)


def _change(request: Request, said: Said) -> Response:
    desk = desk_of(request)
    library = desk.library
    seen = library.version(request.path_params["id"])
    _check_tag(request, seen)
    try:
        run = library.say(seen, said)
    except ChangedRunError as error:
        raise ProblemError(HTTPStatus.PRECONDITION_FAILED, str(error)) from None
    desk.tell_of_run(run, SAID)
    told = {"run": run, **library.entry(run).to_dict()}
    return answer(request, told, tag_of(library.version(run)))


def _check_tag(request: Request, seen: Version) -> None:
    """Refuse to change what is not as it was seen.

    Raises:
        ProblemError: The request does not say what was seen, or that is another version.
    """
    given = request.headers.get("if-match", "")
    tags = [each.strip() for each in given.split(",") if each.strip()]
    if not tags:
        raise ProblemError(
            HTTPStatus.PRECONDITION_REQUIRED,
            "If-Match is missing: it is the ETag of the run as it was read, or * for any",
        )
    if "*" not in tags and tag_of(seen) not in tags:
        raise ProblemError(HTTPStatus.PRECONDITION_FAILED, str(ChangedRunError(seen.id)))


SAYING: Mapping[str, Any] = {
    "name": {"type": "string", "maxLength": MOST_NAME},
    "notes": {"type": "string", "maxLength": MOST_NOTES},
    "star": {"type": "boolean"},
    "tags": {
        "type": "array",
        "maxItems": MOST_TAGS,
        "items": {"type": "string", "minLength": 1, "maxLength": MOST_TAG},
    },
}
BODY = {"type": "object", "additionalProperties": False, "properties": SAYING}


def _said(body: Mapping[str, Any]) -> Said:
    if not body:
        raise refused(f"there is nothing to change; the members are {', '.join(SAYING)}")
    star = body.get("star")
    if "star" in body and not isinstance(star, bool):
        raise refused("star is true or false")
    return Said(
        name=_text(body, "name", MOST_NAME),
        notes=_text(body, "notes", MOST_NOTES),
        star=star,
        tags=_tags(body["tags"]) if "tags" in body else None,
    )


def _text(body: Mapping[str, Any], name: str, most: int) -> str | None:
    if name not in body:
        return None
    value = body[name]
    if not isinstance(value, str) or len(value) > most:
        raise refused(f"{name} is a text of at most {most:,} characters")
    return plain_text(value)


def _tags(value: Any) -> list[str]:
    known = isinstance(value, list) and len(value) <= MOST_TAGS
    if not known or not all(isinstance(tag, str) and 0 < len(tag) <= MOST_TAG for tag in value):
        raise refused(f"tags is a list of at most {MOST_TAGS} texts of 1 to {MOST_TAG} characters")
    return [plain_text(tag) for tag in value]


# --- the trash


def delete_run(request: Request) -> Response:
    """Put a run into the trash."""
    asked_of(request, ())
    desk = desk_of(request)
    with as_problems():
        run = desk.library.delete(request.path_params["id"])
    desk.tell_of_run(run, DELETED)
    return Response(status_code=HTTPStatus.NO_CONTENT)


ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        RUNS,
        "Import a file: its bytes are the body. With scope ingest it replaces no run.",
        Scope.INGEST,
        import_file,
        (NAME,),
        answer=schemas.IMPORTED,
        status=HTTPStatus.CREATED,
        most_bytes=MOST_READ,
    ),
    Route(
        "PATCH",
        RUN,
        "Change name, notes, star or tags of a run; If-Match says which version was seen.",
        Scope.ADMIN,
        change_run,
        body=BODY,
        answer=schemas.ENTRY,
    ),
    Route(
        "DELETE",
        RUN,
        "Put a run into the trash.",
        Scope.ADMIN,
        delete_run,
        status=HTTPStatus.NO_CONTENT,
        media=(),
    ),
)
