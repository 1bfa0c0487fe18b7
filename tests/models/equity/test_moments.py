"""Moments of the returns of trading days, and where they are undefined."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from models.equity.moments import Moments
from models.equity.nav_series import NavSeries
from tests.models.equity.days import (
    CAPITAL,
    NEW_YORK,
    Event,
    every_day,
    fill,
    local,
    play,
)


def test_days_without_a_mark_are_no_trading_days() -> None:
    """Neither a weekend's midnights nor a fill make a return that would dilute the Sharpe ratio."""
    events = every_day(date(2024, 5, 1), 13)
    track = play(NavSeries(CAPITAL, NEW_YORK), events)
    fill(track, local(2024, 5, 18, 12), 1.0, 10.0)
    assert track.book.daily_returns_moments().n == 9
    days, navs = track.book.daily_closes()
    assert [date.fromordinal(int(day)).day for day in days] == [1, 2, 3, 6, 7, 8, 9, 10, 13]
    assert len(navs) == 9


def test_moments_are_those_of_all_trading_days(decade: list[Event]) -> None:
    """Days that were folded count as much as those kept."""
    track = play(NavSeries(CAPITAL, NEW_YORK), decade)
    navs = [1.0]
    equity = CAPITAL
    for event in decade:
        if event.call == "mark":
            value = navs[-1] * (event.amounts[0] - event.amounts[1]) / equity
            equity = event.amounts[0]
            # The second mark of a day takes the first one's place.
            navs[len(navs) - (event.time.astimezone(NEW_YORK).hour == 16) :] = [value]
    returns = np.diff(navs) / navs[:-1]
    moments = track.book.daily_returns_moments()
    assert moments.n == len(returns) == sum(day.call == "trade" for day in decade)
    assert moments.mean == pytest.approx(returns.mean(), rel=1e-9)
    assert moments.variance == pytest.approx(returns.var(ddof=1), rel=1e-9)
    assert moments.downside_variance == pytest.approx(
        (np.minimum(returns, 0.0) ** 2).mean(), rel=1e-9
    )


def test_moments_are_undefined_where_days_are_missing() -> None:
    """No day has no moments, and one day no variance; the open day counts as it stands."""
    assert (Moments().variance, Moments().downside_variance, Moments().n) == (None, None, 0)
    track = NavSeries(CAPITAL, NEW_YORK)
    track.mark(local(2024, 5, 6, 12), 900.0)
    moments = track.book.daily_returns_moments()
    assert (moments.n, moments.variance) == (1, None)
    assert moments.mean == pytest.approx(-0.1)
    track.mark(local(2024, 5, 6, 13), 1_100.0)
    assert track.book.daily_returns_moments().mean == pytest.approx(0.1)
