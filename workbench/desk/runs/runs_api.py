"""The routes that read runs: the list, one of them, and what is known of it in figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from workbench.desk.answers import answer, as_problems, is_known, tag_of, unchanged
from workbench.desk.desk import desk_of
from workbench.desk.problems import ProblemError
from workbench.desk.queries import DAY, Asked, asked_of, text, whole
from workbench.desk.routes import Handler, Parameter, Route, Scope
from workbench.desk.runs import figures, schemas
from workbench.desk.runs.opened import OpenedRun, open_run
from workbench.desk.runs.ranges import Span, statistics_within
from workbench.desk.runs.series import KINDS, series_of
from workbench.library.figures import ACCOUNT, names_of_strategies
from workbench.library.library import LIMIT, NEWEST
from workbench.library.tables import columns_of
from workbench.runs.record import JSON, RunRecord

RUNS = "/api/v1/runs"
RUN = f"{RUNS}/{{id}}"
MOST_RUNS = 1_000
MOST_POINTS = 20_000
EVERY_FIGURE = "*"

LISTED = (
    Parameter("q", "Words that a run must match, as `sharpe>1 tag:prod`.", text()),
    Parameter("sort", "A figure or a column; `-` before it for the highest first.", text(NEWEST)),
    Parameter("cursor", "Where the part before ended, as that part says.", text()),
    Parameter("limit", "How many runs at most.", whole(1, MOST_RUNS, LIMIT)),
    Parameter(
        "figures",
        "More figures to tell, with commas between them, as `calmar,trend.sharpe`; `*` for all.",
        text(),
    ),
)
RANGE = (
    Parameter("from", "The first day, in the algorithm's time zone.", DAY),
    Parameter("to", "The last day, which belongs to the range.", DAY),
)
SERIES = (
    Parameter(
        "names",
        f"With commas between them: {', '.join(KINDS)}, a strategy for its net P&L, or both with "
        "a dot between them, as `trend.drawdown`.",
        text("equity"),
    ),
    Parameter("points", "How many buckets at most.", whole(1, MOST_POINTS, 2_000)),
)

# What answers with what is known of one version of a run.
Told = Callable[[OpenedRun, Asked], JSON]


def list_runs(request: Request) -> Response:
    """A part of the list."""
    asked = asked_of(request, LISTED)
    more = [each for each in asked["figures"].split(",") if each]
    with as_problems():
        shown = None if EVERY_FIGURE in more else columns_of(asked["q"], asked["sort"], more)
        cursor = asked["cursor"] or None
        library = desk_of(request).library
        page = library.list(asked["q"], asked["sort"], asked["limit"], cursor, shown)
    told = page.to_dict()
    for run in told["runs"]:  # what is undefined of what is asked for is null
        run["figures"] = {**dict.fromkeys(shown or ()), **run["figures"]}
    return answer(request, told)


def telling(tell: Told, parameters: tuple[Parameter, ...] = ()) -> Handler:
    """What answers with something of a run; who has this version of it is told so."""

    def handler(request: Request) -> Response:
        asked = asked_of(request, parameters)
        with as_problems():
            run = open_run(request)
            tag = tag_of(run.version)
            if is_known(request, tag):
                return unchanged(tag)
            told = {"run": run.version.id, **tell(run, asked)}
        return answer(request, told, tag)

    return handler


def _one(run: OpenedRun, _: Asked) -> JSON:
    """What a list says of it with every figure, and what else is known without its rows."""
    record = run.facts()
    entry = run.desk.library.entry(run.version.id).to_dict()
    return {
        **entry,
        "deployments": list(record.deployments),
        "zone": record.zone,
        "labels": figures.labels(record),
        "problems": list(record.told.problems),
        "sources": [
            {"name": each.name, "kind": each.kind, "size": each.size, "sha256": each.sha256}
            for each in record.sources
        ],
    }


def _balance(run: OpenedRun, _: Asked) -> JSON:
    record = run.facts()
    return {"currency": record.currency, **figures.balance(record)}


def _strategies(run: OpenedRun, _: Asked) -> JSON:
    record = run.facts()
    return {"currency": record.currency, "strategies": figures.strategies(record)}


def _statistics(run: OpenedRun, asked: Asked) -> JSON:
    record, span = run.facts(), Span(asked["from"], asked["to"])
    if span.first and span.last and span.first > span.last:
        detail = f"from is {span.first}, which is after to, {span.last}"
        raise ProblemError(HTTPStatus.BAD_REQUEST, detail)
    within = span != Span(None, None)
    blocks = _within(run, record, span) if within else _whole(record)
    told = {name: figures.own_block(record, name, block) for name, block in blocks.items()}
    return {
        "currency": record.currency,
        "from": asked["from"] and asked["from"].isoformat(),
        "to": asked["to"] and asked["to"].isoformat(),
        "basis": record.statistics.get("basis"),
        "own": told.pop(ACCOUNT),
        "strategies": told,
        "lean": None if within else record.statistics.get("lean"),
        "labels": figures.labels(record),
    }


def _whole(record: RunRecord) -> Mapping[str, Any]:
    statistics = record.statistics
    return {ACCOUNT: statistics.get("own") or {}, **(statistics.get("strategies") or {})}


def _within(run: OpenedRun, record: RunRecord, span: Span) -> Mapping[str, Any]:
    names = [ACCOUNT, *names_of_strategies(record)]
    return {name: statistics_within(run, name, span) for name in names}


def _series(run: OpenedRun, asked: Asked) -> JSON:
    names = list(dict.fromkeys(each for each in asked["names"].split(",") if each))
    currency = run.facts().currency
    return {"currency": currency, "series": series_of(run, names, asked["points"])}


def _execution(run: OpenedRun, _: Asked) -> JSON:
    record = run.facts()
    return {
        "currency": record.currency,
        "execution": record.statistics.get("execution"),
        "exactness": {"execution": figures.labels(record).get("execution", {}).get("exactness")},
    }


def _read(path: str, summary: str, tell: Told, told: schemas.Schema, *asked: Parameter) -> Route:
    return Route("GET", path, summary, Scope.READ, telling(tell, asked), asked, answer=told)


ROUTES: tuple[Route, ...] = (
    Route("GET", RUNS, "List runs.", Scope.READ, list_runs, LISTED, answer=schemas.LIST),
    _read(RUN, "Tell everything of a run but its rows.", _one, schemas.RUN),
    _read(f"{RUN}/balance", "Tell the terms of the ledger.", _balance, schemas.BALANCE),
    _read(f"{RUN}/strategies", "Tell each strategy in figures.", _strategies, schemas.STRATEGIES),
    _read(
        f"{RUN}/statistics",
        "Tell every statistic, of the whole run or of a range of days.",
        _statistics,
        schemas.STATISTICS,
        *RANGE,
    ),
    _read(f"{RUN}/series", "Tell series over time.", _series, schemas.SERIES, *SERIES),
    _read(f"{RUN}/execution", "Tell what orders cost.", _execution, schemas.EXECUTION),
)
