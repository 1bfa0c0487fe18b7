"""Returns over periods that end today, and drawdowns of daily closes."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date

import numpy as np

from models.statistics.portfolio import DUST, EPOCH, Closes, months_before


@dataclass(frozen=True, slots=True)
class DailySpell:
    """A drawdown on daily closes.

    Attributes:
        start: Date of the peak, the last close on it.
        trough: Date of the lowest close.
        end: Date of the close that reached the peak again; None while open.
        depth: The fall as a positive fraction of the peak.
        days: Calendar days from the peak to the end, or to the last close.
        recovery_days: Calendar days from the trough to the end; None while open.
    """

    start: date
    trough: date
    end: date | None
    depth: float
    days: int
    recovery_days: int | None


def drawdown_spells(closes: Closes) -> list[DailySpell]:
    """Every drawdown of the closes, the first peak being the start; the open one is the last."""
    day, nav = np.asarray(closes.day, np.int64), np.asarray(closes.nav, float)
    if nav.size < 2:
        return []
    peaks = np.maximum.accumulate(nav)
    at_peak = np.flatnonzero(nav >= peaks - DUST * np.abs(peaks))
    spells = []
    for first, after in zip(at_peak, np.append(at_peak[1:], nav.size), strict=True):
        if after - first < 2 or peaks[first] <= 0.0:
            continue
        low = int(first) + 1 + int(nav[first + 1 : after].argmin())
        ended = after < nav.size
        last = int(after if ended else after - 1)
        spells.append(
            DailySpell(
                start=date.fromordinal(int(day[first])),
                trough=date.fromordinal(int(day[low])),
                end=date.fromordinal(int(day[last])) if ended else None,
                depth=float(1.0 - nav[low] / peaks[first]),
                days=int(day[last] - day[first]),
                recovery_days=int(day[last] - day[low]) if ended else None,
            )
        )
    return spells


# Months back of the rungs that need so long a history.
_RUNGS = {"3m": 3, "6m": 6, "1y": 12, "3y": 36}


def period_ladder(closes: Closes, deploy: date | None = None) -> dict[str, float | None]:
    """Returns up to the last close: the day, MTD, 3M, 6M, YTD, 1Y, 3Y, since start, since deploy.

    Each is a total, not annualized, from the last close on or before the day it starts from: for
    months and years that day's date so many months ago, None where the history is shorter; for the
    others the day before the first of the month, of the year or of the deploy, or the start.

    Args:
        closes: The start and the closes.
        deploy: Local date of the present deployment; None leaves `since_deploy` None.
    """
    days, nav = [int(day) for day in closes.day], closes.nav
    names = ("day", "mtd", "3m", "6m", "ytd", "1y", "3y", "since_start", "since_deploy")
    found: dict[str, float | None] = dict.fromkeys(names)
    if len(days) < 2:
        return found
    last = date.fromordinal(days[-1])
    since = {
        "day": days[-2],
        "mtd": max(last.replace(day=1).toordinal() - 1, days[0]),
        "ytd": max(last.replace(month=1, day=1).toordinal() - 1, days[0]),
        "since_start": days[0],
    }
    for name, months in _RUNGS.items():
        since[name] = months_before(days[-1] - EPOCH, months) + EPOCH
    if deploy is not None:
        since["since_deploy"] = max(deploy.toordinal() - 1, days[0])
    for name, day in since.items():
        index = bisect_right(days, day) - 1
        if index >= 0 and nav[index] > 0.0:
            found[name] = float(nav[-1] / nav[index] - 1.0)
    return found
