"""Where messages to the user would be: it stands in for `utils/notify/notifier.py`.

LEAN sends messages in live trading only, and its free tier trades nothing live. Alerts go to the
log and to listeners there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.tracker.alerts import Alert


class Notifier:
    """Stands where what sends alerts would be: it takes them and sends none.

    Attributes:
        waits: Whether alerts wait to be saved.
        changes: None.
        pending: None.
        put_so_far: None.
        ready: Never.
    """

    changes = pending = put_so_far = 0
    ready = False

    def __init__(self, *_: Any) -> None:
        self.waits = False

    def put(self, alert: Alert) -> None:
        """Take an alert."""

    def release(self, most: int) -> None:
        """Take note of what was saved."""

    def state(self) -> dict[str, Any]:
        """The state of one that sent nothing."""
        return {"day": None, "sent": 0, "pending": []}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take what another form saved, and send none of it."""
