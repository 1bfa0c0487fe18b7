"""The command line: `python -m workbench COMMAND`, in the habits of the LEAN CLI."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from models import __version__
from models.ledger.lots import Matching
from models.performance_tracker import PerformanceTracker
from models.trades.lean_book import Grouping
from workbench.bundle.imports import BundleError
from workbench.bundle.tiers import TIERS
from workbench.engine.tape import TapeError, read_tape
from workbench.export import export, show_export
from workbench.recordings import find, recordings
from workbench.replay.outputs import Outputs, json_text
from workbench.replay.replay import Replay
from workbench.replay.saved_state import is_saved_state, load
from workbench.statistics.figures import JSON, replay_statistics, state_statistics
from workbench.statistics.tables import show_statistics
from workbench.tables import grid, show

UNREADABLE = 2  # exit code: what was asked for is not there, not allowed, or cannot be read

WIDTH = 100  # columns of what is printed to a file


def choices(names: type[Grouping] | type[Matching]) -> click.Choice[str]:
    """A choice of an enum's values."""
    return click.Choice([member.value for member in names])


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="LEAN performance tracker")
def main() -> None:
    """Replay real LEAN runs and look at what the performance tracker makes of them.

    \b
    Example:
      python -m workbench replay three-strategies
    """


@main.command(name="replay")
@click.argument("recording")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write files here.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON, for machines.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@click.option(
    "--grouping",
    type=choices(Grouping),
    default=Grouping.FILL_TO_FILL.value,
    show_default=True,
    help="How the LEAN book groups fills into trades.",
)
@click.option(
    "--matching",
    type=choices(Matching),
    default=Matching.FIFO.value,
    show_default=True,
    help="Which entry both books close first.",
)
@click.option("--lenient", is_flag=True, help="Play all that can be read of a damaged recording.")
def replay_command(
    recording: str,
    out: Path | None,
    as_json: bool,
    quiet: bool,
    grouping: str,
    matching: str,
    lenient: bool,
) -> None:
    """Play RECORDING through the tracker and show that every cent is explained.

    RECORDING is a name that `recordings` lists, or a folder that holds tape.jsonl.gz.

    \b
    Examples:
      python -m workbench replay three-strategies
      python -m workbench replay option-combos --out results
      python -m workbench replay sliced-fills --grouping flat-to-flat --matching lifo --json
    """
    with readable():
        tape = read_tape(find(recording), lenient)
        replay = Replay(tape, matching=matching, lean_grouping=grouping, lean_matching=matching)
        outputs = Outputs(out) if out else None
        for row in progress(replay, shown=not (as_json or quiet)):
            if outputs and row:
                outputs.mark(row)
    if outputs:
        outputs.close(replay)
    for problem in tape.problems:
        click.echo(f"Warning: {problem}", err=True)
    if as_json:
        click.echo(json_text(replay.summary()))
    elif not quiet:
        show(replay, Console())


@main.command(name="stats")
@click.argument("source")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, for machines.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def stats_command(source: str, as_json: bool, quiet: bool) -> None:
    """Print every statistic of SOURCE: trades, portfolio, execution, and LEAN's own beside them.

    SOURCE is a recording, by name or folder, or what a run has saved: a state's file, the folder
    of a run, or a whole `storage` folder, of which the last save is taken. LEAN's own trades are
    in no saved state, so there LEAN's statistics of trades are left out.

    \b
    Examples:
      python -m workbench stats three-strategies
      python -m workbench stats option-combos --json
      python -m workbench stats ../workspace/storage
    """
    shown = not (as_json or quiet)
    with readable():
        if is_saved_state(Path(source)):
            found, tracker, title, problems = measured_state(Path(source))
        else:
            found, tracker, title, problems = measured_recording(source, shown=shown)
    for problem in problems:
        click.echo(f"Warning: {problem}", err=True)
    if as_json:
        click.echo(json_text(found))
    elif shown:
        console = Console()
        wide = console if console.is_terminal else Console(width=WIDTH)
        show_statistics(found, tracker, title, wide)


