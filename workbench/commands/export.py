"""The command `export`: what LEAN needs, written to a folder."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from workbench.commands.errors import refusing
from workbench.export import ExportError, export, show_export
from workbench.json_text import json_text


@click.command(name="export")
@click.argument("dest", type=click.Path(file_okay=False, path_type=Path))
@click.option("--package", metavar="NAME", help="Write one folder, DEST/NAME, to import from.")
@click.option("--overwrite", is_flag=True, help="Renew models and utils where there are some.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def command(dest: Path, package: str | None, overwrite: bool, as_json: bool) -> None:
    """Write what LEAN needs and nothing else to DEST.

    Without --package DEST is a project, ready for `lean cloud push` or an upload by hand. With it,
    DEST is the Library folder of a LEAN CLI workspace or a project that has its own `models` and
    `utils`. A main.py and a config.json that are there stay as they are, and no file is removed.

    \b
    Examples:
      python -m workbench export MyProject
      python -m workbench export Library --package Tracker
      python -m workbench export MyProject --overwrite
    """
    with refusing(ExportError):
        written = export(dest, package, overwrite=overwrite)
    if as_json:
        click.echo(json_text(written.to_dict()))
    else:
        show_export(written, Console())
