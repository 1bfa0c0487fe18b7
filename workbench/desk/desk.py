"""The desk: what every route of the server answers from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from starlette.requests import HTTPConnection

from workbench.desk.fleet.fleet import Fleet
from workbench.desk.fleet.news import ALL
from workbench.desk.gate import Gate
from workbench.desk.jobs import Jobs
from workbench.desk.shelf import Shelf
from workbench.desk.stream import Kind, Stream
from workbench.desk.tokens import Tokens
from workbench.desk.watch.watcher import Watcher
from workbench.library.library import Library

LIBRARY = "library"  # the topic of what the list of runs shows


def utc_now() -> datetime:
    """The moment it is."""
    return datetime.now(UTC)


def quiet_stream() -> Stream:
    """A stream whose topics are of nothing."""
    return Stream(dict.fromkeys)


def fleet_stream(library: Library, clock: Callable[[], datetime] = utc_now) -> Stream:
    """A stream that shows who comes anew what the deployments of a library are like.

    Args:
        library: Where they are kept.
        clock: What time it is.
    """
    fleet = Fleet(library.database)
    return Stream(lambda topics: fleet.snapshot(topics, clock()), gathered={ALL})


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of a running server.

    Attributes:
        library: The runs.
        shelf: What was unpacked or made of runs, kept for whoever asks next.
        jobs: What works beside the server.
        clock: What time it is.
        stream: Where what happens is told.
        gate: How the desk is reached.
        watcher: What follows the runs of this machine; None where no folder is watched.
    """

    library: Library
    shelf: Shelf = field(default_factory=Shelf)
    jobs: Jobs = field(default_factory=Jobs)
    clock: Callable[[], datetime] = utc_now
    stream: Stream = field(default_factory=quiet_stream)
    gate: Gate = field(default_factory=Gate)
    watcher: Watcher | None = None

    @property
    def fleet(self) -> Fleet:
        """The deployments; what comes of them is told to the stream."""
        return Fleet(self.library.database, self.stream.publish)

    def tell_of_run(self, run: str, outcome: str) -> None:
        """Tell who lists runs that one of them is another now.

        Args:
            run: Its id.
            outcome: What became of it.
        """
        told = {"id": run, "outcome": outcome}
        self.stream.publish(LIBRARY, Kind.RUN.value, told, self.clock())

    @property
    def tokens(self) -> Tokens:
        """Who may ask."""
        return Tokens(self.library.database, self.clock)


def desk_of(connection: HTTPConnection) -> Desk:
    """The desk that a request or a socket came to."""
    desk: Desk = connection.app.state.desk
    return desk
