"""The command `serve`: the live desk, for browsers and programs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import click

from workbench.commands.desks import desk_packages
from workbench.commands.errors import refusing
from workbench.commands.libraries import library_option, opened
from workbench.terminal import tell_aside, told

if TYPE_CHECKING:
    from workbench.desk.notifying import AppriseAddress
    from workbench.desk.serving import Place
    from workbench.desk.tokens import Tokens
    from workbench.library.library import Library


class Beside(NamedTuple):
    """What runs beside the server.

    Attributes:
        folders: The folders that are watched.
        addresses: Whom to tell of deployments that are late.
    """

    folders: Sequence[Path]
    addresses: Sequence[AppriseAddress]


FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(name="serve", short_help="Serve the live desk: a page, an API and its stream.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address of this machine to use."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8765,
    show_default=True,
    help="The port; 0 takes one that is free.",
)
@library_option
@click.option(
    "--name", "names", multiple=True, metavar="HOST", help="Another name that browsers use."
)
@click.option("--behind-proxy", is_flag=True, help="A proxy before the desk speaks HTTPS.")
@click.option("--tls-cert", type=FILE, help="Speak HTTPS, with this certificate (PEM).")
@click.option("--tls-key", type=FILE, help="The key of the certificate (PEM, no password).")
@click.option(
    "--watch",
    "folders",
    multiple=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Follow the runs of LEAN below this folder; give it once for each.",
)
@click.option(
    "--notify",
    "urls",
    multiple=True,
    envvar="TRACKER_DESK_NOTIFY",
    metavar="URL",
    help="Tell this address of Apprise's when a deployment is late, silent or back. Others see "
    "what stands in a command: TRACKER_DESK_NOTIFY in the environment does the same.",
)
@click.option("--open/--no-open", "opens", default=False, help="Open the page in your browser.")
@click.option("-v", "--verbose", is_flag=True, help="Log every request, without what is secret.")
def command(
    host: str,
    port: int,
    url: str | None,
    names: tuple[str, ...],
    behind_proxy: bool,
    tls_cert: Path | None,
    tls_key: Path | None,
    folders: tuple[Path, ...],
    urls: tuple[str, ...],
    opens: bool,
    verbose: bool,
) -> None:
    """Serve the live desk until Ctrl-C.

    It listens to this machine alone. Any other host demands --tls-cert and --tls-key, or
    --behind-proxy. The first start prints an address with a code that logs one browser in, once;
    `tokens login` makes another.

    \b
    Examples:
      python -m workbench serve
      python -m workbench serve --open
      python -m workbench serve --watch ../workspace
      python -m workbench serve --behind-proxy --name desk.example.org
    """
    with desk_packages():
        from models.errors import CallError
        from workbench.desk.notifying import addresses_of
        from workbench.desk.serving import Place, check_place

    place = Place(host, port, names, behind_proxy, tls_cert, tls_key)
    with refusing(CallError):
        check_place(place)
        beside = Beside(folders, addresses_of(urls))
        with opened(url) as library:
            _serve(library, place, beside, opens=opens, verbose=verbose)


def _serve(library: Library, place: Place, beside: Beside, *, opens: bool, verbose: bool) -> None:
    from workbench.desk.app import make_app
    from workbench.desk.desk import Desk, fleet_stream
    from workbench.desk.opening import open_page
    from workbench.desk.serving import bound, run
    from workbench.desk.watching import watching

    listener = bound(place)
    port = listener.getsockname()[1]
    desk = Desk(library, stream=fleet_stream(library), gate=place.gate(port))
    address = place.address(port)
    with TemporaryDirectory(prefix="tracker-desk-") as folder:
        if opens and not open_page(_with_code(address, desk.tokens), Path(folder)):
            tell_aside("Warning: no browser could be opened; `tokens login` gives an address")
        _tell(address, desk.tokens, opens=opens)
        with watching(desk, *beside) as watched:
            run(make_app(watched), place, listener, verbose)


def _tell(address: str, tokens: Tokens, *, opens: bool) -> None:
    """Print where the desk is; with a code where somebody reads it or nobody has logged in yet."""
    first = not opens and (sys.stdout.isatty() or not tokens.has_sessions())
    shown = _with_code(address, tokens) if first else address
    click.echo(told(f"The desk is at {shown}"))
    if first:
        click.echo(
            "The address logs one browser in, once, within 15 minutes. Ctrl-C ends the desk."
        )
    sys.stdout.flush()


def _with_code(address: str, tokens: Tokens) -> str:
    """The address with a code behind the `#`, which browsers send to no server."""
    return f"{address}#code={tokens.make_code().secret}"
