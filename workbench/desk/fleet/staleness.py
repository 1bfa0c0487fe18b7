"""How long ago a deployment was heard, and whether that is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

LATE = 2.0  # times the seconds between two digests
SILENT = 6.0


class Standing(StrEnum):
    """Whether a deployment is heard as often as it says."""

    ALIVE = "alive"
    LATE = "late"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Pulse:
    """When a deployment was heard last.

    Attributes:
        id: The deployment's.
        received: When its newest state came.
        every: Seconds between two, as it says.
    """

    id: str
    received: datetime
    every: float

    def age(self, now: datetime) -> float:
        """Seconds since then; never below 0."""
        return max(0.0, (now - self.received).total_seconds())

    def standing(self, now: datetime) -> Standing:
        """Whether it is late, or silent."""
        age = self.age(now)
        if age > SILENT * self.every:
            return Standing.SILENT
        return Standing.LATE if age > LATE * self.every else Standing.ALIVE

    def to_dict(self, now: datetime) -> dict[str, Any]:
        """JSON values by name; the time in ISO 8601."""
        return {
            "received": self.received.isoformat(),
            "every": self.every,
            "age": self.age(now),
            "standing": self.standing(now).value,
        }
