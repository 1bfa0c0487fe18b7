"""The desk: what every route of the server answers from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from starlette.requests import HTTPConnection

from workbench.desk.jobs import Jobs
from workbench.desk.shelf import Shelf
from workbench.library.library import Library


def utc_now() -> datetime:
    """The moment it is."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of a running server.

    Attributes:
        library: The runs.
        shelf: What was unpacked or made of runs, kept for whoever asks next.
        jobs: What works beside the server.
        clock: What time it is.
    """

    library: Library
    shelf: Shelf = field(default_factory=Shelf)
    jobs: Jobs = field(default_factory=Jobs)
    clock: Callable[[], datetime] = utc_now


def desk_of(connection: HTTPConnection) -> Desk:
    """The desk that a request or a socket came to."""
    desk: Desk = connection.app.state.desk
    return desk
