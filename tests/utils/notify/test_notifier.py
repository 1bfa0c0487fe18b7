"""The notifier: alerts go to every address, so many a day."""

from __future__ import annotations

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
