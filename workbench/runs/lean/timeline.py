"""What happens to an account between the events of its orders, in the order of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.events.account import DayEnd
from models.events.corporate_actions import Dividend
from workbench.runs.lean.facts import Sample
from workbench.runs.lean.fills import FoundSplit


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happens besides orders, each part in the order of time.

    Attributes:
        samples: LEAN's equity.
        days: LEAN's daily samples.
        splits: What was split.
        dividends: Dividends that LEAN's data state.
        expiries: When instruments leave the market, by Symbol ID.
    """

    samples: tuple[Sample, ...]
    days: tuple[DayEnd, ...] = ()
    splits: tuple[FoundSplit, ...] = ()
    dividends: tuple[Dividend, ...] = ()
    expiries: tuple[tuple[datetime, str], ...] = ()


class Between:
    """What happens between the events of orders, merged in the order of time."""

    def __init__(self, timeline: Timeline) -> None:
        ranked: list[tuple[datetime, int, int, Any]] = []
        parts: tuple[Iterable[Any], ...] = (
            timeline.splits,
            timeline.dividends,
            timeline.expiries,
            timeline.samples,
            timeline.days,
        )
        for rank, part in enumerate(parts):
            ranked += [(_time(each), rank, at, each) for at, each in enumerate(part)]
        self._happening = sorted(ranked, key=lambda each: each[:3])
        self._next = 0

    def until(self, time: datetime) -> Iterator[Any]:
        """What comes before an event of an order at that time: samples of it come after."""
        while self._next < len(self._happening):
            moment, rank, _, happened = self._happening[self._next]
            if moment > time or (moment == time and rank > 1):
                return
            self._next += 1
            yield happened

    def rest(self) -> Iterator[Any]:
        """What comes after the last event."""
        for *_, happened in self._happening[self._next :]:
            yield happened


def _time(happened: Any) -> datetime:
    time: datetime = happened[0] if isinstance(happened, tuple) else happened.time
    return time
