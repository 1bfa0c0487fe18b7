"""The command `recordings`: a list of what can be replayed by name."""

from __future__ import annotations

from typing import Any

import click

from workbench.commands.errors import refusing
from workbench.engine.tape import TapeError
from workbench.json_text import json_text
from workbench.recordings import Recording, recordings
from workbench.tables import grid
from workbench.terminal import terminal


@click.command(name="recordings")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON, for machines.")
def command(as_json: bool) -> None:
    """List the recordings that `replay` knows by name.

    \b
    Examples:
      python -m workbench recordings
      python -m workbench recordings --json
    """
    with refusing(TapeError):
        rows = [_described(recording) for recording in recordings().values()]
    if as_json:
        click.echo(json_text(rows))
        return
    table = grid("Recordings", ["name", "start", "end", "currency", "size"], left=4)
    for row in rows:
        last = "live" if row["live"] else row["end"]
        size = f"{row['bytes'] / 1e6:.2f} MB"
        table.add_row(row["name"], row["start"], last, row["currency"], size)
    terminal().print(table)


def _described(recording: Recording) -> dict[str, Any]:
    """What `--json` prints of one recording; dates are ISO 8601."""
    start = recording.start()
    return {
        "name": recording.name,
        "algorithm": start["algorithm"],
        "start": start["start"][:10],
        "end": start["end"][:10],
        "currency": start["account_currency"],
        "live": start["live"],
        "bytes": recording.size,
        "path": str(recording.path),
    }
