"""The desk: what every route of the server answers from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import HTTPConnection

from workbench.library.library import Library


def utc_now() -> datetime:
    """The moment it is."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of a running server.

    Attributes:
        library: The runs.
        clock: What time it is.
    """

    library: Library
    clock: Callable[[], datetime] = utc_now


def desk_of(connection: HTTPConnection) -> Desk:
    """The desk that a request or a socket came to."""
    desk: Desk = connection.app.state.desk
    return desk
