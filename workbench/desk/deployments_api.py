"""What the desk answers of deployments: all in lines, one whole, its curve, lists of details."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from workbench.desk.desk import desk_of
from workbench.desk.fleet.details import DetailKind
from workbench.desk.fleet.errors import CursorError, UnknownDeploymentError
from workbench.desk.problems import ProblemError
from workbench.desk.queries import asked_of, text, whole
from workbench.desk.routes import Parameter, Route, Scope
from workbench.json_text import json_text
from workbench.library.errors import LibraryError

STATUS: Mapping[type[Exception], HTTPStatus] = {
    UnknownDeploymentError: HTTPStatus.NOT_FOUND,
    CursorError: HTTPStatus.BAD_REQUEST,
    LibraryError: HTTPStatus.SERVICE_UNAVAILABLE,
}
LIMIT, MOST = 100, 1_000  # rows of a part
POINTS, MOST_POINTS = 2_000, 20_000
MOST_ORDER = (1 << 53) - 1

PART = (
    Parameter("cursor", "Where the part before ended.", text()),
    Parameter("limit", "How many rows at most.", whole(1, MOST, LIMIT)),
)
CURVE = (
    Parameter("since", "A time of ISO 8601 or a day; without it from the first on.", text()),
    Parameter("points", "How many at most.", whole(1, MOST_POINTS, POINTS)),
)

# The lists of a deployment, by the end of their path.
LISTS: Mapping[str, Sequence[DetailKind]] = {
    "fills": (DetailKind.FILL,),
    "trades": (DetailKind.TRADE,),
    "alerts": (DetailKind.ALERT,),
    "events": (DetailKind.ALERT, DetailKind.EVENT),
}
MEANING: Mapping[str, str] = {
    "fills": "The fills of a deployment, the newest first",
    "trades": "Its closed trades, the newest first",
    "alerts": "Its alerts and recoveries, the newest first",
    "events": "Its alerts, anomalies, flows, starts, structures and days, the newest first",
}

ROW = {"type": "object"}
ROWS = {"type": "array", "items": ROW}
CURSOR = {"type": ["string", "null"], "description": "Of the next part; null behind the last."}


def _object(**properties: Any) -> Mapping[str, Any]:
    return {"type": "object", "required": [*properties], "properties": properties}


LINES = _object(deployments=ROWS, now={"type": "string", "format": "date-time"})
WHOLE = _object(
    id={"type": "string"},
    state=ROW,
    age={"type": "number", "description": "Seconds since the newest state came."},
    standing={"enum": ["alive", "late", "silent"]},
    last_fills=ROWS,
    last_trades=ROWS,
    last_alerts=ROWS,
    last_events=ROWS,
    known_gaps=ROWS,
    boots=ROWS,
)
EQUITY = _object(points=ROWS, gaps=ROWS, silences=ROWS, deployments=ROWS)
WAY = _object(order={"type": "integer"}, open=ROWS, fills=ROWS, trades=ROWS)


@contextmanager
def _as_problems() -> Iterator[None]:
    """Refuse the request where the fleet refuses what is asked of it."""
    try:
        yield
    except tuple(STATUS) as error:
        status = next(each for kind, each in STATUS.items() if isinstance(error, kind))
        raise ProblemError(status, str(error)) from error


def _answer(value: Any) -> Response:
    told = json_text(value)
    return Response(told, headers={"Cache-Control": "no-store"}, media_type="application/json")


def list_deployments(request: Request) -> Response:
    """Each deployment in a line."""
    desk = desk_of(request)
    now = desk.clock()
    with _as_problems():
        return _answer({"deployments": desk.fleet.deployments(now), "now": now.isoformat()})


def show_deployment(request: Request) -> Response:
    """One deployment with all that its page shows at first."""
    desk = desk_of(request)
    with _as_problems():
        return _answer(desk.fleet.deployment(request.path_params["id"], desk.clock()))


def show_equity(request: Request) -> Response:
    """The equity curve of a deployment, and what is missing in it."""
    asked, desk = asked_of(request, CURVE), desk_of(request)
    since = _time(asked["since"]) if asked["since"] else None
    name, points = request.path_params["id"], asked["points"]
    with _as_problems():
        return _answer(desk.fleet.equity(name, since, desk.clock(), points))


def _time(given: str) -> datetime:
    """A moment in UTC, which it is in where nothing else is said."""
    try:
        time = datetime.fromisoformat(given)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ProblemError(
            HTTPStatus.BAD_REQUEST,
            f"since is {given[:40]!r}, and is a time such as 2024-01-31T14:30:00Z",
        ) from None


def list_details(request: Request, name: str) -> Response:
    """A part of one of the lists of a deployment, or of all.

    Args:
        request: What was asked.
        name: One of `LISTS`.
    """
    asked, whose = asked_of(request, PART), request.path_params.get("id")
    cursor, limit = asked["cursor"] or None, asked["limit"]
    with _as_problems():
        part = desk_of(request).fleet.details(LISTS[name], limit, deployment=whose, cursor=cursor)
    return _answer(part.to_dict(name))


def show_order(request: Request) -> Response:
    """The way of an order: as it is open, its fills, and the trades that it opened or closed."""
    name, order = request.path_params["id"], _order(request.path_params["order"])
    desk = desk_of(request)
    with _as_problems():
        state = desk.fleet.deployment(name, desk.clock())["state"]
        found = {
            which: desk.fleet.details(LISTS[which], MOST, deployment=name, order=order)
            for which in ("fills", "trades")
        }
    rows = {which: part.to_dict(which)[which] for which, part in found.items()}
    still = [each for each in state.get("open_orders") or () if each.get("order") == order]
    return _answer({"order": order, "open": still, **rows})


def _order(given: str) -> int:
    if given.isascii() and given.isdecimal() and len(given) < 17 and int(given) <= MOST_ORDER:
        return int(given)
    raise ProblemError(HTTPStatus.NOT_FOUND, f"{given[:40]!r} is no order's number")


def _list_route(name: str, path: str, summary: str) -> Route:
    handler: Callable[[Request], Response] = partial(list_details, name=name)
    answer = _object(**{name: ROWS, "cursor": CURSOR})
    return Route("GET", path, summary, Scope.READ, handler, PART, answer=answer)


ONE = "/api/v1/deployments/{id}"

ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/api/v1/deployments",
        "Each deployment in a line",
        Scope.READ,
        list_deployments,
        answer=LINES,
    ),
    Route("GET", ONE, "One deployment", Scope.READ, show_deployment, answer=WHOLE),
    Route(
        "GET",
        f"{ONE}/equity",
        "Its equity curve, with the least and most of each bucket, and what is missing",
        Scope.READ,
        show_equity,
        CURVE,
        answer=EQUITY,
    ),
    *(_list_route(name, f"{ONE}/{name}", MEANING[name]) for name in LISTS),
    Route(
        "GET",
        f"{ONE}/orders/{{order}}",
        "The way of an order: as it is open, its fills, the trades that it opened or closed",
        Scope.READ,
        show_order,
        answer=WAY,
    ),
    _list_route("alerts", "/api/v1/alerts", "The alerts of all deployments, the newest first"),
)
