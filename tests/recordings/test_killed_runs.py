"""After a kill the next deployment shows every fill that the store had written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.records import record_codec
from models.tracker.alerts import Alert
from tests.recordings.killed_runs import (
    FLUSHED_EVERY,
    LAZY,
    SMALL,
    KilledRun,
    kill_a_backtest,
    shown,
)
from workbench.engine.store import StoreRules

ALERT = record_codec(Alert)
LIVE = (pytest.param("live-paper", marks=pytest.mark.slow), "live-redeploy-1")
SAVED_WITHIN = 5.0  # seconds after a fill
RULES = [pytest.param(LAZY, id="usual store"), pytest.param(SMALL, id="small store")]


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("name", LIVE)
def test_a_kill_at_any_order_line_loses_nothing_that_was_written(
    name: str, rules: StoreRules, tmp_path: Path
) -> None:
    """The next deployment has all of it, and no fill that it lacks is older than save and write."""
    run = KilledRun(name, tmp_path / "store", rules)
    fills: list[tuple[float, int]] = []
    kills = 0
    for number, kind in enumerate(run.lines()):
        fills.append((run.now, shown(run.replay.tracker).fills))
        if kind != "order":
            continue
        found, written = shown(run.next_one(tmp_path / f"next-{number}")), run.store.flushed
        assert found == written if written else found.fills == 0
        lacks = [time for time, count in fills if count > found.fills]
        assert not lacks or run.now - lacks[0] <= SAVED_WITHIN + FLUSHED_EVERY
        kills += 1
    assert kills > 50
    assert found.fills > 20


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("name", LIVE)
def test_of_two_writers_a_kill_leaves_the_one_saved_last(
    name: str, rules: StoreRules, tmp_path: Path
) -> None:
    """All that it had written is there, whatever the other wrote since, and the other is named."""
    first = KilledRun(name, tmp_path / "store", rules)
    second = KilledRun(name, tmp_path / "store", rules, ahead=1.0)
    both = 0
    for number, (kind, _) in enumerate(zip(first.lines(), second.lines(), strict=True)):
        if kind != "order" or not (first.store.flushed and second.store.flushed):
            continue
        tracker = second.next_one(tmp_path / f"next-{number}")
        assert shown(tracker) == second.store.flushed
        assert tracker.errors == {"load: damaged": 1}
        both += 1
    assert both > 40


@pytest.mark.parametrize(
    ("name", "rules", "beside"),
    [
        pytest.param("order-types", LAZY, False, marks=pytest.mark.slow),
        pytest.param("sliced-fills", SMALL, True, marks=pytest.mark.slow),
        ("option-combos", LAZY, False),
        ("option-combos", LAZY, True),
        pytest.param("futures-roll", LAZY, False, marks=pytest.mark.slow),
    ],
)
def test_a_backtest_killed_at_every_50th_line_goes_on(
    name: str, rules: StoreRules, beside: bool, tmp_path: Path
) -> None:
    """Each time from what was written, whatever another run of its id saves meanwhile."""
    assert kill_a_backtest(name, tmp_path, rules, beside=beside) >= 2


class Told:
    """The alerts that a tracker sends, with the time of each."""

    def __init__(self, run: KilledRun) -> None:
        self.sent: list[tuple[Alert, float]] = []
        self._run = run
        notifier = run.replay.tracker.reporting.notifier
        notifier.waits = True  # as with the thread that saves a live run
        self._notify = notifier.notify
        notifier.notify = self  # type: ignore[method-assign]

    def __call__(self, alert: Alert) -> bool:
        """Send it."""
        self.sent.append((alert, self._run.now))
        return self._notify(alert)


@pytest.mark.parametrize("name", LIVE)
def test_a_kill_at_any_line_loses_no_alert(name: str, tmp_path: Path) -> None:
    """Each that was written is sent before the kill or after it; twice only where the one was since
    the last write.
    """
    settings: dict[str, Any] = {
        "alerts": "losing_streak=1,drawdown=0.000001,strategy_drawdown=0.000001",
        "notify": "web=https://example.org/x",
        "notify_daily": 10_000,
    }
    run = KilledRun(name, tmp_path / "store", **settings)
    told = Told(run)
    fired: list[tuple[Any, float]] = []
    run.replay.tracker.add_listener(lambda each: fired.append((each.record, run.now)), "alert")
    again = 0
    for number, _ in enumerate(run.lines()):
        waits = run.replay.tracker.reporting.notifier.pending
        assert len(told.sent) + waits == len(fired)
        after = run.next_one(tmp_path / f"next-{number}").reporting.notifier.state()["pending"]
        before = [ALERT.encode(alert) for alert, _ in told.sent]
        written = run.now - SAVED_WITHIN - FLUSHED_EVERY
        for alert, time in fired:
            if time < written:
                assert ALERT.encode(alert) in before + after
        for alert, time in told.sent:
            if time < written:
                assert ALERT.encode(alert) not in after
        again += any(each in before for each in after)
    assert len(fired) > 5
    assert again, "no kill hit the time between an alert and the write after it"
    last = run.next_one(tmp_path / "last").reporting.notifier.state()
    assert (last["pending"], len(told.sent)) == ([], len(fired))
