"""Drawdown periods: from peak to recovery, in the units there are, and the last ones kept."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given

from models.equity.drawdown import DrawdownPeriod
from models.equity.nav_series import NAV_TOLERANCE, PERIODS_KEPT, Change
from tests.models.equity.marks import (
    CAPITAL,
    MINUTE,
    PATHS,
    START,
    Marked,
    chained,
    falls,
    fresh,
    play,
    seen,
)


@given(marks=PATHS)
def test_drawdown_is_what_numpy_finds(marks: list[Marked]) -> None:
    """Depth, deepest and every period with its times, the open one included."""
    track = fresh()
    play(track, marks)
    navs = chained(marks)
    depths = 1.0 - navs / np.maximum.accumulate(navs)
    assert track.depth == pytest.approx(depths[-1], abs=1e-9)
    assert track.max_depth == pytest.approx(depths.max(), abs=1e-9)
    expected = falls(navs)
    assert [fall[:3] for fall in seen(track)] == [fall[:3] for fall in expected]
    assert [fall.depth for fall in seen(track)] == pytest.approx([f.depth for f in expected])


def test_a_drawdown_period_from_peak_to_recovery() -> None:
    """It starts at the last mark on the peak and ends at the first one back on it."""
    track = fresh()
    equities = [1_200.0, 1_200.0, 1_080.0, 900.0, 960.0, 1_200.0, 1_300.0]
    changes = [track.mark(START + MINUTE * n, equity) for n, equity in enumerate(equities)]
    low, quiet = Change.NEW_LOW, Change.NOTHING
    assert changes == [quiet, quiet, low, low, quiet, Change.RECOVERED, quiet]
    assert list(track.periods) == [
        DrawdownPeriod(
            start=START + MINUTE,
            trough_time=START + 3 * MINUTE,
            end=START + 5 * MINUTE,
            peak_nav=1.2,
            trough_nav=0.9,
            depth=0.25,
            amount=(1.2 - 0.9) * CAPITAL,
        )
    ]
    assert (track.open_period, track.depth, track.max_depth) == (None, 0.0, 0.25)


def test_amounts_are_those_of_the_units_there_are() -> None:
    """The amount lost counts the units of now; that of a period, the units at its trough."""
    track = fresh()
    track.mark(START, 800.0)
    assert track.amount == pytest.approx(200.0)
    track.mark(START + MINUTE, 1_700.0, 800.0)  # NAV 0.9 after a deposit of as much as there was
    assert track.depth == pytest.approx(0.1)
    assert track.amount == pytest.approx(1_700.0 / 9.0)
    assert track.open_period is not None
    assert track.open_period.amount == pytest.approx(200.0)


def test_dust_is_no_drawdown() -> None:
    """What floats lose is neither a period nor a new low; ten times as much is."""
    track = fresh()
    assert track.mark(START, CAPITAL * (1.0 - NAV_TOLERANCE / 2)) is Change.NOTHING
    assert (track.open_period, track.depth) == (None, 0.0)
    assert track.mark(START, CAPITAL * (1.0 - NAV_TOLERANCE * 10)) is Change.NEW_LOW
    assert track.mark(START, CAPITAL * (1.0 - NAV_TOLERANCE * 10.5)) is Change.NOTHING
    assert track.mark(START, CAPITAL * (1.0 - NAV_TOLERANCE * 20)) is Change.NEW_LOW
    assert track.mark(START, CAPITAL * (1.0 - NAV_TOLERANCE / 2)) is Change.RECOVERED


def test_only_the_last_drawdown_periods_are_kept() -> None:
    """A hundred closed periods stay, and the deepest of all is still known."""
    track = fresh()
    for number in range(150):
        track.mark(START + number * MINUTE, 500.0 if number == 0 else 900.0 - number)
        track.mark(START + number * MINUTE, CAPITAL)
    assert len(track.periods) == PERIODS_KEPT
    assert track.periods[-1].trough_nav == pytest.approx(0.751)
    assert track.max_depth == 0.5


def test_a_drawdown_period_survives_json() -> None:
    """A period read back from its JSON is the same, open or closed."""
    track = fresh()
    for equity in (900.0, 1_000.0, 800.0):
        track.mark(START, equity)
    assert track.open_period is not None
    for period in (track.periods[0], track.open_period):
        text = json.dumps(period.to_dict(), allow_nan=False)
        assert DrawdownPeriod.from_dict(json.loads(text)) == period
