"""Alerts: what fires, once a crossing, when it recovers, and where it is shown."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from models import Notice, PerformanceTracker, create_performance_tracker
from models.settings import Alarm
from models.tracker.alerts import Alert
from utils.notify.alerts import HEARD, Alerts
from utils.notify.screen import Screen, figures

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Desk:
    """A tracker of 1,000 dollars that holds ten A at 100, and the alerts that it told."""

    def __init__(self, **thresholds: float) -> None:
        self.tracker: PerformanceTracker = create_performance_tracker(1_000.0)
        self.told: list[Alert] = []
        self.alerts = Alerts(self.tracker, {Alarm(name): at for name, at in thresholds.items()})
        self.tracker.add_listener(self.alerts.hear, *HEARD)
        self.tracker.add_listener(self._keep, "alert")
        self.now = NOON
        self.tracker.open_trade("A", 10, 100.0, time=NOON, strategy="trend")

    def _keep(self, notice: Notice) -> None:
        assert isinstance(notice.record, Alert)
        self.told.append(notice.record)

    def mark(self, *prices: float, later: timedelta = MINUTE) -> list[tuple[str, str, bool]]:
        """Mark A at each price; what was told of, as (alarm, strategy, fired)."""
        before = len(self.told)
        for price in prices:
            self.now += later
            self.tracker.update_unrealized_pnl({"A": price}, self.now)
            if self.alerts.watches_marks:
                self.alerts.mark(self.now)
        return [(a.alarm.value, a.strategy, a.fired) for a in self.told[before:]]

    def trade(self, *exits: float, strategy: str = "other") -> None:
        """Buy a B at 10 and sell it at each price."""
        for price in exits:
            self.tracker.open_trade("B", 1, 10.0, strategy=strategy)
            self.tracker.close_trade("B", price, strategy=strategy)


def test_a_drawdown_fires_once_a_crossing_and_once_on_recovery() -> None:
    """Deeper falls are not told again, nor a rise that does not reach the peak."""
    desk = Desk(drawdown=0.05)
    assert desk.mark(96.0) == []
    assert desk.mark(94.0, 90.0, 96.0, 94.0) == [("drawdown", "", True)]
    assert desk.mark(100.0) == [("drawdown", "", False)]
    assert desk.mark(94.0) == [("drawdown", "", True)]


def test_a_drawdown_alert_says_window_peak_trough_and_value() -> None:
    """Whoever reads it needs no look-up."""
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


def test_unexplained_money_alerts() -> None:
    """Until it is explained."""
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
        desk.tracker.core.tell(HEARD[-1], NOON, "other", template._replace(slippage_bps=bps))
    assert [(alert.fired, alert.value) for alert in desk.told] == [(True, 6.0)]
    desk.tracker.core.tell(HEARD[-1], NOON, "other", template._replace(slippage_bps=3.0))
    assert [alert.fired for alert in desk.told] == [True, False]


def test_what_is_not_watched_is_never_told() -> None:
    """No threshold, no alert."""
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
    """With a window and without."""
    desk = Desk(drawdown=0.05, losing_streak=1)
    desk.mark(90.0)
    desk.trade(9.0)
    assert len(desk.told) == 2
    for alert in desk.told:
        assert Alert.from_dict(json.loads(json.dumps(alert.to_dict()))) == alert


# --- what LEAN shows


class Lean:
    """Takes what LEAN would show."""

    def __init__(self) -> None:
        self.shown: list[tuple[Any, ...]] = []
        self.notify = SimpleNamespace(
            email=lambda *given: self.shown.append(("email", *given)),
            web=lambda *given: self.shown.append(("web", *given)),
            telegram=lambda *given: self.shown.append(("telegram", *given)),
        )

    def set_runtime_statistic(self, name: str, value: str) -> None:
        """Keep it."""
        self.shown.append(("runtime", name, value))

    def set_summary_statistic(self, name: str, value: str) -> None:
        """Keep it."""
        self.shown.append(("summary", name, value))

    def plot(self, chart: str, series: str, value: float) -> None:
        """Keep it."""
        self.shown.append(("plot", chart, series, value))


def screen(lean: Any, daily: int = 20, **notify: str) -> Screen:
    """The screen of an algorithm."""
    return Screen(lean, notify, daily)


def alert(day: int = 0) -> Alert:
    """An alert so many days after the first."""
    return Alert(Alarm.REJECTS, "", True, NOON + day * DAY, 4.0, 3.0)


def test_an_alert_goes_to_every_address() -> None:
    """Mail with a subject, the web hook, and a chat with or without a token of its own."""
    lean = Lean()
    screen(lean, email="a@b.c", web="https://x.org/y", telegram="-100:12:abc").send(alert())
    screen(lean, telegram="@me").send(alert())
    text = "rejects of the account reached 4 (threshold 3)"
    assert lean.shown == [
        ("email", "a@b.c", "Performance tracker", text),
        ("web", "https://x.org/y", text),
        ("telegram", "-100", text, "12:abc"),
        ("telegram", "@me", text),
    ]


def test_an_address_that_fails_costs_no_other() -> None:
    """Each is tried under the tracker's guard, which counts the failure."""
    lean, tracker = Lean(), create_performance_tracker()
    lean.notify.email = None
    addresses = {"email": "a@b.c", "web": "u"}
    assert Screen(cast("Any", lean), addresses, 20, tracker.core.guard.attempt).send(alert())
    assert [channel for channel, *_ in lean.shown] == ["web"]
    assert tracker.errors == {"notify by email: TypeError": 1}


def test_notifications_are_limited_by_the_day() -> None:
    """LEAN charges for more; the next day begins anew."""
    lean = Lean()
    shown = screen(lean, daily=2, web="u")
    assert [shown.send(alert(day)) for day in (0, 0, 0, 1)] == [True, True, False, True]
    assert len(lean.shown) == 3
    assert screen(lean).send(alert()) is False


def test_the_banner_and_lean_result_have_a_handful_of_figures() -> None:
    """The same ones, as text, also before anything happened."""
    lean, empty = Lean(), create_performance_tracker().summary()
    screen(lean).banner(empty)
    screen(lean).statistics(empty)
    names = [name for _, name, _ in lean.shown]
    assert names[:5] == names[5:] == list(figures(empty))
    desk = Desk()
    desk.mark(90.0)
    found = figures(desk.tracker.summary())
    assert found["Tracker net P&L"] == "-100.00 USD"
    assert found["Tracker drawdown"] == "10.00 %"


def test_charts_have_four_series_and_no_reserved_name() -> None:
    """LEAN raises on its own names and drops series beyond its limit."""
    lean, desk = Lean(), Desk()
    desk.mark(90.0)
    screen(lean).charts(desk.tracker.summary())
    assert {chart for _, chart, _, _ in lean.shown} == {"Performance tracker"}
    assert [(series, round(value, 6)) for _, _, series, value in lean.shown] == [
        ("NAV", 0.9),
        ("Drawdown %", 10.0),
        ("Leverage", 1.0),
        ("Unexplained", 0.0),
    ]
