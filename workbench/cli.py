"""The command line: `python -m workbench COMMAND`, in the habits of the LEAN CLI."""

from __future__ import annotations

from importlib import import_module

import click

# Each is a module of `commands` that has its command under the name `command`.
COMMANDS = ("compare", "export", "recordings", "replay", "stats")


class LazyGroup(click.Group):
    """A group that imports a command when it is called or when its help is shown."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; None where there is none, which click reports as a usage error."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"{__package__}.commands.{cmd_name}").command
        return command


def show_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    """Print the version and end; it is imported only when it is asked for."""
    if asked:
        from models import __version__

        click.echo(f"LEAN performance tracker {__version__}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=show_version,
    help="Show the version.",
)
def main() -> None:
    """Replay real LEAN runs and look at what the performance tracker makes of them.

    \b
    Example:
      python -m workbench replay three-strategies
    """
