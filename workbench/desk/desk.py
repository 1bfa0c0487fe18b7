"""The desk: what every route of the server answers from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from starlette.requests import HTTPConnection

from workbench.desk.fleet.fleet import Fleet
from workbench.desk.gate import Gate
from workbench.desk.stream import Stream
from workbench.desk.tokens import Tokens
from workbench.library.library import Library


def utc_now() -> datetime:
    """The moment it is."""
    return datetime.now(UTC)


def quiet_stream() -> Stream:
    """A stream whose topics are of nothing."""
    return Stream(dict.fromkeys)


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of a running server.

    Attributes:
        library: The runs.
        clock: What time it is.
        stream: Where what happens is told.
        gate: How the desk is reached.
    """

    library: Library
    clock: Callable[[], datetime] = utc_now
    stream: Stream = field(default_factory=quiet_stream)
    gate: Gate = field(default_factory=Gate)

    @property
    def fleet(self) -> Fleet:
        """The deployments; what comes of them is told to the stream."""
        return Fleet(self.library.database, self.stream.publish)

    @property
    def tokens(self) -> Tokens:
        """Who may ask."""
        return Tokens(self.library.database, self.clock)


def desk_of(connection: HTTPConnection) -> Desk:
    """The desk that a request or a socket came to."""
    desk: Desk = connection.app.state.desk
    return desk
