"""The notifier: alerts go to every address, so many a day."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from models import create_performance_tracker
from models.settings import NOTIFIERS, Alarm
from models.tracker.alerts import Alert
from tests.utils.notify.desk import DAY, NOON
from utils.log.sinks import unguarded
from utils.notify.notifier import NOTIFY_CHANNELS, Notifier


class Lean:
    """Takes what LEAN would send."""

    def __init__(self) -> None:
        self.sent: list[tuple[Any, ...]] = []
        self.notify = SimpleNamespace(
            email=lambda *given: self.sent.append(("email", *given)),
            web=lambda *given: self.sent.append(("web", *given)),
            telegram=lambda *given: self.sent.append(("telegram", *given)),
        )


def notifier(lean: Any, daily: int = 20, **addresses: str) -> Notifier:
    """The notifier of an algorithm, without a guard."""
    return Notifier(lean, addresses, daily, unguarded)


def alert(day: int = 0) -> Alert:
    """An alert so many days after the first."""
    return Alert(Alarm.REJECTS, "", True, NOON + day * DAY, 4.0, 3.0)


def test_an_alert_goes_to_every_address() -> None:
    """Mail has a subject, and a chat may have the token of the user's own bot."""
    lean = Lean()
    notifier(lean, email="a@b.c", web="https://x.org/y", telegram="-100:12:abc").notify(alert())
    notifier(lean, telegram="@me").notify(alert())
    text = "rejects of the account reached 4 (threshold 3)"
    assert lean.sent == [
        ("email", "a@b.c", "Performance tracker", text),
        ("web", "https://x.org/y", text),
        ("telegram", "-100", text, "12:abc"),
        ("telegram", "@me", text),
    ]


def test_an_address_that_fails_costs_no_other() -> None:
    """Each address is tried under the tracker's guard, which counts a failure."""
    lean, tracker = Lean(), create_performance_tracker()
    lean.notify.email = None
    addresses = {"email": "a@b.c", "web": "u"}
    assert Notifier(cast("Any", lean), addresses, 20, tracker.core.guard.attempt).notify(alert())
    assert [channel for channel, *_ in lean.sent] == ["web"]
    assert tracker.errors == {"notify by email: TypeError": 1}


def test_notifications_are_limited_by_the_day() -> None:
    """LEAN charges for more; the next day begins anew."""
    lean = Lean()
    limited = notifier(lean, daily=2, web="u")
    assert [limited.notify(alert(day)) for day in (0, 0, 0, 1)] == [True, True, False, True]
    assert len(lean.sent) == 3
    assert notifier(lean).notify(alert()) is False


def test_every_channel_of_the_settings_can_be_notified() -> None:
    """The setting `tracker_notify` allows the channels that there are, and no other."""
    assert set(NOTIFY_CHANNELS) == NOTIFIERS


def risk(day: int = 0) -> Alert:
    """A drawdown's alert."""
    return replace(alert(day), alarm=Alarm.DRAWDOWN, value=0.1, threshold=0.1)


def told(lean: Any, daily: int, **addresses: str) -> tuple[Notifier, list[tuple[str, str]]]:
    """A notifier under a tracker's guard, and what it tells of alerts that were not sent."""
    unsent: list[tuple[str, str]] = []
    attempt = create_performance_tracker().core.guard.attempt
    made = Notifier(
        lean, addresses, daily, attempt, lambda each, why: unsent.append((each.text, why))
    )
    return made, unsent


def test_the_limit_counts_messages() -> None:
    """An alert to three addresses is three of them."""
    lean = Lean()
    made, unsent = told(lean, 3, email="a@b.c", web="u", telegram="1")
    assert made.notify(risk())
    assert not made.notify(risk())
    assert len(lean.sent) == 3
    assert [why for _, why in unsent] == [
        f"no message of the day is left for {channel}" for channel in ("email", "web", "telegram")
    ]


def test_a_quarter_is_kept_for_drawdowns_and_the_days_loss() -> None:
    """Other alerts use the rest up, and what is not sent is told of."""
    lean = Lean()
    made, unsent = told(lean, 8, web="u")
    assert [made.notify(alert()) for _ in range(8)] == [True] * 6 + [False] * 2
    assert [made.notify(risk()) for _ in range(3)] == [True, True, False]
    assert [text.split(" of ")[0] for text, _ in unsent] == ["rejects", "rejects", "drawdown"]
    assert made.notify(alert(1))


