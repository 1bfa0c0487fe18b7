"""Drawdown: its periods, and what is reported of the account's or a strategy's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from models.records import Record, Saved


@dataclass(frozen=True, slots=True)
class DrawdownPeriod(Record):
    """A drawdown: from a NAV peak to its trough and, once recovered, back.

    Attributes:
        start: UTC of the peak, the last mark on it.
        trough_time: UTC of the lowest NAV so far.
        end: UTC of the mark that reached the peak again; None while open.
        peak_nav: NAV at the peak.
        trough_nav: Lowest NAV so far.
        depth: The fall from peak to trough, positive, as a fraction of the peak.
        amount: The fall in account currency, for the units there were at the trough.
    """

    start: datetime
    trough_time: datetime
    end: datetime | None
    peak_nav: float
    trough_nav: float
    depth: float
    amount: float


@dataclass(frozen=True, slots=True)
class DrawdownRecord(Record):
    """How far the NAV of the account or of a strategy is below its peak, at the last mark.

    Attributes:
        depth: The present fall as a positive fraction of the peak; None without a NAV.
        amount: The present fall in account currency; None without a NAV.
        max_depth: The deepest fall so far, that of the open period included.
        open: The period that has not recovered; None at the peak.
        periods: The last 100 periods that have recovered, the oldest first.
    """

    SAVED: ClassVar[Saved] = Saved(keys={"periods": "spells"})

    depth: float | None
    amount: float | None
    max_depth: float | None
    open: DrawdownPeriod | None
    periods: tuple[DrawdownPeriod, ...]
