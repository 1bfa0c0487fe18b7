"""Tests of the risk-free rate that LEAN's own figures tell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.workbench.runs.folders import result_folder
from workbench.runs.lean.assembling import facts_of
from workbench.runs.lean.documents import read_folder
from workbench.runs.lean.importing import ResultImport
from workbench.runs.lean.riskless import riskless_rate
from workbench.runs.reading import read_record
from workbench.runs.record import RunRecord


def imported(folder: Path, **changed: str) -> RunRecord:
    """A run rebuilt from a folder, where LEAN states other figures if a test wants it."""
    documents = read_folder(folder)
    facts = facts_of(documents)
    stated = {**facts.performance["portfolioStatistics"], **changed}
    facts = replace(facts, performance={**facts.performance, "portfolioStatistics": stated})
    return ResultImport(facts, "run", documents.files).record()


@pytest.mark.parametrize("name", ["delisting", "opposed-options", "splits-and-shorts"])
def test_the_rate_is_the_one_that_lean_sampled(name: str, tmp_path: Path) -> None:
    """6.25, 1 and 0.75 % a year, within the decimals of LEAN's figures; the label says so."""
    record = imported(result_folder(name, tmp_path))
    true = read_record(name).statistics["basis"]["risk_free"]
    assert record.statistics["basis"]["risk_free"] == pytest.approx(true, abs=5e-5)
    assert (
        f"LEAN's own Sharpe ratio tells, {100 * true:.2f} % a year"
        in record.labels["statistics"].note
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"sortinoRatio": "3.0"},
        {"annualStandardDeviation": "0.2"},
        {"sharpeRatio": "0"},
        {"sharpeRatio": "n/a"},
    ],
)
def test_no_rate_is_made_of_figures_that_do_not_agree(
    changed: dict[str, str], tmp_path: Path
) -> None:
    """Where a second figure of LEAN's tells another rate, or there is none, there is no rate."""
    record = imported(result_folder("splits-and-shorts", tmp_path), **changed)
    assert record.statistics["basis"]["risk_free"] == 0.0
    assert "without a risk-free rate: nothing in the result" in record.labels["statistics"].note


def test_without_days_there_is_no_rate() -> None:
    """Nothing was sampled: LEAN's figures do not come out, whatever they are."""
    stated = {"sharpeRatio": "1.2", "annualStandardDeviation": "0.1", "sortinoRatio": "1"}
    assert riskless_rate((), stated, capital=1e5, days_a_year=252) is None
    assert riskless_rate((), {}, capital=1e5, days_a_year=252) is None