@main.command(name="recordings")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON, for machines.")
def recordings_command(as_json: bool) -> None:
    """List the recordings that `replay` knows by name.

    \b
    Example:
      python -m workbench recordings
    """
    with readable():
        rows = [
            {
                "name": name,
                "algorithm": start["algorithm"],
                "start": start["start"][:10],
                "end": start["end"][:10],
                "currency": start["account_currency"],
                "live": start["live"],
                "bytes": recording.size,
                "path": str(recording.path),
            }
            for name, recording in recordings().items()
            for start in [recording.start()]
        ]
    if as_json:
        click.echo(json_text(rows))
        return
    table = grid("Recordings", ["name", "start", "end", "currency", "size"], left=4)
    for row in rows:
        last = "live" if row["live"] else row["end"]
        size = f"{row['bytes'] / 1e6:.2f} MB"
        table.add_row(row["name"], row["start"], last, row["currency"], size)
    Console().print(table)


@main.command(name="export")
@click.argument("dest", type=click.Path(file_okay=False, path_type=Path))
@click.option("--package", metavar="NAME", help="Write one folder, DEST/NAME, to import from.")
@click.option("--project", is_flag=True, help="Write a whole project, whatever is in DEST.")
@click.option(
    "--tier",
    type=click.Choice(list(TIERS)),
    help="What the files are for; by default the tier of the export that is there, or researcher.",
)
@click.option("--dry-run", is_flag=True, help="Only list what would be written.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def export_command(
    dest: Path, package: str | None, project: bool, tier: str | None, dry_run: bool, as_json: bool
) -> None:
    """Write what LEAN needs and nothing else to DEST.

    Where DEST is a LEAN project it gets one folder, `performance_tracker`, to import `track` from;
    a new or empty DEST becomes a project, with main.py and config.json. DEST can be the Library of
    a LEAN CLI workspace too. Run again, it renews what is there.

    LEAN's cloud takes so many files of so many bytes by tier, so modules are merged for it; `local`
    merges nothing. The free tier has no Object Store: there nothing is saved.

    No file is replaced or removed but those that an export wrote and nobody has changed since.

    \b
    Examples:
      python -m workbench export MyProject
      python -m workbench export MyProject --tier free --dry-run
      python -m workbench export Library --package Tracker --tier team
    """
    with readable():
        found = export(dest, package, as_project=project, tier=tier, write=not dry_run)
    if as_json:
        click.echo(json_text(found.to_dict()))
    else:
        show_export(found, Console(), written=not dry_run)


Measured = tuple[JSON, PerformanceTracker, str, Sequence[str]]


def measured_recording(name: str, *, shown: bool) -> Measured:
    """The statistics of a recording, its tracker, a title and what was damaged."""
    tape = read_tape(find(name))
    replay = Replay(tape, execution="on")
    for _ in progress(replay, shown=shown):
        pass
    start = tape.start
    last = str(replay.tracker.ledger.books.time or start["utc"])[:10]
    title = f"{start['algorithm']}, {start['start'][:10]} to {last}"
    return replay_statistics(replay), replay.tracker, title, tape.problems


def measured_state(path: Path) -> Measured:
    """The same of a saved state."""
    saved = load(path)
    title = f"Saved state, all until {saved.snapshot.time}: {saved.path}"
    return state_statistics(saved.tracker), saved.tracker, title, saved.problems


@contextmanager
def readable() -> Iterator[None]:
    """Turn what cannot be read or made into one line of error and exit code 2."""
    try:
        yield
    except (TapeError, BundleError, LookupError, OSError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(UNREADABLE)


def progress(replay: Replay, *, shown: bool) -> Iterator[dict[str, Any] | None]:
    """The rows of a replay as it plays, with a bar of how much of the tape is read."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    hidden = not (shown and console.is_terminal)
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task(f"Replaying {replay.tape.path.parent.name}", total=1.0)
        for count, row in enumerate(replay.play()):
            yield row
            if count % 500 == 0:
                bar.update(task, completed=replay.tape.progress)
