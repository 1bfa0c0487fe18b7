"""The command `replay`: a recording played through the tracker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from models.ledger.lots import Matching
from models.trades.lean_book import Grouping
from workbench.commands.errors import refusing, warn
from workbench.commands.progress import with_progress
from workbench.engine.tape import TapeError, read_tape
from workbench.frames.heard import HeardReplay
from workbench.json_text import json_text
from workbench.recordings import find
from workbench.replay.outputs import Outputs
from workbench.replay.replay import Replay
from workbench.replay.report import show
from workbench.report.writing import write_report
from workbench.runs.played import record_of_replay
from workbench.terminal import clean_text, terminal


def _choices(names: type[Grouping] | type[Matching]) -> click.Choice[str]:
    """A choice of an enum's values."""
    return click.Choice([member.value for member in names])


@click.command(name="replay", short_help="Play a recording and show that every cent is explained.")
@click.argument("recording")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write files here.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON, for machines.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@click.option(
    "--grouping",
    type=_choices(Grouping),
    default=Grouping.FILL_TO_FILL.value,
    show_default=True,
    help="How the LEAN book groups fills into trades.",
)
@click.option(
    "--matching",
    type=_choices(Matching),
    default=Matching.FIFO.value,
    show_default=True,
    help="Which entry both books close first.",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the run's report to this HTML file.",
)
@click.option("--lenient", is_flag=True, help="Play all that can be read of a damaged recording.")
def command(
    recording: str,
    out: Path | None,
    as_json: bool,
    quiet: bool,
    grouping: str,
    matching: str,
    report: Path | None,
    lenient: bool,
) -> None:
    """Play RECORDING through the tracker and show that every cent is explained.

    RECORDING is a name that `recordings` lists, or a folder that holds tape.jsonl.gz.

    \b
    Examples:
      python -m workbench replay three-strategies
      python -m workbench replay option-combos --out results
      python -m workbench replay covered-calls --report report.html
      python -m workbench replay sliced-fills --grouping flat-to-flat --matching lifo --json
    """
    with refusing(TapeError):
        path = find(recording)
        tape = read_tape(path, lenient)
        books: dict[str, Any] = {"lean_grouping": grouping, "lean_matching": matching}
        books["matching"] = matching
        heard = HeardReplay(tape, lean_book=True, **books) if report else None
        replay = heard or Replay(tape, **books)
        outputs = Outputs(out) if out else None
        for row in with_progress(replay, shown=not (as_json or quiet)):
            if outputs and row:
                outputs.mark(row)
        if outputs:
            outputs.close(replay)
        record = record_of_replay(heard, recording, path) if heard else None
    warn(tape.problems)
    if as_json:
        click.echo(json_text(replay.summary()))
    elif not quiet:
        show(replay, terminal())
    if record and report:
        with refusing():
            write_report(record, report)
        if not (as_json or quiet):
            click.echo(f"\nThe report: {clean_text(str(report))}")