def test_what_lean_refuses_is_not_sent() -> None:
    """It answers False; that is told of, counted and no message of the day's, and the next goes."""
    lean = Lean()
    lean.notify.email = lambda *_: False
    made, unsent = told(lean, 2, email="a@b.c", web="u")
    assert made.notify(risk())
    assert made.notify(risk())
    assert [channel for channel, *_ in lean.sent] == ["web", "web"]
    assert [why for _, why in unsent] == ["email did not take it"] * 2
    assert not Notifier(cast("Any", lean), {"email": "a"}, 2, lambda *_: False).notify(risk())


def test_an_address_is_in_no_warning() -> None:
    """What an exception says of it is hidden, and so is it in the state."""
    warned: list[str] = []
    tracker = create_performance_tracker()
    tracker.core.guard.warn = warned.append
    tracker.core.guard.hide(["https://a.example.com/hook/SECRET"])

    def fail(address: str, text: str) -> None:
        raise OSError(f"404 at {address}")

    lean = Lean()
    lean.notify.web = fail
    addresses = {"web": "https://a.example.com/hook/SECRET"}
    made = Notifier(cast("Any", lean), addresses, 20, tracker.core.guard.attempt)
    made.put(risk())
    assert "SECRET" not in json.dumps(made.state())
    made.deliver()
    assert warned == ["notify by web: OSError: 404 at ***"]


def test_an_alert_is_saved_before_it_is_sent_and_after() -> None:
    """It waits until it was saved as one that waits; killed in between it is sent again."""
    lean = Lean()
    made = notifier(lean, web="u")
    made.waits = True
    made.put(alert())
    before = made.changes
    made.deliver()
    assert (lean.sent, made.pending) == ([], 1)
    saved = json.loads(json.dumps(made.state()))
    made.release(1)
    made.put(risk())
    made.deliver()
    assert (len(lean.sent), made.pending) == (1, 1)  # the second was not saved yet
    assert made.changes > before
    after = notifier(lean, web="u")
    after.waits = True
    after.restore(saved)
    after.deliver()
    assert (len(lean.sent), after.pending) == (2, 0)
    assert after.state() == {"day": "2024-01-02", "sent": 1, "pending": []}


def test_a_state_of_the_moment_of_sending_says_that_it_waits() -> None:
    """Killed inside LEAN's call an alert is sent again; after it the state asks to be saved."""
    states: list[dict[str, Any]] = []

    lean = Lean()
    lean.notify.web = lambda *_: states.append(json.loads(json.dumps(made.state())))
    made: Notifier = notifier(lean, web="u")
    made.put(alert())
    before = made.changes
    made.deliver()
    (during,) = states
    assert len(during["pending"]) == 1
    assert made.state()["pending"] == []
    assert made.changes > before


def test_an_alert_that_comes_during_a_save_waits_for_the_next() -> None:
    """What is sent while a state is saved makes no room for one that the state has not."""
    lean = Lean()
    made = notifier(lean, web="u")
    made.waits = True
    made.put(alert())
    made.put(alert())
    made.release(made.put_so_far)
    saving = made.put_so_far
    made.deliver()
    made.put(risk())
    made.release(saving)
    made.deliver()
    assert (len(lean.sent), made.pending) == (2, 1)
    made.release(made.put_so_far)
    made.deliver()
    assert (len(lean.sent), made.pending) == (3, 0)


def test_the_days_count_outlives_a_restart() -> None:
    """The next run of the day has what is left of it."""
    lean = Lean()
    made = notifier(lean, daily=2, web="u")
    made.notify(risk())
    after = notifier(lean, daily=2, web="u")
    after.restore(json.loads(json.dumps(made.state())))
    assert [after.notify(risk()) for _ in range(2)] == [True, False]


def test_nothing_waits_where_there_is_no_address() -> None:
    """Outside live trading an alert is no notification, nor is one of a live run's state."""
    made = notifier(Lean(), web="u")
    made.put(alert())
    without = notifier(Lean())
    without.put(alert())
    without.restore(made.state())
    assert not without.ready
