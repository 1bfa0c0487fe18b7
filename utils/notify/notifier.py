"""The notifier: alerts by mail, by web hook and by Telegram, in live trading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from models.tracker.alerts import Alert

if TYPE_CHECKING:
    from AlgorithmImports import NotificationManager, QCAlgorithm


EMAIL_SUBJECT = "Performance tracker"


def _notify_by_email(manager: NotificationManager, address: str, text: str) -> None:
    """Send a mail."""
    manager.email(address, EMAIL_SUBJECT, text)


def _notify_by_web_hook(manager: NotificationManager, address: str, text: str) -> None:
    """Post a text to a URL."""
    manager.web(address, text)


def _notify_by_telegram(manager: NotificationManager, address: str, text: str) -> None:
    """Send a text to a chat: its id and, after a colon, the token of the user's own bot if any."""
    chat, _, token = address.partition(":")
    if token:
        manager.telegram(chat, text, token)
    else:
        manager.telegram(chat, text)


# How a text is sent to an address of each channel that the setting `tracker_notify` knows.
NOTIFY_CHANNELS: dict[str, Callable[[NotificationManager, str, str], None]] = {
    "email": _notify_by_email,
    "web": _notify_by_web_hook,
    "telegram": _notify_by_telegram,
}


class Notifier:
    """Sends alerts to the user. It calls LEAN: call it where no lock is held.

    Args:
        algorithm: The running algorithm.
        addresses: "email", "telegram" or "web" -> the address; empty outside live trading.
        daily: The most alerts that are sent a day, in UTC; LEAN charges for more.
        attempt: The guard around each channel, so that one that fails costs no other: called with
            a name, a function and its arguments, it tells whether the function returned.
    """

    def __init__(
        self,
        algorithm: QCAlgorithm,
        addresses: Mapping[str, str],
        daily: int,
        attempt: Callable[..., bool],
    ) -> None:
        self._algorithm = algorithm
        self._addresses = addresses
        self._daily = daily
        self._attempt = attempt
        self._sent: Counter[date] = Counter()

    def notify(self, alert: Alert) -> bool:
        """Send an alert to every address.

        Returns:
            False where there is no address, or the day's number is used up.
        """
        day = alert.time.date()
        if not self._addresses or self._sent[day] >= self._daily:
            return False
        self._sent = Counter({day: self._sent[day] + 1})
        for channel, address in self._addresses.items():
            self._attempt(f"notify by {channel}", self._send, channel, address, alert.text)
        return True

    def _send(self, channel: str, address: str, text: str) -> None:
        """Send a text by a channel; LEAN may raise."""
        NOTIFY_CHANNELS[channel](self._algorithm.notify, address, text)
