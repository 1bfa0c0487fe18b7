"""The page of a report: what is in it, and what its program computes from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from models.trades.record import LOTS, POSITIONS
from workbench.report.assembly import assembled, joined, program
from workbench.report.comparing import Judged, judged
from workbench.report.content import content
from workbench.report.definitions import definitions, symbols
from workbench.report.packing import pack
from workbench.report.payload import offsets_of, strategies_of, tables_of
from workbench.report.tables import waterfall
from workbench.runs.record import RunRecord

# Parts whose figures the glossary lists, and other figures that open their definition.
GLOSSARY = ("own.", "trades.", "execution.", "ledger.")
OPENED = frozenset(
    {
        "strategy.net_pnl",
        *(f"record.{name}" for name in ("least_days", "probabilistic_sharpe", "deflated_sharpe")),
    }
)

# The program's parts in the order in which they stand, and those of its worker.
WORKER = ("numbers.js", "certainty.js", "worker.js")
PROGRAM = (
    *("unpacking.js", "numbers.js", "tables.js", "returns.js", "trades.js", "filters.js"),
    *(
        "run.js",
        "view.js",
        "context.js",
        "swatches.js",
        "plots.js",
        "time_panels.js",
        "price_panel.js",
        "part_panels.js",
    ),
    *("pointer.js", "grid.js", "notes.js", "writing.js", "sureness.js", "keys.js"),
    *("printing.js", "app.js"),
)


def report_page(record: RunRecord) -> str:
    """The report of a run as the text of one HTML file.

    Raises:
        MissingLibraryError: The charts' library is not installed.
    """
    sure = judged(record)
    parts = {
        "program": program(PROGRAM),
        "facts": json.dumps(facts(record, sure), allow_nan=False).encode(),
        "columns": pack(tables_of(record)),
    }
    return assembled("page.html", parts, content(record, sure))


def facts(record: RunRecord, sure: Judged | None) -> dict[str, Any]:
    """What the program reads the columns with."""
    names, basis = strategies_of(record), record.statistics.get("basis", {})
    start = float(record.balance.get("starting_equity") or 0.0)
    capitals = _capitals(record, names, start)
    steps = waterfall(record)
    said = ", ".join(f"{name} {value:+,.2f}" for name, value, whole in steps if not whole)
    return {
        "strategies": names,
        "currency": record.currency,
        "usual": POSITIONS if record.told.positions and not record.told.lots else LOTS,
        "start": start,
        "capitals": [capitals[name] for name in names],
        "offsets": offsets_of(record),
        "year": basis.get("days_a_year", 252),
        "rate": basis.get("risk_free", 0.0),
        "level": 0.95,
        "shapes": [
            each.label
            for each in sorted(
                (each for each in record.told.structures if each.closed is not None),
                key=lambda each: each.as_trade().exit_time,
            )
        ],
        "waterfall": steps,
        "waterfallSaid": f"The whole run, by the ledger's terms: {said or 'nothing moved'}.",
        "definitions": {
            key: [each.title, each.text, each.source]
            for key, each in definitions().items()
            if key.startswith(GLOSSARY) or key in OPENED
        },
        "glossary": GLOSSARY,
        "symbols": symbols(),
        "labels": {
            name: {"exactness": each.exactness, "bound": each.bound, "note": each.note}
            for name, each in record.labels.items()
        },
        "intervals": _intervals(sure, names),
        "best": [sure.best.get(name) for name in names] if sure else [],
        "drawn": {"resamples": sure.resamples, "block": sure.block} if sure else None,
        "worker": joined(WORKER),
    }


def _capitals(record: RunRecord, names: list[str], start: float) -> Mapping[str, float]:
    """What each strategy's NAV is a unit of."""
    found = dict.fromkeys(names, start)
    for mark in record.told.marks:
        if mark.strategy and mark.nav:
            found[mark.strategy] = mark.equity / mark.nav
    return found


def _intervals(sure: Judged | None, names: list[str]) -> dict[str, Any]:
    """The ends of the intervals of the whole run, by whose they are and figure."""
    if sure is None:
        return {}
    found: dict[str, Any] = {
        "account": {name: [each.low, each.high] for name, each in sure.account.items()}
    }
    for profile in sure.strategies:
        ends = {name: [each.low, each.high] for name, each in profile.estimates.items()}
        found[str(names.index(profile.name))] = ends
    return found
