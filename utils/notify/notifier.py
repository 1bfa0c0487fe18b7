"""The notifier: alerts by mail, by web hook and by Telegram, in live trading."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from models.codec import COUNT, DATE, list_of, maybe
from models.errors import TrackerError
from models.fields import Field, Restorable, Table
from models.records import record_codec
from models.settings import Alarm
from models.tracker.alerts import Alert

if TYPE_CHECKING:
    from AlgorithmImports import NotificationManager, QCAlgorithm


EMAIL_SUBJECT = "Performance tracker"


def _notify_by_email(manager: NotificationManager, address: str, text: str) -> object:
    """Send a mail."""
    return manager.email(address, EMAIL_SUBJECT, text)


def _notify_by_web_hook(manager: NotificationManager, address: str, text: str) -> object:
    """Post a text to a URL."""
    return manager.web(address, text)


def _notify_by_telegram(manager: NotificationManager, address: str, text: str) -> object:
    """Send a text to a chat: its id and, after a colon, the token of the user's own bot if any."""
    chat, _, token = address.partition(":")
    given = (token,) if token else ()
    return manager.telegram(chat, text, *given)


# How a text is sent to an address of each channel that the setting `tracker_notify` knows.
NOTIFY_CHANNELS: dict[str, Callable[[NotificationManager, str, str], object]] = {
    "email": _notify_by_email,
    "web": _notify_by_web_hook,
    "telegram": _notify_by_telegram,
}


# Alerts for which a part of the day's messages is kept.
RESERVED_FOR = frozenset({Alarm.DRAWDOWN, Alarm.STRATEGY_DRAWDOWN, Alarm.DAY_LOSS})
# The part of a day's messages that is kept for them: one of so many.
RESERVE = 4


class RefusedError(TrackerError):
    """LEAN did not take a notification."""


class Notifier(Restorable):
    """Sends alerts to the user. It calls LEAN: call it where no lock is held.

    An alert waits to be sent until it was saved as one that waits, where the run is saved: who is
    killed in between sends it again, and loses none.

    Args:
        algorithm: The running algorithm.
        addresses: "email", "telegram" or "web" -> the address; empty outside live trading.
        daily: The most messages that are sent a day, in UTC; LEAN charges for more. A quarter of
            them is kept for drawdowns and the day's loss.
        attempt: The guard around each channel, so that one that fails costs no other: called with
            a name, a function and its arguments, it tells whether the function returned.
        tell: Called with an alert that was not sent to an address, and why.

    Attributes:
        waits: Whether alerts wait until `release` says that they were saved.
        changes: How often what is saved has changed in this run.
        messages: How many messages LEAN took in this run.
    """

    STATE: ClassVar[Table] = Table(
        Field("day", maybe(DATE), "_day"),
        Field("sent", COUNT, "_sent"),
        Field("pending", list_of(record_codec(Alert)), "_unsent"),
    )

    def __init__(
        self,
        algorithm: QCAlgorithm,
        addresses: Mapping[str, str],
        daily: int,
        attempt: Callable[..., bool],
        tell: Callable[[Alert, str], object] = lambda *_: None,
    ) -> None:
        self._algorithm = algorithm
        self._addresses = addresses
        self._daily = daily
        self._attempt = attempt
        self._tell = tell
        self._lock = threading.Lock()
        self._day: date | None = None
        self._sent = 0  # messages of that day
        self._pending: list[Alert] = []
        self._sending: list[Alert] = []  # LEAN may not have them yet
        self._taken = 0  # alerts that were taken to be sent
        self._released = 0  # how many may be, those that were included
        self.waits = False
        self.changes = self.messages = 0

    def put(self, alert: Alert) -> None:
        """Have an alert sent, where there is an address."""
        if self._addresses:
            with self._lock:
                self._pending.append(alert)
                self.changes += 1

    @property
    def pending(self) -> int:
        """How many alerts wait."""
        return len(self._pending)

    @property
    def put_so_far(self) -> int:
        """How many alerts there were, those that were sent included."""
        with self._lock:
            return self._taken + len(self._pending)

    def release(self, most: int) -> None:
        """Let the first so many of all alerts be sent: those that were saved, or cannot be."""
        with self._lock:
            self._released = max(self._released, most)

    @property
    def ready(self) -> bool:
        """Whether an alert may be sent."""
        return bool(self._pending) and (not self.waits or self._taken < self._released)

    def deliver(self) -> None:
        """Send the alerts that may be, the oldest first; of two threads one sends each."""
        while self.ready:
            with self._lock:
                if not self.ready:
                    return
                alert = self._pending.pop(0)
                self._taken += 1
                self._sending.append(alert)
            try:
                self.notify(alert)
            finally:
                with self._lock:  # a state that is saved before says that it waits
                    self._sending.remove(alert)
                    self.changes += 1

    def notify(self, alert: Alert) -> bool:
        """Send an alert to every address that the day's number has room for.

        Returns:
            Whether it was sent to any.
        """
        sent = [self._sends(alert, *each) for each in self._addresses.items()]
        return any(sent)

    def _sends(self, alert: Alert, channel: str, address: str) -> bool:
        """Send an alert to an address, and tell where that fails."""
        day = alert.time.date()
        with self._lock:
            if self._day is None or day > self._day:
                self._day, self._sent = day, 0
            reserve = 0 if alert.alarm in RESERVED_FOR else self._daily // RESERVE
            room = self._sent < self._daily - reserve
            self._sent += room
        if not room:
            self._tell(alert, f"no message of the day is left for {channel}")
        elif self._attempt(f"notify by {channel}", self._send, channel, address, alert.text):
            with self._lock:
                self.messages += 1
            return True
        else:
            with self._lock:
                self._sent -= 1
            self._tell(alert, f"{channel} did not take it")
        return False

    def _send(self, channel: str, address: str, text: str) -> None:
        """Send a text by a channel; LEAN may raise, or say that it does not."""
        if NOTIFY_CHANNELS[channel](self._algorithm.notify, address, text) is False:
            raise RefusedError("LEAN does not send it")

    @property
    def _unsent(self) -> list[Alert]:
        """The alerts that LEAN may not have yet."""
        return [*self._sending, *self._pending]

    @_unsent.setter
    def _unsent(self, alerts: list[Alert]) -> None:
        self._pending = alerts

    def state(self) -> dict[str, Any]:
        """Return the messages of the day and the alerts that wait, as JSON values."""
        with self._lock:
            return super().state()

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned; the alerts that waited may be sent.

        Raises:
            StateError: A value is missing or of another type.
        """
        with self._lock:
            super().restore(state)
            self._released = self._taken + len(self._pending)
            if not self._addresses:
                self._pending.clear()
