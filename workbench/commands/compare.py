"""The command `compare`: strategies of a run, or several runs, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from workbench.certainty.bootstrap import RESAMPLES, SEED
from workbench.commands.errors import refusing, warn
from workbench.commands.libraries import library_option
from workbench.comparison.comparison import compare
from workbench.comparison.document import to_csv, to_json
from workbench.comparison.run import Run
from workbench.comparison.sources import read_runs
from workbench.comparison.tables import show
from workbench.comparison.trials import Tried
from workbench.engine.tape import TapeError
from workbench.json_text import json_text
from workbench.library.errors import LibraryError
from workbench.report.compared_page import compared_page
from workbench.report.writing import write_page
from workbench.terminal import tell_aside, terminal

WIDTH = 120  # columns of what is printed to a file or a pipe


@click.command(
    name="compare", short_help="Lay the strategies of a run, or several runs, side by side."
)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, for machines.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the figures as CSV, a row each.")
@click.option(
    "--trials",
    type=click.IntRange(min=1),
    default=1,
    help="How many runs were tried in all, where that is more than are known.",
)
@click.option("--no-library", is_flag=True, help="Count no runs of the library as tried.")
@library_option
@click.option(
    "--resamples",
    type=click.IntRange(min=100),
    default=RESAMPLES,
    show_default=True,
    help="How many resamples the intervals are made of.",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the comparison as one HTML file.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=SEED,
    show_default=True,
    help="The same seed gives the same intervals.",
)
def command(
    sources: tuple[str, ...],
    as_json: bool,
    as_csv: bool,
    trials: int,
    no_library: bool,
    url: str | None,
    resamples: int,
    report: Path | None,
    seed: int,
) -> None:
    """Compare the strategies of one SOURCE, or several SOURCEs with one another.

    A SOURCE is a result folder of LEAN's, also zipped, or the single file that the cloud's download
    gives; a project's `backtests` or `live` folder; a recording, by name or folder; or what a run
    has saved: a state's file, the folder of a run, or a whole `storage` folder, of which the last
    save is taken. Several are compared on the days that all of them cover. A live run is held
    against the first that is none.

    Every run of the same algorithm in your library counts as tried, whichever are given.

    \b
    Examples:
      python -m workbench compare three-strategies
      python -m workbench compare three-strategies cash-flows --trials 40
      python -m workbench compare ../workspace/MyProject/backtests ../workspace/MyProject/live
      python -m workbench compare three-strategies ../workspace/storage --json
      python -m workbench compare live-redeploy-1 live-redeploy-2 --report comparison.html
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other")
    with refusing(TapeError):
        runs = read_runs(sources)
        tried = Tried() if no_library else _tried(url, runs)
        found = compare(
            runs,
            trials=max(trials, len(runs) + tried.count),
            others=tried.sharpes,
            resamples=resamples,
            seed=seed,
        )
        if report:
            write_page(compared_page(runs, found), report)
    warn(found.problems)
    if tried.count:
        what = "other run" if tried.count == 1 else "other runs"
        tell_aside(f"Counted as tried: {tried.count:,} {what} of your library")
    if as_json:
        click.echo(json_text(to_json(found)))
    elif as_csv:
        click.echo(to_csv(found), nl=False)
    else:
        show(found, terminal(WIDTH))


def _tried(url: str | None, runs: Sequence[Run]) -> Tried:
    """What else was tried; a library that nobody asked for by name may fail with a warning."""
    try:
        from workbench.library.trials import tried_in

        return tried_in(url, runs)
    except (LibraryError, ModuleNotFoundError) as error:
        if url is not None:
            raise LookupError(str(error)) from error
        warn([f"no run of your library counts as tried: {error}"])
        return Tried()
