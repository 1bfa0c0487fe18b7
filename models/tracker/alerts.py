"""An alert: a figure that reached its threshold, or recovered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models.records import Record
from models.settings import FRACTION_ALARMS, Alarm


@dataclass(frozen=True, slots=True)
class Alert(Record):
    """A threshold that was crossed, or recovered from.

    Attributes:
        alarm: What is watched; `Alarm` has the unit of `value` and `threshold`.
        strategy: The strategy; empty for the account.
        fired: True when the threshold was crossed, False on recovery.
        time: UTC.
        value: The figure then.
        threshold: The value from which on the figure alerts.
        since: UTC of the start of the fall or of the day; None where the alarm has no such window.
        peak: NAV, or of a day's loss equity, that the fall began at; None without a window.
        trough: The lowest NAV or equity since then; None without a window.
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
            form = ",.2f" if self.alarm is Alarm.DAY_LOSS else ".6g"  # equity, or a NAV
            fall = f"{self.peak:{form}} to {self.trough:{form}}"
            line += f", since {self.since:%Y-%m-%d %H:%M}: {fall}"
        return line

    def _shown(self, figure: float) -> str:
        return f"{100 * figure:.2f} %" if self.alarm in FRACTION_ALARMS else f"{figure:,.10g}"
