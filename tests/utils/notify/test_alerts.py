"""Alerts: what fires, once a crossing, and when it recovers."""

from __future__ import annotations

import json

import pytest

from models.ledger.statement import Flow
from models.settings import Alarm
from models.tracker.alerts import Alert
from models.tracker.notices import Notice, NoticeKind
from tests.utils.notify.desk import DAY, MINUTE, NOON, Desk
from utils.notify.alarms import AlarmFigure
from utils.notify.alerts import ALARM_NOTICES, Alerts, changed_alert


def test_a_drawdown_fires_once_a_crossing_and_once_on_recovery() -> None:
    """Deeper falls are not told again, nor a rise that does not reach the peak."""
    desk = Desk(drawdown=0.05)
    assert desk.mark(96.0) == []
    assert desk.mark(94.0, 90.0, 96.0, 94.0) == [("drawdown", "", True)]
    assert desk.mark(100.0) == [("drawdown", "", False)]
    assert desk.mark(94.0) == [("drawdown", "", True)]


def test_a_drawdown_alert_says_window_peak_trough_and_value() -> None:
    """The text of an alert says by itself what happened since when."""
    desk = Desk(drawdown=0.05)
    desk.mark(110.0, 99.0)
    (alert,) = desk.told
    assert alert.since == NOON + MINUTE
    assert [alert.peak, alert.trough, alert.value] == pytest.approx([1.1, 0.99, 0.1])
    assert alert.text == (
        "drawdown of the account reached 10.00 % (threshold 5.00 %), "
        "since 2024-01-02 12:01: 1.1 to 0.99"
    )


def test_a_strategys_drawdown_is_its_own() -> None:
    """The account's threshold does not speak for the strategies, nor theirs for it."""
    desk = Desk(strategy_drawdown=0.05)
    assert desk.mark(94.0) == [("strategy_drawdown", "trend", True)]
    assert desk.told[0].text.startswith("strategy drawdown of strategy trend reached 6.00 %")


def test_a_days_loss_recovers_above_its_start_or_with_the_next_day() -> None:
    """It counts from the day's own starting equity."""
    desk = Desk(day_loss=0.02)
    assert desk.mark(99.0, 97.0, 96.0) == [("day_loss", "", True)]
    assert (desk.told[0].peak, desk.told[0].trough) == (1_000.0, 970.0)
    assert desk.mark(99.0) == []
    assert desk.mark(101.0) == [("day_loss", "", False)]
    assert desk.mark(95.0) == [("day_loss", "", True)]
    assert desk.mark(95.0, later=DAY) == [("day_loss", "", False)]
    assert desk.mark(94.0) == []


def test_a_losing_streak_is_a_strategys_and_ends_with_a_trade_that_did_not_lose() -> None:
    """A trade of another strategy in between neither ends nor lengthens it."""
    desk = Desk(losing_streak=3)
    desk.trade(9.0, 9.0)
    desk.trade(9.0, strategy="third")
    assert desk.told == []
    desk.trade(9.0, 9.0)
    assert [(alert.strategy, alert.fired, alert.value) for alert in desk.told] == [
        ("other", True, 3.0)
    ]
    desk.trade(10.0)
    assert [(alert.fired, alert.value) for alert in desk.told[1:]] == [(False, 0.0)]


def test_only_closed_lots_make_a_streak() -> None:
    """Whoever passes on every notice, openings and rounds too, counts each trade once."""
    desk = Desk(losing_streak=3)
    desk.tracker.remove_listener(desk.alerts.hear)
    desk.tracker.add_listener(desk.alerts.hear)
    desk.trade(9.0, 9.0)
    assert desk.told == []
    desk.trade(9.0)
    assert [alert.value for alert in desk.told] == [3.0]


def test_rejects_are_counted_by_the_day() -> None:
    """The third order that is rejected alerts; the next day begins anew."""
    desk = Desk(rejects=3)
    for _ in range(4):
        desk.alerts.rejected(NOON)
    assert [alert.fired for alert in desk.told] == [True]
    desk.mark(100.0, later=DAY)
    assert [alert.fired for alert in desk.told] == [True, False]
    desk.alerts.rejected(NOON + DAY)
    assert len(desk.told) == 2


def test_unannounced_flows_alert_by_the_day() -> None:
    """What they move in and out is summed; one that was announced does not count."""
    desk = Desk(flow=1_000)
    for value, cause in ((-600.0, "unannounced"), (5_000.0, "announced"), (400.0, "while stopped")):
        flow = Flow(NOON, "USD", value, value, cause)
        desk.alerts.hear(Notice(NoticeKind.FLOW, NOON, "", flow))
    assert [(alert.value, alert.fired) for alert in desk.told] == [(1_000.0, True)]
    desk.mark(100.0, later=DAY)
    assert [alert.fired for alert in desk.told] == [True, False]


def test_unexplained_money_alerts() -> None:
    """The alert recovers once the money is explained."""
    desk = Desk(unexplained=0.5)
    desk.tracker.ledger.unexplained = -0.6
    desk.alerts.mark(NOON)
    desk.alerts.mark(NOON)
    desk.tracker.ledger.unexplained = 0.1
    desk.alerts.mark(NOON)
    assert [(alert.alarm, alert.fired) for alert in desk.told] == [
        (Alarm.UNEXPLAINED, True),
        (Alarm.UNEXPLAINED, False),
    ]


