"""What stands beside LEAN's figures."""

from __future__ import annotations

import pytest

from models.statistics.lean_portfolio import PORTFOLIO_FIELDS
from models.statistics.lean_trades import TRADE_FIELDS
from tests.workbench.statistics.test_figures import found
from workbench.statistics.lean_beside import PORTFOLIO_BESIDE, TRADES_BESIDE
from workbench.statistics.tables import at


def test_every_figure_of_leans_has_its_line() -> None:
    """In LEAN's order, none left out and none that LEAN does not have."""
    assert tuple(PORTFOLIO_BESIDE) == PORTFOLIO_FIELDS
    assert tuple(TRADES_BESIDE) == TRADE_FIELDS


@pytest.mark.recording("three-strategies")
@pytest.mark.parametrize("beside", [PORTFOLIO_BESIDE, TRADES_BESIDE])
def test_ours_are_there(beside: dict[str, tuple[str, str]]) -> None:
    """Every path leads to a figure; what has none says why or is LEAN's equity."""
    own = found("three-strategies")["own"]
    for name, (path, why) in beside.items():
        if path:
            assert not isinstance(at(own, path), dict)
        else:
            assert why or name in {"startEquity", "endEquity"}


@pytest.mark.recording("futures-roll")
def test_where_nothing_is_said_to_differ_it_is_the_same() -> None:
    """One strategy, trades of one lot: total, first entry and last exit are LEAN's."""
    own, lean = found("futures-roll")["own"], found("futures-roll")["lean"]["tradeStatistics"]
    for name, (path, why) in TRADES_BESIDE.items():
        if path and not why:
            ours = at(own, path)
            if isinstance(ours, str):
                assert ours.replace("+00:00", "Z") == lean[name]
            else:
                assert ours == pytest.approx(float(lean[name]), abs=0.005)
