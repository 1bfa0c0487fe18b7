"""An alert: a figure that reached its threshold, or recovered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from models.settings import FRACTION_ALARMS, Alarm


class Alert(NamedTuple):
    """A threshold that was crossed, or recovered from.

    Attributes:
        alarm: What is watched; its comment gives the unit of `value` and `threshold`.
        strategy: Whose; empty for the account.
        fired: True when it was crossed, False on recovery.
        time: UTC.
        value: The figure now.
        threshold: From where on it alerts.
        since: Start of the fall or of the day; None where there is no such window.
        peak: NAV, or of a day's loss the equity, that it fell from; None likewise.
        trough: The lowest since; None likewise.
    """

    alarm: Alarm
    strategy: str
    fired: bool
    time: datetime
    value: float
    threshold: float
    since: datetime | None = None
    peak: float | None = None
    trough: float | None = None

    @property
    def text(self) -> str:
        """The alert in one line, with window, peak, trough and value."""
        name = self.alarm.value.replace("_", " ")
        whose = f"strategy {self.strategy}" if self.strategy else "the account"
        value, threshold = (self._shown(figure) for figure in (self.value, self.threshold))
        verb = "reached" if self.fired else "recovered to"
        line = f"{name} of {whose} {verb} {value} (threshold {threshold})"
        if self.since is not None:
            line += f", since {self.since:%Y-%m-%d %H:%M}: {self.peak:.6g} to {self.trough:.6g}"
        return line

    def _shown(self, figure: float) -> str:
        return f"{100 * figure:.2f} %" if self.alarm in FRACTION_ALARMS else f"{figure:,.10g}"

    def to_dict(self) -> dict[str, Any]:
        """JSON values; times in ISO 8601."""
        since = self.since.isoformat() if self.since else None
        given = {"alarm": self.alarm.value, "time": self.time.isoformat(), "since": since}
        return {**self._asdict(), **given}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Alert:
        """The alert that `to_dict` described."""
        since = values["since"]
        given = {
            "alarm": Alarm(values["alarm"]),
            "time": datetime.fromisoformat(values["time"]),
            "since": datetime.fromisoformat(since) if since else None,
        }
        return cls(**{**values, **given})
