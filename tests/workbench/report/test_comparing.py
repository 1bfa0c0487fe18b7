"""A record of a run is the run that the comparison reads."""

from __future__ import annotations

import numpy as np
import pytest

from tests.workbench.report.records import recorded
from workbench.comparison.sources import read_run
from workbench.report.comparing import judged, run_of_record


@pytest.mark.parametrize("name", ["splits-and-shorts", "option-combos"])
def test_the_days_of_a_record_are_those_of_its_run(name: str) -> None:
    """Returns, P&L, equity and strategies are as the comparison reads them from the source."""
    found, known = run_of_record(recorded(name)).daily, read_run(name).daily
    assert found.start == known.start
    assert found.days.tolist() == known.days.tolist()
    assert np.allclose(found.returns, known.returns, rtol=0, atol=1e-14)
    assert np.allclose(found.pnl, known.pnl, rtol=1e-9, atol=1e-6)
    for ours, theirs in zip(found.strategies, known.strategies, strict=True):
        assert ours.name == theirs.name
        assert ours.capital == pytest.approx(theirs.capital)
        assert np.allclose(ours.pnl, theirs.pnl, rtol=1e-9, atol=1e-6)


def test_the_figures_that_are_judged_are_those_of_the_statistics() -> None:
    """The Sharpe ratio that has an interval is the one that the report shows."""
    record = recorded("splits-and-shorts")
    found = judged(record)
    assert found is not None
    sharpe = record.statistics["own"]["portfolio"]["sharpe"]
    assert found.account["sharpe"].value == pytest.approx(sharpe["value"], rel=1e-12)
    assert found.account["sharpe"].n == sharpe["n"]
    assert found.contributions[-1].net_pnl == pytest.approx(
        sum(part.net_pnl for part in found.contributions[:-1]), abs=1e-6
    )
    assert sum(found.best.values()) == pytest.approx(1.0)
