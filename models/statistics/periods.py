"""Returns over periods that end with the last close, and drawdown periods of daily closes."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date

import numpy as np

from models.equity.nav_series import NAV_TOLERANCE
from models.statistics.closes import EPOCH, Closes, months_before


@dataclass(frozen=True, slots=True)
class DailyDrawdownPeriod:
    """A drawdown on daily closes, from its peak to its recovery.

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


def drawdown_periods(closes: Closes) -> list[DailyDrawdownPeriod]:
    """Every drawdown period of the closes, an open one last; the start is the first peak."""
    day, nav = np.asarray(closes.day, np.int64), np.asarray(closes.nav, float)
    if nav.size < 2:
        return []
    peaks = np.maximum.accumulate(nav)
    at_peak = np.flatnonzero(nav >= peaks - NAV_TOLERANCE * np.abs(peaks))
    periods = []
    for first, after in zip(at_peak, np.append(at_peak[1:], nav.size), strict=True):
        if after - first < 2 or peaks[first] <= 0.0:
            continue
        low = int(first) + 1 + int(nav[first + 1 : after].argmin())
        ended = after < nav.size
        last = int(after if ended else after - 1)
        periods.append(
            DailyDrawdownPeriod(
                start=date.fromordinal(int(day[first])),
                trough=date.fromordinal(int(day[low])),
                end=date.fromordinal(int(day[last])) if ended else None,
                depth=float(1.0 - nav[low] / peaks[first]),
                days=int(day[last] - day[first]),
                recovery_days=int(day[last] - day[low]) if ended else None,
            )
        )
    return periods


# The periods that go so many months back, and need a history as long.
_MONTHS_BACK = {"3m": 3, "6m": 6, "1y": 12, "3y": 36}


def period_ladder(closes: Closes, deploy: date | None = None) -> dict[str, float | None]:
    """Returns up to the last close: of the day, MTD, 3M, 6M, YTD, 1Y, 3Y, since start and deploy.

    Each is a total that is not annualized, and is taken from the last close on or before the day
    the period starts from. For 3M, 6M, 1Y and 3Y that is the last close's date so many months ago,
    and the return is None where the history is shorter. For the others it is the day before the
    first of the month, of the year or of the deployment, or the start.

    Args:
        closes: The start and the closes.
        deploy: Local date of the present deployment; without it `since_deploy` is None.
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
    for name, months in _MONTHS_BACK.items():
        since[name] = months_before(days[-1] - EPOCH, months) + EPOCH
    if deploy is not None:
        since["since_deploy"] = max(deploy.toordinal() - 1, days[0])
    for name, day in since.items():
        index = bisect_right(days, day) - 1
        if index >= 0 and nav[index] > 0.0:
            found[name] = float(nav[-1] / nav[index] - 1.0)
    return found
