"""Drawdown: its periods, and what is reported of a scope's."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Spell:
    """A drawdown: from a NAV peak to its trough and, once recovered, back.

    Attributes:
        start: UTC of the peak, the last mark on it.
        trough_time: UTC of the lowest NAV so far.
        end: UTC of the mark that reached the peak again; None while open.
        peak_nav: NAV at the peak.
        trough_nav: Lowest NAV so far.
        depth: The fall from peak to trough, positive, as a fraction of the peak.
        amount: The same in account currency, for the units there were at the trough.
    """

    start: datetime
    trough_time: datetime
    end: datetime | None
    peak_nav: float
    trough_nav: float
    depth: float
    amount: float

    def to_dict(self) -> dict[str, Any]:
        """JSON values; times in ISO 8601."""
        values = asdict(self)
        return {**values, **{name: values[name] and values[name].isoformat() for name in _TIMES}}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Spell:
        """The spell that `to_dict` described."""
        times = {name: values[name] and datetime.fromisoformat(values[name]) for name in _TIMES}
        return cls(**{**values, **times})


_TIMES = ("start", "trough_time", "end")


@dataclass(frozen=True, slots=True)
class DrawdownRecord:
    """How far a scope's NAV is below its peak, at the last mark.

    Attributes:
        depth: The fall now, as a positive fraction of the peak; None without a NAV.
        amount: The same in account currency.
        max_depth: The deepest so far, the open spell included.
        open: The spell that has not recovered, or None.
        spells: The last 100 that have, the oldest first.
    """

    depth: float | None
    amount: float | None
    max_depth: float | None
    open: Spell | None
    spells: tuple[Spell, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "depth": self.depth,
            "amount": self.amount,
            "max_depth": self.max_depth,
            "open": self.open.to_dict() if self.open else None,
            "spells": [spell.to_dict() for spell in self.spells],
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> DrawdownRecord:
        """The record that `to_dict` described."""
        spell = values["open"]
        return cls(
            values["depth"],
            values["amount"],
            values["max_depth"],
            Spell.from_dict(spell) if spell else None,
            tuple(Spell.from_dict(row) for row in values["spells"]),
        )
