"""What a figure means is read from where it is computed."""

from __future__ import annotations

from models.statistics.portfolio import OWN
from models.trades.metrics import TradeMetrics
from tests.structure.source_tree import ROOT
from workbench.report.content import EXECUTION_FIGURES, TRADE_FIGURES
from workbench.report.definitions import ACCOUNT_TERMS, attributes_of, definitions, symbols
from workbench.report.tables import TERMS


def test_every_metric_has_its_formula() -> None:
    """The portfolio's figures are those of the one list, with its formulas."""
    found = definitions()
    assert all(found[f"own.{name}"].text == metric.formula for name, metric in OWN.items())


def test_every_figure_of_the_page_opens_a_definition() -> None:
    """Figures of trades and of execution, and the ledger's terms, are named by a record."""
    found = definitions()
    wanted = [f"trades.{name}" for name in TRADE_FIGURES]
    wanted += [f"execution.{name}" for name in EXECUTION_FIGURES]
    wanted += [f"ledger.{name}" for name in TERMS]
    wanted += ["ledger.equity", "ledger.flows", "ledger.unexplained", "ledger.starting_equity"]
    assert [key for key in wanted if key not in found] == []


def test_the_accounts_terms_are_those_of_the_documentation() -> None:
    """What no record's docstring names has the words of the page on statistics."""
    page = (ROOT / "docs" / "statistics.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` | {text} |" in page for name, text in ACCOUNT_TERMS.items())


def test_a_docstring_names_every_attribute() -> None:
    """A text of several lines is one; what is no attribute is none."""
    found = attributes_of(TradeMetrics)
    assert list(found) == list(TradeMetrics.__slots__)
    assert found["sqn"].endswith("n is not cut at 100.")


def test_the_letters_of_the_formulas_are_explained() -> None:
    """The sentence on r, b and x goes with the formulas."""
    assert symbols().startswith("In the formulas r are the returns of days")
