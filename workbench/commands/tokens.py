"""The command `tokens`: who may ask the live desk, made, listed and revoked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import click
from rich.table import Table

from workbench.commands.desks import desk_packages
from workbench.commands.errors import refusing
from workbench.commands.libraries import library_option, opened
from workbench.json_text import json_text
from workbench.terminal import clean_text, tell_aside, terminal, told

if TYPE_CHECKING:
    from workbench.desk.tokens import Tokens

WIDTH = 110  # columns of what is printed to a file or a pipe
SCOPES = ("read", "ingest", "admin")
DESK = "http://127.0.0.1:8765"

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print everything as JSON, for machines."
)


@click.group(name="tokens", short_help="Make, list and revoke the tokens of the live desk.")
def command() -> None:
    """Make, list and revoke the tokens of the live desk.

    They stand in the library, as hashes. A running desk knows a new one at once, and one that is
    revoked no longer.

    \b
    Example:
      python -m workbench tokens list
    """


@contextmanager
def _tokens(url: str | None) -> Iterator[Tokens]:
    """The tokens of a library."""
    with desk_packages():
        from models.errors import CallError
        from workbench.desk.desk import Desk
    with refusing(CallError), opened(url) as library:
        yield Desk(library).tokens


@command.command("make")
@click.argument("name")
@click.option(
    "--scope",
    type=click.Choice(SCOPES),
    required=True,
    help="read: look; ingest: send digests, nothing else; admin: all.",
)
@click.option(
    "--days", type=click.IntRange(1, 3_650), help="How long it is good; else until it is revoked."
)
@json_option
@library_option
def make_command(name: str, scope: str, days: int | None, as_json: bool, url: str | None) -> None:
    """Make a token and print it, this once.

    NAME says later what it was for.

    \b
    Examples:
      python -m workbench tokens make cloud --scope ingest
      python -m workbench tokens make grafana --scope read --days 365 --json
    """
    with _tokens(url) as tokens:
        from workbench.desk.routes import Scope

        lasts = None if days is None else timedelta(days=days)
        made = tokens.make(name, Scope(scope), lasts)
        if as_json:
            click.echo(json_text({**made.grant.to_dict(), "token": made.secret}))
        else:
            tell_aside(f"The token {made.grant.id} of scope {scope}; it is not shown again:")
            click.echo(made.secret)


@command.command("list")
@json_option
@library_option
def list_command(as_json: bool, url: str | None) -> None:
    """List tokens, and the browsers that are logged in; no secret is shown.

    \b
    Example:
      python -m workbench tokens list --json
    """
    with _tokens(url) as tokens:
        grants = tokens.list()
        if as_json:
            click.echo(json_text({"tokens": [grant.to_dict() for grant in grants]}))
            return
        table = Table("id", "kind", "name", "scope", "made", "expires", box=None)
        for grant in grants:
            expires = "" if grant.expires is None else f"{grant.expires:%Y-%m-%d %H:%M}"
            made = f"{grant.made:%Y-%m-%d %H:%M}"
            name = clean_text(grant.name)
            table.add_row(grant.id, grant.kind.value, name, grant.scope.value, made, expires)
        terminal(WIDTH).print(table)


@command.command("revoke")
@click.argument("names", nargs=-1, required=True, metavar="ID...")
@library_option
def revoke_command(names: tuple[str, ...], url: str | None) -> None:
    """End tokens or logins, with what was begun by them.

    \b
    Example:
      python -m workbench tokens revoke 3fb45d6a01c2e4f8
    """
    with _tokens(url) as tokens:
        for name in names:
            grant = tokens.revoke(name)
            click.echo(told(f"the {grant.kind.value} {grant.id} ({grant.name}) is revoked"))


@command.command("login")
@click.option("--desk", default=DESK, show_default=True, help="Where the desk is.")
@library_option
def login_command(desk: str, url: str | None) -> None:
    """Print an address that logs one browser in, once, within 15 minutes.

    \b
    Example:
      python -m workbench tokens login --desk https://desk.example.org
    """
    with _tokens(url) as tokens:
        click.echo(told(f"{desk.rstrip('/')}/#code={tokens.make_code().secret}"))
