"""The command line: `python -m workbench COMMAND`, in the habits of the LEAN CLI."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from workbench.terminal import clean_lines

# Each is a module of `commands`, beside this one, and has its command under the name `command`.
COMMANDS = (
    *("compare", "export", "frames", "import", "recordings", "replay", "report", "runs"),
    *("serve", "stats", "tokens"),
)

# The module of a command whose name no module can have.
MODULES = {"import": "imports"}


@contextmanager
def clean_errors() -> Iterator[None]:
    """Let what click says of a wrong call show the words of the call without acting on them."""
    try:
        yield
    except click.ClickException as error:
        error.message = clean_lines(error.message)  # type: ignore[misc]
        raise


class LazyGroup(click.Group):
    """A group that imports a command when it is called or when its help is shown."""

    def make_context(self, *words: Any, **more: Any) -> click.Context:
        """Read the words before a command."""
        with clean_errors():
            return super().make_context(*words, **more)

    def invoke(self, ctx: click.Context) -> Any:
        """Read the words after a command, and call it."""
        with clean_errors():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; None where there is none, which click reports as a usage error."""
        if cmd_name not in COMMANDS:
            return None
        # the package's own name is another one where it is installed
        module = import_module(f"{__package__}.commands.{MODULES.get(cmd_name, cmd_name)}")
        command: click.Command = module.command
        return command


def show_version(context: click.Context) -> None:
    """Print the tracker's version, and end the program."""
    from models import __version__

    click.echo(f"LEAN performance tracker, version {__version__}")
    context.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda context, _, asked: show_version(context) if asked else None,
    help="Show the version and exit.",
)
def main() -> None:
    """Replay real LEAN runs and look at what the performance tracker makes of them.

    \b
    Example:
      python -m workbench replay three-strategies
    """
