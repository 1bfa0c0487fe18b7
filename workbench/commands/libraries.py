"""The library as a command opens it: its option, and what can be wrong as one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from workbench.commands.errors import refusing
from workbench.library.errors import LibraryError

if TYPE_CHECKING:
    from workbench.library.library import Library

# What the library is made with, which an algorithm in LEAN has no need of.
PACKAGES = frozenset({"alembic", "platformdirs", "sqlalchemy"})

library_option = click.option(
    "--library",
    "url",
    metavar="URL",
    help="The library: a file or postgresql://...; else $TRACKER_LIBRARY, or your own.",
)


class MissingLibraryPackageError(LookupError):
    """A package of the library is not installed."""

    def __init__(self, package: str) -> None:
        super().__init__(
            f"{package} is not installed, and the library of runs needs it: the extra `workbench` "
            "of this project installs it (`pip install '.[workbench]'`)"
        )


@contextmanager
def opened(url: str | None) -> Iterator[Library]:
    """The library, open; what is wrong with it ends the command with one line."""
    with refusing(LibraryError):
        try:
            from workbench.library.library import open_library
        except ModuleNotFoundError as missing:
            if missing.name not in PACKAGES:
                raise
            raise MissingLibraryPackageError(missing.name) from missing
        with open_library(url) as library:
            yield library
