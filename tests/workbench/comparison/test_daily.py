"""The days of a run, of real recordings."""

from __future__ import annotations

import numpy as np
import pytest

from models.performance_tracker import PerformanceTracker
from workbench.comparison.daily import daily_series
from workbench.comparison.ledger_days import SIGNS, LedgerDays, LedgerLog, session_ledger
from workbench.comparison.sources import logged
from workbench.engine.tape import read_tape
from workbench.recordings import find
from workbench.replay.replay import Replay

NAMES = ("shared-options", "cash-flows", "euro-futures")


@pytest.fixture(scope="module", params=NAMES)
def played(request: pytest.FixtureRequest) -> tuple[PerformanceTracker, LedgerDays]:
    """A recording's tracker and its ledger by day."""
    replay = Replay(read_tape(find(request.param)), lean_book=False)
    return replay.tracker, logged(replay)


Played = tuple[PerformanceTracker, LedgerDays]


def test_the_account_made_what_the_balance_says(played: Played) -> None:
    """The daily P&L sums to the change of equity without the deposits."""
    tracker, _ = played
    balance = tracker.balance()
    equity, flows = balance["lean_equity"], balance["flows"]
    assert equity is not None
    assert flows is not None
    made = equity - (balance["starting_equity"] or 0.0) - flows
    found = daily_series(tracker)
    assert found.pnl.sum() == pytest.approx(made, abs=2e-3 * float(found.equity.mean()))


def test_the_returns_compound_to_the_nav(played: Played) -> None:
    """All daily returns together are the NAV."""
    tracker, _ = played
    nav = tracker.summary().nav
    assert float(np.prod(1.0 + daily_series(tracker).returns)) == pytest.approx(nav)


def test_strategies_made_what_their_sheets_say(played: Played) -> None:
    """The daily P&L of each strategy sums to its net P&L at the last mark."""
    tracker, _ = played
    sheets = tracker.sheets()
    for each in daily_series(tracker).strategies:
        assert each.pnl.sum() == pytest.approx(sheets[each.name].net_pnl, abs=1e-6)
        assert float(np.prod(1.0 + each.returns)) == pytest.approx(
            1.0 + sheets[each.name].net_pnl / each.capital
        )


def test_all_columns_are_of_the_same_days(played: Played) -> None:
    """Dates rise, and every column has one value for each."""
    found = daily_series(played[0])
    assert (np.diff(found.days) > 0).all()
    assert found.start == found.days[0] - 1
    columns = (found.returns, found.pnl, found.equity, found.benchmark)
    assert {each.size for each in columns} == {found.days.size}
    assert {each.pnl.size for each in found.strategies} == {found.days.size}


def test_the_terms_of_all_days_are_the_balance(played: Played) -> None:
    """Each term summed over the days is that of the balance, with its sign."""
    tracker, log = played
    ledger, total = log, tracker.ledger.total()
    assert set(ledger.terms) == set(SIGNS)
    for name, sign in SIGNS.items():
        expected = sign * getattr(total, name)
        assert ledger.terms[name].sum() == pytest.approx(expected, abs=1e-6)


def test_sessions_tell_what_was_made_and_paid(played: Played) -> None:
    """The sessions' P&L and fees are those of the terms taken on the way, over the same days."""
    tracker, log = played
    sessions, taken = session_ledger(tracker), log.coarse()
    for name, expected in taken.on(sessions.days).items():
        assert sessions.terms[name].sum() == pytest.approx(expected.sum(), abs=1e-5)


def test_a_tracker_that_saw_nothing_has_no_day() -> None:
    """Without a mark there are no days, and nothing fails."""
    found = daily_series(PerformanceTracker())
    assert found.days.size == found.returns.size == found.equity.size == 0
    assert LedgerLog().days().days.size == 0
