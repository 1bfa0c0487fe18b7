"""The table of alarms: each has its row, and the two rules of recovery are told apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from models import create_performance_tracker
from models.equity.drawdown import DrawdownPeriod
from models.settings import Alarm
from utils.log.events import EVENTS
from utils.notify.alarms import (
    ALARMS,
    AlarmFigure,
    DrawdownMoved,
    MarkBooked,
    OrderRejected,
    TradeEnded,
    at_zero,
    below_threshold,
)

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)
SPELL = DrawdownPeriod(NOON, NOON, None, 1.0, 0.9, 0.1, 100.0)
FALL = (NOON, 1.0, 0.9)  # its start, its peak and its trough


def test_every_alarm_of_the_settings_has_a_row() -> None:
    """What `tracker_alerts` may name can be watched, and its events are events of the log."""
    assert set(ALARMS) == set(Alarm)
    assert {name for rule in ALARMS.values() for name in rule.events} <= set(EVENTS)


@pytest.mark.parametrize(
    ("alarm", "observation", "figure"),
    [
        (Alarm.DRAWDOWN, DrawdownMoved("", SPELL), AlarmFigure(0.1, "", *FALL)),
        (Alarm.DRAWDOWN, DrawdownMoved("", replace(SPELL, end=NOON)), AlarmFigure(0.0, "", *FALL)),
        (Alarm.DRAWDOWN, DrawdownMoved("a", SPELL), None),
        (Alarm.STRATEGY_DRAWDOWN, DrawdownMoved("a", SPELL), AlarmFigure(0.1, "a", *FALL)),
        (Alarm.STRATEGY_DRAWDOWN, DrawdownMoved("", SPELL), None),
        (Alarm.DAY_LOSS, MarkBooked(NOON, None, 0.0), None),
        (Alarm.UNEXPLAINED, MarkBooked(NOON, None, -3.0), AlarmFigure(3.0)),
        (Alarm.LOSING_STREAK, TradeEnded("a", 2, 0.0), AlarmFigure(2.0, "a")),
        (Alarm.SLIPPAGE, TradeEnded("a", 2, 1.5), AlarmFigure(1.5)),
        (Alarm.REJECTS, OrderRejected(4), AlarmFigure(4.0)),
    ],
)
def test_a_figure_is_computed_from_its_observation(
    alarm: Alarm, observation: Any, figure: AlarmFigure | None
) -> None:
    """An alarm is looked at where its row says, and has no figure of another scope."""
    rule = ALARMS[alarm]
    assert type(observation) is rule.at
    assert rule.figure(observation) == figure


def test_a_days_loss_is_a_fraction_of_its_starting_equity() -> None:
    """A gain is a negative loss, and a day that began without equity has no loss."""
    tracker = create_performance_tracker(1_000.0)
    tracker.open_trade("A", 10, 100.0, time=NOON)
    tracker.update_unrealized_pnl({"A": 98.0}, NOON)
    today = tracker.open_day()
    assert today is not None
    rule = ALARMS[Alarm.DAY_LOSS]
    figure = rule.figure(MarkBooked(NOON, today, 0.0))
    assert figure == AlarmFigure(0.02, "", NOON, 1_000.0, 980.0)
    gained = rule.figure(MarkBooked(NOON, replace(today, net_pnl=30.0), 0.0))
    assert gained is not None
    assert gained.value == -0.03
    assert rule.figure(MarkBooked(NOON, replace(today, start_equity=0.0), 0.0)) is None


@pytest.mark.parametrize(
    ("value", "zero", "below"),
    [(-1.0, True, True), (0.0, True, True), (1.0, False, True), (2.0, False, False)],
)
def test_an_alert_recovers_by_the_rule_of_its_row(value: float, zero: bool, below: bool) -> None:
    """One rule asks that nothing of the figure is left, the other for less than the threshold."""
    assert at_zero(value, 2.0) is zero
    assert below_threshold(value, 2.0) is below


def test_only_what_is_counted_by_the_day_begins_anew_with_it() -> None:
    """A drawdown or a streak goes on over midnight."""
    assert {alarm for alarm, rule in ALARMS.items() if rule.daily} == {
        Alarm.DAY_LOSS,
        Alarm.FLOW,
        Alarm.REJECTS,
    }