def test_slippage_is_the_mean_cost_of_the_last_trades() -> None:
    """Trades without a known arrival price do not count."""
    desk = Desk(slippage=5.0)
    desk.trade(10.0)
    assert desk.told == []
    template = desk.tracker.trades()[-1]
    for bps in (-4.0, -8.0):
        desk.tracker.core.tell(
            ALARM_NOTICES[-1], NOON, "other", template._replace(slippage_bps=bps)
        )
    assert [(alert.fired, alert.value) for alert in desk.told] == [(True, 6.0)]
    for told in ([True], [True, False]):  # at 3 and at 1.5: it is over at half the threshold
        trade = template._replace(slippage_bps=3.0)
        desk.tracker.core.tell(ALARM_NOTICES[-1], NOON, "other", trade)
        assert [alert.fired for alert in desk.told] == told


def test_what_is_not_watched_is_never_told() -> None:
    """An alarm without a threshold never alerts."""
    desk = Desk()
    desk.mark(50.0)
    desk.trade(*[1.0] * 20)
    desk.alerts.rejected(NOON)
    assert desk.told == []
    assert not desk.alerts.watches_marks


def test_restored_alerts_do_not_fire_again() -> None:
    """What was firing still is, and its recovery is told with the window of its beginning."""
    desk, other = Desk(drawdown=0.05, losing_streak=3), Desk(drawdown=0.05, losing_streak=3)
    desk.mark(90.0)
    desk.trade(9.0, 9.0)
    state = json.loads(json.dumps(desk.alerts.state()))
    other.alerts.restore(state)
    assert other.alerts.state() == desk.alerts.state()
    assert other.mark(89.0) == []
    other.trade(9.0)
    assert other.told[0].alarm is Alarm.LOSING_STREAK
    assert other.mark(120.0) == [("drawdown", "", False)]
    assert other.told[-1].peak == desk.told[0].peak


def test_an_alert_comes_back_from_its_dict() -> None:
    """An alert with a window and one without are rebuilt from their JSON values."""
    desk = Desk(drawdown=0.05, losing_streak=1)
    desk.mark(90.0)
    desk.trade(9.0)
    assert len(desk.told) == 2
    for alert in desk.told:
        assert Alert.from_dict(json.loads(json.dumps(alert.to_dict()))) == alert


# --- exactly at a threshold, and around it


@pytest.mark.parametrize("percent", range(1, 51))
def test_a_fall_to_the_threshold_itself_fires(percent: int) -> None:
    """Of any whole percent, though 1 less 0.9 is not quite 0.1; a little less does not."""
    desk = Desk(drawdown=percent / 100, day_loss=percent / 100)
    assert desk.mark(100.0 - percent + 0.001) == []
    fired = {name for name, _, fired in desk.mark(100.0 - percent) if fired}
    assert fired == {"drawdown", "day_loss"}


def flapped(margin: float, *values: float) -> list[bool]:
    """What was told of unexplained money of these sizes, with a threshold of 100."""
    told: list[bool] = []
    firing: Alert | None = None
    for value in values:
        figure = AlarmFigure(value)
        changed = changed_alert(Alarm.UNEXPLAINED, figure, 100.0, NOON, firing, margin)
        if changed is not None:
            told.append(changed.fired)
            firing = changed if changed.fired else None
    return told


@pytest.mark.parametrize(
    ("margin", "values", "told"),
    [
        (0.5, (100.0, 99.0, 101.0, 60.0, 101.0), [True]),
        (0.5, (100.0, 50.0, 99.0, 100.0), [True, False, True]),
        (0.2, (100.0, 81.0, 100.0, 80.0), [True, False]),
        (0.0, (100.0, 99.0, 101.0), [True, False, True]),
        (1.0, (100.0, 1.0, 0.0), [True, False]),
    ],
)
def test_a_value_around_its_threshold_tells_once(
    margin: float, values: tuple[float, ...], told: list[bool]
) -> None:
    """It is over where it has fallen by the margin of the settings."""
    assert flapped(margin, *values) == told


# --- after a restart


def restarted(desk: Desk, **thresholds: float) -> Alerts:
    """The alerts of the next run, with thresholds of its own."""
    alerts = Alerts(desk.tracker, {Alarm(name): at for name, at in thresholds.items()})
    alerts.restore(json.loads(json.dumps(desk.alerts.state())))
    desk.tracker.remove_listener(desk.alerts.hear)
    desk.tracker.add_listener(alerts.hear, *ALARM_NOTICES)
    desk.alerts = alerts
    return alerts


def test_a_threshold_that_was_raised_holds_at_once() -> None:
    """The alert that fired by the old one is over, and fires anew at the new one."""
    desk = Desk(drawdown=0.05)
    assert desk.mark(94.0) == [("drawdown", "", True)]
    restarted(desk, drawdown=0.1)
    assert desk.mark(94.0) == [("drawdown", "", False)]
    assert desk.mark(92.0, 90.0, 89.0) == [("drawdown", "", True)]


def test_a_threshold_that_was_lowered_does_not_fire_again() -> None:
    """What fires goes on to, and is over by the rule of its row."""
    desk = Desk(drawdown=0.1)
    assert desk.mark(88.0) == [("drawdown", "", True)]
    restarted(desk, drawdown=0.05)
    assert desk.mark(88.0, 96.0, 94.0) == []
    assert desk.mark(100.0) == [("drawdown", "", False)]


@pytest.mark.parametrize("name", ["drawdown", "strategy_drawdown"])
def test_one_that_is_switched_on_while_deeper_fires_once(name: str) -> None:
    """At the first mark, though no new low comes of it."""
    desk = Desk()
    desk.mark(100.0, 80.0, 85.0)
    restarted(desk, **{name: 0.1})
    assert [each[0] for each in desk.mark(85.0, 85.0, 84.0)] == [name]


def test_one_that_was_switched_off_is_forgotten() -> None:
    """It neither fires nor recovers."""
    desk = Desk(drawdown=0.05)
    desk.mark(94.0)
    restarted(desk, day_loss=0.5)
    assert desk.mark(100.0, 101.0) == []
    assert desk.alerts.state()["firing"] == []
