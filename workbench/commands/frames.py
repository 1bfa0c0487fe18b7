"""The command `frames`: a run as tables for other tools, in files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from workbench.commands.errors import refusing, warn
from workbench.engine.tape import TapeError
from workbench.frames.frames import Frames, frames
from workbench.frames.packages import MissingPackageError
from workbench.frames.tables import TABLES, chosen_tables
from workbench.frames.writing import FORMS
from workbench.json_text import json_text
from workbench.tables import grid
from workbench.terminal import clean_text, terminal

WIDTH = 100  # columns of what is printed to a file or a pipe


@click.command(name="frames", short_help="Write a run as tables in CSV, Parquet or Arrow.")
@click.argument("source")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write files here.")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMS)),
    default="csv",
    show_default=True,
    help="What the files are.",
)
@click.option(
    "--table",
    "names",
    multiple=True,
    type=click.Choice(list(TABLES)),
    help="Only this table; may be given more than once.",
)
@click.option("--json", "as_json", is_flag=True, help="Print tables and columns, for machines.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def command(
    source: str, out: Path | None, form: str, names: tuple[str, ...], as_json: bool, quiet: bool
) -> None:
    """Write SOURCE as tables: trades, lots, orders, fills, marks, daily NAV and more.

    SOURCE is a recording, by name or folder, or what a run has saved: a state's file, the folder
    of a run, or a whole `storage` folder, of which the last save is taken. A saved state has no
    single fills, and of marks and orders the last or the outermost.

    Without --out the tables there are, with their rows, are listed and nothing is written. Files
    need pyarrow, which the extra `frames` installs.

    \b
    Examples:
      python -m workbench frames three-strategies
      python -m workbench frames three-strategies --out tables --format parquet
      python -m workbench frames ../workspace/storage --out tables --table trades --table daily_nav
      python -m workbench frames option-combos --json
    """
    with refusing(TapeError, MissingPackageError):
        found = frames(source)
        written = found.write(out, form, *names) if out else []
    warn(found.told.problems)
    listed = _listed(found, names, written)
    if as_json:
        click.echo(json_text(listed))
    elif not quiet:
        show(source, listed["tables"], terminal(WIDTH))


def _listed(found: Frames, names: tuple[str, ...], written: Sequence[Path]) -> dict[str, Any]:
    """What `--json` prints: the tables with their columns, each with its file where it has one."""
    tables = found.described(chosen_tables(names))
    for table, path in zip(tables, written, strict=False):
        table["file"] = str(path)
    return {
        "source": found.told.name,
        "currency": found.told.currency,
        "tables": tables,
        "problems": list(found.told.problems),
    }


def show(source: str, tables: Sequence[dict[str, Any]], console: Console) -> None:
    """Print the tables that there are, a line each."""
    table = grid(f"Tables of {source}", ["table", "a row is", "rows", "columns"], left=2)
    table.columns[1].no_wrap = False  # a narrow terminal cuts no name
    for each in tables:
        rows, columns = f"{each['rows']:,}", str(len(each["columns"]))
        table.add_row(each["name"], each["meaning"].rstrip("."), rows, columns)
    console.print(table)
    for each in tables:
        if "file" in each:
            console.print(clean_text(each["file"]), highlight=False, soft_wrap=True)
