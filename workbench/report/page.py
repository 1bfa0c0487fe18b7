"""The page of a report: its template filled, its program and its columns packed into it.

The page asks nothing of anybody: it holds the charts' library, and its policy forbids every
request. What users and files wrote reaches it as escaped text or inside of compressed JSON, never
as markup.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from models import __version__
from models.errors import TrackerError
from models.trades.record import LOTS, POSITIONS
from workbench.report.armour import armoured
from workbench.report.comparing import Judged, judged
from workbench.report.content import content
from workbench.report.definitions import definitions, symbols
from workbench.report.packing import deflated, pack
from workbench.report.payload import offsets_of, strategies_of, tables_of
from workbench.report.tables import waterfall
from workbench.runs.record import RunRecord

FOLDER = Path(__file__).resolve().parent / "page"
LIBRARY = Path("server", "static", "js", "bokeh.min.js")

# Parts whose figures the glossary lists, and other figures that open their definition.
GLOSSARY = ("own.", "trades.", "execution.", "ledger.")
OPENED = frozenset(
    {
        "strategy.net_pnl",
        *(f"record.{name}" for name in ("least_days", "probabilistic_sharpe", "deflated_sharpe")),
    }
)

# No text of the program has these.
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
BLANKS = re.compile(r"\s*\n\s*")

# The program's parts in the order in which they stand, and those of its worker.
WORKER = ("numbers.js", "certainty.js", "worker.js")
PROGRAM = (
    *("unpacking.js", "numbers.js", "tables.js", "returns.js", "trades.js", "filters.js"),
    *("run.js", "view.js", "context.js", "plots.js", "time_panels.js", "part_panels.js"),
    *("pointer.js", "grid.js", "notes.js", "writing.js", "sureness.js", "keys.js"),
    *("printing.js", "app.js"),
)


class MissingLibraryError(TrackerError, LookupError):
    """The charts' library is not installed; the text says what to install."""


def report_page(record: RunRecord) -> str:
    """The report of a run as the text of one HTML file."""
    sure = judged(record)
    parts = {
        "program": program().encode(),
        "facts": json.dumps(facts(record, sure), allow_nan=False).encode(),
        "columns": pack(tables_of(record)),
    }
    boot = (FOLDER / "boot.js").read_text(encoding="utf-8")
    template = environment().get_template("page.html")
    return template.render(
        **content(record, sure),
        policy=policy(boot),
        boot=boot,
        style=(FOLDER / "page.css").read_text(encoding="utf-8"),
        packed={
            "library": packed_library(),
            **{name: packed_text(each) for name, each in parts.items()},
        },
        version=__version__,
    )


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
        "drawn": {"resamples": sure.resamples, "block": sure.block} if sure else None,
        "worker": _joined(WORKER),
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


# --- parts


@cache
def environment() -> Environment:
    """The templates: everything that they are given is escaped, and nothing may be missing."""
    found = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    from workbench.report.figures import moment, shown

    found.filters |= {"shown": shown, "moment": moment}
    return found


@cache
def library() -> bytes:
    """The charts' library, which the package of Bokeh brings; nothing of the package is run.

    Raises:
        MissingLibraryError: Bokeh is not installed.
    """
    found = find_spec("bokeh")
    if found is None or not found.submodule_search_locations:
        raise MissingLibraryError(
            "a report's charts are drawn by Bokeh, which is not installed: pip install"
            " '.[workbench]', or pip install bokeh"
        )
    return (Path(found.submodule_search_locations[0]) / LIBRARY).read_bytes()


@cache
def program() -> str:
    """The page's program: its parts as one function, so that no name of it is anybody else's."""
    return f"(() => {{\n'use strict';\n{_joined(PROGRAM)}}})();\n"


def _joined(names: Sequence[str]) -> str:
    """Parts of the program without their comments and indentation, which no page needs."""
    text = "".join((FOLDER / name).read_text(encoding="utf-8") for name in names)
    return BLANKS.sub("\n", COMMENT.sub("", text))


class Packed(NamedTuple):
    """A part of the page.

    Attributes:
        text: It, compressed, in letters.
        size: Bytes of it compressed.
    """

    text: str
    size: int


def packed_text(content_: bytes) -> Packed:
    """Bytes as a text that stands in a page without a character that means anything there."""
    small = deflated(content_)
    return Packed(armoured(small), len(small))


@cache
def packed_library() -> Packed:
    """The charts' library, compressed once for any number of reports."""
    return packed_text(library())


def policy(boot: str) -> str:
    """What the page may do: run its own program, and ask nobody for anything."""
    digest = base64.b64encode(hashlib.sha256(boot.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}' blob:; worker-src blob:;"
        " style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
