"""A saved state with a field that is missing or of another type is refused, wherever it stands."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from models.codec import packed
from models.errors import StateError
from models.events.account import CashFlow, DayEnd, Mark
from models.events.orders import OrderStatus, OrderType, OrderUpdate
from models.performance_tracker import PerformanceTracker
from models.settings import Settings, Switch
from models.stepped import stepped
from models.trades.lean_follower import LeanDesk
from tests.models.tracker.feeds import NOON, fill, tracker

SETTINGS = Settings(execution=Switch.ON)
# What is told to whoever reads a state, and not taken back.
TOLD = {"zone", "live", "days_per_year", "headline", "closed"}
# Objects whose keys are data: strategies, instruments, currencies, kinds of events.
DATA = {
    "about", "adopted", "adopted_before", "anomaly_counts", "aside", "balances", "beside", "errors",
    "expected", "held", "positions", "opening", "prices", "rates", "shown", "tickers", "waiting",
}  # fmt: skip
# What states may lack that were saved before it was kept.
LATER = {
    "adopted_before", "aside", "assumed", "beside", "day_counts", "doubt", "doubted_at", "due",
    "expiry", "finished", "fractions", "id_base", "joined", "last_mark", "moved", "open_orders",
    "opening", "packed", "sampled", "shown_at", "starts", "structures", "written",
}  # fmt: skip
Path = tuple[str | int, ...]


def fresh() -> PerformanceTracker:
    """A tracker that can take the state over."""
    return PerformanceTracker(settings=SETTINGS, follower=LeanDesk(lambda _: None))


@cache
def saved() -> str:
    """The state of a tracker with orders, trades, open lots, a flow and a day that ended."""
    made = tracker(SETTINGS, follower=LeanDesk(lambda _: None))
    made.apply(
        OrderUpdate(
            NOON, 1, 1, "S", OrderStatus.SUBMITTED, "strategy=a risk=5", OrderType.LIMIT, 10.0, 9.0,
            11.0, limit_price=11.0,
        )
    )  # fmt: skip
    made.apply(fill(1, 10.0, 10.5, event_id=2, tag=None))
    made.apply(fill(2, -4.0, 12.0, tag="strategy=a"))
    made.apply(fill(3, 2.0, 8.0))
    made.apply(CashFlow(NOON + timedelta(minutes=4), "USD", 7.0, "gift"))
    for minute, price in ((5, 9.0), (6, 8.5), (7, 20.0)):
        time = NOON + timedelta(minutes=minute)
        made.apply(Mark(time, None, {"S": price}, cash={"USD": 927.0}, rates={"USD": 1.0}))
    made.apply(DayEnd(NOON + timedelta(days=1), 1000.0))
    return json.dumps(made.state())


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths to everything in a state, of a list its first two values."""
    if isinstance(value, dict):
        children: list[tuple[str | int, Any]] = [*value.items()]
    elif isinstance(value, list):
        children = [*enumerate(value[:2])]
    else:
        children = []
    for step, child in children:
        if step not in TOLD:
            yield (*path, step)
            yield from places(child, (*path, step))


def owner(state: Any, path: Path) -> Any:
    """The object or list that the last step of a path is in."""
    for step in path[:-1]:
        state = state[step]
    return state


def is_field(path: Path) -> bool:
    """Whether the last step is the name of a field, not a place in a list or a key of data."""
    named = isinstance(path[-1], str) and path[-1] not in LATER
    return named and (len(path) == 1 or path[-2] not in DATA)


def refused(state: Any, path: Path) -> StateError:
    """The error of a state that was changed there."""
    with pytest.raises(StateError) as caught:
        fresh().restore(state)
    assert caught.value.path[0] == path[0] or path[0] in {"version", "account_currency"}
    return caught.value


def test_the_state_itself_is_taken() -> None:
    """What is changed below is a state that a tracker goes on from."""
    made = fresh()
    made.restore(json.loads(saved()))
    assert made.state() == json.loads(saved())


def test_a_missing_field_is_refused_and_named() -> None:
    """Every field of every part must be there; the error ends with the name of the one missing."""
    whole, tried = json.loads(saved()), 0
    for path in filter(is_field, places(whole)):
        state = deepcopy(whole)
        del owner(state, path)[path[-1]]
        error = refused(state, path)
        assert path[-1] in error.path, (path, error)
        tried += 1
    assert tried > 150


