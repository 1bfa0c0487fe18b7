"""Figures of a run as the desk's server tells them: each beside its n, unit and exactness."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.frames.columns import MONEY
from workbench.library.figures import (
    ACCOUNT,
    ACCOUNT_TERMS,
    FIGURES,
    PORTFOLIO,
    SHEET,
    Definition,
    figures_of,
    label_of,
    names_of_strategies,
)
from workbench.runs.exactness import Exactness, Label
from workbench.runs.record import JSON, RunRecord

# What the balance has beside the terms, with the label that says how far it can be trusted.
BESIDE = {"lean_equity": Definition(MONEY, "equity")}
TIMES = ("as_of", "marked_at")


def figure(value: Any, n: int | None, definition: Definition, label: Label, own: bool) -> JSON:
    """A figure; null where it is undefined, or its source does not tell it.

    Args:
        value: In its unit; None where it is undefined.
        n: Of how many days or trades it is; None for what is of none.
        definition: What it is.
        label: How far it can be trusted.
        own: Whether the label is this figure's own, so that its bound is in its unit.
    """
    absent = label.exactness is Exactness.ABSENT
    return {
        "value": None if absent else value,
        "n": n,
        "unit": definition.unit,
        "exactness": label.exactness.value,
        "bound": label.bound if own else None,
        "note": label.note,
    }


def balance(record: RunRecord) -> JSON:
    """The law of the ledger: each term of the account, and LEAN's equity beside it."""
    values = {**record.balance, "equity": record.equity, "fees": record.fees}
    known = {**ACCOUNT_TERMS, **SHEET, **BESIDE}
    return {
        **{name: record.balance.get(name) for name in TIMES},
        "figures": {
            name: figure(
                values.get(name),
                None,
                definition,
                label_of(record, ACCOUNT, definition.label),
                definition.label == name,
            )
            for name, definition in known.items()
            if name in values
        },
    }


def strategies(record: RunRecord) -> JSON:
    """Each strategy with every figure that there can be of one."""
    names = {name: definition for name, definition in FIGURES.items() if name not in ACCOUNT_TERMS}
    kept = {(each.strategy, each.name): each for each in figures_of(record)}
    found: JSON = {}
    for strategy in names_of_strategies(record):
        found[strategy] = {}
        for name, definition in names.items():
            label = label_of(record, strategy, definition.label)
            known = kept.get((strategy, name))
            value, n = (None, None) if known is None else (known.value, known.n)
            own = definition.label == name
            found[strategy][name] = figure(value, n, definition, label, own)
    return found


def own_block(record: RunRecord, strategy: str, block: Mapping[str, Any]) -> JSON:
    """The statistics of the account or a strategy, those of the daily closes with their units.

    Args:
        record: The run.
        strategy: Whose; empty for the account.
        block: As `workbench.statistics.figures` has them.
    """
    portfolio = {
        name: {
            **found,
            "unit": PORTFOLIO[name].unit,
            "exactness": label_of(record, strategy, PORTFOLIO[name].label).exactness.value,
        }
        for name, found in (block.get("portfolio") or {}).items()
    }
    return {**block, "portfolio": portfolio}


def labels(record: RunRecord) -> JSON:
    """How far each figure and term can be trusted, and which file would lift it."""
    return {
        name: {"exactness": each.exactness.value, "bound": each.bound, "note": each.note}
        for name, each in record.labels.items()
    }
