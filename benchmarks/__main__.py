"""`make bench`: what the tracker costs. Judge the ratios; machines differ."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks import lean as inside
from benchmarks.core import core_tables, pause_tables, saving_tables, size_tables
from benchmarks.desk import Load, desk_tables
from benchmarks.fleet import fleet_tables
from benchmarks.library import library_tables
from benchmarks.long_run import long_run
from benchmarks.report import LONG, SHORT, report_table
from benchmarks.slices import MARKETS, slice_costs
from benchmarks.tables import lean_tables, long_table, slice_table
from benchmarks.workload import longest

WIDTH = 110  # characters, where the output is no terminal's
# The workload, the long run, three groups of tables, the library, the fleet, and a report.
CORE_STEPS = 8


@click.group(invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """Measure what the tracker costs; without a command everything."""
    if context.invoked_subcommand is None:
        everything()


@main.command("lean")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
def lean_command(as_json: bool) -> None:
    """Predict what the tracker costs inside LEAN; fails where a read of a hook has no price."""
    with steps(inside.STEPS) as advance:
        figures = inside.measure(advance)
    if as_json:
        click.echo(json.dumps(figures.to_dict(), indent=2))
    else:
        show(lean_tables(figures))
    fail(figures.gaps)


@main.command("pauses")
def pauses_command() -> None:
    """Measure how long live hooks pause while a slow store saves, and nothing else."""
    show(pause_tables())


@main.command("library")
def library_command() -> None:
    """Measure a library of runs: lists of it, and the blocks of a run."""
    with steps(1) as advance:
        tables = library_tables()
        advance()
    show(tables)


@main.command("fleet")
def fleet_command() -> None:
    """Measure what fifty deployments cost the live desk, and nothing else."""
    show(fleet_tables())


@main.command("desk")
@click.option("--seconds", default=Load().seconds, show_default=True, help="For how long.")
@click.option("--fills", default=1, show_default=True, help="New ones in each digest.")
@click.option("--sockets", default=Load().sockets, show_default=True, help="How many listen.")
@click.option("--library", help="A library in PostgreSQL; by default one in SQLite.")
def desk_command(seconds: int, fills: int, sockets: int, library: str | None) -> None:
    """Measure how fast fills of fifty deployments reach the sockets of the live desk.

    \b
    An hour of a fill a second in five minutes:
      python -m benchmarks desk --seconds 300 --fills 12
    """
    show(desk_tables(Load(seconds=seconds, fills=fills, sockets=sockets), library))


@main.command("report")
def report_command() -> None:
    """Measure the reports of the first look's recording and of one of 23 years, where it is."""
    show([report_table((SHORT, LONG))])


def everything() -> None:
    """Measure everything and print it."""
    with steps(inside.STEPS + len(MARKETS) + CORE_STEPS) as advance:
        figures = inside.measure(advance)
        costs = slice_costs(advance)
        tables = [*lean_tables(figures), slice_table(costs)]
        run = long_run(figures.plain)
        advance()
        tables += [long_table(run)] if run else []
        load = longest()
        advance()
        for measure in (core_tables, size_tables, saving_tables):
            tables += measure(load)
            advance()
        tables += library_tables()
        advance()
        tables += fleet_tables()
        advance()
        tables.append(report_table())
        advance()
    show(tables)
    click.echo(f"The core's workload: {load.name}, {len(load.fills):,} fills")
    gaps = {f"{member} in {hook}" for found in costs for hook, member in found.lacking
            if hook in inside.NO_GAPS}  # fmt: skip
    fail(sorted({*figures.gaps, *gaps}))


def show(tables: list[Table]) -> None:
    """Print some tables; a file gets lines as long as they need."""
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH
    for table in tables:
        console.print(table)


@contextmanager
def steps(count: int) -> Iterator[Callable[[], object]]:
    """Show progress beside what is printed; call what is given after each step."""
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("measuring", total=count)
        yield lambda: progress.advance(task)


def fail(gaps: list[str]) -> None:
    """Leave with an error where hooks make reads that no table prices."""
    if gaps:
        click.echo(f"no price in workbench/engine/prices.py: {', '.join(gaps)}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
