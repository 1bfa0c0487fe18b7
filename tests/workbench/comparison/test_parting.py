"""A backtest against its live run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pytest

from tests.workbench.comparison.runs import noise, run, subjects
from workbench.comparison.ledger_days import TRADING
from workbench.comparison.parting import Parting, parting
from workbench.comparison.run import Run
from workbench.comparison.subjects import common_window

DAYS = 120
RETURNS = noise(1, DAYS, mean=0.0002)


def laid(backtest: Run, live: Run) -> Parting:
    """The two beside each other."""
    tested, traded = subjects(backtest, live)
    window = common_window([backtest, live])
    return parting((backtest, tested), (live, traded), window, resamples=1_000)


def terms(**amounts: float) -> Mapping[str, Any]:
    """Terms that are 0 but on the 41st day."""
    found = {name: np.zeros(DAYS) for name in ("realized", "fees", "financing")}
    for name, amount in amounts.items():
        found[name][40] = amount
    return found


def moved(day: int, by: float) -> Any:
    """The returns, one of them moved."""
    found = RETURNS.copy()
    found[day] += by
    return found


def test_runs_that_agree_do_not_part() -> None:
    """Returns within a basis point are the same: no day, no cause, no p-value."""
    found = laid(run("test", RETURNS), run("live", RETURNS, live=True))
    assert (found.same, found.days) == (DAYS, DAYS)
    assert found.parted is None
    assert found.cause is None
    assert found.p_value is None
    assert found.correlation == pytest.approx(1.0)


def test_the_day_they_part_is_the_first_beyond_a_basis_point() -> None:
    """Less than a basis point is no difference; the first larger one is the day."""
    returns = moved(20, 0.00009)
    returns[40] -= 0.002
    returns[60] += 0.5
    found = laid(run("test", RETURNS), run("live", returns, live=True))
    assert found.parted == date(2024, 2, 11)
    assert found.apart == pytest.approx(-0.002)
    assert found.same == DAYS - 2


@pytest.mark.parametrize("cause", ["realized", "fees", "financing"])
def test_the_cause_is_the_term_that_differs_most(cause: str) -> None:
    """The term of the ledger that is furthest apart on that day is named, with its sign."""
    backtest = run("test", RETURNS, terms=terms())
    equity = float(backtest.daily.equity[40])
    amounts = {"realized": 0.1, cause: -0.002 * equity}
    live = run("live", moved(40, -0.002), terms=terms(**amounts), live=True)
    found = laid(backtest, live)
    assert found.cause == cause
    assert found.causes[cause] == pytest.approx(-0.002)
    assert found.totals[cause] == pytest.approx(-0.002)


def test_ledgers_of_different_detail_are_laid_in_what_both_tell() -> None:
    """A saved state tells fees and all other P&L apart, so the recording is read like that too."""
    full = run("test", RETURNS, terms=terms(realized=-1.0, financing=-1.5))
    coarse = {TRADING: np.zeros(DAYS), "fees": np.zeros(DAYS)}
    found = laid(full, run("live", moved(40, 0.0025), terms=coarse, live=True))
    assert set(found.causes) == {TRADING, "fees"}
    assert found.cause == TRADING
    assert found.causes[TRADING] == pytest.approx(2.5 / float(full.daily.equity[40]))


def test_without_a_ledger_there_is_no_cause() -> None:
    """The day is told even where nobody knows why."""
    found = laid(run("test", RETURNS), run("live", moved(40, 0.01), live=True))
    assert found.parted is not None
    assert found.cause is None
    assert found.causes == found.totals == {}


def test_a_live_run_that_is_worse_every_day_is_told_from_luck() -> None:
    """The paired test sees a small loss a day that each run's own noise would hide."""
    worse = RETURNS - 0.0004 + 0.0003 * noise(2, DAYS)
    found = laid(run("test", RETURNS), run("live", worse, live=True))
    assert found.p_value is not None
    assert found.p_value < 0.01
    assert found.difference.value == pytest.approx(-0.1, abs=0.02)
    assert found.difference.high is not None
    assert found.difference.high < 0.0
