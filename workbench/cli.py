"""The command line: `python -m workbench COMMAND`, in the habits of the LEAN CLI."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click

from models import __version__

# Each module has its command under the name `command`.
COMMANDS: Mapping[str, str] = {
    "export": "workbench.commands.export",
    "recordings": "workbench.commands.recordings",
    "replay": "workbench.commands.replay",
    "stats": "workbench.commands.stats",
}


class LazyGroup(click.Group):
    """A group that imports a command when it is called or when its help is shown."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; None where there is none, which click reports as a usage error."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name]).command
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="LEAN performance tracker")
def main() -> None:
    """Replay real LEAN runs and look at what the performance tracker makes of them.

    \b
    Example:
      python -m workbench replay three-strategies
    """
