"""Anomalies: events that should not have been seen, recorded as values instead of raised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models.records import Record


@dataclass(frozen=True, slots=True)
class Anomaly(Record):
    """Something in the feed that should not be, kept so that nothing is lost.

    Attributes:
        time: UTC.
        kind: A short name, one for each way it can go wrong.
        detail: What was seen, in words and figures.
        sid: The instrument's Symbol ID; empty where there is none.
        amount: Money involved, account currency, where there is any.
    """

    time: datetime
    kind: str
    detail: str
    sid: str = ""
    amount: float = 0.0
