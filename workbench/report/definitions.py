"""What each figure of a report means: the lists and records of the code, read out.

Nothing but the account's own terms is defined here. Formulas come from the list of metrics,
meanings from the attributes that a record's docstring names, so that a figure and its definition
cannot part.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from inspect import cleandoc

from models.execution.group_metrics import ExecutionMetrics
from models.ledger.statement import Sheet
from models.statistics.portfolio import OWN, Metric
from models.structures.record import StructureRecord
from models.trades.metrics import TradeMetrics
from models.trades.record import TradeRecord
from workbench.certainty.statistics import STATISTICS
from workbench.comparison.contributions import Contribution, Without
from workbench.comparison.side_by_side import Profile, TrackRecord

ATTRIBUTE = re.compile(r"^    (\w+): (.*)$")
SYMBOLS_FROM = "In the formulas "  # where the docstring of `Metric` begins to say what its r are

# Which record's attributes are the figures of which part of a report.
RECORDS: Mapping[str, type] = {
    "trades": TradeMetrics,
    "trade": TradeRecord,
    "structure": StructureRecord,
    "execution": ExecutionMetrics,
    "ledger": Sheet,
    "strategy": Profile,
    "record": TrackRecord,
    "part": Contribution,
    "without": Without,
}

# Statistics with a name that is written as such.
NAMED_AFTER = frozenset({"sharpe", "sortino", "cagr"})

# The ledger's figures that are the account's alone, in the words of docs/statistics.md.
ACCOUNT_TERMS: Mapping[str, str] = {
    "starting_equity": "Equity when the tracker first saw the account. Holdings that were there"
    " count at their average price, as soon as LEAN has a price and a rate of them.",
    "flows": "Deposits less withdrawals.",
    "unexplained": "LEAN's equity at the last mark less the sum of all other terms. It should be"
    " 0.",
    "equity": "The sum of the terms, with the fills since the last mark.",
}

# What the formulas of a metric do not say by its name.
TITLES: Mapping[str, str] = {
    **{name: each.title for name, each in STATISTICS.items() if name in NAMED_AFTER},
    "cagr": "CAGR",
    "sqn": "SQN",
    "mae": "MAE",
    "mfe": "MFE",
    "net_pnl": "net P&L",
    "pnl": "P&L",
    "gross_pnl": "gross P&L",
    "var_95": "VaR 95 %",
    "var_99": "VaR 99 %",
    "cvar_95": "CVaR 95 %",
    "cvar_99": "CVaR 99 %",
    "kelly": "Kelly fraction",
    "average_mae": "average MAE",
    "average_mfe": "average MFE",
    "median_pnl": "median P&L",
    "max_drawdown": "max drawdown",
    "fx": "exchange rates",
    "mae_mfe": "MAE and MFE",
}


@dataclass(frozen=True, slots=True)
class Definition:
    """What a figure means.

    Attributes:
        title: What a reader calls it.
        text: The formula or the meaning.
        source: Where it is defined: a page of the documentation.
    """

    title: str
    text: str
    source: str


def definitions() -> dict[str, Definition]:
    """Every figure by its key: the part of the report, a dot and its name."""
    found = {
        f"own.{name}": Definition(title_of(name), metric.formula, "docs/statistics.md#portfolio")
        for name, metric in OWN.items()
    }
    for name, text in ACCOUNT_TERMS.items():
        found[f"ledger.{name}"] = Definition(title_of(name), text, _page("ledger"))
    for part, record in RECORDS.items():
        for name, text in attributes_of(record).items():
            found[f"{part}.{name}"] = Definition(title_of(name), text, _page(part))
    return found


def symbols() -> str:
    """What the letters in the formulas of `OWN` stand for."""
    text = " ".join(cleandoc(Metric.__doc__ or "").split("Attributes:")[0].split())
    return text[text.find(SYMBOLS_FROM) :].strip()


def title_of(name: str) -> str:
    """A figure's name for a reader."""
    return TITLES.get(name, name.replace("_", " "))


def attributes_of(record: type) -> dict[str, str]:
    """What the attributes that a docstring names mean, by their names."""
    _, _, listed = cleandoc(record.__doc__ or "").partition("Attributes:\n")
    found: dict[str, str] = {}
    name = ""
    for line in listed.splitlines():
        begun = ATTRIBUTE.match(line)
        if begun:
            name = begun[1]
            found[name] = begun[2]
        elif line.startswith(" " * 8) and name:
            found[name] += f" {line.strip()}"
        elif line.strip():
            break
    return found


def _page(part: str) -> str:
    pages = {
        "trades": "docs/statistics.md#trade-statistics",
        "trade": "docs/statistics.md#trades",
        "structure": "docs/structures.md",
        "execution": "docs/statistics.md#execution-quality",
        "ledger": "docs/statistics.md#the-balance",
        "record": "docs/certainty.md",
    }
    return pages.get(part, "docs/comparison.md")
