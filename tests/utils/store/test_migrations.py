"""Migrations: a state of an older version goes on as one of today's."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from models.equity.curve import CurvePoint
from models.equity.session_columns import SESSIONS
from models.equity.sessions import SESSION_ROW
from models.equity.strategy_metrics import StrategyMetrics
from models.errors import TrackerError
from models.later import json_text
from models.performance_tracker import PerformanceTracker
from models.tracker.state import STATE_VERSION
from models.trades.record import TradeRecord
from tests.utils.store.saved import (
    NOON,
    STATE_2_LINE,
    STATE_3_LINE,
    VALIDATOR,
    state_2,
    state_3,
)
from utils.store.migrations import MIGRATIONS, migrate
from utils.store.snapshot import Snapshot, SnapshotError
from workbench.engine.tape import read_tape
from workbench.recordings import recordings
from workbench.replay.replay import Replay


def test_every_version_since_the_second_leads_to_todays() -> None:
    """Each version has a step, and the step makes a state of the next version."""
    assert sorted(MIGRATIONS) == list(range(2, STATE_VERSION))
    state = state_2()
    while state["version"] < STATE_VERSION:
        before = state["version"]
        state = MIGRATIONS[before](state)
        assert state["version"] == before + 1
    given = state_2()
    assert migrate(given) == state
    assert given == state_2(), "the document it came in stays as it was read"


def as_version_2(trades: list[TradeRecord]) -> list[TradeRecord]:
    """What version 2 knew of trades."""
    return [trade._replace(entry_notional=0.0, order_type="", risk=None) for trade in trades]


def without_portfolio(tracker: PerformanceTracker) -> dict[str, StrategyMetrics]:
    """Each strategy's figures, but those beside a benchmark that version 2 had not sampled yet."""
    return {name: replace(each, portfolio={}) for name, each in tracker.strategies().items()}


def test_a_state_of_version_2_goes_on_to_the_same_end() -> None:
    """Restored in the middle of its run, it ends with the balance and trades of an unbroken run."""
    tape = read_tape(recordings()["option-combos"].path)
    whole, broken = Replay(tape), Replay(tape)
    list(whole.play())
    for count, _ in enumerate(broken.play(), 1):
        if count == STATE_2_LINE:
            seen = broken.tracker.deployments
            broken.wire().restore(migrate(state_2()))
            assert broken.tracker.deployments == seen
    assert broken.tracker.balance() == whole.tracker.balance()
    assert as_version_2(broken.tracker.trades()) == as_version_2(whole.tracker.trades())
    stakes = [trade.entry_notional for trade in whole.tracker.trades()]
    assert [trade.entry_notional for trade in broken.tracker.trades()] == pytest.approx(stakes)
    assert broken.tracker.sessions() == whole.tracker.sessions()
    assert without_portfolio(broken.tracker) == without_portfolio(whole.tracker)


def test_a_document_of_version_2_loads_as_one_of_todays() -> None:
    """The checksum of an old document is that of the state as it was written."""
    old = Snapshot(4, "7", "L-1", NOON, (), state_2())
    loaded = Snapshot.parse(old.text())
    assert loaded == replace(old, state=migrate(state_2()))
    VALIDATOR.validate(json.loads(loaded.text()))


def test_a_state_of_version_3_goes_on_as_if_nothing_were() -> None:
    """Restored in the course of its run it saves what an unbroken run does, then and at its end."""
    tape = read_tape(recordings()["euro-futures"].path)
    whole, broken = Replay(tape), Replay(tape)
    for count, _ in enumerate(zip(whole.play(), broken.play(), strict=True), 1):
        if count == STATE_3_LINE:
            broken.wire().restore(migrate(state_3()))
            assert curves(broken.tracker) == curves(whole.tracker)
            assert json_text(broken.tracker.state()["scopes"]) == json_text(
                whole.tracker.state()["scopes"]
            )
    assert curves(broken.tracker) == curves(whole.tracker)
    assert broken.tracker.state()["scopes"] == whole.tracker.state()["scopes"]
    assert broken.tracker.trades() == whole.tracker.trades()
    assert broken.tracker.strategies() == whole.tracker.strategies()


def curves(tracker: PerformanceTracker) -> list[list[CurvePoint]]:
    """The curve of the account and of each strategy."""
    return [tracker.equity_curve(name) for name in (None, *tracker.strategies())]


def test_a_document_of_version_3_loads_as_one_of_todays() -> None:
    """It is valid as such, and says what the schema wants of curves."""
    old = Snapshot(4, "7", "L-1", NOON, (), state_3())
    loaded = Snapshot.parse(old.text())
    assert loaded == replace(old, state=migrate(state_3()))
    document = json.loads(loaded.text())
    VALIDATOR.validate(document)
    for scope in document["state"]["scopes"]["scopes"]:
        assert all(type(column) is str for column in scope["track"]["curve"]["columns"])


def test_sessions_of_version_3_become_columns() -> None:
    """Days and folded months are what their rows said."""
    state = state_3()
    book = state["scopes"]["scopes"][0]["track"]["book"]
    rows = book["days"]
    book["months"] = rows[:3]
    found = migrate(state)["scopes"]["scopes"][0]["track"]["book"]
    assert len(rows) > 10
    assert [*map(SESSION_ROW.encode, SESSIONS.decode(found["days"]))] == rows
    assert [*map(SESSION_ROW.encode, SESSIONS.decode(found["months"]))] == rows[:3]


@pytest.mark.parametrize("column", [["?"], None, [10**400], [[]]])
def test_a_damaged_state_of_version_3_is_refused(column: Any) -> None:
    """What cannot be a column of a curve is no snapshot, whose slot is then passed over."""
    state = state_3()
    state["scopes"]["scopes"][0]["track"]["curve"]["columns"][1] = column
    with pytest.raises(SnapshotError, match="it is no snapshot"):
        Snapshot.parse(Snapshot(1, "", "", None, (), state).text())


@pytest.mark.parametrize("rows", [None, [[]], [["2024-01-02"]], {}])
def test_damaged_sessions_of_version_3_are_refused(rows: Any) -> None:
    """So are rows that are no sessions."""
    state = state_3()
    state["scopes"]["scopes"][0]["track"]["book"]["days"] = rows
    with pytest.raises(SnapshotError, match="it is no snapshot"):
        Snapshot.parse(Snapshot(1, "", "", None, (), state).text())


def test_a_version_without_a_way_is_refused() -> None:
    """A state of version 1 cannot be migrated, for none was ever saved."""
    old = Snapshot(1, "", "", None, (), {**state_2(), "version": 1})
    with pytest.raises(TrackerError, match="no step leads from version 1"):
        Snapshot.parse(old.text())
