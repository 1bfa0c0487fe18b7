"""What each strategy adds to the account: every column sums to the account's own figure."""

from __future__ import annotations

import numpy as np
import pytest

from models.statistics.closes import Closes
from models.statistics.portfolio import own_statistics
from tests.workbench.comparison.runs import noise, run
from workbench.comparison.contributions import (
    REST,
    Contribution,
    Parts,
    contributions,
    parts_of,
    without_each,
)
from workbench.comparison.run import Run
from workbench.comparison.side_by_side import expected_shortfall
from workbench.comparison.subjects import common_window, strategy_subjects

MADE = {"trend": 600 * noise(1), "carry": 900 * noise(2), "hedge": -200 * noise(1)}


def account(extra: float = 0.0) -> Run:
    """A run whose account makes what its strategies make, and something beside it."""
    total = np.sum(list(MADE.values()), axis=0) + extra
    worth = 1_000.0 + np.concatenate(([0.0], np.cumsum(total)))
    return run("all", total / worth[:-1], strategies=MADE)


def taken_apart(found: Run) -> Parts:
    """The parts of a run."""
    return parts_of(found, strategy_subjects(found, common_window([found])))


@pytest.mark.parametrize("extra", [0.0, 0.3])
def test_every_column_sums_to_the_accounts_figure(extra: float) -> None:
    """P&L, volatility, expected shortfall and deepest drawdown are shared out without a rest."""
    found = account(extra)
    *rows, whole = contributions(taken_apart(found))
    assert [row.name for row in rows] == ["trend", "carry", "hedge", REST]
    nav = np.concatenate(([1.0], np.cumprod(1.0 + found.daily.returns)))
    theirs = own_statistics(Closes(np.arange(nav.size), nav), days_a_year=252)
    assert whole.net_pnl == pytest.approx(found.daily.pnl.sum())
    assert whole.volatility == pytest.approx(theirs["volatility"].value)
    assert whole.expected_shortfall == pytest.approx(theirs["cvar_95"].value)
    assert whole.max_drawdown == pytest.approx(theirs["max_drawdown"].value)
    for name in Contribution.__slots__[1:]:
        assert sum(getattr(row, name) for row in rows) == pytest.approx(getattr(whole, name))


def test_what_no_strategy_made_is_the_rest() -> None:
    """Exchange profit of the account's cash is nobody's."""
    *_, rest, _ = contributions(taken_apart(account(0.3)))
    assert rest.name == REST
    assert rest.net_pnl == pytest.approx(0.3 * 300)
    *_, nothing, _ = contributions(taken_apart(account()))
    assert nothing.net_pnl == pytest.approx(0.0, abs=1e-9)


def test_a_hedge_calms_the_account() -> None:
    """A strategy that goes against another takes volatility away."""
    parts = {each.name: each for each in contributions(taken_apart(account()))}
    assert parts["hedge"].volatility < 0.0 < parts["trend"].volatility


def test_the_account_without_a_strategy_is_what_the_others_made() -> None:
    """Taking a strategy away leaves the P&L and the risk of the others."""
    found = account()
    without = {each.name: each for each in without_each(taken_apart(found))}
    assert set(without) == set(MADE)
    assert without["trend"].net_pnl == pytest.approx(MADE["carry"].sum() + MADE["hedge"].sum())
    others = found.daily.returns - MADE["trend"] / found.daily.equity
    assert without["trend"].volatility == pytest.approx(others.std(ddof=1) * 252**0.5)
    assert without["trend"].sharpe == pytest.approx(others.mean() / others.std(ddof=1) * 252**0.5)
    nav = np.concatenate(([1.0], np.cumprod(1.0 + others)))
    depth = (1.0 - nav / np.maximum.accumulate(nav)).max()
    assert without["trend"].max_drawdown == pytest.approx(depth)


def test_an_account_that_does_not_move_has_nothing_to_share() -> None:
    """Without any return all parts are 0 and there is no Sharpe ratio."""
    still = run("all", np.zeros(30), strategies={"trend": np.zeros(30)})
    parts = taken_apart(still)
    assert {each.volatility for each in contributions(parts)} == {0.0}
    assert {each.max_drawdown for each in contributions(parts)} == {0.0}
    assert without_each(parts)[0].sharpe is None


def test_the_worst_days_are_a_twentieth() -> None:
    """The expected shortfall is the mean of the worst 5 % of the days."""
    returns = np.arange(100, dtype=float)[::-1]
    assert expected_shortfall(returns) == pytest.approx(2.0)
