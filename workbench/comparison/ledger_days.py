"""The terms of the ledger by day: what tells by which cause two runs part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from models.equity.session_metrics import SessionKind
from models.performance_tracker import PerformanceTracker

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.int64]

# What the sessions of a saved state do not tell apart: P&L before fees, and what rates did.
TRADING = "trading"

# The terms as causes of a change of equity, each with its sign.
SIGNS: Mapping[str, float] = {
    "realized": 1.0,
    "unrealized": 1.0,
    "fees": -1.0,
    "dividends": 1.0,
    "financing": 1.0,
    "settlement": 1.0,
    "fx": 1.0,
}
KEPT_APART = frozenset({"fees"})  # the terms that sessions tell by themselves


@dataclass(frozen=True, slots=True)
class LedgerDays:
    """What each term of the ledger did to the account's equity, day by day.

    Attributes:
        days: `date.toordinal()` of the local dates, rising strictly.
        terms: Term -> what it added on each of the days, account currency; fees are negative.
    """

    days: Days
    terms: Mapping[str, Floats]

    def coarse(self) -> LedgerDays:
        """The same with the terms that sessions do not tell apart as one, `TRADING`."""
        if TRADING in self.terms or not self.terms:
            return self
        joined = [each for name, each in self.terms.items() if name not in KEPT_APART]
        apart = {name: each for name, each in self.terms.items() if name in KEPT_APART}
        return LedgerDays(self.days, {TRADING: np.sum(joined, axis=0), **apart})

    def on(self, days: Days) -> Mapping[str, Floats]:
        """Each term on other days: what came between two of them belongs to the later one, and
        what came before the first to none.
        """
        before = np.searchsorted(self.days, days[:1], "left")
        places = np.append(before, np.searchsorted(self.days, days, "right"))
        return {
            name: np.diff(np.append(0.0, np.cumsum(values))[places])
            for name, values in self.terms.items()
        }


NO_LEDGER = LedgerDays(np.zeros(0, np.int64), {})


class LedgerLog:
    """Takes the terms of a tracker at the end of each of its days."""

    def __init__(self) -> None:
        self._days: list[int] = []
        self._rows: list[list[float]] = []

    def take(self, tracker: PerformanceTracker, time: datetime) -> None:
        """Take the terms as they are now, for the local date of a time."""
        sheet = asdict(tracker.ledger.total())
        row = [sign * sheet[name] for name, sign in SIGNS.items()]
        day = time.astimezone(tracker.zone).toordinal()
        if self._days and day <= self._days[-1]:
            self._rows[-1] = row
        else:
            self._days.append(day)
            self._rows.append(row)

    def days(self) -> LedgerDays:
        """What each term did on each day."""
        if not self._days:
            return NO_LEDGER
        rows = np.diff(np.array(self._rows), axis=0, prepend=0.0)
        return LedgerDays(
            np.array(self._days), dict(zip(SIGNS, np.ascontiguousarray(rows.T), strict=True))
        )


def session_ledger(tracker: PerformanceTracker) -> LedgerDays:
    """What a tracker's daily sessions tell, which are those of the last two years."""
    sessions = tracker.sessions(SessionKind.DAILY)
    return LedgerDays(
        np.array([each.session_date.toordinal() for each in sessions], np.int64),
        {
            TRADING: np.array([each.gross_pnl for each in sessions]),
            "fees": np.array([-each.commissions for each in sessions]),
        },
    )
