"""The state for the live desk: absolute, JSON, and the same of a tracker that was restored."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest

from models.events.orders import OrderType
from models.ledger.orders import SavedOrder
from models.performance_tracker import PerformanceTracker
from models.settings import Alarm, Settings, Switch
from models.tracker.alerts import Alert
from models.tracker.desk_state import as_json, desk_state, saved_alerts
from tests.utils.runs import Project, bought, stock
from tests.utils.wired import Wired, run
from tests.workbench.engine import tapes
from utils.tracking import LeanTracker
from workbench.engine.engine import RecordedEngine
from workbench.engine.tape import read_tape
from workbench.recordings import recordings

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)
FALLEN = Alert(Alarm.DRAWDOWN, "", True, NOON, 0.1, 0.05)


def traded() -> PerformanceTracker:
    """A tracker by hand: one strategy bought A and sold B, the other one sold A."""
    tracker = PerformanceTracker(1_000.0, settings=Settings(execution=Switch.ON))
    tracker.open_trade("A", 10, 10.0, time=NOON, strategy="trend")
    tracker.open_trade("A", 4, 10.0, time=NOON, strategy="reversion", direction="short")
    tracker.open_trade("B", 1, 50.0, time=NOON, strategy="trend")
    tracker.close_trade("B", price=60.0, time=NOON + timedelta(hours=1), strategy="trend")
    tracker.update_unrealized_pnl({"A": 11.0}, NOON + timedelta(hours=2))
    return tracker


def restored(tracker: PerformanceTracker) -> PerformanceTracker:
    """Another tracker that took over what one knows, over JSON."""
    other = PerformanceTracker(settings=tracker.settings)
    other.restore(json.loads(json.dumps(tracker.state())))
    return other


def test_the_state_has_the_figures_of_the_tracker() -> None:
    """What the page shows is what the tracker answers."""
    tracker = traded()
    state, summary = desk_state(tracker), tracker.summary()
    assert state["equity"] == summary.equity == 1_016.0
    assert state["balance"] == dict(summary.balance)
    assert state["as_of"] == state["marked_at"] == "2024-01-02T14:00:00+00:00"
    assert state["currency"] == "USD"
    assert state["strategies"].keys() == {"trend", "reversion"}
    trend = state["strategies"]["trend"]
    assert (trend["net_pnl"], trend["trades"], trend["today"]) == (20.0, 1, 20.0)
    assert trend["nav"] == pytest.approx(1.02)
    assert state["account"]["drawdown"] == state["drawdown"]["depth"] == 0.0
    assert state["sessions"]["daily"]["net_pnl"] == 16.0
    assert state["sessions"]["inception"]["trades"] == 1
    assert (state["fills"], state["open_trades"]) == (4, 2)


def test_what_strategies_hold_on_both_sides_is_opposed() -> None:
    """Of the account too, where it is held net."""
    tracker = traded()
    tracker.open_trade("C", 1, 5.0, strategy="trend")
    held = desk_state(tracker)["positions"]
    by_symbol = {each["symbol"]: each["opposed"] for each in held["account"]}
    assert by_symbol == {"A": True, "C": False}
    assert [each["opposed"] for each in held["strategies"]["reversion"]] == [True]
    assert held["account"][0]["quantity"] == 6.0


def test_a_restored_tracker_has_the_same_state() -> None:
    """The desk that reads a saved state shows what the sender tells."""
    tracker = traded()
    assert desk_state(restored(tracker)) == desk_state(tracker)


@pytest.mark.parametrize("name", ["live-paper", "option-combos"])
def test_a_recorded_run_has_the_same_state_when_it_was_saved(name: str) -> None:
    """With open orders that are followed, and with structures."""
    tracker = run(read_tape(recordings()[name].path))[1]
    state = desk_state(tracker)
    other = PerformanceTracker(
        settings=tracker.settings,
        account_currency=tracker.account_currency,
        zone=tracker.zone,
        days_per_year=tracker.days_per_year,
        live=tracker.live,
    )
    other.restore(json.loads(json.dumps(tracker.state())))
    assert desk_state(other) == state
    assert json.loads(json.dumps(state, allow_nan=False)) == state
    if name == "live-paper":
        orders = state["open_orders"]
        assert orders
        assert {each["type"] for each in orders} == {"LIMIT"}
        assert all(each["quantity"] and each["limit"] and each["symbol"] for each in orders)
        assert state["execution"]["orders"] > 0


def test_open_structures_are_told_with_their_legs() -> None:
    """Each leg with its strike, in the middle of a run of combos."""
    tape = read_tape(recordings()["option-combos"].path)
    found: list[dict[str, Any]] = []
    engine = RecordedEngine(tape, Wired)
    engine.initialize()
    made: Any = engine.algorithm
    tracker: LeanTracker = made.tracker
    for _ in engine.play():
        if tracker.core.ledger.books.orders.legs and not found:
            found = desk_state(tracker)["structures"]
    assert found
    assert found[0]["name"]
    assert all(leg["strike"] for leg in found[0]["legs"] if leg["right"])
    assert json.dumps(found)


def test_orders_that_are_not_followed_are_told_as_they_were_saved() -> None:
    """Without quantities, which no saved order has."""
    tracker = PerformanceTracker(settings=Settings(execution=Switch.OFF))
    tracker.open_trade("A", 1, 10.0, time=NOON)
    saved = SavedOrder((), "A", -1, OrderType.STOP_MARKET, None, 9.0, "trend", "stop")
    tracker.ledger.books.orders.saved = [saved]
    (order,) = desk_state(tracker)["open_orders"]
    assert (order["symbol"], order["stop"], order["strategy"]) == ("A", 9.0, "trend")
    assert order["order"] is order["quantity"] is order["submitted"] is None


def test_what_strategies_made_since_the_deployment_is_told(tmp_path: Path) -> None:
    """Beside what they made since inception; a strategy that came later began with it."""
    project = Project(tmp_path)
    project.run(*bought())
    later = tapes.mark("14:40", h=stock(10.0, 60.25), tpv=499.0 + 602.5, cash={"USD": [499.0, 1.0]})
    held = tapes.mark("14:32", h=stock(10.0, 50.25), tpv=1001.5, cash={"USD": [499.0, 1.0]})
    tracker = project.run(tapes.security(), held, later, cash=499.0).tracker
    state = desk_state(tracker)
    since = state["strategies"]["a"]["since_deploy"]
    assert state["since_deploy"]["deployment"] == 2
    assert since["net_pnl"] == state["since_deploy"]["net_pnl"] == pytest.approx(100.0)
    assert state["strategies"]["a"]["net_pnl"] == pytest.approx(101.5)
    assert since["total_return"] == pytest.approx(1101.5 / 1001.5 - 1.0)
    assert [each["number"] for each in state["deployments"]] == [1, 2]
    assert "starts" not in state["deployments"][0]
    old = tracker.state()
    for each in old["deployments"]:
        del each["starts"]
    tracker.restore(old)
    assert desk_state(tracker)["strategies"]["a"]["since_deploy"] is None


def test_alerts_are_given_from_beside_the_tracker() -> None:
    """A saved state has those that were firing; one by hand has none."""
    state = desk_state(traded(), [FALLEN])
    assert state["alerts"] == [{**FALLEN.to_dict(), "text": FALLEN.text}]
    assert saved_alerts({"alerts": {"firing": [FALLEN.to_dict()]}}) == [FALLEN]
    assert saved_alerts({}) == saved_alerts({"alerts": None}) == []


def test_no_number_is_one_that_json_has_not() -> None:
    """What is infinite, or none, is null; however deep it stands."""
    assert as_json({"a": [nan, (inf, 1.5)], 2: {"b": -inf}}) == {
        "a": [None, [None, 1.5]],
        "2": {"b": None},
    }


def test_a_tracker_that_saw_nothing_has_a_state_too() -> None:
    """Before the account opens there are no times and no deployment."""
    state = desk_state(PerformanceTracker())
    assert state["as_of"] is state["marked_at"] is None
    assert state["strategies"] == {}
    assert json.dumps(state, allow_nan=False)