def test_a_mistyped_value_is_refused() -> None:
    """Every value must be of its type, those in lists, rows and data too."""
    whole, tried = json.loads(saved()), 0
    for path in places(whole):
        state = deepcopy(whole)
        changed = owner(state, path)
        changed[path[-1]] = 7.5 if isinstance(changed[path[-1]], dict | list) else {"?": []}
        refused(state, path)
        tried += 1
    assert tried > 400


NAN = float("nan")
# What was put where, in a state whose every value is of its type.
UNFIT: list[tuple[Path, Any]] = [
    (("days",), -1),
    (("errors",), {"a": -1}),
    (("deployments", 0, "nav"), NAN),
    (("deployments", 0, "equity"), float("inf")),
    (("ledger", "marks"), -3),
    (("ledger", "unexplained"), NAN),
    (("ledger", "books", "tickers"), {}),
    (("ledger", "books", "rates"), {}),
    (("ledger", "books", "instruments", 0, "quote"), "EUR"),
    (("ledger", "books", "held"), {"nothing": 1}),
    (("ledger", "books", "accounts", 1, "positions", 0, "lots"), []),
    (("ledger", "books", "accounts", 1, "positions", 0, "lows"), [[1.0, 7]]),
    (("ledger", "books", "accounts", 1, "positions", 0, "highs"), []),
    (("ledger", "books", "accounts", 1, "positions", 0, "quantity"), NAN),
    (("ledger", "books", "accounts", 1, "positions", 0, "round"), None),
    (("scopes", "scopes"), []),
    (("scopes", "scopes", 1, "name"), "unheard"),
    (("scopes", "scopes", 0, "track", "curve", "columns", 0), ""),
    (("scopes", "scopes", 0, "track", "curve", "columns"), [stepped(array("d", [1e30]))] * 3),
    (("scopes", "scopes", 0, "track", "curve", "columns"), [stepped(array("d", [NAN]))] * 3),
    (("scopes", "scopes", 0, "track", "curve", "columns"), [stepped(array("d", [1e300]))] * 3),
    (("scopes", "scopes", 0, "track", "curve", "stride"), 0),
    (("scopes", "scopes", 0, "track", "book", "moments", 0), -1),
    (("scopes", "scopes", 0, "track", "book", "days", "start"), ""),
    (("scopes", "scopes", 0, "track", "book", "days", "start"), stepped(array("q", [1, 0]))),
    (("scopes", "scopes", 0, "track", "book", "days", "equity"), ""),
    (("scopes", "scopes", 0, "track", "book", "days", "nav"), stepped(array("d", [NAN] * 10))),
    (("scopes", "scopes", 0, "track", "book", "days", "fees"), packed(array("d", [1e300] * 2))),
    (("scopes", "scopes", 0, "track", "book", "days", "trades"), []),
    (("scopes", "scopes", 0, "track", "tally", 0), -1),
    (("samples", "time"), ""),
    (("samples", "equity"), packed(array("d", [NAN]))),
    (("samples", "time"), packed(array("d", [1e300]))),
    (("statistics", "cells"), []),
    (("statistics", "about"), {}),
    (("statistics", "cell"), ""),
    (("statistics", "cell"), packed(array("I", [99]))),
    (("statistics", "hour"), ""),
    (("statistics", "hour"), packed(array("B", [200]))),
    (("statistics", "figures"), ""),
    (("statistics", "figures"), packed(array("d", [NAN] * 7))),
    (("statistics", "risky"), packed(array("I", [5, 6]))),
    (("statistics", "packed"), ["nothing packed"]),
    (("trades", "lots", "archived"), -1),
    # finite, or of the calendar, but nothing can be computed of them
    (("ledger", "unexplained"), 1e308),
    (("execution", "prices", "S"), -1e308),
    (("execution", "markouts", 1, 0, 0), "9999-12-31T23:59:00+00:00"),
    (("execution", "orders", 0, 4), "9999-12-31T12:00:00+00:00"),
    (("ledger", "books", "accounts", 1, "positions", 0, "quantity"), 1e200),
    (("samples", "equity"), packed(array("d", [1e300]))),
    (("statistics", "figures"), packed(array("d", [1e308] * 7))),
]


@pytest.mark.parametrize(("path", "value"), UNFIT, ids=lambda each: str(each)[:60])
def test_values_that_do_not_fit_are_refused(path: Path, value: Any) -> None:
    """Each of its type, but negative, not finite, too few, or of what is not there."""
    state = json.loads(saved())
    assert owner(state, path)[path[-1]] != value
    owner(state, path)[path[-1]] = value
    assert str(refused(state, path))
