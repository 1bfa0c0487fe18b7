"""The command `import`: runs of any kind of source, read and put into the library."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.commands.errors import REFUSED, warn
from workbench.commands.libraries import library_option, opened
from workbench.engine.tape import TapeError
from workbench.json_text import json_text
from workbench.runs.exactness import Exactness, worst
from workbench.runs.reading import read_records
from workbench.runs.record import RunRecord
from workbench.tables import grid, money
from workbench.terminal import clean_text, tell_aside, terminal

if TYPE_CHECKING:
    from workbench.library.entries import Put
    from workbench.library.library import Library

WIDTH = 100  # columns of what is printed to a file or a pipe


@click.command(name="import", short_help="Put LEAN's results and other runs into the library.")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="LEAN's data folder: multipliers, dividends, splits and prices that a result lacks.",
)
@library_option
@click.option("--json", "as_json", is_flag=True, help="Print an object a run, for machines.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def command(
    sources: tuple[str, ...], data: Path | None, url: str | None, as_json: bool, quiet: bool
) -> None:
    """Read runs from SOURCEs, rebuild their ledgers, and keep them in the library.

    A SOURCE is a result folder of LEAN's, also zipped, or its <id>.json alone; a project's
    `backtests` folder, of which the last run is taken; a live result folder, or the `live` folder
    of a project, whose deployments become one run; a `storage` folder or another saved state; a
    recording; or a CSV of fills or of daily returns.

    Each figure says how far it can be trusted. A better source of a run replaces what is there,
    and the same again changes nothing. Of a source that cannot be read nothing is kept.

    \b
    Examples:
      python -m workbench import ../workspace/MyProject/backtests
      python -m workbench import result.zip --data ../workspace/data
      python -m workbench import ../workspace/MyProject/live --json
    """
    refused, records = _read(sources, data)
    kept = _put(records, url)
    for record, put in zip(records, kept, strict=True):
        if as_json:
            click.echo(json_text(described(record)))
        elif not quiet:
            _show(record, put)
        warn(record.told.problems)
    if refused:
        sys.exit(REFUSED)


def _read(sources: Sequence[str], data: Path | None) -> tuple[bool, list[RunRecord]]:
    """The records of all sources that can be read; of each other one line is told."""
    refused, found = False, list[RunRecord]()
    for group in read_records(sources, data):
        try:
            found.append(group())
        except (LookupError, OSError, TapeError) as problem:
            tell_aside(f"Error: {problem}")
            refused = True
    return refused, found


def _put(records: Sequence[RunRecord], url: str | None) -> list[Put]:
    """Keep the records in the library; the one place where the two meet.

    What they tell of deployments that the live desk has heard of fills the gaps there.
    """
    if not records:
        return []
    with opened(url) as library:
        return [_kept(library, record) for record in records]


def _kept(library: Library, record: RunRecord) -> Put:
    from workbench.desk.fleet.fleet import Fleet
    from workbench.library.entries import Outcome

    put = library.put(record)
    if put.outcome is not Outcome.TRASHED:
        Fleet(library.database).heal(record, datetime.now(UTC))
    return put


def described(record: RunRecord) -> dict[str, Any]:
    """A run as `--json` prints it."""
    labels = record.labels
    return {
        "id": record.id,
        "algorithm": record.algorithm,
        "trades": record.lean_trades,
        "realized": record.realized,
        "fees": record.fees,
        "equity": record.equity,
        "strategies": {name: sheet.to_dict() for name, sheet in record.sheets.items()},
        "exactness": {name: label.exactness.value for name, label in labels.items()},
        "worst": worst([*labels.values()]).value,
        "labels": {
            name: {"exactness": label.exactness.value, "bound": label.bound, "note": label.note}
            for name, label in labels.items()
        },
        "live": record.live,
        "currency": record.currency,
        "project": record.project,
        "deployments": list(record.deployments),
        "begun": record.begun and record.begun.isoformat(),
        "ended": record.ended and record.ended.isoformat(),
        "code": record.code,
        "parameters": dict(record.parameters),
        "balance": record.balance,
        "sources": [
            {"name": each.name, "kind": each.kind, "size": each.size, "sha256": each.sha256}
            for each in record.sources
        ],
        "problems": list(record.told.problems),
    }


def _show(record: RunRecord, put: Put) -> None:
    """Print what became of a run, its terms with how far each can be trusted, and what lifts it."""
    console = terminal(WIDTH)
    title = f"{record.algorithm or 'run'}  {record.id}  {put.outcome.value}"
    table = grid(title, ["", record.currency, "", "within"], left=1)
    for name in TERMS:
        label, value = record.labels.get(name), record.balance.get(name)
        if label is not None:
            bound = "" if label.bound is None else f"{label.bound:g}"
            shown = label.exactness.value
            value = None if label.exactness is Exactness.ABSENT else value
            table.add_row(name.replace("_", " "), money(value), shown, bound)
    console.print(table)
    trades = "?" if record.lean_trades is None else f"{record.lean_trades:,}"
    worst_of = worst([*record.labels.values()])
    console.print(f"{trades} trades of LEAN's; the worst of its figures is {worst_of.value}")
    for note in _notes(record):
        console.print(f"  {clean_text(note)}", highlight=False)


TERMS = (
    *("starting_equity", "realized", "unrealized", "fees", "dividends", "financing"),
    *("settlement", "fx", "flows", "unexplained", "equity"),
)


def _notes(record: RunRecord) -> Iterator[str]:
    """Why figures are no better, each reason once with the figures that it is of."""
    reasons: dict[str, list[str]] = {}
    for name, label in record.labels.items():
        if label.exactness is not Exactness.EXACT and label.note:
            reasons.setdefault(label.note, []).append(name.replace("_", " "))
    for note, names in reasons.items():
        yield f"{', '.join(names)}: {note}"
