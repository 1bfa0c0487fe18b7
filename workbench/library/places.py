"""Where a library is: the URL that a user gives, or the file that there is by default."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from workbench.library.errors import LibraryError

VARIABLE = "TRACKER_LIBRARY"
APPLICATION = "lean-performance-tracker"
FILE = "library.db"

# What a URL may begin with, and the driver that is taken for it.
DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def default_place() -> Path:
    """The library's file where none is named."""
    return user_data_path(APPLICATION, appauthor=False) / FILE


def library_url(given: str | None = None) -> URL:
    """The URL of the library.

    Args:
        given: A URL or a file's path; None for the environment's variable, and else the default.

    Raises:
        LibraryError: It is no URL of a database that a library can be in.
    """
    text = given or os.environ.get(VARIABLE) or str(default_place())
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text).expanduser().absolute()))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername not in DRIVERS:
        raise LibraryError(
            f"{text.partition('://')[0]}:// is no library: give the path of a file, "
            "sqlite:///PATH or postgresql://USER@HOST/DATABASE"
        )
    return url.set(drivername=DRIVERS[url.drivername])


def file_of(url: URL) -> Path | None:
    """The file of a library in SQLite; None elsewhere."""
    if url.get_backend_name() != "sqlite" or not url.database or url.query:
        return None
    return Path(url.database)


def exists(url: URL) -> bool:
    """Whether there may be a library: in SQLite its file is there."""
    place = file_of(url)
    return place is None or place.is_file()
