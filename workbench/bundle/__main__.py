"""`python -m workbench.bundle` forms the groups of modules anew and writes the table of them."""

from __future__ import annotations

import click

from workbench.bundle.bundling import PINS, pins_text, read_pins
from workbench.bundle.imports import BundleError
from workbench.bundle.sources import read_sources


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Form the groups of modules that share a file in an export, and pin them.

    Needed when a file reaches its limit or a tier's files do not suffice: every export names the
    modules that have to move.

    \b
    Example:
      python -m workbench.bundle
    """
    try:
        PINS.write_text(pins_text(read_sources().files), encoding="utf-8")
    except BundleError as error:
        raise click.ClickException(str(error)) from error
    for name, groups in read_pins().items():
        sources = "shortened" if groups.short else "whole"
        click.echo(f"{name}: {len(groups.files)} files, {sources} sources")


main(prog_name="python -m workbench.bundle")
