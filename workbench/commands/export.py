"""The command `export`: what LEAN needs, written to a folder."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.bundle.imports import BundleError
from workbench.bundle.tiers import TIERS
from workbench.commands.errors import refusing
from workbench.export import export, show_export
from workbench.json_text import json_text
from workbench.terminal import terminal


@click.command(name="export")
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
def command(
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
    with refusing(BundleError):
        found = export(dest, package, as_project=project, tier=tier, write=not dry_run)
    if as_json:
        click.echo(json_text(found.to_dict()))
    else:
        show_export(found, terminal(), written=not dry_run)
