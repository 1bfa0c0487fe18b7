"""The command `stats`: every statistic of a recording or of what a run has saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from models.performance_tracker import PerformanceTracker
from workbench.commands.errors import refusing, warn
from workbench.commands.progress import with_progress
from workbench.engine.tape import TAPE_NAME, TapeError, read_tape
from workbench.json_text import json_text
from workbench.recordings import find
from workbench.replay.replay import Replay
from workbench.replay.saved_state import is_saved_state, load
from workbench.runs.results import is_result_source, result_of
from workbench.statistics.figures import JSON, replay_statistics, state_statistics
from workbench.statistics.tables import show_statistics
from workbench.terminal import terminal

WIDTH = 100  # columns of what is printed to a file or a pipe


@dataclass(frozen=True, slots=True)
class Measured:
    """The statistics of one source.

    Attributes:
        statistics: All of them, as `--json` prints them.
        tracker: The tracker that they are of.
        title: What the source is, for the tables.
        problems: What could not be read of it.
    """

    statistics: JSON
    tracker: PerformanceTracker
    title: str
    problems: Sequence[str]


@click.command(name="stats", short_help="Print every statistic of a recording or a saved state.")
@click.argument("source")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, for machines.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def command(source: str, as_json: bool, quiet: bool) -> None:
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
    with refusing(TapeError):
        found = _measured(source, shown=shown)
    warn(found.problems)
    if as_json:
        click.echo(json_text(found.statistics))
    elif shown:
        show_statistics(found.statistics, found.tracker, found.title, terminal(WIDTH))


def _measured(source: str, *, shown: bool) -> Measured:
    """The statistics of a source of whatever kind."""
    path = Path(source)
    if path.exists() and not (path / TAPE_NAME).exists():
        if is_result_source(path):
            return _of_result(path)
        if is_saved_state(path):
            return _of_state(path)
    return _of_recording(source, shown=shown)


def _of_result(path: Path) -> Measured:
    """Rebuild the run that a result of LEAN's tells; LEAN's own statistics are the result's."""
    found = result_of([path])
    record = found.record
    title = f"{record.algorithm}, {str(record.begun)[:10]} to {str(record.ended)[:10]}"
    return Measured(record.statistics, found.tracker, title, record.told.problems)


def _of_recording(name: str, *, shown: bool) -> Measured:
    """Replay a recording, by name or folder, and measure the whole run."""
    tape = read_tape(find(name))
    replay = Replay(tape, execution="on")
    for _ in with_progress(replay, shown=shown):
        pass
    start = tape.start
    last = str(replay.tracker.ledger.books.time or start["utc"])[:10]
    title = f"{start['algorithm']}, {start['start'][:10]} to {last}"
    return Measured(replay_statistics(replay), replay.tracker, title, tape.problems)


def _of_state(path: Path) -> Measured:
    """Load the last saved state at a path and measure what it has."""
    saved = load(path)
    title = f"Saved state, all until {saved.snapshot.time}: {saved.path}"
    return Measured(state_statistics(saved.tracker), saved.tracker, title, saved.problems)
