"""The command `report`: a run as one HTML file."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.commands.errors import refusing, warn
from workbench.engine.tape import TapeError
from workbench.json_text import json_text
from workbench.report.writing import file_name, write_report
from workbench.runs.reading import read_record
from workbench.terminal import clean_text


@click.command(name="report", short_help="Write a run as one HTML file with everything to see.")
@click.argument("source")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file; by default one named after the run, here.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="LEAN's data folder: what a result lacks.",
)
@click.option("--pdf", is_flag=True, help="Print it to a PDF beside it, through Chromium.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written, for machines.")
def command(source: str, out: Path | None, data: Path | None, pdf: bool, as_json: bool) -> None:
    """Write SOURCE as a report: one HTML file that opens in any browser and asks for nothing.

    SOURCE is a result folder of LEAN's, also zipped, or the single file that the cloud's download
    gives; a project's `backtests` folder, of which the last run is taken; a `live` folder, whose
    deployments become one run; what a run has saved; or a recording, by name or folder.

    \b
    Examples:
      python -m workbench report ../workspace/MyProject/backtests
      python -m workbench report ../workspace/storage --out report.html
      python -m workbench report option-combos --pdf --json
    """
    with refusing(TapeError):
        record = read_record(source, data)
        written = write_report(record, out or Path(file_name(record)), pdf=pdf)
    warn(record.told.problems)
    if as_json:
        click.echo(json_text(written.to_dict(record)))
        return
    for path in filter(None, (written.path, written.pdf)):
        click.echo(clean_text(str(path)))
