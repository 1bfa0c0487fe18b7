"""The routes that read the rows of a run: trades, orders and structures, in parts or as a file."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from models.structures.record import STRUCTURES
from models.trades.record import LOTS, POSITIONS
from workbench.desk.answers import KEPT, answer, as_problems, is_known, tag_of, unchanged
from workbench.desk.problems import ProblemError
from workbench.desk.queries import asked_of, one_of, text, whole
from workbench.desk.routes import Handler, Parameter, Route, Scope
from workbench.desk.runs import schemas
from workbench.desk.runs.opened import OpenedRun, open_run
from workbench.desk.runs.rows import FRAMES, NEWEST, OLDEST, Choice, file_of, rows_of
from workbench.desk.runs.runs_api import RUN
from workbench.library.figures import names_of_strategies

MOST_ROWS = 10_000
JSON_FORM = "json"
MEDIA = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}

BOOK = Parameter(
    "book",
    "Which trades: matched lots, positions from flat to flat, or structures of legs.",
    one_of((LOTS, POSITIONS, STRUCTURES), LOTS),
)
ROWS = (
    Parameter("strategy", "Only rows of this strategy; empty for all.", text()),
    Parameter("order", "Which row comes first.", one_of((OLDEST, NEWEST), OLDEST)),
    Parameter("cursor", "Where the part before ended, as that part says.", text()),
    Parameter("limit", "How many rows at most; a file has all.", whole(1, MOST_ROWS, 1_000)),
    Parameter(
        "format", "JSON in parts, or all rows as a file.", one_of((JSON_FORM, *MEDIA), JSON_FORM)
    ),
)


def giving(table: str, parameters: tuple[Parameter, ...]) -> Handler:
    """What answers with rows of a table, or of the book that is asked for."""

    def handler(request: Request) -> Response:
        asked = asked_of(request, parameters)
        with as_problems():
            run = open_run(request)
            tag = tag_of(run.version)
            if is_known(request, tag):
                return unchanged(tag)
            name = asked.get("book", table)
            choice = Choice(name, asked["strategy"] or None, asked["order"])
            _check_strategy(run, choice)
            if asked["format"] != JSON_FORM:
                return _file(run, choice, asked["format"], tag)
            told = rows_of(run, choice, asked["cursor"], asked["limit"])
        return answer(request, {"run": run.version.id, **told}, tag)

    return handler


def _check_strategy(run: OpenedRun, choice: Choice) -> None:
    """Refuse the name of a strategy that the run does not have, rather than tell of no rows."""
    if choice.strategy is None or run.table(choice.table).of_strategy(choice.strategy).size:
        return
    known = names_of_strategies(run.facts())
    if choice.strategy not in known:
        raise ProblemError(
            HTTPStatus.BAD_REQUEST,
            f"there is no strategy {choice.strategy[:40]!r} in this run; it has {', '.join(known)}",
            allowed=known,
        )


def _file(run: OpenedRun, choice: Choice, form: str, tag: str) -> Response:
    name = f"{FRAMES[choice.table]}-{run.version.id[:8]}.{form}"
    headers = {"ETag": tag, **KEPT, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(file_of(run, choice, form), HTTPStatus.OK, headers, media_type=MEDIA[form])


def _route(name: str, summary: str, table: str, asked: tuple[Parameter, ...]) -> Route:
    return Route(
        "GET",
        f"{RUN}/{name}",
        summary,
        Scope.READ,
        giving(table, asked),
        asked,
        answer=schemas.ROWS,
        media=("application/json", *(each.partition(";")[0] for each in MEDIA.values())),
    )


ROUTES: tuple[Route, ...] = (
    _route("trades", "List closed trades.", LOTS, (BOOK, *ROWS)),
    _route("orders", "List orders.", "orders", ROWS),
    _route("executions", "List what each order that ended cost.", "executions", ROWS),
    _route("structures", "List structures, those that are open last.", STRUCTURES, ROWS),
)
