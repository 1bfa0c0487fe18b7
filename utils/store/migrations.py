"""Migrations: how a saved state of an older version becomes one of the present version."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from models.equity.samples import SampleLog
from models.equity.sessions import closes_of
from models.errors import TrackerError
from models.events.orders import OrderType
from models.tracker.deployments import Deployment
from models.tracker.state import STATE_VERSION
from models.trades.record import TradeRecord


def _from_2(state: dict[str, Any]) -> dict[str, Any]:
    """Trades became rows and say their stake, a scope's tally its track's; all closes are kept,
    lots know their order's type, and deployments are counted."""
    trades = {
        book: {
            **log,
            "forgotten": 0,
            "trades": [TradeRecord.from_dict(_staked(each)).to_row() for each in log["trades"]],
        }
        for book, log in state["trades"].items()
    }
    scopes = [{**scope} for scope in state["scopes"]["scopes"]]
    for scope in scopes:
        book = scope["track"]["book"]
        book = {**book, "closes": closes_of(book["days"][:-1])}
        scope["track"] = {**scope["track"], "book": book, "tally": scope.pop("tally")}
    for account in state["ledger"]["books"]["accounts"]:
        for position in account["positions"]:
            for held in (*position["lots"], position["round"] or {}):
                held |= {"order_type": int(OrderType.MARKET), "risk": 0.0}
    state["ledger"]["adoptions"]["shown"] = {}  # a doubt of one mark: the next has it anew
    # the curve begins with the account, whose currency was the first to have a rate
    began, base = scopes[0]["track"]["curve"]["columns"][0][:1], state["scopes"]["base"]
    nav = 1.0 if base > 0.0 else None
    first = [Deployment(1, "", datetime.fromtimestamp(at, UTC), base, nav, 0.0, 0) for at in began]
    del state["lean_book"]  # a replay's
    return {
        **state,
        "version": 3,
        "account_currency": next(iter(state["ledger"]["books"]["rates"])),
        "scopes": {**state["scopes"], "scopes": scopes},
        "trades": trades,
        "deployments": [deployment.to_dict() for deployment in first],
        "zone": "UTC",
        "live": False,
        "days_per_year": 252.0,
        "headline": {},
        "samples": SampleLog().state(),
        "follower": None,
        "statistics": None,
        "execution": None,
    }


def _staked(trade: dict[str, Any]) -> dict[str, Any]:
    percent = trade["pnl_pct"]
    stake = 100.0 * trade["pnl"] / percent if percent else 0.0
    return {**trade, "stake": stake, "order_type": OrderType.MARKET.name, "risk": None}


# Version -> what makes the state of the next version of it.
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {2: _from_2}


def migrate(state: dict[str, Any]) -> dict[str, Any]:
    """A state of any older version as one of today's; `TrackerError` where there is no way."""
    if state["version"] < STATE_VERSION:
        state = deepcopy(state)  # a step may change what it is given
    while state["version"] < STATE_VERSION:
        step = MIGRATIONS.get(state["version"])
        if step is None:
            raise TrackerError(f"no step leads from version {state['version']}")
        state = step(state)
    return state
