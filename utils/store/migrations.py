"""Migrations: how a saved state of an older version becomes one of the present version.

`MIGRATIONS` has a step for each version. A step may change the state that it is given.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from models.codec import list_of
from models.equity.samples import SampleLog
from models.equity.session_columns import SESSIONS
from models.equity.sessions import SESSION_ROW, closes_of
from models.errors import TrackerError
from models.events.orders import OrderType
from models.stepped import stepped
from models.tracker.deployments import Deployment
from models.tracker.state import STATE_VERSION
from models.trades.record import TradeRecord

# --- from version 2 to 3


def _from_version_2(state: dict[str, Any]) -> dict[str, Any]:
    """Return a state of version 3.

    Trades became rows that say their stake. A scope's tally moved into its track, which keeps the
    closes of all days. Lots know the type of their order, and deployments are counted.
    """
    scopes = [_scope_of_version_3(scope) for scope in state["scopes"]["scopes"]]
    _add_order_types(state["ledger"]["books"]["accounts"])
    state["ledger"]["adoptions"]["shown"] = {}  # a doubt of one mark: the next has it anew
    deployments = _first_deployment(scopes[0], state["scopes"]["base"])
    del state["lean_book"]  # only a replay has one
    return {
        **state,
        "version": 3,
        # the account's currency was the first that had a rate
        "account_currency": next(iter(state["ledger"]["books"]["rates"])),
        "scopes": {**state["scopes"], "scopes": scopes},
        "trades": {book: _trade_log_of_version_3(log) for book, log in state["trades"].items()},
        "deployments": [deployment.to_dict() for deployment in deployments],
        "zone": "UTC",
        "live": False,
        "days_per_year": 252.0,
        "headline": {},
        "samples": SampleLog().state(),
        "follower": None,
        "statistics": None,
        "execution": None,
    }


def _trade_log_of_version_3(log: dict[str, Any]) -> dict[str, Any]:
    """Return a log of trades with rows instead of mappings."""
    trades = [TradeRecord.from_dict(_with_stake(trade)).to_row() for trade in log["trades"]]
    return {**log, "forgotten": 0, "trades": trades}


def _with_stake(trade: dict[str, Any]) -> dict[str, Any]:
    """Return a trade with its stake in account currency, computed from its profit in percent."""
    percent = trade["pnl_pct"]
    stake = 100.0 * trade["pnl"] / percent if percent else 0.0
    return {**trade, "stake": stake, "order_type": OrderType.MARKET.name, "risk": None}


def _scope_of_version_3(scope: dict[str, Any]) -> dict[str, Any]:
    """Return a scope whose track has the tally and the closes of all days."""
    scope = {**scope}
    book = scope["track"]["book"]
    book = {**book, "closes": closes_of(book["days"][:-1])}
    scope["track"] = {**scope["track"], "book": book, "tally": scope.pop("tally")}
    return scope


def _add_order_types(accounts: list[dict[str, Any]]) -> None:
    """Add to every lot and round trip the order's type, which was not kept, and its risk."""
    for account in accounts:
        for position in account["positions"]:
            for held in (*position["lots"], position["round"] or {}):
                held |= {"order_type": int(OrderType.MARKET), "risk": 0.0}


def _first_deployment(account: dict[str, Any], base: float) -> list[Deployment]:
    """Return the deployment that began with the account's curve; none where that is empty."""
    began = account["track"]["curve"]["columns"][0][:1]
    nav = 1.0 if base > 0.0 else None
    return [
        Deployment(1, "", datetime.fromtimestamp(at, UTC), base, nav, 0.0, 0, {}) for at in began
    ]


# --- from version 3 to 4


def _from_version_3(state: dict[str, Any]) -> dict[str, Any]:
    """Return a state of version 4: curves and sessions became columns that are texts."""
    scopes = [_scope_of_version_4(scope) for scope in state["scopes"]["scopes"]]
    return {**state, "version": 4, "scopes": {**state["scopes"], "scopes": scopes}}


def _scope_of_version_4(scope: dict[str, Any]) -> dict[str, Any]:
    """Return a scope whose curve and sessions are columns."""
    track = scope["track"]
    columns = [stepped(array("d", column)) for column in track["curve"]["columns"]]
    days, months = (_sessions_of_version_4(track["book"][kept]) for kept in ("days", "months"))
    curve = {**track["curve"], "columns": columns}
    book = {**track["book"], "days": days, "months": months}
    return {**scope, "track": {**track, "curve": curve, "book": book}}


def _sessions_of_version_4(rows: list[Any]) -> dict[str, Any]:
    """Return the columns of sessions that were rows."""
    columns: dict[str, Any] = SESSIONS.encode(list_of(SESSION_ROW).decode(rows))
    return columns


# --- all versions

# Version -> what makes the state of the next version of it.
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {
    2: _from_version_2,
    3: _from_version_3,
}


def migrate(state: dict[str, Any]) -> dict[str, Any]:
    """Return a state of any older version as one of today's; the state given is not changed.

    Raises:
        TrackerError: No way leads from its version to today's.
    """
    if state["version"] < STATE_VERSION:
        state = deepcopy(state)
    while state["version"] < STATE_VERSION:
        step = MIGRATIONS.get(state["version"])
        if step is None:
            raise TrackerError(f"no step leads from version {state['version']}")
        state = step(state)
    return state
